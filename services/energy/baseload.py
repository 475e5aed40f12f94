"""The load of a group when nobody works, and its highest quarter hour: read from hours and quarter hours, on request.

    night     mean power from 0:00 to 5:00 local time, over all days of the period
    weekend   mean power on Saturdays and Sundays
    maximum   the quarter hour with the most energy, its meters together

These read far more than sums do, and are refused where that would be too much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.database import Connection, rows
from services.energy.periods import midnight
from services.energy.question import QuestionRefusedError
from services.energy.selection import Key, Keys, Stretch
from services.energy.sums import Weight
from services.statements import statements

SQL = statements("energy")
NIGHT_HOURS = 5
_SATURDAY = 5
_LIMIT = 3_000_000
_MICRO = Decimal(1_000_000)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BaseRow:
    """Energy of meters of one key and weight in the chosen hours or days."""

    key: int
    weight: Decimal
    energy: int


@dataclass(frozen=True, slots=True)
class HighestRow:
    """A key's highest quarter hour."""

    key: int
    quarter: datetime
    energy: Decimal


@dataclass(frozen=True, slots=True)
class Highest:
    """The highest mean power of a quarter hour, in units an hour, and where the quarter hour begins."""

    power: Decimal
    start: datetime


async def mean_powers(
    connection: Connection, zone: ZoneInfo, stretches: Sequence[Stretch], keys: Keys, *, weekend: bool, now: datetime
) -> Mapping[Key, Decimal]:
    """Mean power of each key at night, or at weekends, in units an hour; keys without such time are left out."""
    energy: dict[Key, Decimal] = defaultdict(Decimal)
    length = timedelta()
    for stretch in stretches:
        days = [day for day in _whole_days(zone, stretch, now) if not weekend or day.weekday() >= _SATURDAY]
        if not days or not stretch.classes:
            continue
        columns = _columns(stretch.weights)
        if weekend:
            length += sum((midnight(zone, day + DAY) - midnight(zone, day) for day in days), timedelta())
            found = await rows(connection, SQL["sum_chosen_days"], BaseRow, *columns, days)
        else:
            hours = [hour for day in days for hour in _night(zone, day)]
            _require_bounded(len(hours) * len(columns[0]))
            length += HOUR * len(hours)
            found = await rows(connection, SQL["sum_chosen_hours"], BaseRow, *columns, hours)
        for row in found:
            energy[keys.known[row.key][0]] += row.weight * row.energy
    span_h = Decimal(length // timedelta(seconds=1)) / 3600
    return {key: total / _MICRO / span_h for key, total in energy.items()} if span_h else {}


async def highest_quarters(connection: Connection, stretches: Sequence[Stretch], keys: Keys) -> Mapping[Key, Highest]:
    """The highest quarter hour of each key."""
    # Numbers stand for a key under a calendar: here one number for each key.
    numbers = {key: number for number, key in enumerate(dict.fromkeys(key for key, _ in keys.known))}
    by_number = list(numbers)
    found: dict[Key, Highest] = {}
    for stretch in stretches:
        weights = stretch.weights
        if not weights:
            continue
        _require_bounded(len(weights) * ((stretch.stop - stretch.start) // timedelta(minutes=15)))
        columns = (
            [register for register, _ in weights],
            [numbers[keys.known[each.key][0]] for _, each in weights],
            [each.weight for _, each in weights],
        )
        for row in await rows(connection, SQL["highest_quarters"], HighestRow, *columns, stretch.start, stretch.stop):
            highest = Highest(row.energy * 4 / _MICRO, row.quarter)
            known = found.get(by_number[row.key])
            if known is None or highest.power > known.power:
                found[by_number[row.key]] = highest
    return found


def _columns(weights: Sequence[tuple[int, Weight]]) -> tuple[list[int], list[int], list[Decimal]]:
    return (
        [register for register, _ in weights],
        [each.key for _, each in weights],
        [each.weight for _, each in weights],
    )


def _require_bounded(reads: int) -> None:
    if reads > _LIMIT:
        raise QuestionRefusedError(
            f"demand and baseload of these meters over this period would read {reads:,} rows, more than {_LIMIT:,}: "
            "ask for a shorter period or for fewer meters"
        )


def _whole_days(zone: ZoneInfo, stretch: Stretch, now: datetime) -> list[date]:
    """The local days that lie wholly in a stretch and are over."""
    day, found = stretch.start.astimezone(zone).date(), []
    while midnight(zone, day + DAY) <= min(stretch.stop, now):
        if midnight(zone, day) >= stretch.start:
            found.append(day)
        day += DAY
    return found


def _night(zone: ZoneInfo, day: date) -> list[datetime]:
    start = midnight(zone, day)
    stop = datetime(day.year, day.month, day.day, NIGHT_HOURS, tzinfo=zone).astimezone(UTC)
    return [start + HOUR * n for n in range((stop - start) // HOUR)]
