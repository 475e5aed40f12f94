"""A contract's tariffs written out: half-open spans of UTC, each with its band, without a gap or an overlap.

    terms --which tariff on this local day--> its bands by minute of the wall clock
    stretches of constant offset of that day --> the instants at which those minutes begin

A wall-clock minute that the clock skips has no instant, one that it repeats has two: so a day of 25 hours has an hour
more in whatever band that hour of the clock has. Before the first term, and where no tariff says
anything, the band is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from analytics.readings import Int64
from analytics.tariffs.bands import Band
from analytics.tariffs.clock import DAY_US, LocalDay, Stretch, local_days, stretches
from analytics.tariffs.days import DayFacts, day_periods, facts
from analytics.tariffs.model import Holidays, Period, Tariff, Terms

_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides about a contract's bands. Without terms every instant is unbilled.

    `holidays` by the code that tariffs name; `critical` are the local days called as critical.
    """

    zone: ZoneInfo
    terms: tuple[Terms, ...] = ()
    tariffs: Mapping[str, Tariff] = field(default_factory=dict)
    holidays: Mapping[str, Holidays] = field(default_factory=dict)
    critical: frozenset[date] = frozenset()

    def terms_on(self, day: date) -> Terms | None:
        """The terms in force on a local day."""
        return max(
            (each for each in self.terms if each.valid_from <= day), key=lambda each: each.valid_from, default=None
        )

    def facts(self, day: date) -> DayFacts:
        """What kind of day it is under the tariff in force."""
        terms = self.terms_on(day)
        tariff = None if terms is None else self.tariffs.get(terms.tariff)
        known = None if tariff is None or tariff.holidays is None else self.holidays.get(tariff.holidays)
        return facts(day, known, critical=day in self.critical)


@dataclass(frozen=True, slots=True)
class Spans:
    """Bands over [starts[0], stop): each holds from its start to the next one's; neighbours differ."""

    starts_us: Int64
    bands: np.ndarray[tuple[int], np.dtype[np.int8]]
    stop_us: int

    def bands_at(self, times_us: Int64) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        """The band of each instant in [starts[0], stop)."""
        found: np.ndarray[tuple[int], np.dtype[np.int8]] = self.bands[
            np.searchsorted(self.starts_us, times_us, side="right") - 1
        ]
        return found


def expand(plan: Plan, from_us: int, to_us: int) -> Spans:
    """The spans of [from, to)."""
    offsets = stretches(plan.zone, from_us, to_us)
    known: dict[tuple[Terms | None, DayFacts], tuple[Period, ...]] = {}
    starts: list[int] = []
    bands: list[int] = []
    at = 0
    for day in local_days(plan.zone, from_us, to_us):
        key = plan.terms_on(day.date), plan.facts(day.date)
        if key not in known:
            known[key] = _periods(plan, *key)
        while offsets[at].stop_us <= day.start_us:
            at += 1
        for stretch in offsets[at:]:
            if stretch.start_us >= day.stop_us:
                break
            for start, band in _instants(day, stretch, known[key]):
                if not bands or bands[-1] != band:
                    starts.append(start)
                    bands.append(band)
    return Spans(np.array(starts, dtype=np.int64), np.array(bands, dtype=np.int8), to_us)


def _periods(plan: Plan, terms: Terms | None, of: DayFacts) -> tuple[Period, ...]:
    tariff = None if terms is None else plan.tariffs.get(terms.tariff)
    if terms is None or tariff is None:
        return (Period(0, DAY_US // _MINUTE_US, Band.UNBILLED),)
    return day_periods(tariff, terms, of)


def _instants(day: LocalDay, stretch: Stretch, periods: tuple[Period, ...]) -> list[tuple[int, int]]:
    """Where the bands of a day begin inside one stretch: (instant, band), ascending."""
    start, stop = max(day.start_us, stretch.start_us), min(day.stop_us, stretch.stop_us)
    found: list[tuple[int, int]] = []
    # The instant at which the clock shows 0:00 before `start`; a day may wrap over it where its midnight comes twice.
    midnight = start - (start + stretch.offset_us) % DAY_US
    while midnight < stop:
        for period in periods:
            begin = max(midnight + period.start_minute * _MINUTE_US, start)
            if begin < min(midnight + period.stop_minute * _MINUTE_US, stop):
                found.append((begin, int(period.band)))
        midnight += DAY_US
    return found
