"""What is true now: the newest reading of each point, and everything that changes after it.

    LISTEN batch_log, event, registry
        |
    place: newest batch id, newest event id            read before the snapshot ...
        |
    snapshot: names of points, latest values           ... so the snapshot holds all of it, and perhaps more
        |
    follow from the place: Changes, Changes, ...       what the snapshot already held comes again: newest time wins

A reader that keeps the newest value of each point by its time therefore misses nothing and needs no lock. The reader is
not registered with the log: when it was away for longer than the log reaches back, it takes a new snapshot.
Values are effective ones: a correction, where there is one, else the raw reading.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services import batch_log, events
from services.batch_log import LoggedBatch
from services.database import Connection, one, rows
from services.events import EventRow
from services.statements import statements

SQL = statements("live")
REGISTRY_CHANNEL = "registry"
#: The follower looks this often even when no notification comes.
POLL_S = 1.0
_BATCHES_AT_ONCE = 50
_EVENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LivePointRow:
    """A point in use: its number in the log, its public name in three parts, and the space of its device."""

    point_id: int
    site: str
    device: str
    key: str
    space: str | None

    @property
    def id(self) -> str:
        """The public name."""
        return f"{self.site}/{self.device}/{self.key}"


@dataclass(frozen=True, slots=True)
class LatestRow:
    """The newest reading of a point."""

    point_id: int
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The oldest and the newest event that is kept; the newest is one before the oldest where none is."""

    oldest: int
    newest: int


@dataclass(frozen=True, slots=True)
class Place:
    """How far a follower has read."""

    batch_id: int
    event_id: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What became visible since the last look; all empty after a quiet second."""

    batches: Sequence[LoggedBatch]
    events: Sequence[EventRow]
    registry_changed: bool


async def place_of_now(connection: Connection) -> Place:
    """The place from which to follow a snapshot taken after this call."""
    return Place(await batch_log.newest_id(connection), await events.newest_id(connection))


async def points(connection: Connection) -> list[LivePointRow]:
    """Every point in use, in the order of its public name."""
    return await rows(connection, SQL["live_points"], LivePointRow)


async def latest(connection: Connection) -> list[LatestRow]:
    """The newest effective value of each point that has one."""
    return await rows(connection, SQL["latest_values"], LatestRow)


async def kept_events(connection: Connection) -> range:
    """The ids of the events that are still kept; empty at the next one where none is."""
    found = await one(connection, SQL["kept_events"], KeptRow)
    assert found is not None
    return range(found.oldest, found.newest + 1)


async def events_page(
    connection: Connection, count: int, before: int | None, *, kind: str | None = None, subject: str | None = None
) -> tuple[Sequence[EventRow], int | None]:
    """At most `count` events below the number `before`, newest first, and the number below which the rest is."""
    found = await rows(connection, SQL["events_page"], EventRow, kind, subject, before, count + 1)
    return found[:count], found[count - 1].id if len(found) > count else None


async def events_following(
    connection: Connection, after: int, count: int, *, kind: str | None = None, subject: str | None = None
) -> list[EventRow]:
    """At most `count` events after a number, oldest first."""
    return await rows(connection, SQL["events_following"], EventRow, kind, subject, after, count)


async def follow(connection: Connection, place: Place) -> AsyncIterator[Changes]:
    """Yield what follows `place`, for ever; `connection` is the follower's own.

    Raises services.batch_log.FellBehindError where the log no longer reaches back to the place.
    """
    wake, registry = asyncio.Event(), asyncio.Event()

    def listener(_connection: object, _pid: int, channel: str, _payload: str) -> None:
        if channel == REGISTRY_CHANNEL:
            registry.set()
        wake.set()

    channels = (batch_log.CHANNEL, events.CHANNEL, REGISTRY_CHANNEL)
    for channel in channels:
        await connection.add_listener(channel, listener)
    registry.set()  # whoever follows read the names before we began to listen: what changed in between was not heard
    batch_id, event_id = place.batch_id, place.event_id
    try:
        while True:
            wake.clear()
            registry_changed = registry.is_set()
            registry.clear()
            batches = await batch_log.read_after(connection, batch_id, _BATCHES_AT_ONCE)
            happened = await events.read_after(connection, event_id, _EVENTS_AT_ONCE)
            batch_id = batches[-1].id if batches else batch_id
            event_id = happened[-1].id if happened else event_id
            yield Changes(batches, happened, registry_changed)
            if not batches and not happened and not registry_changed:
                with suppress(TimeoutError):  # not wait_for, which in Python 3.11 may swallow a cancellation
                    async with asyncio.timeout(POLL_S):
                        await wake.wait()
    finally:
        if not connection.is_closed():
            for channel in channels:
                await connection.remove_listener(channel, listener)
