"""Effective readings of points, packed by the database: the latest correction of an instant, else what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.readings import Float64, Int64
from services.database import Connection, one, rows
from services.machine_states.bindings import SQL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WindowRow:
    """Readings in a window, as columns of big-endian numbers; `number` counts the windows asked for from 1."""

    number: int
    times_us: bytes
    values: bytes


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page of readings; None: there are none."""

    times_us: bytes | None
    values: bytes | None


def instant(time_us: int) -> datetime:
    """The instant so many microseconds after 1970 began."""
    return EPOCH + timedelta(microseconds=time_us)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


async def begin_us(connection: Connection) -> int | None:
    """Where raw readings begin that are still kept, of all points; None: there are none."""
    begins: int | None = await connection.fetchval(SQL["readings_begin"].text)
    return begins


async def in_windows(
    connection: Connection, point_ids: Sequence[int], first_us: Sequence[int], last_us: Sequence[int]
) -> tuple[Int64, Int64, Float64]:
    """Readings in windows with both ends: the place of the window, time and value of each, sorted by both."""
    found = await rows(
        connection,
        SQL["readings_in_windows"],
        WindowRow,
        point_ids,
        first_us,
        last_us,
        instant(min(first_us)),
        instant(max(last_us)),
    )
    times = [_times(row.times_us) for row in found]
    windows = [np.full(len(each), row.number - 1, dtype=np.int64) for row, each in zip(found, times, strict=True)]
    values = [_values(row.values) for row in found]
    return _joined(windows), _joined(times), np.concatenate([np.empty(0), *values])


async def after(connection: Connection, point_id: int, after_us: int, limit: int) -> tuple[Int64, Float64]:
    """The first readings of a point after an instant: times and values."""
    page = await one(connection, SQL["readings_after"], PageRow, point_id, after_us, limit)
    assert page is not None
    return _times(page.times_us or b""), _values(page.values or b"")


def _times(packed: bytes) -> Int64:
    return np.frombuffer(packed, dtype=">i8").astype(np.int64)


def _values(packed: bytes) -> Float64:
    return np.frombuffer(packed, dtype=">f8").astype(np.float64)


def _joined(parts: Sequence[Int64]) -> Int64:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])
