"""All signals together: each evaluation goes to the module of its kind, and comes back as figures of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analytics.alarms.comparators import Figures
from analytics.alarms.machine import Instance
from analytics.alarms.rounds import NEVER, Evaluations, Points, View
from analytics.alarms.signals.count import Counts
from analytics.alarms.signals.expressions import Expressions
from analytics.alarms.signals.facts import Facts
from analytics.alarms.signals.growing import Silence, Stuck
from analytics.alarms.signals.rate import Rates
from analytics.alarms.signals.value import States, Values
from analytics.batches import Positions

_VALUES, _STATES, _RATES, _COUNTS, _STUCK, SILENCE, _FACTS = range(7)
_OF_KIND = {
    "value": _VALUES,
    "deviation": _VALUES,
    "state": _STATES,
    "rate": _RATES,
    "count": _COUNTS,
    "stuck": _STUCK,
    "silence": SILENCE,
}


class Signals:
    """The signals of instances, and their `when`."""

    def __init__(self, instances: Sequence[Instance], points: Points) -> None:
        kinds = [_OF_KIND.get(instance.rule.signal.kind, _FACTS) for instance in instances]
        self._kind = np.array(kinds, dtype=np.int64)
        self.members = [[at for at, kind in enumerate(kinds) if kind == each] for each in range(7)]
        self._local = np.zeros(len(instances), dtype=np.int64)
        for members in self.members:
            self._local[members] = np.arange(len(members))
        of = [[instances[at] for at in members] for members in self.members]
        self.values, self.states = Values(of[_VALUES], points), States(of[_STATES], points)
        self.rates, self.counts = Rates(of[_RATES], points), Counts(of[_COUNTS], points)
        self.stuck, self.silence = Stuck(of[_STUCK], points), Silence(of[SILENCE], points)
        self.facts = Facts(of[_FACTS])
        self._when = Expressions([instance.rule.when for instance in instances], instances, points)
        self._has_when = np.array([bool(instance.rule.when) for instance in instances], dtype=np.bool_)

    def columns(self) -> list[set[int]]:
        """The points at whose readings each instance is looked at; those whose silence is meant are not among them."""
        of: list[set[int]] = [set(each) for each in self._when.columns]
        for kind in (self.values, self.states, self.rates, self.counts, self.stuck):
            for at, columns in zip(self._members_of(kind), kind.columns, strict=True):
                of[at] |= columns
        return of

    def _members_of(self, kind: object) -> list[int]:
        kinds = (self.values, self.states, self.rates, self.counts, self.stuck, self.silence, self.facts)
        return self.members[kinds.index(kind)]

    def local_of(self, rows: Positions) -> Positions:
        """The rows of instances in the module of their kind."""
        return self._local[rows]

    def heard(self) -> Iterator[tuple[int, set[int]]]:
        """The instances of silence, and the points that end it."""
        yield from zip(self.members[SILENCE], self.silence.columns, strict=True)

    def tell(self, instance: int, at_us: int, value: float) -> bool:
        """Take a fact; whether it is a new one of an instance that facts are told about."""
        is_fact = self._kind[instance] == _FACTS
        return bool(is_fact) and self.facts.tell(int(self._local[instance]), at_us, value)

    def figures(self, of: Evaluations, view: View) -> Figures:
        """Work out everything."""
        size = len(of)
        found = Figures(
            np.full(size, np.nan),
            np.full(size, NEVER, dtype=np.int64),
            np.full(size, NEVER, dtype=np.int64),
            np.full(size, np.nan),
            np.full(size, NEVER, dtype=np.int64),
        )
        which = np.flatnonzero(self._has_when[of.instances])
        if len(which):
            truths = self._when.evaluate(of.instances[which], of.at_us[which], view)
            found.truths[which], found.truths_until_us[which] = truths
        kinds = self._kind[of.instances]
        for kind in np.unique(kinds).tolist():
            which = np.flatnonzero(kinds == kind)
            self._fill(found, kind, which, of, view)
        return found

    def _fill(self, found: Figures, kind: int, which: Positions, of: Evaluations, view: View) -> None:
        local, at_us = self._local[of.instances[which]], of.at_us[which]
        if kind == SILENCE:
            growing = self.silence.figures(local, at_us, of.spoke[which])
            found.values[which], found.until_us[which], found.base_us[which] = growing
        elif kind == _STUCK:
            applies = found.truths[which] != 0.0  # unknown, or no `when` at all: as if it did
            growing = self.stuck.figures(local, at_us, applies, view)
            found.values[which], found.until_us[which], found.base_us[which] = growing
        elif kind == _FACTS:
            found.values[which], found.until_us[which] = self.facts.figures(local)
        else:
            signal = (self.values, self.states, self.rates, self.counts)[kind]
            found.values[which], found.until_us[which] = signal.figures(local, at_us, view)
