"""From messages to channels: each channel has one message under way, the oldest first, and none waits for another.

    waiting --claim: try counted, due after a pause--> under way --taken--> delivered
        ^                                                 |
        '------------- growing pause --------- away, refused --given up--> failed (and said)

A try is counted before it is made. Whoever dies in between leaves the message waiting: it is sent again with the same
key, by which its receiver knows it. The channel is taken as it is when the try is claimed. Pauses end where its
document changes, and where a process begins: what was missing may be there now.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from analytics.notifications.model import Channel
from analytics.notifications.retry import Outcome, is_given_up, pause
from analytics.notifications.robots import PAUSES_S
from analytics.notifications.texts import Text
from services.database import Connection, rows, run
from services.notifications import mail
from services.notifications.sending import Letter, send
from services.notifications.store import SQL, Book, DeliveryRow

log = logging.getLogger("ioe.notifications")
#: The longest try, and a little: by then nobody sends any more what a process that died had under way.
_TRY = timedelta(seconds=mail.TIMEOUT_S + 5)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    row: DeliveryRow
    channel: Channel
    task: asyncio.Task[Outcome]


class Deliveries:
    """What is under way. The database is only touched by the caller's connection."""

    def __init__(self) -> None:
        self._under_way: dict[int, _UnderWay] = {}
        self._not_before: dict[int, datetime] = {}
        self._missed: dict[int, tuple[str, ...]] = {}

    async def end_pauses(
        self, connection: Connection, channel_ids: Collection[int], now: datetime, *, begins: bool
    ) -> None:
        """What these channels failed to take is due now; where we begin, not what another may have under way yet."""
        await run(connection, SQL["end_pauses"], now, now + _TRY if begins else now, list(channel_ids))

    async def start(self, connection: Connection, book: Book, now: datetime) -> int:
        """Begin what is due on channels that are not busy; gives how many."""
        resting = {channel_id for channel_id, until in self._not_before.items() if until > now}
        busy = [*self._under_way.keys() | resting]
        claimed = await rows(connection, SQL["claim_deliveries"], DeliveryRow, now, now + _TRY, busy)
        for row in claimed:
            channel = msgspec.convert(row.channel, Channel)
            task = asyncio.create_task(self._try(row, channel, book, now))
            self._under_way[row.channel_id] = _UnderWay(row, channel, task)
        return len(claimed)

    async def _try(self, row: DeliveryRow, channel: Channel, book: Book, now: datetime) -> Outcome:
        if row.is_retired:
            return Outcome("refused", "the channel is no longer in notifications.toml")
        recipients = self._missed.get(row.id) or book.recipients(channel, row.team)
        return await send(channel, Letter(row.key, Text(row.title, row.body), row.document, recipients), now)

    async def wait(self, timeout_s: float | None = None) -> None:
        """Until something under way is done."""
        tasks = self.tasks
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)

    @property
    def tasks(self) -> list[asyncio.Task[Outcome]]:
        """What is under way."""
        return [each.task for each in self._under_way.values()]

    async def settle(self, connection: Connection, now: datetime) -> int:
        """Write what became of what is done; gives how many."""
        done = [each for each in self._under_way.values() if each.task.done()]
        for each in done:
            outcome = each.task.result()
            is_over = await _write(connection, each, outcome, now)
            del self._under_way[each.row.channel_id]
            gap_s = PAUSES_S.get(each.channel.kind, 0.0)
            self._not_before[each.row.channel_id] = now + timedelta(seconds=gap_s)
            if is_over:
                self._missed.pop(each.row.id, None)
            elif outcome.missed:
                self._missed[each.row.id] = outcome.missed
        return len(done)

    async def close(self) -> None:
        """Stop what is under way; it is tried again by whoever comes next."""
        for each in self._under_way.values():
            each.task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self._under_way.clear()


async def _write(connection: Connection, done: _UnderWay, outcome: Outcome, now: datetime) -> bool:
    """Write what became of a try; whether it was the last one."""
    row, name = done.row, f"{done.row.site}/{done.channel.code}"
    if outcome.answer == "taken":
        if outcome.missed:
            log.error("not told on %s: %s: %s", name, row.title, outcome.detail)
        await run(connection, SQL["settle_delivery"], row.id, "delivered", now, outcome.detail, now)
        return True
    if row.is_retired or is_given_up(outcome, row.tries, row.made_at, now):
        log.error("not told on %s after %d tries: %s: %s", name, row.tries, row.title, outcome.detail)
        await run(connection, SQL["settle_delivery"], row.id, "failed", now, outcome.detail, now)
        return True
    again = now + pause(row.key, row.tries)
    log.warning("channel %s: %s; tried again at %s", name, outcome.detail, again.isoformat(timespec="seconds"))
    await run(connection, SQL["settle_delivery"], row.id, "waiting", again, outcome.detail, None)
    return False
