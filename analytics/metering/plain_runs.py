"""Reads that are surely plain, counted in whole columns: the short way through the judgement for nearly all reads.

A read is surely plain if it lies in the segment of the good read, counts up within the limit (with a hair to spare, so
that rounding of floats never lets anything through that exact integers would not), and ends no gap. The first read that
is not so ends the run and is judged alone; if it is plain after all, the judgement comes to the same.
"""

from __future__ import annotations

import numpy as np

from analytics.metering.books import Books
from analytics.metering.increments import Scales
from analytics.metering.model import QUARTER_US, Rules
from analytics.metering.state import Read
from analytics.readings import Int64


def take(
    rules: Rules, scales: Scales, books: Books, good: Read, below_micro: int, times_us: Int64, micros: Int64
) -> int:
    """Count the reads at the front that are surely plain and show less than `below_micro`; how many they were."""
    index = scales.index(good.time_us)
    times_us = scales.inside(index, times_us)
    if len(times_us) == 0:
        return 0
    scale = scales.at(index)
    instants, shown = _following(good.time_us, times_us), _following(good.micro, micros[: len(times_us)])
    durations = instants[1:] - instants[:-1]
    below_micro = min(below_micro, scale.limit_micro)
    plain = scales.surely_plausible(scale, durations, shown)
    if not plain.all() or durations.max() > rules.linear_us or shown[-1] >= below_micro:
        plain &= (durations <= rules.linear_us) & (shown[1:] < below_micro)
        count = int(plain.argmin()) if not plain.all() else len(plain)
        if count == 0:
            return 0
        instants, shown = instants[: count + 1], shown[: count + 1]
    across = instants[:-1] // QUARTER_US != (instants[1:] - 1) // QUARTER_US
    books.tally.add_run(instants, scale.energies(shown), across.view(np.int8))
    return len(instants) - 1


def _following(first: int, others: Int64) -> Int64:
    joined = np.empty(len(others) + 1, dtype=np.int64)
    joined[0] = first
    joined[1:] = others
    return joined
