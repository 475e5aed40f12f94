"""The calendar of pieces: quarter hours of UTC, cut at band edges, each with its band and local hour, day and month.

What stands here is all that sums of energy need of a time zone or a tariff: roll-ups join on the start of a piece and
never ask what time it is anywhere. Cuts that are there already stay, so that energy keeps its pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.metering.model import QUARTER_US
from analytics.readings import Int64
from analytics.tariffs.clock import EPOCH_DAY, hour_starts_us, local_days
from analytics.tariffs.expansion import Plan, expand


@dataclass(frozen=True, slots=True)
class CalendarPieces:
    """Pieces as columns of equal length, ascending. Days and months are days since 1970-01-01, a month its first."""

    starts_us: Int64
    stops_us: Int64
    bands: np.ndarray[tuple[int], np.dtype[np.int8]]
    hours_us: Int64
    days: Int64
    months: Int64

    def __len__(self) -> int:
        return len(self.starts_us)

    def take(self, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> CalendarPieces:
        """Some of them."""
        return CalendarPieces(
            self.starts_us[chosen],
            self.stops_us[chosen],
            self.bands[chosen],
            self.hours_us[chosen],
            self.days[chosen],
            self.months[chosen],
        )


def pieces(plan: Plan, from_us: int, to_us: int, cuts_us: Sequence[int] = ()) -> CalendarPieces:
    """The pieces of [from, to), which are quarter hours; `cuts_us` are further cuts, kept from before."""
    spans = expand(plan, from_us, to_us)
    hours = hour_starts_us(plan.zone, from_us, to_us)
    days = local_days(plan.zone, from_us, to_us)
    day_starts = np.array([day.start_us for day in days], dtype=np.int64)
    edges = np.concatenate(
        [
            np.arange(from_us, to_us, QUARTER_US, dtype=np.int64),
            spans.starts_us,
            hours,
            day_starts,
            np.array(cuts_us, dtype=np.int64),
        ]
    )
    starts = np.unique(edges[(edges >= from_us) & (edges < to_us)])
    number = np.searchsorted(day_starts, starts, side="right") - 1
    return CalendarPieces(
        starts,
        np.append(starts[1:], to_us),
        spans.bands_at(starts),
        hours[np.searchsorted(hours, starts, side="right") - 1],
        np.array([(day.date - EPOCH_DAY).days for day in days], dtype=np.int64)[number],
        np.array([(day.date.replace(day=1) - EPOCH_DAY).days for day in days], dtype=np.int64)[number],
    )


def cuts(pieces_us: Int64) -> Int64:
    """Those starts that are not on the quarter hour."""
    off: Int64 = pieces_us[pieces_us % QUARTER_US != 0]
    return off


def local_midnights_us(zone: ZoneInfo, from_us: int, to_us: int) -> Int64:
    """Starts of local days: from the last at or before `from_us` to the first at or after `to_us`."""
    days = local_days(zone, from_us, to_us)
    return np.array([*(day.start_us for day in days), days[-1].stop_us], dtype=np.int64)


def date_of(day: int) -> date:
    """A date by its number of days since 1970-01-01."""
    return EPOCH_DAY + timedelta(days=day)
