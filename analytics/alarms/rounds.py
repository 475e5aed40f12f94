"""What a take of readings makes known: which are fresh, what each point showed when, and which instances to look at.

    readings --known point? newer than its last? not far behind?--> fresh ones
    fresh ones --points' instances--> evaluations: each instance once for each instant at which one of its points spoke
    evaluations --k-th of each instance--> rounds: what happens to one instance happens in the order of event time

A reading that is older than the last one of its point, or more than two minutes behind now, is history: it changes no
alarm. All figures of a take are worked out at once, each with the values its points had at that instant; rounds are for
what remembers. An instance over several devices is never taken back in time: what comes late from one of them counts
from the instant that the instance has come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.alarms.machine import Instance, Point
from analytics.batches import Columns, Mask, Positions
from analytics.readings import Float64, Int64

#: Before and after all times. Sums of one of them and any delay stay within 64 bits.
NEVER, ALWAYS = -(2**61), 2**61
LATE_US = 120_000_000
_LEAST_VALID_S, _INTERVALS_VALID = 30.0, 3.0


def microseconds(seconds: float) -> int:
    """Whole microseconds of a duration in seconds, at most such as sums bear."""
    return int(min(round(seconds * 1e6), 2**60))


class Points:
    """The last value of each point that instances need, in columns; the last column stands for no point at all."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        found: dict[int, Point] = {}
        for instance in instances:
            named = {each for point_ids in instance.names.values() for each in point_ids}
            found.update((each, point) for each, point in instance.points.items() if each in named)
        self.by_id = found
        self.ids = np.array(sorted(found), dtype=np.int64)
        self.times_us = np.full(len(found) + 1, NEVER, dtype=np.int64)
        self.values = np.full(len(found) + 1, np.nan)
        valid = [max(_INTERVALS_VALID * found[each].expected_interval_s, _LEAST_VALID_S) for each in sorted(found)]
        self.valid_us = np.array([*(microseconds(each) for each in valid), 0], dtype=np.int64)
        self._column_of = np.full(int(self.ids.max(initial=-1)) + 2, -1, dtype=np.int64)
        self._column_of[self.ids] = np.arange(len(found))

    def columns_of(self, point_ids: NDArray[np.integer]) -> Positions:
        """The columns of points, -1 for those that nothing needs."""
        inside = np.where((point_ids >= 0) & (point_ids < len(self._column_of)), point_ids, len(self._column_of) - 1)
        return self._column_of[inside]

    def column(self, point_id: int) -> int:
        """The column of one point that is known to be there."""
        return int(self._column_of[point_id])

    def seed(self, last: Mapping[int, tuple[int, float]]) -> Positions:
        """Fill in what points of which nothing is known last showed; gives their columns."""
        given = [each for each in last if each in self.by_id and self.times_us[self.column(each)] == NEVER]
        columns = np.array([self.column(each) for each in given], dtype=np.int64)
        self.times_us[columns] = [last[each][0] for each in given]
        self.values[columns] = [last[each][1] for each in given]
        return columns


@dataclass(frozen=True, slots=True)
class Take:
    """The readings of known points, sorted by (column, time), and which of them are fresh."""

    columns: Positions
    times_us: Int64
    values: Float64
    is_fresh: Mask


def sort_out(points: Points, readings: Columns, now_us: int) -> Take:
    """The readings that any instance needs, the first of each point and instant, and which are fresh."""
    columns = points.columns_of(readings.point_ids)
    known = np.flatnonzero(columns >= 0)
    columns, times, values = columns[known], readings.times_us[known], readings.values[known]
    ahead = columns[1:] > columns[:-1]
    if not (ahead | ((columns[1:] == columns[:-1]) & (times[1:] > times[:-1]))).all():
        order = np.lexsort((times, columns))
        columns, times, values = columns[order], times[order], values[order]
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (columns[1:] != columns[:-1]) | (times[1:] != times[:-1])
        columns, times, values = columns[first], times[first], values[first]
    return Take(columns, times, values, (times > points.times_us[columns]) & (times >= now_us - LATE_US))


