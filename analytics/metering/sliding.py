"""Demand over 15 minutes that slide by one minute: the highest of each local day.

A window is the sum of 15 UTC minutes and ends with the last of them. Windows are looked at where the minute they end
with has energy of its own (a window that ends later, in a hole, holds less), and only once that minute is complete, so
that nothing found is ever taken back. A window belongs to the local day in which it ends; one that ends at midnight to
the day that midnight closes. Among equal windows the earliest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.metering.model import MINUTE_US, DemandDay
from analytics.metering.state import Sums
from analytics.readings import Int64

WINDOW_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Minutes:
    """Energies of minutes that are covered, sorted, and how many at the front are known from before."""

    starts_us: Int64
    energies: Int64
    known: int


def joined(sums: Sums, starts_us: Int64, energies: Int64) -> Minutes:
    """The 15 minutes carried along (the open one last) and the new ones; the open minute may be in both."""
    open_minute_us = sums.position_us // MINUTE_US * MINUTE_US
    first_us = open_minute_us - (WINDOW_MINUTES - 1) * MINUTE_US
    before = np.arange(first_us, open_minute_us + 1, MINUTE_US, dtype=np.int64)
    held = np.array(sums.minutes, dtype=np.int64)
    if len(starts_us) and int(starts_us[0]) == open_minute_us:
        energies[0] += held[-1]
        before, held = before[:-1], held[:-1]
    elif not sums.minute_covered:
        before, held = before[:-1], held[:-1]
    return Minutes(np.concatenate((before, starts_us)), np.concatenate((held, energies)), WINDOW_MINUTES - 1)


def carried_at(minutes: Minutes, open_minute_us: int) -> tuple[int, ...]:
    """The energies of the 15 minutes up to the open one, holes as 0."""
    first = open_minute_us - (WINDOW_MINUTES - 1) * MINUTE_US
    begin, end = minutes.starts_us.searchsorted((first, open_minute_us + 1)).tolist()
    held = [0] * WINDOW_MINUTES
    for start, energy in zip(minutes.starts_us[begin:end].tolist(), minutes.energies[begin:end].tolist(), strict=True):
        held[(start - first) // MINUTE_US] = energy
    return tuple(held)


def maxima(minutes: Minutes, stop_us: int, days_us: Int64) -> list[DemandDay]:
    """The highest window of each local day among those that end with a minute complete by `stop_us`."""
    end = int(minutes.starts_us.searchsorted(stop_us - MINUTE_US, side="right"))
    if end <= minutes.known or len(days_us) == 0:
        return []
    starts = minutes.starts_us[minutes.known : end]
    sums = np.zeros(end + 1, dtype=np.int64)
    minutes.energies[:end].cumsum(out=sums[1:])
    begins = minutes.starts_us.searchsorted(starts - (WINDOW_MINUTES - 1) * MINUTE_US)
    windows = sums[minutes.known + 1 :] - sums[begins]
    first_day, last_day = (days_us.searchsorted((starts[0], starts[-1]), side="right") - 1).tolist()
    found = []
    for day in range(max(0, first_day), last_day + 1):
        begin, end = 0, len(starts)
        if first_day != last_day:
            until_us = days_us[day + 1] if day + 1 < len(days_us) else stop_us
            begin, end = starts.searchsorted((days_us[day], until_us)).tolist()
        if begin < end:
            best = begin + int(windows[begin:end].argmax())
            found.append(DemandDay(int(days_us[day]), int(windows[best]), int(starts[best]) + MINUTE_US))
    return found
