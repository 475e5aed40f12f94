"""What a figure was a while ago, in bounded memory: a few samples for each instance, whatever the rate of readings.

    now - over                                             now
        |----|----|----|----|----|----|----|----|----|----|       steps of over / n, at fixed instants
             *    *         *    *              *      *          of each step the last sample is kept

Which samples are kept depends on their times alone, so it does not matter how readings are cut into takes. Asked for
`now - over`, the newest sample up to then answers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.alarms.rounds import NEVER, microseconds
from analytics.batches import Positions
from analytics.readings import Float64, Int64


class Window:
    """Samples of (instance, time, amount), sorted, at most `steps` and two for each instance."""

    def __init__(self, over_s: list[float], steps: int) -> None:
        self.over_us = np.array([microseconds(each) for each in over_s], dtype=np.int64)
        self._step_us = np.maximum(self.over_us // steps, 1)
        self._seen_us = np.full(len(over_s), NEVER, dtype=np.int64)
        self.local = np.empty(0, dtype=np.int64)
        self.at_us = np.empty(0, dtype=np.int64)
        self.amounts: NDArray[np.generic] = np.empty(0)

    def put(self, local: Positions, at_us: Int64, amounts: NDArray[np.generic]) -> None:
        """Add samples; of one step the last one stays."""
        if len(self.local):
            local, at_us = np.concatenate([self.local, local]), np.concatenate([self.at_us, at_us])
            amounts = np.concatenate([self.amounts, amounts])
        order = np.lexsort((at_us, local))
        local, at_us, amounts = local[order], at_us[order], amounts[order]
        step = at_us // self._step_us[local]
        kept = np.append((local[1:] != local[:-1]) | (step[1:] != step[:-1]), [True])[: len(local)]
        self.local, self.at_us, self.amounts = local[kept], at_us[kept], amounts[kept]

    def before(self, local: Positions, at_us: Int64) -> Positions:
        """For each instance and instant, which sample was the newest `over` before; -1 for none."""
        if len(self.local) == 0 or len(local) == 0:
            return np.full(len(local), -1, dtype=np.int64)
        first = int(self.at_us.min())
        span = int(self.at_us.max()) - first + 2
        keys = self.local * span + (self.at_us - first)
        within = np.clip(at_us - self.over_us[local] - first, -1, span - 2)
        found = np.searchsorted(keys, local * span + within, side="right") - 1
        return np.where((found >= 0) & (self.local[found] == local) & (within >= 0), found, -1)

    def let_go(self, local: Positions, at_us: Int64) -> None:
        """Forget what no later question can be about: all but one sample from before the window of the newest time."""
        np.maximum.at(self._seen_us, local, at_us)
        if len(self.local):
            outside = self.at_us <= (self._seen_us - self.over_us)[self.local]
            followed = np.append((self.local[1:] == self.local[:-1]) & outside[1:], [False])
            kept = ~(outside & followed)
            self.local, self.at_us, self.amounts = self.local[kept], self.at_us[kept], self.amounts[kept]


def before_each(local: Positions, values: Float64, last: Float64) -> Float64:
    """Of rows sorted by (instance, time): the value before each; `last` holds those from before, and goes on."""
    if len(local) == 0:
        return values
    first = np.append([True], local[1:] != local[:-1])
    before = np.where(first, last[local], np.append([np.nan], values[:-1]))
    ends = np.append(first[1:], [True])
    last[local[ends]] = values[ends]
    return before
