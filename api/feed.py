"""The feed: one follower of readings and events per API process, for all of its live streams.

    database --(services.live.follow)--> board, recent events --bell, at most 4 a second--> every stream

The feed takes a snapshot, then follows; when its connection breaks or the log no longer reaches back, it takes another
snapshot over a new connection. Streams stay open meanwhile: they see newer values late, never wrong ones.
Pacing stands here and not in each stream, so that all streams ask for the same step and one encoding serves them all.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from analytics.batches import Columns
from api.board import Board, Selection
from services import live
from services.batch_log import FellBehindError
from services.database import OUTAGES, Connection, DatabaseSettings, connect
from services.events import EventRow
from services.health import SCHEMA_BEHIND
from services.hearing import Hearing, hearing

log = logging.getLogger("ioe.api")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RETRY_S = 1.0
#: That ingest fell silent is no event: nobody is there to write one.
_HEAR_EACH_S = 2.0
_INTERRUPTIONS: tuple[type[BaseException], ...] = (FellBehindError, *OUTAGES, *SCHEMA_BEHIND)
#: Events that a stream may lag behind before it has to read them from the database.
RECENT_EVENTS = 1000


def as_json(data: object) -> str:
    """JSON as it stands in a frame."""
    return msgspec.json.encode(data).decode()


class Feed:
    """The live state of this process and the bell that announces a change of it."""

    def __init__(self, settings: DatabaseSettings, interval_s: float) -> None:
        self.board = Board()
        self.ready = False  #: a snapshot has been taken
        self.following = False  #: the follower is connected now
        self.closing = False
        self.step = 0  #: how often the bell has rung
        self.event_id = 0  #: newest event seen
        self.hearing = Hearing(listening=False)  #: whether values can be taken as true now
        self._events_after = 0  #: `_recent` holds every event after this one
        self._recent: deque[EventRow] = deque()
        self._settings = settings
        self._interval_s = interval_s
        self._bell = asyncio.Event()
        self._rang_at = -math.inf
        self._to_ring: asyncio.TimerHandle | None = None
        self._frames: dict[tuple[Selection, int, int], str | None] = {}

    # What streams use --------------------------------------------------------------------------------------------

    async def next_change(self) -> None:
        """Wait until the board or the events have changed, at most 4 times a second, or until the feed closes."""
        await self._bell.wait()

    def values_since(self, selection: Selection, since: int) -> str | None:
        """The values that changed after version `since` as JSON, or None; built once for all streams at that step."""
        key = (selection, since, self.board.version)
        if key not in self._frames:
            values = self.board.changed(selection, since)
            self._frames[key] = as_json({"at": datetime.now(UTC), "values": values}) if values else None
        return self._frames[key]

    def recent_events(self, after: int) -> list[EventRow] | None:
        """Events after a cursor, oldest first; None where they reach further back than the feed remembers."""
        if after < self._events_after:
            return None
        return [event for event in self._recent if event.id > after]

    def close(self) -> None:
        """Let every stream end."""
        self.closing = True
        self._ring()

    # How it follows ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow for ever, over a new connection each time one is lost."""
        while True:
            try:
                connection = await connect(self._settings.url, name="api live")
                try:
                    await self._follow(connection)
                finally:
                    connection.terminate()
            except _INTERRUPTIONS as error:
                log.warning("live feed interrupted (%s): %s", type(error).__name__, error)
            self.following = False
            self._hear(Hearing(listening=False, lost=self.hearing.lost))
            await asyncio.sleep(_RETRY_S)

    async def _follow(self, connection: Connection) -> None:
        place = await live.place_of_now(connection)
        if not self.ready:
            self.event_id = self._events_after = place.event_id
        place = live.Place(place.batch_id, self.event_id)
        await self._name_points(connection)
        await self._take_snapshot(connection)
        self._hear(await hearing(connection))
        heard_at_s = time.monotonic()
        self.ready = self.following = True
        self._announce()
        async for changes in live.follow(connection, place):
            if changes.registry_changed:
                await self._name_points(connection)
                await self._take_snapshot(connection)  # a point that came back into use has a value already
            for batch in changes.batches:
                self.board.apply(batch.readings, corrected=batch.kind == "corrections")
            self._remember(changes.events)
            if changes.batches or changes.events or changes.registry_changed:
                self._announce()
            if time.monotonic() - heard_at_s > _HEAR_EACH_S or any(e.kind == "device.status" for e in changes.events):
                self._hear(await hearing(connection))
                heard_at_s = time.monotonic()

    def _hear(self, heard: Hearing) -> None:
        if heard != self.hearing:
            self.hearing = heard
            self._announce()

    async def _name_points(self, connection: Connection) -> None:
        self.board.rename(await live.points(connection))

    async def _take_snapshot(self, connection: Connection) -> None:
        found = sorted(await live.latest(connection), key=lambda row: row.point_id)
        values = Columns(
            np.array([row.point_id for row in found], dtype=np.int32),
            np.array([_microseconds(row.time) for row in found], dtype=np.int64),
            np.array([row.value for row in found], dtype=np.float64),
        )
        self.board.apply(values, corrected=True)

    def _remember(self, happened: Sequence[EventRow]) -> None:
        for event in happened:
            self._recent.append(event)
            self.event_id = event.id
        while len(self._recent) > RECENT_EVENTS:
            self._events_after = self._recent.popleft().id

    # The bell ----------------------------------------------------------------------------------------------------

    def _announce(self) -> None:
        """Ring now, or when the interval since the last ring is over."""
        loop = asyncio.get_running_loop()
        due = self._rang_at + self._interval_s
        if loop.time() >= due:
            self._ring()
        elif self._to_ring is None:
            self._to_ring = loop.call_at(due, self._ring)

    def _ring(self) -> None:
        if self._to_ring is not None:
            self._to_ring.cancel()
            self._to_ring = None
        self._rang_at = asyncio.get_running_loop().time()
        self._frames.clear()
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


def _microseconds(time: datetime) -> int:
    delta = time - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
