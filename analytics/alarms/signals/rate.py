"""How fast a figure changes: from what it was a window ago to now, for each minute.

The sample to compare with is the newest from `over_s` ago or before; one from before twice the window is too old, and
until there is one, the rate is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.alarms.machine import Instance
from analytics.alarms.rounds import Points, View
from analytics.alarms.signals.expressions import Expressions
from analytics.alarms.signals.windows import Window
from analytics.batches import Positions
from analytics.readings import Float64, Int64

STEPS = 24


class Rates:
    """Kind `rate`."""

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        self._of = Expressions([instance.rule.signal.of for instance in instances], instances, points)
        self.columns = self._of.columns
        self.window = Window([instance.rule.signal.over_s for instance in instances], STEPS)

    def figures(self, local: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        """Figures, and until when each is valid. `local` is sorted."""
        values, until = self._of.evaluate(local, at_us, view)
        window, figures = self.window, np.full(len(local), np.nan)
        known = np.flatnonzero(~np.isnan(values))
        window.put(local[known], at_us[known], values[known])
        before = window.before(local[known], at_us[known])
        known, before = known[before >= 0], before[before >= 0]
        passed_us = at_us[known] - window.at_us[before]
        rates = (values[known] - window.amounts[before].astype(np.float64)) / passed_us * 60e6
        figures[known] = np.where(passed_us <= 2 * window.over_us[local[known]], rates, np.nan)
        window.let_go(local, at_us)
        return figures, until
