"""The evaluator: from readings, ticks and facts to changes of conditions. Pure: it holds what it remembers, no more.

    readings --> fresh? --> evaluations --> figures --> comparators --> quiet or not --> changes
                 rounds.py                  signals/    comparators.py  quiet.py
    tick ------------------ delays that run out, silence that grows --> hours, others' alarms --> changes
    facts ----------------> figures of services ---------^

For each instance `take` tells every change of level or of quiet once, with the instant at which it happened: a raise at
`since + on_delay`, to the microsecond, whichever reading or tick finds it. The first known figure is told too, also a
normal one. How a stream is cut into takes makes no difference, nor does going on from `memory()`.

A tick must not run ahead of the readings: after a start, first take what the log has, then let time pass; else devices
whose readings are still to be read would seem silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from types import MappingProxyType

import numpy as np

from analytics.alarms import memory as remembering
from analytics.alarms.change import Change, Fact
from analytics.alarms.comparators import Comparators
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.quiet import Quieting
from analytics.alarms.rounds import LATE_US, NEVER, Evaluations, Points, Reach, View, evaluations, sort_out
from analytics.alarms.signals.working import SILENCE, Signals
from analytics.batches import Columns, Mask, Positions
from analytics.readings import Int64

_NO_CLOCKS: Mapping[str, int] = MappingProxyType({})


class Evaluator:
    """Conditions of instances. Alarms are none of its business: it knows no acknowledgement and no shelf."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.instances = tuple(instances)
        self.points = Points(self.instances)
        self.signals = Signals(self.instances, self.points)
        self.comparators = Comparators([instance.rule for instance in self.instances])
        self.quieting = Quieting(self.instances, self.comparators.levels, self.comparators.when_slot)
        self._row_of = {instance.key: row for row, instance in enumerate(self.instances)}
        self._reach = Reach(self.signals.columns(), len(self.points.ids))
        heard: list[set[int]] = [set() for _ in self.instances]
        for row, columns in self.signals.heard():
            heard[row] = columns
        self._heard = Reach(heard, len(self.points.ids))

    def take(self, readings: Columns, now_us: int) -> list[Change]:
        """Evaluate readings in any order; `now_us` is when they were stored."""
        take = sort_out(self.points, readings, now_us)
        fresh = take.is_fresh
        looked_at = self._reach.pairs(take.columns[fresh], take.times_us[fresh])
        # What comes in late from when nobody listened was not silent in between, it was not heard.
        heard_us = np.maximum(take.times_us, self.signals.silence.deaf_until_us)
        spoke_us = np.where(fresh, np.minimum(heard_us, now_us), now_us)
        # A clock that was set back says old times for a while: they change no figure, and yet the device speaks.
        is_new = (take.times_us > self.points.times_us[take.columns]) | (take.times_us >= now_us - LATE_US)
        spoke = self._heard.pairs(take.columns[is_new], spoke_us[is_new])
        view = View(self.points, take)
        changes = self._evaluate(*_joined(looked_at, spoke), view)
        view.put()
        return changes

    def tick(
        self,
        now_us: int,
        active: AbstractSet[AlarmKey] = frozenset(),
        minute_of_week: Mapping[str, int] = _NO_CLOCKS,
    ) -> list[Change]:
        """Let time pass. `active`: alarms of others that may explain ours, as those of the service.

        `minute_of_week`: for each site how many local minutes have passed since Monday began; of sites left out, hours
        stay as they were, and at first they are closed.
        """
        self.comparators.pass_time(now_us)
        changes = self.quieting.walk(self.comparators.found())
        return changes + self.quieting.hear(now_us, active, minute_of_week)

    def tell(self, facts: Sequence[Fact]) -> list[Change]:
        """Take figures that services worked out; facts about no instance, and old ones, are none."""
        changes: list[Change] = []
        for fact in sorted(facts, key=lambda fact: fact.at_us):
            row = self._row_of.get(fact.key)
            if row is not None and self.signals.tell(row, fact.at_us, fact.value):
                at = np.array([row]), np.array([fact.at_us]), np.zeros(1, dtype=np.bool_)
                changes += self._evaluate(*at, View(self.points))
        return changes

    def nobody_listened(self, until_us: int) -> None:
        """Readings could not have come to us until now: silence counts from here. One that was told stays told."""
        rows = np.array(self.signals.members[SILENCE], dtype=np.int64)
        rows = rows[~self.comparators.on[rows, :-1].any(axis=1)]
        self.comparators.count_from(rows, until_us)
        self.signals.silence.count_from(self.signals.local_of(rows), until_us)

    def seed(self, last: Mapping[int, tuple[int, float]]) -> list[Change]:
        """Fill in what points showed last, by point id: (microseconds, value). Only where nothing is known yet.

        Instances that were never looked at are looked at once, as of the newest of their points.
        """
        columns = self.points.seed(last)
        times = self.points.times_us[columns]
        rows, at_us, spoke = _joined(self._reach.pairs(columns, times), self._heard.pairs(columns, times))
        if len(rows) == 0:
            return []
        newest = self.comparators.clock_us.copy()
        untouched = self.comparators.clock_us[rows] == NEVER
        np.maximum.at(newest, rows, at_us)
        keep = untouched & (at_us == newest[rows])
        return self._evaluate(rows[keep], at_us[keep], spoke[keep], View(self.points))

    def memory(self) -> bytes:
        """What there is to remember; see `memory.py`."""
        return remembering.write(self._parts())

    @classmethod
    def restored(cls, instances: Sequence[Instance], remembered: bytes) -> Evaluator:
        """An evaluator of these instances that goes on from another one's memory, as far as it fits."""
        evaluator = cls(instances)
        remembering.read(remembered, evaluator._parts())
        return evaluator

    @cached_property
    def _names(self) -> list[str]:
        return remembering.names_of(self.instances)

    def _parts(self) -> remembering.Parts:
        return remembering.Parts(
            self.instances, self._names, self.points, self.comparators, self.signals, self.quieting
        )

    def standing(self) -> list[Change]:
        """What was last told of each instance: to put right what others keep, once the log was read to its end."""
        return self.quieting.standing()

    def _evaluate(self, rows: Positions, at_us: Int64, spoke: Mask, view: View) -> list[Change]:
        of: Evaluations = evaluations(rows, at_us, spoke, self.comparators.clock_us)
        self.comparators.step(of, self.signals.figures(of, view))
        return self.quieting.walk(self.comparators.found())


def _joined(looked_at: tuple[Positions, Int64], spoke: tuple[Positions, Int64]) -> tuple[Positions, Int64, Mask]:
    is_spoke = np.repeat([False, True], [len(looked_at[0]), len(spoke[0])])
    return np.concatenate([looked_at[0], spoke[0]]), np.concatenate([looked_at[1], spoke[1]]), is_spoke
