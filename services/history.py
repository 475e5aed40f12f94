"""A point's readings over a span of time: as they are, drawn with fewer, or summed up by bucket.

    page       every effective reading by time, a page at a time
    drawn      at most N of them that draw the same picture
    summed_up  mean, lowest, highest, first and last of each bucket of a fixed width

Effective means: the latest correction of an instant, else the raw reading. Corrections are few and readings are many,
so the many are reduced raw, straight from the table, and only the buckets that hold a correction are reduced again with
it. Spans are half-open, `[start, stop)`. Buckets are counted in UTC and are all equally long, so none is a local day;
those belong to accounting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.downsampling import PRESELECTION_RATIO, Series, downsample
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("history")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A raw reading."""

    time: datetime
    value: float


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
    def key(self) -> tuple[int, datetime, datetime]:
        """As statements take it."""
        return self.point_id, self.start, self.stop


@dataclass(frozen=True, slots=True)
class Reading:
    """An effective reading."""

    time: datetime
    value: float
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Readings by time, and the instant at which the next page begins (None: that was all)."""

    readings: Sequence[Reading]
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Readings chosen to draw a span, and how many stand behind them."""

    readings: Sequence[Reading]
    of: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Buckets by time, and the instant at which the next page begins (None: that was all)."""

    buckets: Sequence[SummaryRow]
    next: datetime | None


async def page(connection: Connection, span: Span, limit: int) -> Page:
    """The first `limit` effective readings of a span."""
    raw = await rows(connection, SQL["readings_page"], ReadingRow, *span.key, limit + 1)
    more = len(raw) > limit
    until = raw[limit].time if more else span.stop
    corrections = await rows(connection, SQL["corrections"], CorrectionRow, span.point_id, span.start, until)
    effective = _effective(raw[:limit], corrections)
    if len(effective) > limit:
        return Page(effective[:limit], effective[limit].time)
    return Page(effective, until if more else None)


async def drawn(connection: Connection, span: Span, at_most: int, expected_interval_s: float) -> Drawing:
    """At most `at_most` readings that draw the whole span; lowest, highest and both ends are among them."""
    enough = at_most * PRESELECTION_RATIO
    if (span.stop - span.start).total_seconds() / expected_interval_s <= 2 * enough:
        whole = await page(connection, span, 2 * enough)
        if whole.next is None:
            return Drawing(_thinned(whole.readings, at_most), len(whole.readings))
    corrections = await rows(connection, SQL["corrections"], CorrectionRow, *span.key)
    first = await one(connection, SQL["readings_page"], ReadingRow, *span.key, 1)
    last = await one(connection, SQL["last_reading"], ReadingRow, *span.key)
    known = _effective([end for end in (first, last) if end is not None], corrections)
    if not known:
        return Drawing([], 0)
    ends = (known[0], known[-1])
    found = Span(span.point_id, ends[0].time, ends[1].time + MICROSECOND)
    width = -(-(found.stop - found.start) // (enough // 2))  # rounded up to a microsecond
    buckets = await _extremes(connection, found, width, corrections)
    kept = {row.lowest_at: row.lowest for row in buckets} | {row.highest_at: row.highest for row in buckets}
    kept |= {end.time: end.value for end in ends}
    corrected = {row.time for row in corrections}
    chosen = [Reading(time, value, corrected=time in corrected) for time, value in sorted(kept.items())]
    return Drawing(_thinned(chosen, at_most), sum(row.readings for row in buckets))


async def _extremes(
    connection: Connection, span: Span, width: timedelta, corrections: Sequence[CorrectionRow]
) -> list[ExtremesRow]:
    buckets = await rows(connection, SQL["extremes"], ExtremesRow, *span.key, width)
    affected = _bucket_starts(corrections, span.start, width)
    if not affected:
        return buckets
    again = await rows(connection, SQL["corrected_extremes"], ExtremesRow, *span.key, width, sorted(affected))
    return [*(row for row in buckets if row.start not in affected), *again]


async def summed_up(connection: Connection, span: Span, width: timedelta, limit: int) -> Summary:
    """The first `limit` buckets of a span, empty ones left out; buckets begin at multiples of `width` since 1970."""
    begin = await _first_instant(connection, span)
    if begin is None:
        return Summary([], None)
    aligned = EPOCH + (begin - EPOCH) // width * width
    until = min(span.stop, aligned + limit * width)
    part = Span(span.point_id, begin, until)
    buckets = await rows(connection, SQL["summaries"], SummaryRow, *part.key, width)
    corrections = await rows(connection, SQL["corrections"], CorrectionRow, *part.key)
    affected = _bucket_starts(corrections, EPOCH, width)
    if affected:
        again = await rows(connection, SQL["corrected_summaries"], SummaryRow, *part.key, width, sorted(affected))
        buckets = sorted([*(row for row in buckets if row.start not in affected), *again], key=lambda row: row.start)
    following = await _first_instant(connection, span.since(until)) if until < span.stop else None
    return Summary(buckets, following)


async def _first_instant(connection: Connection, span: Span) -> datetime | None:
    raw = await one(connection, SQL["readings_page"], ReadingRow, *span.key, 1)
    corrections = await rows(connection, SQL["corrections"], CorrectionRow, *span.key)
    return min((row.time for row in (raw, *corrections[:1]) if row is not None), default=None)


def _effective(raw: Sequence[ReadingRow], corrections: Sequence[CorrectionRow]) -> list[Reading]:
    """Raw readings with corrections in their place, by time."""
    by_time = {row.time: Reading(row.time, row.value) for row in raw}
    by_time |= {row.time: Reading(row.time, row.value, corrected=True) for row in corrections}
    return [by_time[time] for time in sorted(by_time)]


def _bucket_starts(corrections: Sequence[CorrectionRow], origin: datetime, width: timedelta) -> set[datetime]:
    return {origin + (row.time - origin) // width * width for row in corrections}


def _thinned(readings: Sequence[Reading], at_most: int) -> list[Reading]:
    if len(readings) <= at_most:
        return list(readings)
    by_time_us = {(reading.time - EPOCH) // MICROSECOND: reading for reading in readings}
    series = Series(
        np.array(list(by_time_us), dtype=np.int64), np.array([reading.value for reading in readings], dtype=np.float64)
    )
    return [by_time_us[time_us] for time_us in downsample(series, at_most).times_us.tolist()]
