"""History for trials: effective readings of some points by time, a chunk of bounded size at a time.

The database packs each chunk into three strings: millions of readings pass without becoming Python objects.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analytics.alarms.machine import Point
from analytics.batches import Columns
from services.database import Connection, one
from services.statements import statements

SQL = statements("alarm_rules")

#: About so many readings a chunk, by the intervals at which points are expected to speak.
_CHUNK = 200_000
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PackedRow:
    """Readings as columns of big-endian numbers; None: there are none."""

    point_ids: bytes | None
    times_us: bytes | None
    values: bytes | None


def expected(points: Sequence[Point], span: timedelta) -> float:
    """How many readings points are expected to have in a span."""
    return sum(span.total_seconds() / point.expected_interval_s for point in points)


async def chunks(
    connection: Connection, points: Sequence[Point], start: datetime, stop: datetime
) -> AsyncIterator[tuple[datetime, Columns]]:
    """Readings in [start, stop) by time, each chunk with where it ends."""
    width = _width(points)
    ids = sorted({point.point_id for point in points})
    while start < stop:
        until = min(start + width, stop)
        yield until, await _read(connection, ids, start, until)
        start = until


def _width(points: Sequence[Point]) -> timedelta:
    a_second = expected(points, timedelta(seconds=1))
    wanted = _LONGEST if a_second == 0 else timedelta(seconds=min(_CHUNK / a_second, _LONGEST.total_seconds()))
    # Whole minutes, so that chunks and slices of them end together.
    return max(wanted // timedelta(minutes=1) * timedelta(minutes=1), _SHORTEST)


async def _read(connection: Connection, ids: Sequence[int], start: datetime, stop: datetime) -> Columns:
    packed = await one(connection, SQL["readings_to_try"], PackedRow, ids, start, stop)
    assert packed is not None
    times = np.frombuffer(packed.times_us or b"", dtype=">i8").astype(np.int64)
    readings = Columns(
        np.frombuffer(packed.point_ids or b"", dtype=">i4").astype(np.int32),
        times,
        np.frombuffer(packed.values or b"", dtype=">f8").astype(np.float64),
    )
    return readings.take(np.argsort(times, kind="stable"))
