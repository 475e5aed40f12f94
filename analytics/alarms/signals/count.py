"""How often within a window: rises of a condition, changes of a value, or what a counter counted.

    rises       from not holding to holding              starts an hour
    changes     another value than before                an input that chatters
    increase    what it counted, a fall being none       starts that the controller counts itself

A running total is kept, in whole millionths, and what it was when the window began is taken from it. The first known
value counts nothing. Events of one two-hundred-and-fortieth of the window leave it together, with the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.alarms.machine import Instance
from analytics.alarms.rounds import Points, View
from analytics.alarms.signals.expressions import Expressions
from analytics.alarms.signals.windows import Window, before_each
from analytics.batches import Positions
from analytics.readings import Float64, Int64

STEPS = 240
_MICRO = 1_000_000
_LARGEST = 9e12
_KINDS = ("rises", "changes", "increase")


class Counts:
    """Kind `count`. Keeps the last value and the total of each instance."""

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        signals = [instance.rule.signal for instance in instances]
        self._of = Expressions([signal.of for signal in signals], instances, points)
        self.columns = self._of.columns
        self._kind = np.array([_KINDS.index(signal.counts) for signal in signals], dtype=np.int64)
        self.window = Window([signal.over_s for signal in signals], STEPS)
        self.window.amounts = np.empty(0, dtype=np.int64)
        self.value = np.full(len(signals), np.nan)
        self.total_micro = np.zeros(len(signals), dtype=np.int64)

    def figures(self, local: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        """Figures, and until when each is valid. `local` is sorted."""
        values, until = self._of.evaluate(local, at_us, view)
        figures = np.full(len(local), np.nan)
        known = np.flatnonzero(~np.isnan(values))
        who, at = local[known], at_us[known]
        counted = self._counted(who, values[known])
        total = self._totals(who, counted)
        events = counted > 0
        self.window.put(who[events], at[events], total[events])
        before = self.window.before(who, at)
        old = np.zeros(len(who), dtype=np.int64)
        old[before >= 0] = self.window.amounts[before[before >= 0]]
        figures[known] = (total - old) / _MICRO
        self.window.let_go(local, at_us)
        return figures, until

    def _counted(self, who: Positions, values: Float64) -> Int64:
        before = before_each(who, values, self.value)
        values, first = np.clip(values, -_LARGEST, _LARGEST), np.isnan(before)
        before = np.where(first, values, np.clip(before, -_LARGEST, _LARGEST))
        rises, changes = (values > 0.5) & (before <= 0.5), values != before
        increase = np.rint(values * _MICRO).astype(np.int64) - np.rint(before * _MICRO).astype(np.int64)
        kind = self._kind[who]
        return np.where(
            kind == 2, np.maximum(increase, 0), np.where(kind == 1, changes, rises).astype(np.int64) * _MICRO
        )

    def _totals(self, who: Positions, counted: Int64) -> Int64:
        if len(who) == 0:
            return counted
        first = np.append([True], who[1:] != who[:-1])
        running = np.cumsum(counted)
        starts = np.flatnonzero(first)
        offset = np.repeat(running[starts] - counted[starts], np.diff(np.append(starts, [len(who)])))
        total = self.total_micro[who] + running - offset
        ends = np.append(first[1:], [True])
        self.total_micro[who[ends]] = total[ends]
        return np.asarray(total, dtype=np.int64)
