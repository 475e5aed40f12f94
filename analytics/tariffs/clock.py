"""The wall clock of a zone: stretches of constant offset, local days and local hours, all as UTC instants.

    Australia/Lord_Howe, 2024-04-07: at 02:00 the clock goes back to 01:30
      local hour 1     1:00 ........ 2:00 | 1:30 ... 2:00 |      two hours: one of 60, one of 30 minutes
      UTC             14:00       15:00   15:00  15:30

A change of the offset begins a new hour, and so does each full hour on the clock (at :15 UTC in Kathmandu): an hour is
named by the instant at which it starts, and the two hours of a repeated clock hour are two. A local day reaches from
its first instant to the next day's first instant; a date that was left out (Apia 2011-12-30) is no day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from analytics.local_days import day_starts_us
from analytics.readings import Int64

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.date()


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, stop) during which the clock is `offset_us` ahead of UTC."""

    start_us: int
    stop_us: int
    offset_us: int


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A local date as the instants [start, stop)."""

    start_us: int
    stop_us: int
    date: date


def to_us(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - EPOCH) // timedelta(microseconds=1)


def midnight_us(zone: ZoneInfo, day: date) -> int:
    """The first instant of a local day."""
    return to_us(datetime(day.year, day.month, day.day, tzinfo=zone))


def stretches(zone: ZoneInfo, from_us: int, to_us: int) -> list[Stretch]:
    """The stretches of constant offset that make up [from, to)."""
    found: list[Stretch] = []
    start, offset, at = from_us, _offset_us(zone, from_us), from_us
    while at < to_us:
        probe = min(at + DAY_US, to_us)
        if _offset_us(zone, probe) == offset:
            at = probe
            continue
        # Clocks change at whole seconds.
        before, after = at // SECOND_US, probe // SECOND_US
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if _offset_us(zone, middle * SECOND_US) == offset else (before, middle)
        change = after * SECOND_US
        if change >= to_us:
            break
        found.append(Stretch(start, change, offset))
        start, offset, at = change, _offset_us(zone, change), change
    found.append(Stretch(start, to_us, offset))
    return found


def local_days(zone: ZoneInfo, from_us: int, to_us: int) -> list[LocalDay]:
    """Every local day that has an instant in [from, to), whole."""
    first = (EPOCH + timedelta(microseconds=from_us)).astimezone(zone).date()
    starts = day_starts_us(zone, from_us, to_us).tolist()
    days = [
        LocalDay(start, stop, first + timedelta(days=number)) for number, (start, stop) in enumerate(pairwise(starts))
    ]
    return [day for day in days if day.start_us < day.stop_us and day.start_us < to_us and day.stop_us > from_us]


def hour_starts_us(zone: ZoneInfo, from_us: int, to_us: int) -> Int64:
    """Starts of local hours, ascending, from the one that holds `from_us` on."""
    # Two hours before: the stretch begins there at the latest, where no full hour lies between.
    parts: list[Int64] = []
    for number, stretch in enumerate(stretches(zone, from_us - 2 * HOUR_US, to_us)):
        full = -(-(stretch.start_us + stretch.offset_us) // HOUR_US) * HOUR_US - stretch.offset_us
        hours = np.arange(full, stretch.stop_us, HOUR_US, dtype=np.int64)
        if number and (len(hours) == 0 or hours[0] != stretch.start_us):
            hours = np.concatenate([np.array([stretch.start_us], dtype=np.int64), hours])
        parts.append(hours)
    starts = np.concatenate(parts)
    first = int(np.searchsorted(starts, from_us, side="right")) - 1
    return starts[max(first, 0) :]


def _offset_us(zone: ZoneInfo, time_us: int) -> int:
    offset = (EPOCH + timedelta(microseconds=time_us)).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
