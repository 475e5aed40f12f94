"""Fewer points, the same picture: at most N readings of a series that look like all of them when drawn as a line.

    all readings --(minimum and maximum of each bucket)--> a few times N --(largest triangles)--> N
                                                   +--- the first, last, lowest and highest: always --> N

This is MinMaxLTTB (J. Van Der Donckt, J. Van Der Donckt, S. Van Hoecke, "MinMaxLTTB: Leveraging MinMax-Preselection to
Scale LTTB", IEEE VIS 2023): the preselection keeps every peak and is cheap, also inside a database; the triangles then
choose which of the kept readings the eye would miss. LTTB alone may drop the highest reading of all; an operator who
looks for last year's peak must find it, so the extremes are kept beside the triangles' choice.

Every kept point is a reading that was really measured, at its own time; nothing is averaged or moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.batches import Positions
from analytics.readings import Float64, Int64

#: Preselected readings for each one that is kept in the end; the paper finds no visible gain above 4.
PRESELECTION_RATIO = 4
#: First, last, lowest and highest reading.
FEWEST = 4


@dataclass(frozen=True, slots=True)
class Series:
    """Readings of one point by ascending time, microseconds since 1970."""

    times_us: Int64
    values: Float64

    def __post_init__(self) -> None:
        if len(self.times_us) != len(self.values):
            raise ValueError("a series has as many times as values")
        if bool((np.diff(self.times_us) <= 0).any()):
            raise ValueError("the times of a series ascend, each once")

    def __len__(self) -> int:
        return len(self.times_us)

    def take(self, which: Positions) -> Series:
        """The readings at these ascending positions."""
        return Series(self.times_us[which], self.values[which])


def downsample(series: Series, at_most: int) -> Series:
    """At most `at_most` (4 or more) readings of the series, its first, last, lowest and highest among them."""
    if at_most < FEWEST:
        raise ValueError(f"a series cannot be drawn with fewer than {FEWEST} readings, not {at_most}")
    if len(series) <= at_most:
        return series
    few = series.take(extremes(series, at_most * PRESELECTION_RATIO // 2))
    if len(few) <= at_most:
        return few
    peaks = np.array([np.argmin(few.values), np.argmax(few.values)])
    return few.take(np.union1d(largest_triangles(few, at_most - len(peaks)), peaks))


def extremes(series: Series, buckets: int) -> Positions:
    """Positions of the lowest and the highest reading of each of `buckets` equal spans of time, and of both ends."""
    if len(series) == 0:
        return np.empty(0, dtype=np.intp)
    span_us = int(series.times_us[-1] - series.times_us[0]) + 1
    # Floats would round the spans of a long series unevenly; integers of this size overflow only beyond 290 years.
    bucket = (series.times_us - series.times_us[0]) // max(1, -(-span_us // buckets))
    order = np.lexsort((series.values, bucket))
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = bucket[order][1:] != bucket[order][:-1]
    ends = np.ones(len(order), dtype=np.bool_)
    ends[:-1] = begins[1:]
    return np.unique(np.concatenate([order[begins], order[ends], [0, len(series) - 1]]))


def largest_triangles(series: Series, at_most: int) -> Positions:
    """Positions chosen by largest triangle, three buckets at a time: the first, one of each bucket, the last.

    S. Steinarsson, "Downsampling Time Series for Visual Representation", 2013. Of each bucket that reading is chosen
    whose triangle with the one chosen before and the mean of the next bucket is largest.
    """
    count = len(series)
    if count <= at_most:
        return np.arange(count, dtype=np.intp)
    edges = np.linspace(1, count - 1, at_most - 1).astype(np.intp)
    times = (series.times_us - series.times_us[0]).astype(np.float64)
    sizes = np.diff(np.append(edges, count))
    mean_times = (np.add.reduceat(times, edges) / sizes).tolist()
    mean_values = (np.add.reduceat(series.values, edges) / sizes).tolist()
    # Buckets hold a handful of readings, where plain floats are ten times faster than short arrays.
    time, value = times.tolist(), series.values.tolist()
    chosen = [0]
    for place, (begin, end) in enumerate(pairwise(edges.tolist())):
        at, level = time[chosen[-1]], value[chosen[-1]]
        width, height = mean_times[place + 1] - at, mean_values[place + 1] - level
        best, largest = begin, -1.0
        for i in range(begin, end):
            area = abs((time[i] - at) * height - (value[i] - level) * width)
            if area > largest:
                best, largest = i, area
        chosen.append(best)
    chosen.append(count - 1)
    return np.array(chosen, dtype=np.intp)
