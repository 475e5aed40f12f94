"""The duty `notifications`: people are told, whatever dies, by one process at a time.

    event --follow--> items --escalate, gather--> messages --deliver--> channels
      ^ wakes us; each second we look anyway

One round after the other over the connection that holds the duty; only the sending itself runs beside it. `now` enters
here and nowhere below. What a channel cannot take waits in the database: a restart forgets nothing, and one in order
first notes what its receivers say to what is under way, so that nothing is sent twice.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from services import events
from services.database import OUTAGES, Connection, DatabaseSettings, connect, raise_if_cancelled, run
from services.duty import Say, hold
from services.notifications.delivery import Deliveries
from services.notifications.direct import Direct
from services.notifications.escalating import escalate
from services.notifications.following import follow
from services.notifications.gathering import gather
from services.notifications.settings import NotificationSettings
from services.notifications.store import SQL, Book, load

DUTY = "notifications"
KEPT = timedelta(days=90)
_LOOK_EACH_S = 0.5
_LEARN_EACH_S = 10.0
_LET_GO_EACH = timedelta(hours=1)
#: As long as a webhook may take to answer, and less than `ioe up` gives its parts to end.
_FINISH_S = 10.0
_NEVER = datetime.min.replace(tzinfo=UTC)


async def run_notifications(
    database: DatabaseSettings, settings: NotificationSettings, direct: Direct | None = None
) -> None:
    """Tell people whenever the duty is ours; ends only by cancellation. `direct` is kept up to date in any case."""

    async def work(connection: Connection, say: Say) -> None:
        await _work(connection, settings, say)

    async with asyncio.TaskGroup() as group:
        group.create_task(hold(database, DUTY, work))
        if direct is not None:
            group.create_task(_keep_learning(database, direct))


async def _keep_learning(database: DatabaseSettings, direct: Direct) -> None:
    """Remember channels and routes, whoever has the duty: the process that notices an outage may be another one."""
    while True:
        try:
            connection = await connect(database.url, name="notifications")
            try:
                direct.learn(await load(connection))
            finally:
                await connection.close(timeout=5)
        except OUTAGES as error:
            raise_if_cancelled(error)  # what was known stays known: that is what it is for
        await asyncio.sleep(_LEARN_EACH_S)


async def _work(connection: Connection, settings: NotificationSettings, say: Say) -> None:
    wake = asyncio.Event()
    await connection.add_listener(events.CHANNEL, lambda *_: wake.set())
    office = Office(settings.console_url)
    try:
        while True:
            wake.clear()
            await office.round(connection, datetime.now(UTC))
            say({"under_way": len(office.deliveries.tasks)})
            await _until(wake, office.deliveries)
    finally:
        await _end(connection, office.deliveries)


async def _end(connection: Connection, deliveries: Deliveries) -> None:
    try:
        if deliveries.tasks and not connection.is_closed():
            await asyncio.wait(deliveries.tasks, timeout=_FINISH_S)
            await deliveries.settle(connection, datetime.now(UTC))
    finally:
        await deliveries.close()


async def _until(wake: asyncio.Event, deliveries: Deliveries) -> None:
    """Until an event is written, a message is sent, or it is time to look."""
    woken = asyncio.ensure_future(wake.wait())
    try:
        await asyncio.wait({woken, *deliveries.tasks}, timeout=_LOOK_EACH_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        woken.cancel()
        with suppress(asyncio.CancelledError):
            await woken


class Office:
    """What goes from round to round; all else is in the database."""

    def __init__(self, console_url: str = "") -> None:
        self.deliveries = Deliveries()
        self.book: Book | None = None
        self._console_url = console_url
        self._learnt = self._let_go = _NEVER

    async def round(self, connection: Connection, now: datetime) -> None:
        """Look at everything once."""
        book = self.book
        if book is None or now - self._learnt >= timedelta(seconds=_LEARN_EACH_S):
            book = await self._learn(connection, now)
        await self.deliveries.settle(connection, now)
        followed = await follow(connection, book, now)
        while followed.is_book_old:
            book = await self._learn(connection, now)
            followed = await follow(connection, book, now)
        if followed.is_all:  # with more to come, what is due may have company
            await escalate(connection, book, now)
            await gather(connection, book, now, self._console_url)
        await self.deliveries.start(connection, book, now)
        if now - self._let_go >= _LET_GO_EACH:
            await run(connection, SQL["drop_old_messages"], now - KEPT)
            self._let_go = now

    async def _learn(self, connection: Connection, now: datetime) -> Book:
        former, book = self.book, await load(connection)
        self.book, self._learnt = book, now
        known = {} if former is None else former.channels
        others = [each for each in known.keys() | book.channels.keys() if known.get(each) != book.channels.get(each)]
        await self.deliveries.end_pauses(connection, others, now, begins=former is None)
        return book
