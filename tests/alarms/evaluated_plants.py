"""Small plants for the laws of evaluation: three devices, rules of all kinds with random figures, random streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from analytics.alarms.binding import bind
from analytics.alarms.change import Change
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Instance, Machine, Point
from analytics.alarms.rule import (
    PRIORITIES,
    Hours,
    Input,
    Level,
    LevelCode,
    Priority,
    Rule,
    Signal,
    Suppression,
    Target,
)
from analytics.batches import Columns

SECOND = 1_000_000
#: A Monday, at midnight.
START = 1_789_344_000 * SECOND
STATES = {"stopped": 0.0, "unloaded": 1.0, "loaded": 2.0}
Reading = tuple[int, int, float]


def machine(number: int, gateway: str = "", parent: str = "", interval_s: float = 5.0) -> Machine:
    points = {
        "degc": Point(number * 10 + 1, "degC", "gauge", interval_s),
        "bar": Point(number * 10 + 2, "bar", "gauge", interval_s),
        "state": Point(number * 10 + 3, "", "state", interval_s, STATES),
        "starts": Point(number * 10 + 4, "", "counter", interval_s),
    }
    code = f"machine-{number}"
    return Machine("kunshan", "device", code, code, kind="compressor", points=points, gateway=gateway, parent=parent)


MACHINES = (machine(1), machine(2, gateway="machine-1"), machine(3, gateway="machine-1", parent="machine-2"))
HIGH = (Level("H", 5, "high"),)


def bound(*rules: Rule, machines: Sequence[Machine] = MACHINES) -> tuple[Instance, ...]:
    """Instances of rules, all of which can be bound."""
    binding = bind(rules, {}, machines)
    assert not binding.unbound, binding.unbound
    return binding.instances


def columns(readings: Sequence[Reading]) -> Columns:
    return Columns(
        np.array([point for point, _, _ in readings], dtype=np.int32),
        np.array([time for _, time, _ in readings], dtype=np.int64),
        np.array([value for _, _, value in readings], dtype=np.float64),
    )


@dataclass(frozen=True)
class Step:
    """A take (readings, and when they were stored), or a tick where there are none."""

    now: int
    readings: tuple[Reading, ...] = ()
    others: frozenset[AlarmKey] = frozenset()


def go(evaluator: Evaluator, steps: Sequence[Step]) -> list[Change]:
    changes: list[Change] = []
    for step in steps:
        if step.readings:
            changes += evaluator.take(columns(step.readings), step.now)
        else:
            minute = (step.now - START) // (60 * SECOND) % 10_080
            changes += evaluator.tick(step.now, step.others, {"kunshan": minute})
    return changes


def _ordered(found: Sequence[tuple[str, float, Priority]]) -> tuple[Level, ...]:
    codes: list[LevelCode] = [at for at in ("LL", "L", "H", "HH") if at in {code for code, _, _ in found}]
    limits = sorted(limit for _, limit, _ in found)
    return tuple(Level(code, limit, each[2]) for code, limit, each in zip(codes, limits, found, strict=True))


_signals = st.sampled_from(
    [
        Signal("value", "degc"),
        Signal("value", "degc"),
        Signal("value", "max(degc, bar) - 1"),
        Signal("value", "where(state > 0, degc, bar)"),
        Signal("deviation", "degc", reference="bar"),
        Signal("deviation", "degc", reference="bar", relative=True),
        Signal("deviation", "degc", reference="twins.degc"),
        Signal("rate", "degc", over_s=7),
        Signal("rate", "degc - bar", over_s=24),
        Signal("count", "state >= 1", over_s=10, counts="rises"),
        Signal("count", "state", over_s=20, counts="changes"),
        Signal("count", "starts", over_s=15, counts="increase"),
        Signal("count", "degc", over_s=240, counts="changes"),
        Signal("stuck", "degc"),
        Signal("state", "state", states=("loaded", "stopped")),
    ]
)
_silences = st.sampled_from([Signal("silence"), Signal("silence", "degc")])
_delays = st.sampled_from([0.0, 0.0, 1.0, 2.5, 6.0, 20.0, 45.0])
_limits = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 8.0])
_priorities = st.sampled_from(PRIORITIES)
_levels = st.one_of(
    st.builds(lambda priority: (Level("ON", 1, priority),), _priorities),
    st.lists(
        st.tuples(st.sampled_from(["LL", "L", "H", "HH"]), _limits, _priorities),
        min_size=1,
        max_size=3,
        unique_by=lambda e: e[0],
    ).map(_ordered),
)
_hours = st.sampled_from([(), (Hours(frozenset({1}), 0, 1),), (Hours(frozenset({1, 7}), 1439, 2),)])


@st.composite
def _rule(draw: st.DrawFn, number: int, signals: st.SearchStrategy[Signal], *, linked: bool) -> Rule:
    links: tuple[Suppression, ...] = ()
    if linked and number:
        # To rules before it alone: circles have a test of their own.
        other = st.integers(0, number - 1).map(lambda at: f"rule-{at}")
        of = st.sampled_from(["machine", "gateway", "parent", "site"])
        links = tuple(draw(st.lists(st.builds(Suppression, other, of), max_size=2)))
    return Rule(
        f"rule-{number}",
        "A rule",
        Target(kind="compressor"),
        draw(signals),
        draw(_levels),
        deadband=draw(st.sampled_from([0.0, 0.0, 1.0, 2.0])),
        on_delay_s=draw(_delays),
        off_delay_s=draw(_delays),
        when=draw(st.sampled_from(["", "", "state >= 1", 'state in ("loaded", "unloaded") and bar < 6'])),
        settle_s=draw(_delays),
        hours=draw(_hours) if linked else (),
        suppressed_by=links,
        inputs={"twins": Input("site", kind="compressor", others_only=True, take="median")},
    )


@st.composite
def rules(draw: st.DrawFn, *, linked: bool = True, silence: bool = True) -> tuple[Rule, ...]:
    signals = st.one_of(_signals, _silences) if silence else _signals
    return tuple(draw(_rule(number, signals, linked=linked)) for number in range(draw(st.integers(1, 4))))


_gaps = st.sampled_from([0.0, 0.0, 0.5, 1.0, 1.0, 2.0, 3.5, 7.0])
_long_gaps = st.one_of(_gaps, st.sampled_from([31.0, 45.0, 90.0]))


@st.composite
def messages(draw: st.DrawFn, *, size: int = 30, long: bool = True) -> list[list[Reading]]:
    """What devices send, each message with one instant, in the order of their instants; each instant once a device."""
    now, sent, last = START, [], dict.fromkeys((1, 2, 3), 0)
    for _ in range(draw(st.integers(1, size))):
        now += round(draw(_long_gaps if long else _gaps) * SECOND)
        device = draw(st.integers(1, 3))
        if now == last[device]:
            continue
        last[device] = now
        keys = draw(st.sets(st.integers(1, 4), min_size=1))
        sent.append(
            [(device * 10 + key, now, float(draw(st.integers(0, 3 if key == 3 else 9)))) for key in sorted(keys)]
        )
    return sent


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Takes of one or several messages, late ones and repeated ones among them, and ticks."""
    found: list[Step] = []
    pending: list[Reading] = []
    for message in draw(messages()):
        pending += message
        now = max(time for _, time, _ in pending)
        what = draw(st.integers(0, 5))
        if what == 0:
            continue
        if what == 1:
            pending += [(point, time - draw(st.sampled_from([0, 3, 200])) * SECOND, 9.0) for point, time, _ in message]
        late = draw(st.sampled_from([0.0, 0.0, 0.2, 3.0, 130.0]))
        found.append(Step(now + round(late * SECOND), tuple(draw(st.permutations(pending)))))
        pending = []
        if what == 2:
            others = frozenset({AlarmKey("kunshan", "rule-0", "device", "machine-9")})
            found.append(
                Step(now + round(draw(_long_gaps) * SECOND), others=draw(st.sampled_from([frozenset(), others])))
            )
    return found


