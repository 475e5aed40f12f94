"""The evaluator again, slow and obvious: one instance, one instant and one level at a time, from whole histories."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from analytics.alarms.change import Change, Fact, Quiet
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.rule import Suppression
from tests.alarms.plain_instance import SECOND, Plain, Reading

URGENCY = {"critical": 4, "high": 3, "medium": 2, "low": 1}


class PlainEvaluator:
    """All instances: readings sorted out, then one after the other; and what is quiet, looked up among all of them."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.plains = [Plain(instance) for instance in instances]
        self.last: dict[int, int] = {}
        self.slots: dict[AlarmKey, dict[str, bool]] = {
            plain.instance.key: {"when": plain.when.is_on} for plain in self.plains
        }
        self.open = {plain.instance.key: not plain.rule.hours for plain in self.plains}
        self.known: set[AlarmKey] = set()
        self.told: dict[AlarmKey, tuple[str | None, Quiet | None]] = {}
        self.holds: dict[AlarmKey, bool] = {}
        self.value: dict[AlarmKey, float] = {}
        self.changed: dict[AlarmKey, int] = {}
        self.others: frozenset[AlarmKey] = frozenset()

    def take(self, readings: Iterable[Reading], now: int) -> list[Change]:
        heard: dict[int, list[int]] = {}
        fresh: dict[int, list[tuple[int, float]]] = {}
        last = dict(self.last)
        for point_id, time, value in sorted(readings, key=lambda reading: reading[:2]):
            if time <= last.get(point_id, -1):
                if now - 120 * SECOND <= time <= self.last.get(point_id, -1):
                    heard.setdefault(point_id, []).append(now)
                continue
            if time < now - 120 * SECOND:
                heard.setdefault(point_id, []).append(now)
                continue
            heard.setdefault(point_id, []).append(min(time, now))
            fresh.setdefault(point_id, []).append((time, value))
            last[point_id] = time
        self.last = last
        for plain in self.plains:
            self._look(plain, fresh, heard)
        return self._told()

    def _look(self, plain: Plain, fresh: Mapping[int, list[tuple[int, float]]], heard: Mapping[int, list[int]]) -> None:
        for point_id in plain.instance.points:
            if plain.shown.get(point_id):
                plain.before[point_id] = plain.shown[point_id][-1]
            plain.shown[point_id] = fresh.get(point_id, [])
        clock = -1 if plain.clock is None else plain.clock
        spoke = {max(time, clock) for each in plain.heard_for() for time in heard.get(each, [])}
        times = {max(time, clock) for each in plain.looked_at_for() for time, _ in fresh.get(each, [])}
        for at in sorted(times | spoke):
            plain.meet(at, at in spoke)

    def tick(
        self, now: int, active: frozenset[AlarmKey] = frozenset(), minute_of_week: Mapping[str, int] | None = None
    ) -> list[Change]:
        for plain in self.plains:
            if plain.clock is not None:
                plain.advance(now, is_tick=True)
        changes = self._told()
        for plain in self.plains:
            key = plain.instance.key
            if plain.rule.hours and key.site in (minute_of_week or {}):
                self.open[key] = any(
                    within(each.weekdays, each.start_minute, each.stop_minute, (minute_of_week or {})[key.site])
                    for each in plain.rule.hours
                )
        changes += self._say(now - now % (60 * SECOND))
        self.others = active
        return changes + self._say(now)

    def tell(self, facts: Sequence[Fact]) -> list[Change]:
        changes = []
        for fact in sorted(facts, key=lambda fact: fact.at_us):
            for plain in self.plains:
                if plain.instance.key == fact.key and (plain.fact_at is None or fact.at_us > plain.fact_at):
                    plain.fact, plain.fact_at = fact.value, fact.at_us
                    plain.meet(max(fact.at_us, -1 if plain.clock is None else plain.clock), spoke=False)
            changes += self._told()
        return changes

    def _told(self) -> list[Change]:
        instants = sorted({event[0] for plain in self.plains for event in plain.events})
        changes: list[Change] = []
        for at in instants:
            for plain in self.plains:
                key = plain.instance.key
                for event_at, what, is_on, value in plain.events:
                    if event_at == at and what == "holds":
                        self.holds[key] = is_on
                    elif event_at == at:
                        self.value[key] = value
                        if what == "first":
                            self.known.add(key)
                        else:
                            self.slots[key][what] = is_on
            changes += self._say(at)
        for plain in self.plains:
            plain.events.clear()
        return sorted(changes, key=lambda change: change.at_us)

    def _say(self, at: int) -> list[Change]:
        changes = []
        for plain in sorted(self.plains, key=lambda plain: plain.instance.key):
            key = plain.instance.key
            says = (self._level(plain), self._quiet(plain))
            if says[0] is not None and says[1] is None and key in self.told and not self.holds[key]:
                says = (says[0], self.told[key][1])
            if key in self.known and self.told.get(key) != says:
                self.told[key] = says
                self.changed[key] = max(at, self.changed.get(key, at))
                value = self.value[key]
                changes.append(Change(key, self.changed[key], says[0], None if math.isnan(value) else value, says[1]))
        return changes

    def _level(self, plain: Plain) -> str | None:
        on = self.slots[plain.instance.key]
        return next((slot.level for slot in plain.comparators if on.get(slot.level)), None)

    def _urgency(self, plain: Plain) -> int:
        held = self._level(plain)
        return max((URGENCY[level.priority] for level in plain.rule.levels if level.at == held), default=0)

    def _active(self) -> Iterator[tuple[AlarmKey, int]]:
        yield from ((key, URGENCY["critical"]) for key in self.others)
        for plain in self.plains:
            key = plain.instance.key
            if self._level(plain) and self.slots[key]["when"] and self.open[key]:
                yield key, self._urgency(plain)

    def _quiet(self, plain: Plain) -> Quiet | None:
        key, machine = plain.instance.key, plain.instance.machine
        if not self.slots[key]["when"]:
            return "not_running"
        if not self.open[key]:
            return "outside_hours"
        active = dict(self._active())
        silent = {
            (other.instance.key.site, other.instance.machine.code)
            for other in self.plains
            if is_device_silence(other.instance) and other.instance.key in active
        }
        if not is_device_silence(plain.instance) and silent & {(key.site, machine.code), (key.site, machine.gateway)}:
            return "communication_lost"
        urgent = [each for each, urgency in active.items() if urgency >= self._urgency(plain)]
        if any(explains(each, key, plain.instance, link) for each in urgent for link in plain.rule.suppressed_by):
            return "explained"
        return None


def is_device_silence(instance: Instance) -> bool:
    return instance.rule.signal.kind == "silence" and not instance.rule.signal.of


def explains(active: AlarmKey, key: AlarmKey, instance: Instance, link: Suppression) -> bool:
    if active.rule != link.rule:
        return False
    if link.of == "machine":
        return active == AlarmKey(key.site, link.rule, key.subject_kind, key.subject)
    if link.of == "gateway":
        return (active.site, active.subject) == (key.site, instance.machine.gateway)
    if link.of == "parent":
        return bool(instance.machine.parent) and (active.site, active.subject) == (key.site, instance.machine.parent)
    return active.site == (key.site if link.of == "site" else "")


def within(weekdays: frozenset[int], start: int, stop: int, minute_of_week: int) -> bool:
    hours = {
        (day - 1) * 1440 + minute for day in weekdays for minute in range(start, stop if start < stop else stop + 1440)
    }
    return minute_of_week in {each % 10_080 for each in hours}
