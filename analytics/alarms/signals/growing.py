"""Seconds since something last happened: since a point or device spoke, since a value last changed.

Such a figure grows by itself: it is kept as the instant from which it counts, and passes its limit between two readings
as well. A late backlog counts as having spoken when it came; a device that never spoke is not known to be silent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.alarms.machine import Instance
from analytics.alarms.rounds import ALWAYS, NEVER, Points, View
from analytics.alarms.signals.expressions import Expressions
from analytics.alarms.signals.windows import before_each
from analytics.batches import Mask, Positions
from analytics.readings import Float64, Int64


class Silence:
    """Kind `silence`. Keeps when each instance last heard its point or device, and until when nobody listened."""

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        self.columns = [
            {points.column(each) for each in instance.names[instance.rule.signal.of]} for instance in instances
        ]
        self.base_us = np.full(len(instances), NEVER, dtype=np.int64)
        self.deaf_until_us = NEVER

    def figures(self, local: Positions, at_us: Int64, spoke: Mask) -> tuple[Float64, Int64, Int64]:
        """Figures, until when each is valid, and since when it counts. `local` is sorted."""
        base = carried(local, np.where(spoke, at_us, NEVER), self.base_us)
        heard = base > NEVER
        until = np.where(heard, ALWAYS, NEVER)
        return np.where(heard, (at_us - base) / 1e6, np.nan), until, base

    def count_from(self, local: Positions, since_us: int) -> None:
        """Nobody listened until an instant: count from it at least, where anything was ever heard."""
        self.deaf_until_us = max(self.deaf_until_us, since_us)
        known = local[self.base_us[local] > NEVER]
        self.base_us[known] = np.maximum(self.base_us[known], since_us)


class Stuck:
    """Kind `stuck`. Keeps the last value of each instance and since when it stands.

    What stands because its machine does is not stuck: while the rule's `when` does not hold there is no figure, and the
    time counts from when it holds again.
    """

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        self._of = Expressions([instance.rule.signal.of for instance in instances], instances, points)
        self.columns = self._of.columns
        self.base_us = np.full(len(instances), NEVER, dtype=np.int64)
        self.value = np.full(len(instances), np.nan)

    def figures(self, local: Positions, at_us: Int64, applies: Mask, view: View) -> tuple[Float64, Int64, Int64]:
        """Figures, until when each is valid, and since when it counts. `local` is sorted."""
        values, until = self._of.evaluate(local, at_us, view)
        known = np.flatnonzero(~np.isnan(values))
        changed = np.full(len(local), NEVER, dtype=np.int64)
        differs = values[known] != before_each(local[known], values[known], self.value)
        changed[known[differs]] = at_us[known[differs]]
        changed[~applies] = at_us[~applies]
        base = carried(local, changed, self.base_us)
        figures = np.where(np.isnan(values) | ~applies, np.nan, (at_us - base) / 1e6)
        return figures, until, base


def carried(local: Positions, happened_us: Int64, last_us: Int64) -> Int64:
    """The last instant up to each row at which it happened, NEVER meaning not there; `last_us` goes on from them."""
    if len(local) == 0:
        return happened_us
    first = np.append([True], local[1:] != local[:-1])
    found = np.where(first & (happened_us == NEVER), last_us[local], happened_us)
    is_set = first | (found != NEVER)
    found = found[np.maximum.accumulate(np.where(is_set, np.arange(len(local)), 0))]
    last = np.append(first[1:], [True])
    last_us[local[last]] = found[last]
    return found
