"""Playing a job: rows become messages, at the pace of the recording times a factor, in batches if wanted.

    row --> readings --> wait until its time has come --> payload --> publisher (QoS 1, confirmed)

At `speed` 3600 an hour of the recording takes a second; at infinity nothing waits but the broker. Times on the wire
are those of the recording, whatever the speed. A batch leaves when its last row's time has come, as the backlog of a
gateway that was away. It refuses a batch that no receiver would take, rather than have it thrown away as a whole.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Protocol

import msgspec

from simulators.replay.job import Job
from simulators.replay.readings import Reading, Readings
from simulators.replay.recording import BadCell, BadRow, RecordingError, Row

_PAYLOAD_LIMIT_BYTES = 1_000_000  # docs/wire.md: more is refused unparsed
_encoder = msgspec.json.Encoder(decimal_format="number")


class Sink(Protocol):
    """Where messages go: a Publisher."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Take a message; may wait."""


@dataclass(slots=True)
class Tally:
    """What was played and what was not."""

    rows: int = 0  # published
    bad_rows: Counter[str] = field(default_factory=Counter)  # by reason
    bad_cells: Counter[str] = field(default_factory=Counter)
    gaps: int = 0  # places where a row does not begin where the one before ended
    messages: int = 0
    first: datetime | None = None  # start of the first interval
    last: datetime | None = None  # end of the last


class Player:
    """One run of a job."""

    def __init__(self, job: Job, *, batch: int = 1, speed: float = math.inf) -> None:
        self.tally = Tally()
        self.readings = Readings(job.recording.columns)
        self._job = job
        self._batch = batch
        self._speed = speed
        self._began_s = 0.0

    async def play(
        self,
        sink: Sink,
        stop: asyncio.Event,
        *,
        complain: Callable[[BadRow | BadCell], None],
        progress: Callable[[int, datetime], None],
    ) -> None:
        """Publish row after row until the end, or until `stop` is set."""
        self._began_s = asyncio.get_running_loop().time()
        waiting: list[Row] = []
        for item in self._job.items():
            if stop.is_set():
                return
            if isinstance(item, Row):
                waiting.append(item)
            else:
                (self.tally.bad_rows if isinstance(item, BadRow) else self.tally.bad_cells)[item.reason] += 1
                complain(item)
            if len(waiting) == self._batch:
                await self._send(waiting, sink, stop, progress)
                waiting = []
        if waiting:
            await self._send(waiting, sink, stop, progress)

    async def _send(
        self, rows: list[Row], sink: Sink, stop: asyncio.Event, progress: Callable[[int, datetime], None]
    ) -> None:
        for row in rows:
            self.tally.gaps += self.tally.last is not None and row.start != self.tally.last
            self.tally.first = self.tally.first or row.start
            self.tally.last = row.stop
        await self._until(rows[-1].stop, stop)
        if stop.is_set():
            return
        readings = [reading for row in rows for reading in self.readings.of(row)]
        for payload in payloads(readings, self._job.zone, as_one=self._batch > 1):
            if len(payload) > _PAYLOAD_LIMIT_BYTES:
                raise RecordingError(f"{len(rows)} rows are {len(payload):,} bytes, receivers take 1 MB: lower --batch")
            await sink.publish(self._job.topic, payload)
            self.tally.messages += 1
        self.tally.rows += len(rows)
        progress(self.tally.rows + self.tally.bad_rows.total(), rows[-1].stop.astimezone(self._job.zone or UTC))

    async def _until(self, time: datetime, stop: asyncio.Event) -> None:
        assert self.tally.first is not None
        due_s = self._began_s + (time - self.tally.first).total_seconds() / self._speed
        wait_s = due_s - asyncio.get_running_loop().time()
        if wait_s <= 0:
            await asyncio.sleep(0)  # the socket's turn
            return
        try:
            async with asyncio.timeout(wait_s):
                await stop.wait()
        except TimeoutError:
            return


def payloads(readings: list[Reading], zone: tzinfo | None, *, as_one: bool) -> list[bytes]:
    """The messages: one array, or an object for each reading."""
    items = [{"ts": reading.time.astimezone(zone or UTC).isoformat(), "values": reading.values} for reading in readings]
    return [_encoder.encode(items)] if as_one else [_encoder.encode(item) for item in items]
