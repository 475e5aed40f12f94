"""One instance of the plain evaluation: its figures from whole histories, its levels one after the other."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.alarms.expression import parse
from analytics.alarms.machine import Instance
from analytics.alarms.rule import LEVELS, Rule

SECOND = 1_000_000
Reading = tuple[int, int, float]
#: What happened: when, a level or "when", "first" or "holds", whether it is on now, and the figure then.
Event = tuple[int, str, bool, float]


def micro(seconds: float) -> int:
    return round(seconds * SECOND)


@dataclass
class Comparator:
    """One level, or `when`, of one instance."""

    level: str
    limit: float
    deadband: float
    on_delay: int
    off_delay: int
    grows: bool = False
    is_on: bool = False
    since: int | None = None

    def compare(self, figure: float) -> bool:
        if self.level in {"L", "LL"}:
            return figure < self.limit + self.deadband if self.is_on else figure < self.limit
        return figure > self.limit - self.deadband if self.is_on else figure > self.limit

    @property
    def due(self) -> int | None:
        return None if self.since is None else self.since + (self.off_delay if self.is_on else self.on_delay)


@dataclass
class Plain:
    """One instance: what its points show in this take, what they showed before it, and all figures it ever had."""

    instance: Instance
    before: dict[int, tuple[int, float]] = field(default_factory=dict)
    shown: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    clock: int | None = None
    figure: float = math.nan
    figure_until: int = -1
    when_until: int = -1
    base: int | None = None
    figure_base: int | None = None
    known: list[tuple[int, float]] = field(default_factory=list)
    fact: float = math.nan
    fact_at: int | None = None
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        rule = self.rule
        grows = rule.signal.kind in {"silence", "stuck"}
        self.comparators = [
            Comparator(
                level.at,
                0.5 if level.at == "ON" else level.limit,
                rule.deadband,
                micro(rule.on_delay_s),
                micro(rule.off_delay_s),
                grows and level.at not in {"L", "LL"},
            )
            for level in sorted(rule.levels, key=lambda level: LEVELS.index(level.at))
        ]
        self.when = Comparator("when", 0.5, 0.0, micro(rule.settle_s), 0, is_on=not rule.when)

    @property
    def rule(self) -> Rule:
        return self.instance.rule

    def names(self, *texts: str) -> set[int]:
        return {each for text in texts if text for name in parse(text).names for each in self.instance.names[name]}

    def looked_at_for(self) -> set[int]:
        signal = self.rule.signal
        return self.names(self.rule.when, *([] if signal.kind == "silence" else [signal.of, signal.reference]))

    def heard_for(self) -> set[int]:
        return set(self.instance.names[self.rule.signal.of]) if self.rule.signal.kind == "silence" else set()

    def value(self, point_id: int, at: int) -> tuple[float, int]:
        before = self.before.get(point_id)
        shown = [row for row in self.shown.get(point_id, []) if row[0] <= at] or ([] if before is None else [before])
        if not shown:
            return math.nan, -1
        time, value = shown[-1]
        until = time + max(3 * micro(self.instance.points[point_id].expected_interval_s), 30 * SECOND)
        return (value, until) if at <= until else (math.nan, -1)

    def evaluate(self, text: str, at: int) -> tuple[float, int]:
        expression = parse(text)
        values, untils = {}, []
        for name in expression.names:
            shown = [self.value(each, at) for each in self.instance.names[name]]
            of = name.rpartition(".")[0]
            values[name] = np.array([combined(self.rule.inputs[of].take if of else "only", [v for v, _ in shown])])
            if not math.isnan(values[name][0]):
                untils += [until for value, until in shown if not math.isnan(value)]
        states = {name: self.instance.points[self.instance.names[name][0]].states for name in expression.names}
        figure = float(expression.evaluate(values, states).ravel()[0])
        return (math.nan, -1) if math.isnan(figure) else (figure, min(untils, default=2**61))

    def work_out(self, at: int, spoke: bool) -> tuple[float, int]:
        signal = self.rule.signal
        if signal.kind == "silence":
            if spoke:
                self.base = at
            return (math.nan, -1) if self.base is None else ((at - self.base) / SECOND, 2**61)
        if signal.kind in {"ledger", "baseline", "demand", "service", "clock", "irregularity", "night_flow"}:
            return self.fact, 2**61
        if signal.kind == "deviation":
            return self.deviation(at)
        value, until = self.evaluate(signal.of, at)
        if math.isnan(value) and signal.kind != "stuck":
            return value, -1
        if signal.kind == "rate":  # of two looks at one instant the later one is kept
            self.known = [row for row in self.known if row[0] != at]
        if not math.isnan(value):
            self.known.append((at, value))
        return {
            "value": lambda: value,
            "rate": self.rate,
            "count": self.count,
            "stuck": lambda: self.stuck(at, value),
            "state": self.state,
        }[signal.kind](), until

    def deviation(self, at: int) -> tuple[float, int]:
        signal = self.rule.signal
        (value, until), (reference, reference_until) = self.evaluate(signal.of, at), self.evaluate(signal.reference, at)
        value -= reference
        if signal.relative:
            value = value / abs(reference) * 100 if reference else math.nan
        return value, min(until, reference_until)

    def state(self) -> float:
        signal = self.rule.signal
        states = self.instance.points[self.instance.names[signal.of][0]].states
        return float(self.known[-1][1] in {states[name] for name in signal.states})

    def stuck(self, at: int, value: float) -> float:
        stands = self.rule.when and self.evaluate(self.rule.when, at)[0] == 0.0
        changed = not math.isnan(value) and (len(self.known) == 1 or self.known[-2][1] != value)
        if changed or stands:
            self.base = at
        if math.isnan(value) or stands:
            return math.nan
        assert self.base is not None
        return (at - self.base) / SECOND

    def rate(self) -> float:
        at, value = self.known[-1]
        over = micro(self.rule.signal.over_s)
        kept = [row for row in last_of_each_step(self.known, over // 24) if row[0] <= at - over]
        if not kept or at - kept[-1][0] > 2 * over:
            return math.nan
        return (value - kept[-1][1]) / (at - kept[-1][0]) * 60e6

    def count(self) -> float:
        at = self.known[-1][0]
        signal = self.rule.signal
        over = micro(signal.over_s)
        events: list[tuple[int, float]] = []
        for (_, before), (time, after) in zip(self.known, self.known[1:], strict=False):
            happened = {
                "rises": float(after > 0.5 >= before),
                "changes": float(after != before),
                "increase": max(round(after * SECOND) - round(before * SECOND), 0) / SECOND,
            }[signal.counts]
            if happened:
                events.append((time, happened))
        gone = [row[0] for row in last_of_each_step(events, over // 240) if row[0] <= at - over]
        last_gone = gone[-1] if gone else -1
        return sum(round(n * SECOND) for time, n in events if time > last_gone) / SECOND

    def advance(self, to: int, *, is_tick: bool) -> None:
        for slot in [*self.comparators, self.when]:
            until = self.when_until if slot is self.when else self.figure_until
            while True:
                crosses = None
                if slot.grows and self.base is not None:
                    crosses = self.base + micro(slot.limit)
                if crosses is not None and crosses <= min(to, until):
                    if slot.is_on and slot.due is not None and crosses <= slot.due:
                        slot.since = None
                        self.events.append((crosses, "holds", True, self.figure))
                    if not slot.is_on and slot.since is None and self.clock is not None and crosses > self.clock:
                        slot.since = crosses
                if slot.due is None or slot.due > min(to, until):
                    break
                self.turn(slot, slot.due)
            if slot.since is not None and until < to and not is_tick:
                slot.since = None

    def turn(self, slot: Comparator, at: int) -> None:
        slot.is_on, slot.since = not slot.is_on, None
        grown = self.figure_base is not None and self.grows
        value = (at - (self.figure_base or 0)) / SECOND if grown else self.figure
        self.events.append((at, slot.level, slot.is_on, value))
        if slot.is_on and slot is not self.when:
            self.events.append((at, "holds", True, value))

    @property
    def grows(self) -> bool:
        return any(slot.grows for slot in self.comparators)

    def meet(self, at: int, spoke: bool) -> None:
        self.advance(at - 1, is_tick=False)
        figure, until = self.work_out(at, spoke)
        first = math.isnan(self.figure) and not math.isnan(figure)
        self.clock, self.figure_until = at, -1 if math.isnan(figure) else until
        truth = math.nan
        if self.rule.when:
            truth, self.when_until = self.evaluate(self.rule.when, at)
        if not math.isnan(figure):
            self.figure, self.figure_base = figure, self.base
        if first:
            self.events.append((at, "first", True, figure))
        for slot in [*self.comparators, self.when]:
            x = truth if slot is self.when else figure
            if math.isnan(x):
                slot.since = None
                continue
            holds = slot.compare(x)
            if slot.grows and self.base is not None and self.base + micro(slot.limit) <= at:
                holds = True
            if holds == slot.is_on:
                slot.since = None
                continue
            if slot.since is None:
                slot.since = at
            if slot.due is not None and slot.due <= at:
                self.turn(slot, slot.due)
        self.see_what_holds(at, figure)

    def see_what_holds(self, at: int, figure: float) -> None:
        if not math.isnan(figure):
            holds = any(slot.is_on and slot.since is None for slot in self.comparators)
            self.events.append((at, "holds", holds, figure))


def last_of_each_step(rows: Iterable[tuple[int, float]], step: int) -> list[tuple[int, float]]:
    return list({row[0] // max(step, 1): row for row in rows}.values())


def combined(take: str, values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    if not known or (take == "sum" and len(known) < len(values)):
        return math.nan
    ways: dict[str, Callable[[list[float]], float]] = {
        "mean": statistics.fmean,
        "median": statistics.median,
        "least": min,
        "most": max,
        "sum": sum,
        "only": min,
    }
    return float(ways[take](known))
