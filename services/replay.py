"""Replaying what was kept under an unmapped name, as if it had come in just now.

    again and again, a transaction each:
      take kept samples (locked) --> judge as ingest does --> Recorder.record --> let go of them

A sample is let go of in the very transaction that stored it or made it a dead letter, so it is counted exactly once
however often a replay is repeated or dies, and two replays at once share the work. A name goes from the list with its
last sample. Workers take a new name up within moments; what they had already set aside as unmapped stays on the list,
under a name that now leads somewhere: replay it once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from analytics.batches import Columns
from analytics.readings import Verdict, judge
from services import points
from services.batch import Batch, DeadLetter
from services.database import Connection, rows, run
from services.points import Place, PointDirectory
from services.readings import Recorder
from services.registry.points import PointRow
from services.statements import statements
from services.unmapped import MappingRefusedError, Name, leads_to, require_listed

SQL = statements("unmapped")
WORKER = "replay"
_SAMPLES_AT_ONCE = 5000
_SAMPLES_TO_CHECK = 1000


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A kept sample as it was sent; `written` is its value as the database writes it, to find it again."""

    time: datetime
    value: Any
    written: str
    received_at: datetime


async def check(connection: Connection, name: Name, point: PointRow, now: datetime, retention: timedelta) -> None:
    """Refuse a mapping under which none of the newest samples could become a reading. Raises MappingRefusedError.

    A wrong point is usually wrong for all of them (texts for a number, another unit), and its kept samples would be
    used up as dead letters.
    """
    unmapped_id = await require_listed(connection, name)
    directory = await points.directory(connection)
    device = directory.devices.get((point.site, point.device))
    place = device.places.get(point.key) if device else None
    if place is None:
        raise MappingRefusedError(
            f"{point.id} is not in use: bring it back into the registry, or choose another point."
        )
    samples = await rows(connection, SQL["newest_samples"], SampleRow, unmapped_id, _SAMPLES_TO_CHECK)
    batch = translate(name, samples, directory, place, now, retention)
    if samples and not len(batch.readings):
        reasons = Counter(letter.reason for letter in batch.dead_letters)
        told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        raise MappingRefusedError(
            f"None of the newest {len(samples)} samples of {name} (the last: {samples[0].value!r:.80}) could become a "
            f"reading of {point.id}, which is a {point.kind} in {point.unit}: {told}. Choose another point, or change "
            "this one in the registry first."
        )


async def replay(connection: Connection, name: Name, now: datetime, retention: timedelta) -> Mapping[str, int]:
    """Store what is kept under a name that leads to a point; gives how many samples ended under which reason.

    Raises NothingKeptError, and MappingRefusedError where the name leads nowhere.
    """
    unmapped_id = await require_listed(connection, name)
    directory = await points.directory(connection)
    if leads_to(directory, name) is None:
        raise MappingRefusedError(f"{name} leads to no point: map it to one first.")
    place = directory.devices[name.site, name.device].places[name.key]
    recorder = Recorder(connection)
    counts: Counter[str] = Counter()
    while True:
        async with connection.transaction():
            samples = await rows(connection, SQL["lock_samples"], SampleRow, unmapped_id, _SAMPLES_AT_ONCE)
            if not samples:
                break
            recorded = await recorder.record(translate(name, samples, directory, place, now, retention))
            times, written = [sample.time for sample in samples], [sample.written for sample in samples]
            gone = await run(connection, SQL["forget_samples"], unmapped_id, times, written)
            assert gone == len(samples), "every sample that was taken is let go of"
            await run(connection, SQL["leave_no_worker"], WORKER)
        counts.update(recorded.counts)
    async with connection.transaction():
        await run(connection, SQL["lock_unmapped"], unmapped_id)
        await run(connection, SQL["forget_unmapped"], unmapped_id)
    return counts


def translate(
    name: Name,
    samples: Sequence[SampleRow],
    directory: PointDirectory,
    place: Place,
    now: datetime,
    retention: timedelta,
) -> Batch:
    """Kept samples as a batch: judged as ingest would have, each by the time at which it came in."""
    numbers = [_number(sample.value, place) for sample in samples]
    letters = [
        _letter(name, sample, "unknown_state" if place.is_state else "wrong_type", f"{sample.value!r:.80} is no number")
        for sample, number in zip(samples, numbers, strict=True)
        if number is None
    ]
    good = [(sample, number) for sample, number in zip(samples, numbers, strict=True) if number is not None]
    times_us = np.array([_microseconds(sample.time) for sample, _ in good], dtype=np.int64)
    received_us = np.array([_microseconds(sample.received_at) for sample, _ in good], dtype=np.int64)
    values, verdicts = judge(
        np.full(len(good), place.index, dtype=np.int32),
        times_us,
        np.array([number for _, number in good], dtype=np.float64),
        directory.limits,
        received_us,
        _microseconds(now - retention),
    )
    letters += [
        _letter(name, sample, Verdict(verdict).reason, "refused when it was replayed")
        for (sample, _), verdict in zip(good, verdicts.tolist(), strict=True)
        if verdict != Verdict.GOOD
    ]
    point_ids = np.full(len(good), directory.point_ids[place.index], dtype=np.int32)
    readings = Columns(point_ids, times_us, values).take(verdicts == Verdict.GOOD)
    return Batch(WORKER, now, readings, letters)


def _number(value: object, place: Place) -> float | None:
    """A value as it was sent as a number; None where the point's kind has no number for it."""
    if isinstance(value, bool):
        return float(value) if place.is_state else None
    if isinstance(value, str):
        return place.states.get(value) if place.is_state else None
    return float(value) if isinstance(value, (int, float)) else None


def _letter(name: Name, sample: SampleRow, reason: str, detail: str) -> DeadLetter:
    sent = {"ts": sample.time, "values": {name.key: sample.value}}
    return DeadLetter(
        reason,
        f"{name}: {detail}",
        f"ioe/v1/{name.site}/{name.device}/telemetry",
        msgspec.json.encode(sent),
        time_us=_microseconds(sample.time),
    )


def _microseconds(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000)
