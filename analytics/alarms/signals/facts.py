"""Figures that services work out and tell: baselines, demand, ledger, irregularities, clocks, the service itself.

A fact holds until the next one, which may say that nothing is known (NaN); one that is older than the last is none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.alarms.machine import Instance
from analytics.alarms.rounds import ALWAYS, NEVER
from analytics.batches import Positions
from analytics.readings import Float64, Int64


class Facts:
    """All kinds that services work out. Keeps the last fact of each instance."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.columns: list[set[int]] = [set() for _ in instances]
        self.told_us = np.full(len(instances), NEVER, dtype=np.int64)
        self.value = np.full(len(instances), np.nan)

    def tell(self, local: int, at_us: int, value: float) -> bool:
        """Take a fact; whether it is a new one."""
        if at_us <= self.told_us[local]:
            return False
        self.told_us[local], self.value[local] = at_us, value
        return True

    def figures(self, local: Positions) -> tuple[Float64, Int64]:
        """Figures, and until when each is valid."""
        values = self.value[local]
        return values, np.where(np.isnan(values), NEVER, ALWAYS)
