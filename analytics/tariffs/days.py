"""What kind of day a local date is, and which band holds at each of its minutes.

    date --holidays, make-up workdays, weekday--> weekday | weekend | holiday(name), and critical where it was called
    base: the season of its month and kind --overlays in order, painted over--> the bands of 1,440 minutes

A holiday is a holiday also on a weekend; a weekend day that is worked (调休) is a weekday. A year that the holiday
calendar does not know has plain weekdays and weekends: checks and answers name such years. A critical day keeps its
kind; overlays for `critical` hold on it beside the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from analytics.tariffs.bands import Band
from analytics.tariffs.model import DayKind, Holidays, Overlay, Period, Tariff, Terms

DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class DayFacts:
    """All that decides about the bands of a date: days with equal facts have equal bands."""

    month: int
    kind: DayKind
    holiday: str = ""
    critical: bool = False


def facts(day: date, holidays: Holidays | None, *, critical: bool) -> DayFacts:
    """What is known of a date."""
    kind: DayKind = "weekend" if day.weekday() >= 5 else "weekday"
    name = ""
    if holidays is not None:
        name = holidays.holidays.get(day, "")
        if name:
            kind = "holiday"
        elif day in holidays.workdays:
            kind = "weekday"
    return DayFacts(day.month, kind, name, critical)


def day_periods(tariff: Tariff, terms: Terms, of: DayFacts) -> tuple[Period, ...]:
    """The bands of such a day, from 0 to 1440 without a gap; minutes that the tariff leaves out are unbilled."""
    minutes = np.full(DAY_MINUTES, Band.UNBILLED, dtype=np.int8)
    base = next((each for each in tariff.seasons if of.month in each.months and of.kind in each.days), None)
    if base is not None:
        _paint(minutes, base.periods)
    for overlay in tariff.overlays:
        if in_scope(overlay, terms) and holds(overlay, of):
            _paint(minutes, overlay.periods)
    edges = [0, *(np.flatnonzero(np.diff(minutes)) + 1).tolist(), DAY_MINUTES]
    return tuple(Period(start, stop, Band(int(minutes[start]))) for start, stop in pairwise(edges))


def in_scope(overlay: Overlay, terms: Terms) -> bool:
    """Whether an overlay is for this customer."""
    return (not overlay.classes or terms.customer_class in overlay.classes) and (
        terms.transformer_kva >= overlay.minimum_kva
    )


def holds(overlay: Overlay, of: DayFacts) -> bool:
    """Whether an overlay is for such a day."""
    if of.month not in overlay.months:
        return False
    if of.critical and "critical" in overlay.days:
        return True
    if of.kind == "holiday" and overlay.holidays and of.holiday not in overlay.holidays:
        return False
    return of.kind in overlay.days


def _paint(minutes: np.ndarray[tuple[int], np.dtype[np.int8]], periods: tuple[Period, ...]) -> None:
    for period in periods:
        minutes[period.start_minute : period.stop_minute] = period.band
