"""A condition over the points of a machine, looked at wherever one of its figures changes or is too old to be believed.

    pressure_pa   o-----o-----o-----o            o----         each reading is believed for a while (`valid_us`)
    looked at     ^     ^     ^     ^     ^      ^    ^        at readings, where belief in one ends, and at the end

Between two such instants nothing changes, so that a condition that holds at all of them has held without a break.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.alarms.expression import Expression
from analytics.readings import Float64, Int64


@dataclass(frozen=True, slots=True)
class Series:
    """Readings of one point by time, and for how long each is believed."""

    times_us: Int64
    values: Float64
    valid_us: int

    def at(self, instants_us: Int64) -> Float64:
        """The figure at each instant; NaN where the last reading is too old, or there was none."""
        before = np.searchsorted(self.times_us, instants_us, side="right") - 1
        found = np.full(len(instants_us), np.nan)
        known = before >= 0
        known[known] &= instants_us[known] - self.times_us[before[known]] < self.valid_us
        found[known] = self.values[before[known]]
        return found


def instants(series: Mapping[str, Series], after_us: int, until_us: int) -> Int64:
    """Where to look in (after, until]."""
    changes = [each.times_us for each in series.values()]
    ends = [each.times_us + each.valid_us for each in series.values()]
    found = np.unique(np.concatenate([*changes, *ends, np.array([until_us], dtype=np.int64)]))
    return found[(found > after_us) & (found <= until_us)]


def truth(
    condition: Expression, series: Mapping[str, Series], states: Mapping[str, Mapping[str, float]], at_us: Int64
) -> list[bool]:
    """Whether the condition holds at each instant; what is unknown does not hold."""
    figures = {name: each.at(at_us) for name, each in series.items()}
    found = np.broadcast_to(condition.evaluate(figures, states), at_us.shape)
    return [bool(each == 1.0) for each in found]