class View:
    """What points showed at any instant of a take: the newest fresh reading up to then, else what was known before."""

    def __init__(self, points: Points, take: Take | None = None) -> None:
        self.points = points
        fresh = None if take is None else take.is_fresh
        self._columns = np.empty(0, dtype=np.int64) if take is None else take.columns[fresh]
        self._times = np.empty(0, dtype=np.int64) if take is None else take.times_us[fresh]
        self._values = np.empty(0) if take is None else take.values[fresh]
        self._first = int(self._times.min()) if len(self._times) else 0
        self._span = int(self._times.max()) - self._first + 2 if len(self._times) else 2
        self._keys = self._columns * self._span + (self._times - self._first)

    def at(self, columns: Positions, at_us: Int64) -> tuple[Float64, Int64]:
        """Values that are still valid at that instant, NaN for others, and until when each is."""
        points = self.points
        times, values = points.times_us[columns], points.values[columns]
        if len(self._keys):
            within = np.minimum(np.maximum(at_us - self._first, -1), self._span - 2)
            found = np.maximum(np.searchsorted(self._keys, columns * self._span + within, side="right") - 1, 0)
            here = (self._columns[found] == columns) & (self._times[found] <= at_us)
            times, values = np.where(here, self._times[found], times), np.where(here, self._values[found], values)
        until = times + points.valid_us[columns]
        valid = at_us <= until
        return np.where(valid, values, np.nan), np.where(valid, until, NEVER)

    def put(self) -> None:
        """Let the points know what they showed last."""
        if len(self._columns):
            last = np.flatnonzero(np.append(self._columns[1:] != self._columns[:-1], [True]))
            self.points.times_us[self._columns[last]] = self._times[last]
            self.points.values[self._columns[last]] = self._values[last]


class Reach:
    """Which instances a point leads to."""

    def __init__(self, of_instances: Sequence[AbstractSet[int]], points: int) -> None:
        pairs = sorted((column, at) for at, columns in enumerate(of_instances) for column in columns)
        columns = np.array([column for column, _ in pairs], dtype=np.int64)
        self._instances = np.array([at for _, at in pairs], dtype=np.int64)
        self._starts = np.searchsorted(columns, np.arange(points + 2))

    def pairs(self, columns: Positions, times_us: Int64) -> tuple[Positions, Int64]:
        """Each instance that one of the readings leads to, and the reading's time."""
        starts = self._starts[columns]
        counts = self._starts[columns + 1] - starts
        before = np.cumsum(counts) - counts
        at = np.arange(int(counts.sum())) - np.repeat(before - starts, counts)
        return self._instances[at], np.repeat(times_us, counts)


@dataclass(frozen=True, slots=True)
class Evaluations:
    """Instances to look at, sorted by (instance, time), each pair once; `spoke`: whether silence is ended by it."""

    instances: Positions
    at_us: Int64
    spoke: Mask

    def __len__(self) -> int:
        return len(self.instances)

    @property
    def starts(self) -> Positions:
        """Where each instance begins."""
        return np.flatnonzero(np.append([True], self.instances[1:] != self.instances[:-1])[: len(self)])

    def rounds(self, which: Positions) -> Iterator[Positions]:
        """Of some evaluations, sorted: the first of each instance, the second of each ..."""
        instances = self.instances[which]
        is_first = np.append([True], instances[1:] != instances[:-1])[: len(which)]
        starts = np.flatnonzero(is_first)
        rank = np.arange(len(which)) - np.repeat(starts, np.diff(np.append(starts, [len(which)])))
        for number in range(int(rank.max(initial=-1)) + 1):
            yield which[rank == number]


def evaluations(instances: Positions, at_us: Int64, spoke: Mask, clocks_us: Int64) -> Evaluations:
    """Evaluations of pairs in any order; none is before the instant that its instance has come to."""
    at_us = np.maximum(at_us, clocks_us[instances])
    order = np.lexsort((at_us, instances))
    instances, at_us, spoke = instances[order], at_us[order], spoke[order]
    if len(order) == 0:
        return Evaluations(instances, at_us, spoke)
    first = np.append([True], (instances[1:] != instances[:-1]) | (at_us[1:] != at_us[:-1]))
    return Evaluations(instances[first], at_us[first], np.logical_or.reduceat(spoke, np.flatnonzero(first)))
