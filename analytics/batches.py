"""Putting a batch of readings in order before it meets the database.

Writers that insert overlapping keys in different orders deadlock, so a batch is sorted by (point, time). Devices repeat
themselves, so the same (point, time) may stand in one batch several times: the first that arrived goes to the database,
and whether a repeat is a duplicate or a conflict is decided by the value that stands there in the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.readings import Float64, Int32, Int64

Positions = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings as columns of equal length: point ids, times (microseconds since 1970), values in canonical units."""

    point_ids: Int32
    times_us: Int64
    values: Float64

    def __post_init__(self) -> None:
        if not len(self.point_ids) == len(self.times_us) == len(self.values):
            raise ValueError("columns of readings must be of equal length")

    def __len__(self) -> int:
        return len(self.point_ids)

    def take(self, which: Positions | Mask) -> Columns:
        """The readings at these positions, or under this mask."""
        return Columns(self.point_ids[which], self.times_us[which], self.values[which])


@dataclass(frozen=True, slots=True)
class Ordered:
    """Positions into the batch as it arrived.

    `kept`: the first arrival of each (point, time), sorted by it. `repeats`: all further ones in order of arrival, and
    for each of these the place in `kept` of the one it repeats.
    """

    kept: Positions
    repeats: Positions
    repeated: Positions


def in_order(readings: Columns) -> Ordered:
    """Sort a batch by (point, time) and tell first arrivals from repeats."""
    order = np.lexsort((readings.times_us, readings.point_ids))  # stable: equal keys stay in order of arrival
    ids, times = readings.point_ids[order], readings.times_us[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (ids[1:] != ids[:-1]) | (times[1:] != times[:-1])
    return Ordered(order[first], order[~first], np.cumsum(first)[~first] - 1)


def last_of_each_point(point_ids: Int32) -> Positions:
    """Positions of each point's last row in a batch sorted by (point, time)."""
    is_last = np.ones(len(point_ids), dtype=np.bool_)
    is_last[:-1] = point_ids[1:] != point_ids[:-1]
    return np.flatnonzero(is_last)
