"""Figures of the instant: an expression, its deviation from another one, and whether a point is in one of some states.

A deviation is `of - reference`, or in percent of the reference's size; of a reference of 0 there is no percentage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.alarms.machine import Instance
from analytics.alarms.rounds import Points, View
from analytics.alarms.signals.expressions import Expressions
from analytics.batches import Positions
from analytics.readings import Float64, Int64


class Values:
    """Kinds `value` and `deviation`."""

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        signals = [instance.rule.signal for instance in instances]
        self._of = Expressions([signal.of for signal in signals], instances, points)
        self._reference = Expressions([signal.reference for signal in signals], instances, points)
        self._deviates = np.array([bool(signal.reference) for signal in signals], dtype=np.bool_)
        self._relative = np.array([signal.relative for signal in signals], dtype=np.bool_)
        self.columns = [of | reference for of, reference in zip(self._of.columns, self._reference.columns, strict=True)]

    def figures(self, local: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        """Figures, and until when each is valid."""
        values, until = self._of.evaluate(local, at_us, view)
        which = np.flatnonzero(self._deviates[local])
        if len(which):
            reference, reference_until = self._reference.evaluate(local[which], at_us[which], view)
            found = values[which] - reference
            with np.errstate(all="ignore"):
                percent = found / np.abs(reference) * 100
            found = np.where(self._relative[local[which]], percent, found)
            values[which] = np.where(np.isfinite(found), found, np.nan)
            until[which] = np.minimum(until[which], reference_until)
        return values, until


class States:
    """Kind `state`: 1 while the point has one of the rule's states, else 0."""

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        self._of = Expressions([instance.rule.signal.of for instance in instances], instances, points)
        self.columns = self._of.columns
        numbers = [_numbers(instance) for instance in instances]
        self._numbers = np.full((len(numbers), max((len(each) for each in numbers), default=1)), np.nan)
        for row, each in enumerate(numbers):
            self._numbers[row, : len(each)] = each

    def figures(self, local: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        """Figures, and until when each is valid."""
        values, until = self._of.evaluate(local, at_us, view)
        is_one = (values[:, None] == self._numbers[local]).any(axis=1)
        return np.where(np.isnan(values), np.nan, is_one), until


def _numbers(instance: Instance) -> list[float]:
    states = instance.points[instance.names[instance.rule.signal.of][0]].states
    return [states[name] for name in instance.rule.signal.states]
