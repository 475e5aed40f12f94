"""Which days people work: the Chinese calendar of holidays and make-up workdays.

The State Council publishes each year's days off and the weekends that are worked in exchange (调休). The years 2025 and
2026 are as published; for other years only the statutory days that follow the solar calendar are known here, and the
moving feasts (Spring Festival, Dragon Boat, Mid-Autumn) are missed rather than guessed.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import date, timedelta

# First and last day off, as published in the notices of the General Office of the State Council.
_DAYS_OFF = (
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)
_WORKED_WEEKENDS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    )
)  # fmt: skip
_STATUTORY_EVERY_YEAR = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class Day(enum.Enum):
    """What a day is for the factory."""

    WORKDAY = "workday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


def _each_day_off() -> Iterator[date]:
    for first, last in _DAYS_OFF:
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            yield day
            day += timedelta(days=1)


_HOLIDAYS = frozenset(_each_day_off())
_PUBLISHED_YEARS = frozenset(day.year for day in _HOLIDAYS)


def kind_of(day: date) -> Day:
    """Tell whether a local date is worked, and how."""
    if day in _WORKED_WEEKENDS:
        return Day.WORKDAY
    if day in _HOLIDAYS:
        return Day.HOLIDAY
    if day.year not in _PUBLISHED_YEARS and (day.month, day.day) in _STATUTORY_EVERY_YEAR:
        return Day.HOLIDAY
    return {5: Day.SATURDAY, 6: Day.SUNDAY}.get(day.weekday(), Day.WORKDAY)
