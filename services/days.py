"""Closed UTC days of a point by the hour, so that a year draws in hundredths of a second.

    the engine each day, or somebody who looks at a long span
        |  days that are not summed up yet: sum them up and keep them, a few days a transaction
        v
    reading_day (point, day): for each hour count, mean, lowest, highest (with their times), first, last
        ^
        |  a reading of a day that is over is stored: its row goes, in the same transaction (services/readings.py)

A day is summed up when it has been over for an hour: by the engine, a few points at a time, or by whoever looks first
(the past of an installation that was imported). The sums are of raw readings; corrections are put in by whoever reads.
*Why no sum misses a late reading.* A writer stores the reading first and takes the row away second; a reader holds the
table against that second step before it takes its snapshot. So either it sees the reading, or its row is taken away.
Nobody waits long for this: the reader gives up after 0.2 s and reads the raw readings instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import numpy as np

from analytics.batches import Columns
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("days")
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
#: How long after its end a day counts as over; more than any two clocks of the service are apart.
SETTLED_AFTER = timedelta(hours=1)
_DAY_US = 86_400_000_000
_DAYS_AT_ONCE = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day, by its beginning in UTC."""

    day: datetime


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point."""

    point_id: int


def whole_days(start: datetime, stop: datetime, now: datetime) -> tuple[datetime, datetime]:
    """The days that are over and lie wholly in [start, stop), from the first one to just before the second."""
    first = _EPOCH + -(-(start - _EPOCH) // DAY) * DAY
    last = _EPOCH + (min(stop, now - SETTLED_AFTER) - _EPOCH) // DAY * DAY
    return first, max(first, last)


async def keep(connection: Connection, point_id: int, first: datetime, stop: datetime) -> bool:
    """Sum up the whole days from `first` to `stop` that are not summed up yet; whether all of them are then."""
    missing = [row.day for row in await rows(connection, SQL["missing_days"], DayRow, point_id, first, stop)]
    try:
        for start, end in _runs(missing):
            async with connection.transaction():
                await run(connection, SQL["wait_shortly"])
                await run(connection, SQL["hold_days"])
                await run(connection, SQL["sum_up_days"], point_id, start, end)
    except (asyncpg.LockNotAvailableError, asyncpg.ReadOnlySQLTransactionError):
        return False
    return True


async def keep_some(connection: Connection, now: datetime, limit: int) -> int:
    """Sum up the newest day that is over for some of the points that were heard since; gives for how many.

    The engine does this a few points at a time, so that whoever looks later finds all but the oldest days kept.
    """
    _, stop = whole_days(now - 3 * DAY, now, now)
    found = await rows(connection, SQL["points_without_day"], PointRow, stop - DAY, limit)
    for row in found:
        if not await keep(connection, row.point_id, stop - DAY, stop):
            return 0
    return len(found)


async def forget(connection: Connection, stored: Columns, now: datetime) -> None:
    """Take away the sums of the days that readings were just stored in, in the caller's transaction."""
    today_us = (now - _EPOCH) // DAY * _DAY_US
    earlier = stored.take(stored.times_us < today_us)
    if len(earlier) == 0:
        return
    touched = np.unique(np.stack([earlier.point_ids.astype(np.int64), earlier.times_us // _DAY_US * _DAY_US]), axis=1)
    await run(connection, SQL["forget_days"], touched[0].tolist(), touched[1].tolist())


def _runs(days: Sequence[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Days as spans of days without a gap, none too long to hold writers up."""
    start, count = 0, len(days)
    for number in range(1, count + 1):
        if number == count or days[number] != days[number - 1] + DAY or number - start == _DAYS_AT_ONCE:
            yield days[start], days[number - 1] + DAY
            start = number
