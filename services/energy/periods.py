"""A period cut into what is summed already: whole local months, days and hours, quarter hours at the ragged ends.

2026-01-15 07:30 ............................................ 2026-04-01 00:00
  |quarters|hours 8-23|  days 16-31  |  February   |   March   |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Level = Literal["interval", "hour", "day", "month"]
_FINER: dict[Level, Level] = {"month": "day", "day": "hour", "hour": "interval"}
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Part:
    """[start, stop) of a level's rows."""

    level: Level
    start: datetime
    stop: datetime


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The first instant of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def following_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months(first: date, stop: date) -> list[date]:
    """The first day of a period of local days, and of each month that begins inside."""
    found = [first]
    while (following := following_month(found[-1])) < stop:
        found.append(following)
    return found


def parts(zone: ZoneInfo, start: datetime, stop: datetime, coarsest: Level) -> Iterator[Part]:
    """[start, stop), both on quarter hours, as parts in order, none coarser than asked."""
    if start >= stop:
        return
    if coarsest == "interval":
        yield Part("interval", start, stop)
        return
    first, last = _ceiling(zone, start, coarsest), _floor(zone, stop, coarsest)
    finer = _FINER[coarsest]
    if first >= last:
        yield from parts(zone, start, stop, finer)
        return
    yield from parts(zone, start, first, finer)
    yield Part(coarsest, first, last)
    yield from parts(zone, last, stop, finer)


def _floor(zone: ZoneInfo, at: datetime, level: Level) -> datetime:
    if level == "hour":
        while at.astimezone(zone).minute:
            at -= QUARTER
        return at
    day = at.astimezone(zone).date()
    return midnight(zone, day if level == "day" else day.replace(day=1))


def _ceiling(zone: ZoneInfo, at: datetime, level: Level) -> datetime:
    if _floor(zone, at, level) == at:
        return at
    if level == "hour":
        while at.astimezone(zone).minute:
            at += QUARTER
        return at
    day = at.astimezone(zone).date()
    return midnight(zone, day + timedelta(days=1) if level == "day" else following_month(day))
