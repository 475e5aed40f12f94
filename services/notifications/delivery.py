"""From messages to channels: each channel has one message under way, the oldest first, and none waits for another.

    waiting --claim: try counted, due after a pause--> under way --taken--> delivered
        ^                                                 |
        '------------- growing pause --------- away, refused --given up--> failed (and said)

A try is counted before it is made. Whoever dies in between leaves the message waiting: it is sent again with the same
key, by which its receiver knows it. That is the only way in which a message is sent twice.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.notifications.retry import Outcome, is_given_up, pause
from analytics.notifications.robots import PAUSES_S
from analytics.notifications.texts import Text
from services.database import Connection, rows, run
from services.notifications.sending import Letter, send
from services.notifications.store import SQL, Book, DeliveryRow, StoredChannel

log = logging.getLogger("ioe.notifications")


@dataclass(frozen=True, slots=True)
class _UnderWay:
    row: DeliveryRow
    stored: StoredChannel
    task: asyncio.Task[Outcome]


class Deliveries:
    """What is under way. The database is only touched by the caller's connection, in `start` and `settle`."""

    def __init__(self) -> None:
        self._under_way: dict[int, _UnderWay] = {}
        self._not_before: dict[int, datetime] = {}

    async def start(self, connection: Connection, book: Book, now: datetime) -> int:
        """Begin what is due on channels that are not busy; gives how many."""
        resting = {channel for channel, until in self._not_before.items() if until > now}
        free = [channel for channel in book.channels if channel not in self._under_way and channel not in resting]
        claimed = await rows(connection, SQL["claim_deliveries"], DeliveryRow, now, free)
        for row in claimed:
            stored = book.channels[row.channel_id]
            self._under_way[row.channel_id] = _UnderWay(row, stored, asyncio.create_task(_try(row, stored, book, now)))
        return len(claimed)

    async def wait(self, timeout_s: float | None = None) -> None:
        """Until something under way is done."""
        tasks = [each.task for each in self._under_way.values()]
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
            await _write(connection, each.stored, each.row, each.task.result(), now)
            del self._under_way[each.row.channel_id]
            gap_s = PAUSES_S.get(each.stored.channel.kind, 0.0)
            self._not_before[each.row.channel_id] = now + timedelta(seconds=gap_s)
        return len(done)

    async def close(self) -> None:
        """Stop what is under way; it is tried again by whoever comes next."""
        for each in self._under_way.values():
            each.task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self._under_way.clear()


async def _try(row: DeliveryRow, stored: StoredChannel, book: Book, now: datetime) -> Outcome:
    if stored.row.is_retired:
        return Outcome("refused", "the channel is no longer in notifications.toml")
    letter = Letter(row.key, Text(row.title, row.body), row.document, book.teams.get(row.team, ()))
    try:
        return await send(stored.channel, letter, now)
    except Exception as error:
        log.exception("channel %s/%s: this was not expected", stored.row.site, stored.channel.code)
        return Outcome("away", f"{type(error).__name__}: see the log of `ioe watch`")  # the other channels go on


async def _write(
    connection: Connection, stored: StoredChannel, row: DeliveryRow, outcome: Outcome, now: datetime
) -> None:
    name = f"{stored.row.site}/{stored.channel.code}"
    if outcome.answer == "taken":
        await run(connection, SQL["settle_delivery"], row.id, "delivered", now, outcome.detail, now)
        return
    if stored.row.is_retired or is_given_up(outcome, row.tries, row.made_at, now):
        log.error("not told on %s after %d tries: %s: %s", name, row.tries, row.title, outcome.detail)
        await run(connection, SQL["settle_delivery"], row.id, "failed", now, outcome.detail, now)
        return
    again = now + pause(row.key, row.tries)
    log.warning("channel %s: %s; tried again at %s", name, outcome.detail, again.isoformat(timespec="seconds"))
    await run(connection, SQL["settle_delivery"], row.id, "waiting", again, outcome.detail, None)
