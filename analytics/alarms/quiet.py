"""From conditions to what people are told: which level is the worst, and whether the alarm is kept quiet, and why.

    `when` does not hold, or not long enough ------> not_running
    outside the rule's hours ----------------------> outside_hours
    the device, or its gateway, is silent ---------> communication_lost   (all rules of the device but its silence)
    an alarm that explains it is active -----------> explained          (one that is at least as urgent now)

The first that holds is told. An alarm is active for others while one of its levels holds and its rule applies (its
`when` and hours); whether it is itself explained makes no difference, so that a chain of alarms is quiet down to the
first one. A lesser alarm hides no more urgent one: people would be told with too little urgency. Rules that explain
each other in a circle would all be quiet: the link that closes a circle is left out.

What is quiet and no longer holds, and is there only because its off-delay runs, stays quiet until it has returned: else
each start would tell of what was natural while the machine stood.

Changes are told in the order of event time, each instance once for each instant, and only what is new. The first known
figure of an instance is always told, so that whoever keeps alarms learns that a condition is over that was active when
they last heard of it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import cast

from analytics.alarms.change import Change, Quiet
from analytics.alarms.comparators import FIRST, HOLDS, Transition
from analytics.alarms.explaining import Token, explaining, given_by, silencing, tokens_of
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.rounds import NEVER
from analytics.alarms.rule import PRIORITIES, Hours

_MINUTES_A_DAY = 1440
#: Places in PRIORITIES. What others than we evaluate is about this service, which explains whatever it cannot hear.
_MOST_URGENT, _LEAST_URGENT = 0, len(PRIORITIES) - 1


class Quieting:
    """What was told of each instance, and what would have to be told now. Rows as in the comparators."""

    def __init__(self, instances: Sequence[Instance], levels: Sequence[tuple[str, ...]], when_slot: int) -> None:
        self._instances, self._levels, self._when = instances, levels, when_slot
        size = len(instances)
        self.slots = [0 if instance.rule.when else 1 << when_slot for instance in instances]
        self.is_open = [not instance.rule.hours for instance in instances]
        self.told: list[tuple[str | None, str | None] | None] = [None] * size
        self.changed_us = [NEVER] * size
        self.value = [math.nan] * size
        self.is_known = [False] * size
        self.holds = [True] * size
        self.others: set[AlarmKey] = set()
        self._unsettled: set[int] = set()
        self._own = {instance.key: row for row, instance in enumerate(instances)}
        self._order = sorted(range(size), key=lambda row: instances[row].key)
        self._rank = [0] * size
        for rank, row in enumerate(self._order):
            self._rank[row] = rank
        self._by_hours: dict[tuple[str, tuple[Hours, ...]], list[int]] = defaultdict(list)
        for row, instance in enumerate(instances):
            if instance.rule.hours:
                self._by_hours[instance.key.site, instance.rule.hours].append(row)
        self._urgency: list[dict[str, int]] = [
            {level.at: PRIORITIES.index(level.priority) for level in instance.rule.levels} for instance in instances
        ]
        self._active: Counter[tuple[Token, int]] = Counter()
        """How many active alarms give a token, by their urgency."""
        self._silenced_by = [silencing(instance) for instance in instances]
        self._explained_by = explaining(instances)
        self._listeners: dict[Token, list[int]] = defaultdict(list)
        for row, (silences, explanations) in enumerate(zip(self._silenced_by, self._explained_by, strict=True)):
            for token in {*silences, *explanations}:
                self._listeners[token].append(row)

    def walk(self, transitions: Iterable[Transition]) -> list[Change]:
        """Go through what has happened, in the order of event time."""
        changes: list[Change] = []
        for at_us, together in groupby(transitions, key=lambda transition: transition.at_us):
            changed: set[int] = set()
            before: dict[int, int | None] = {}
            for transition in together:
                row = transition.instance
                before.setdefault(row, self._active_as(row))
                changed.add(row)
                self._go(transition)
            changes += self._tell(at_us, changed, before)
        return sorted(changes, key=lambda change: change.at_us)

    def _go(self, transition: Transition) -> None:
        row = transition.instance
        if transition.slot == HOLDS:
            self.holds[row] = transition.is_on
            return
        self.value[row] = transition.value
        if transition.slot == FIRST:
            self.is_known[row] = True
        elif transition.is_on:
            self.slots[row] |= 1 << transition.slot
            self.holds[row] |= transition.slot != self._when
        else:
            self.slots[row] &= ~(1 << transition.slot)

    def hear(self, now_us: int, active: AbstractSet[AlarmKey], minute_of_week: Mapping[str, int]) -> list[Change]:
        """Learn what time it is at each site and which alarms of others are active."""
        changed, before = self._look_at_clocks(minute_of_week)
        changes = self._tell(now_us - now_us % 60_000_000, changed, before)
        began = {key for key in active if key not in self._own}
        dirty, self._unsettled = self._unsettled, set()
        for key in began ^ self.others:
            for token in tokens_of(key):
                self._active[token, _MOST_URGENT] += 1 if key in began else -1
                dirty.update(self._listeners.get(token, ()))
        self.others = began
        return changes + self._tell(now_us, dirty, {})

    def _look_at_clocks(self, minute_of_week: Mapping[str, int]) -> tuple[set[int], dict[int, int | None]]:
        changed: set[int] = set()
        before: dict[int, int | None] = {}
        for (site, hours), rows in self._by_hours.items():
            if site not in minute_of_week:
                continue
            is_open = any(_within(each, minute_of_week[site]) for each in hours)
            for row in rows:
                if self.is_open[row] != is_open:
                    before[row] = self._active_as(row)
                    self.is_open[row] = is_open
                    changed.add(row)
        return changed, before

    def _tell(self, at_us: int, changed: set[int], before: Mapping[int, int | None]) -> list[Change]:
        """The changes of instances, and of those that listen to ones that went active, ceased to be, or got worse."""
        dirty = set(changed)
        for row, was in before.items():
            if (now := self._active_as(row)) != was:
                for token in given_by(self._instances[row]):
                    if was is not None:
                        self._active[token, was] -= 1
                    if now is not None:
                        self._active[token, now] += 1
                    dirty.update(self._listeners.get(token, ()))
        changes: list[Change] = []
        for row in sorted(dirty, key=self._rank.__getitem__):
            says = self._says(row)
            if self.is_known[row] and says != self.told[row]:
                self.told[row] = says
                self.changed_us[row] = max(at_us, self.changed_us[row])
                changes.append(self._change(row))
        return changes

    def go_on(self) -> None:
        """Count anew who is active, after what is remembered of each instance was filled in.

        What rules say about hours and links may have changed since: then the next tick tells.
        """
        self._active = Counter((token, _MOST_URGENT) for key in self.others for token in tokens_of(key))
        for row, instance in enumerate(self._instances):
            if (urgency := self._active_as(row)) is not None:
                self._active.update((token, urgency) for token in given_by(instance))
        self._unsettled = {row for row, told in enumerate(self.told) if told and told != self._says(row)}

    def standing(self) -> list[Change]:
        """What was last told of each instance."""
        return sorted((self._change(row) for row in self._order if self.told[row]), key=lambda change: change.at_us)

    def _change(self, row: int) -> Change:
        level, quiet = self.told[row] or (None, None)
        value = self.value[row]
        kept = None if math.isnan(value) else value
        return Change(self._instances[row].key, self.changed_us[row], level, kept, cast("Quiet | None", quiet))

    def _applies(self, row: int) -> bool:
        return bool(self.slots[row] >> self._when & 1) and self.is_open[row]

    def _level(self, row: int) -> str | None:
        slots = self.slots[row]
        return next((level for slot, level in enumerate(self._levels[row]) if slots >> slot & 1), None)

    def _says(self, row: int) -> tuple[str | None, str | None]:
        level, quiet, told = self._level(row), self._quiet(row), self.told[row]
        if told is not None and quiet is None and level is not None and not self.holds[row]:
            quiet = told[1]
        return level, quiet

    def _active_as(self, row: int) -> int | None:
        """How urgent an alarm is for others; None while it is not active."""
        level = self._level(row) if self._applies(row) else None
        return None if level is None else self._urgency[row][level]

    def _quiet(self, row: int) -> str | None:
        if not self.slots[row] >> self._when & 1:
            return "not_running"
        if not self.is_open[row]:
            return "outside_hours"
        if self._is_any_active(self._silenced_by[row], _LEAST_URGENT):
            return "communication_lost"
        level = self._level(row)
        if self._is_any_active(self._explained_by[row], _LEAST_URGENT if level is None else self._urgency[row][level]):
            return "explained"
        return None

    def _is_any_active(self, tokens: Sequence[Token], least_urgent: int) -> bool:
        return any(self._active[token, urgency] for token in tokens for urgency in range(least_urgent + 1))


def _within(hours: Hours, minute_of_week: int) -> bool:
    """Whether a minute is inside; hours that stop before they start go on into the next day."""
    day, minute = divmod(minute_of_week, _MINUTES_A_DAY)
    if hours.start_minute < hours.stop_minute:
        return day + 1 in hours.weekdays and hours.start_minute <= minute < hours.stop_minute
    before = (day - 1) % 7
    return (day + 1 in hours.weekdays and minute >= hours.start_minute) or (
        before + 1 in hours.weekdays and minute < hours.stop_minute
    )
