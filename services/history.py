"""A point's readings over a span of time: as they are, drawn with fewer, or summed up by bucket.

    page       every effective reading by time, a page at a time
    drawn      at most N of them that draw the same picture
    summed_up  mean, lowest, highest, first and last of each bucket of a fixed width, a page at a time

Effective means: the latest correction of an instant, else the raw reading. Spans are half-open, `[start, stop)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analytics.downsampling import PRESELECTION_RATIO, Series, downsample
from services.buckets import (
    EPOCH,
    MICROSECOND,
    SQL,
    CorrectionRow,
    Span,
    SummaryRow,
    corrections,
    extremes,
    summaries,
)
from services.database import Connection, one, rows

NEAR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A raw reading."""

    time: datetime
    value: float


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
    corrected = await corrections(connection, Span(span.point_id, span.start, until)) if until > span.start else []
    effective = _effective(raw[:limit], corrected)
    if len(effective) > limit:
        return Page(effective[:limit], effective[limit].time)
    return Page(effective, until if more else None)


async def drawn(connection: Connection, span: Span, at_most: int, expected_interval_s: float, now: datetime) -> Drawing:
    """At most `at_most` readings that draw the whole span; lowest, highest and both ends are among them."""
    enough = at_most * PRESELECTION_RATIO
    if span.length.total_seconds() / expected_interval_s <= 2 * enough:
        whole = await page(connection, span, 2 * enough)
        if whole.next is None:
            return Drawing(_thinned(whole.readings, at_most), len(whole.readings))
    corrected = await corrections(connection, span)
    first = await _first_reading(connection, span)
    last = await _last_reading(connection, span)
    known = _effective([end for end in (first, last) if end is not None], corrected)
    if not known:
        return Drawing([], 0)
    ends = (known[0], known[-1])
    measured = Span(span.point_id, ends[0].time, ends[1].time + MICROSECOND)
    buckets = await extremes(connection, measured, enough // 2, now)
    kept = {row.lowest_at: row.lowest for row in buckets} | {row.highest_at: row.highest for row in buckets}
    kept |= {end.time: end.value for end in ends}
    instants = {row.time for row in corrected}
    chosen = [Reading(time, value, corrected=time in instants) for time, value in sorted(kept.items())]
    return Drawing(_thinned(chosen, at_most), sum(row.readings for row in buckets))


async def summed_up(connection: Connection, span: Span, width: timedelta, limit: int, now: datetime) -> Summary:
    """The first `limit` buckets of a span, empty ones left out; buckets begin at multiples of `width` since 1970."""
    begin = await _first_instant(connection, span)
    if begin is None:
        return Summary([], None)
    until = min(span.stop, EPOCH + (begin - EPOCH) // width * width + limit * width)
    buckets = await summaries(connection, Span(span.point_id, begin, until), width, now)
    following = await _first_instant(connection, span.since(until)) if until < span.stop else None
    return Summary(buckets, following)


async def _first_instant(connection: Connection, span: Span) -> datetime | None:
    raw = await _first_reading(connection, span)
    corrected = await corrections(connection, span)
    return min((row.time for row in (raw, *corrected[:1]) if row is not None), default=None)


async def _first_reading(connection: Connection, span: Span) -> ReadingRow | None:
    # Planning for a year of daily chunks costs more than looking into the first ones, where it usually is.
    near = Span(span.point_id, span.start, min(span.stop, span.start + NEAR))
    found = await one(connection, SQL["readings_page"], ReadingRow, *near.key, 1)
    if found is None and near.stop < span.stop:
        found = await one(connection, SQL["readings_page"], ReadingRow, *span.since(near.stop).key, 1)
    return found


async def _last_reading(connection: Connection, span: Span) -> ReadingRow | None:
    near = span.since(max(span.start, span.stop - NEAR))
    found = await one(connection, SQL["last_reading"], ReadingRow, *near.key)
    if found is None and span.start < near.start:
        found = await one(connection, SQL["last_reading"], ReadingRow, *span.key)
    return found


def _effective(raw: Sequence[ReadingRow], corrected: Sequence[CorrectionRow]) -> list[Reading]:
    """Raw readings with corrections in their place, by time."""
    by_time = {row.time: Reading(row.time, row.value) for row in raw}
    by_time |= {row.time: Reading(row.time, row.value, corrected=True) for row in corrected}
    return [by_time[time] for time in sorted(by_time)]


def _thinned(readings: Sequence[Reading], at_most: int) -> list[Reading]:
    if len(readings) <= at_most:
        return list(readings)
    by_time_us = {(reading.time - EPOCH) // MICROSECOND: reading for reading in readings}
    series = Series(
        np.array(list(by_time_us), dtype=np.int64), np.array([reading.value for reading in readings], dtype=np.float64)
    )
    return [by_time_us[time_us] for time_us in downsample(series, at_most).times_us.tolist()]