def in_reverse(instances: Sequence[Instance]) -> tuple[Instance, ...]:
    return tuple(reversed(instances))


def with_limit(instance: Instance, limit: float) -> Instance:
    return replace(instance, rule=replace(instance.rule, levels=(Level("H", limit, "high"),)))


def told(changes: Sequence[Change]) -> list[str]:
    """Changes in words: seconds since START, subject/rule, level or `normal`, why it is quiet."""
    return [
        f"{(change.at_us - START) / SECOND:g} {change.key.subject}/{change.key.rule} {change.level or 'normal'}"
        + (f" {change.quiet}" if change.quiet else "")
        for change in changes
    ]


def send(evaluator: Evaluator, at_s: float, device: int = 1, late_s: float = 0.0, **values: float) -> list[str]:
    """A message of one device, stored so many seconds after its instant."""
    at_us = START + round(at_s * SECOND)
    points = MACHINES[device - 1].points
    readings = [(points[key].point_id, at_us, value) for key, value in values.items()]
    return told(evaluator.take(columns(readings), at_us + round(late_s * SECOND)))


def series(evaluator: Evaluator, key: str, values: str, start_s: float = 0, each_s: float = 1) -> list[str]:
    """Values of one point of the first device, one after the other; a dash is a reading that did not come."""
    found: list[str] = []
    for number, value in enumerate(values.split()):
        if value != "-":
            point = MACHINES[0].points[key].point_id
            at_us = START + round((start_s + number * each_s) * SECOND)
            found += told(evaluator.take(columns([(point, at_us, float(value))]), at_us))
    return found


def tick(evaluator: Evaluator, at_s: float, *others: AlarmKey, minute_of_week: int = 0) -> list[str]:
    """Let time pass."""
    return told(evaluator.tick(START + round(at_s * SECOND), frozenset(others), {"kunshan": minute_of_week}))
