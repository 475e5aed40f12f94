"""A span of a point's effective readings, bucket by bucket: the lowest and highest of each, or all of it summed up.

    raw readings --SQL--> buckets ---+
    days that are over, by the hour -+--> the buckets that hold a correction are reduced again, with it --> result

Corrections are few and readings are many: the many are reduced raw, and whole days that are over are not read again at
all where hours are fine enough (services/days.py). Buckets are counted in UTC and are all equally long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.database import Connection, rows
from services.days import HOUR, keep, whole_days
from services.statements import statements

SQL = statements("history")
DAYS = statements("days")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """The latest correction of an instant."""

    time: datetime
    value: float
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExtremesRow:
    """The lowest and the highest reading of a bucket, each with its time."""

    start: datetime
    readings: int
    lowest: float
    lowest_at: datetime
    highest: float
    highest_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A bucket's readings summed up; the mean counts each reading once."""

    start: datetime
    readings: int
    mean: float
    minimum: float
    maximum: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Span:
    """A point's time from `start` to just before `stop`."""

    point_id: int
    start: datetime
    stop: datetime

    def __post_init__(self) -> None:
        if self.start >= self.stop:
            raise ValueError("a span begins before it stops")

    def since(self, start: datetime) -> Span:
        """What is left of it from a later instant on."""
        return Span(self.point_id, max(start, self.start), self.stop)

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.stop - self.start

    @property
    def key(self) -> tuple[int, datetime, datetime]:
        """As statements take it."""
        return self.point_id, self.start, self.stop


async def corrections(connection: Connection, span: Span) -> list[CorrectionRow]:
    """The latest correction of each corrected instant of a span."""
    return await rows(connection, SQL["corrections"], CorrectionRow, *span.key)


async def extremes(connection: Connection, span: Span, count: int, now: datetime) -> list[ExtremesRow]:
    """Lowest and highest of about `count` buckets, in no order; of fewer, whole hours, for a long span.

    A quarter of them is still enough to choose from (see analytics/downsampling.py), and hours are kept.
    """
    by_hours = span.length / HOUR >= count / 4
    width = -(-span.length // (count * HOUR)) * HOUR if by_hours else -(-span.length // count)
    origin = EPOCH if by_hours else span.start
    whole, edges = await _parts(connection, span, now) if by_hours else (None, [span])
    found: list[ExtremesRow] = []
    if whole is not None:
        found += await rows(connection, DAYS["extremes_of_days"], ExtremesRow, *whole.key, width, origin)
    for edge in edges:
        found += await rows(connection, SQL["extremes"], ExtremesRow, *edge.key, width, origin)
    affected = _starts(await corrections(connection, span), origin, width)
    if affected:
        again = await rows(connection, SQL["corrected_extremes"], ExtremesRow, *span.key, width, sorted(affected))
        found = [*(row for row in found if row.start not in affected), *again]
    return found


async def summaries(connection: Connection, span: Span, width: timedelta, now: datetime) -> list[SummaryRow]:
    """Buckets of a fixed width that divides a day, by time; those without readings are left out."""
    by_hours = width % HOUR == timedelta()
    whole, edges = await _parts(connection, span, now) if by_hours else (None, [span])
    found: list[SummaryRow] = []
    if whole is not None:
        found += await rows(connection, DAYS["summaries_of_days"], SummaryRow, *whole.key, width)
    for edge in edges:
        found += await rows(connection, SQL["summaries"], SummaryRow, *edge.key, width)
    affected = _starts(await corrections(connection, span), EPOCH, width)
    if affected:
        again = await rows(connection, SQL["corrected_summaries"], SummaryRow, *span.key, width, sorted(affected))
        found = [*(row for row in found if row.start not in affected), *again]
    return sorted(found, key=lambda row: row.start)


async def _parts(connection: Connection, span: Span, now: datetime) -> tuple[Span | None, list[Span]]:
    """The whole days of a span that are summed up, if there are any, and what is before and after them."""
    first, stop = whole_days(span.start, span.stop, now)
    if first >= stop or not await keep(connection, span.point_id, first, stop):
        return None, [span]
    edges = [(span.start, first), (stop, span.stop)]
    return Span(span.point_id, first, stop), [Span(span.point_id, begin, end) for begin, end in edges if begin < end]


def _starts(corrected: Sequence[CorrectionRow], origin: datetime, width: timedelta) -> set[datetime]:
    return {origin + (row.time - origin) // width * width for row in corrected}
