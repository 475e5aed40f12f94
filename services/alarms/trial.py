"""Trying a rule against history: which alarms would it have raised?

    readings as stored, a minute or two at a time --> the evaluator, exactly as live --> changes --> alarms that would
    have been, by raise and return; what is quiet by design counts as kept quiet

The rules that would explain the tried one are evaluated beside it, so that what they keep quiet is kept quiet here.
Silence need not be among them unless silence is tried: without readings nothing is raised. Where it is tried, a device
is heard through the one point that speaks most often. The trial begins before its span, so that delays and windows are
filled; alarms that were raised before the span are not counted. What services work out as it happens has no history:
such a rule cannot be tried, and says why. How much would be read is said beforehand; work goes on in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np

from analytics.alarms.binding import bind
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import Instance, Machine, Point, Unbound
from analytics.alarms.rule import Rule
from analytics.alarms.rule_expressions import FACT_KINDS
from analytics.alarms.trial import Told, WouldBe
from analytics.batches import Columns
from services.alarms import rule_overrides, rules, trial_readings
from services.database import Connection
from services.registry.places import sites

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Below the age at which a reading is too late to count; by the minute where hours of the day matter.
_SLICE_US, _MINUTE_US = 115_000_000, 60_000_000
_LEAST_BEFORE, _MOST_BEFORE = timedelta(minutes=10), timedelta(days=1)

#: Told how far the trial has come.
Progress = Callable[[datetime], None]

WHY_NOT: Mapping[str, str] = MappingProxyType(
    {
        "clock": "how far a device's clock is ahead is seen when a message arrives, and not kept",
        "irregularity": "duplicates, late and refused messages are counted as they arrive; readings do not show them",
        "ledger": "entries of the ledger are told as they are decided; `ioe meter ledger` lists them",
        "baseline": "an hour is compared with like days when it ends; the comparison is not kept",
        "night_flow": "the least flow of a night is worked out in the morning; it is not kept",
        "demand": "the forecast of a quarter hour is worked out while it runs; it is not kept",
        "maintenance": "how many orders and plans are overdue is counted as it is now; it is not kept",
        "service": "figures about the service itself are not kept",
    }
)


class CannotTryError(ValueError):
    """The rule cannot be tried; the message says why."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a trial is of: the instances tried, all that are evaluated, and machines that the rule is not bound to."""

    rule: Rule
    zone: ZoneInfo
    tried: tuple[Instance, ...]
    beside: tuple[Instance, ...]
    unbound: tuple[Unbound, ...]

    @property
    def points(self) -> Sequence[Point]:
        """Every point that is read."""
        found = {each: point for one in (*self.tried, *self.beside) for each, point in one.points.items()}
        return list(found.values())

    def readings(self, start: datetime, stop: datetime) -> int:
        """About how many readings a trial of a span takes."""
        return round(trial_readings.expected(self.points, stop - start))


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: alarms by raise, and how often an alarm was kept quiet by each reason."""

    rule: Rule
    start: datetime
    stop: datetime
    machines: Sequence[str]
    unbound: Sequence[Unbound]
    alarms: Sequence[WouldBe]
    quiet: Mapping[str, int]
    chattering: Mapping[str, int]
    """Machines with three alarms or more within a minute: the most there were."""
    readings: int

    @property
    def alarms_a_day(self) -> float:
        """How many alarms a day the rule would have raised."""
        return len(self.alarms) / ((self.stop - self.start) / timedelta(days=1))


async def prepare(
    connection: Connection, site: str, rule: Rule, only: Collection[str] = (), *, as_given: bool = False
) -> Prepared:
    """Bind a rule, stored or not, to the machines of a site, or to some of them. Raises CannotTryError.

    `as_given`: with the rule's own figures also where a machine has others, as to try what it might have instead.
    """
    if rule.signal.kind in FACT_KINDS:
        raise CannotTryError(f"a signal of kind {rule.signal.kind!r} cannot be tried: {WHY_NOT[rule.signal.kind]}")
    stored = {
        each.rule.code: each.rule for each in (await rules.load(connection, site)).get(site, ()) if each.is_enabled
    }
    machines = (await rules.machines_of(connection, site)).get(site, ())
    overrides = await rule_overrides.held(connection, site)
    # Evidence is for ranking causes: its points need not be read.
    bound = bind([replace(rule, causes=())], {} if as_given else overrides, machines)
    tried = tuple(each for each in bound.instances if not only or each.key.subject in only)
    unbound = tuple(each for each in bound.unbound if not only or each.key.subject in only)
    if not bound.instances and not bound.unbound:
        raise CannotTryError(rules.nobody(rule))
    if missing := sorted(set(only) - {each.key.subject for each in tried} - {each.key.subject for each in unbound}):
        raise CannotTryError(f"rule {rule.code!r} is not for {', '.join(missing)}: see which machines it is for")
    zone = next((each.time_zone for each in await sites(connection) if each.code == site), "UTC")
    named = _explaining(rule, stored)
    others = [
        replace(each, causes=())
        for code, each in stored.items()
        if code in named and code != rule.code and _goes_beside(each, rule)
    ]
    near = _near(tried)
    beside = [
        each
        for each in bind(others, overrides, machines).instances
        if (each.machine.subject, each.machine.code) in near
    ]
    loudest = _loudest(machines)
    return Prepared(
        rule,
        ZoneInfo(zone),
        tuple(_heard(each, loudest) for each in tried),
        tuple(_heard(each, loudest) for each in beside),
        unbound,
    )


async def run(
    connection: Connection, prepared: Prepared, start: datetime, stop: datetime, progress: Progress = lambda _: None
) -> Trial:
    """Evaluate a span of history; `start` and `stop` on whole minutes."""
    told = Told([instance.key for instance in prepared.tried], _us(start))
    evaluator = Evaluator([*prepared.tried, *prepared.beside])
    count = 0
    at = start - _before(prepared.rule)
    async for until, readings in trial_readings.chunks(connection, prepared.points, at, stop):
        await asyncio.to_thread(_go_on, evaluator, told, readings, (_us(at), _us(until)), prepared)
        at = until
        count += len(readings)
        progress(at)
    return Trial(
        prepared.rule,
        start,
        stop,
        [instance.key.subject for instance in prepared.tried],
        prepared.unbound,
        told.alarms(),
        told.quiet,
        told.chattering(),
        count,
    )


def _go_on(evaluator: Evaluator, told: Told, readings: Columns, span_us: tuple[int, int], prepared: Prepared) -> None:
    """Evaluate a chunk, a minute at a time as it would have come in."""
    start_us, stop_us = span_us
    by_hours = any(instance.rule.hours for instance in evaluator.instances)
    width_us = _MINUTE_US if by_hours else _SLICE_US
    ends = np.minimum(np.arange(start_us + width_us, stop_us + width_us, width_us), stop_us)
    places = np.searchsorted(readings.times_us, np.append([start_us], ends))
    for number, now_us in enumerate(ends.tolist()):
        some = readings.take(np.arange(places[number], places[number + 1]))
        changes = evaluator.take(some, now_us) if len(some) else []
        minute = _minute_of_week(now_us, prepared.zone)
        changes += evaluator.tick(now_us, minute_of_week=dict.fromkeys(told.sites, minute))
        told.hear(changes)
        told.look(evaluator.comparators.figure)


def span(start: datetime, stop: datetime, now: datetime) -> tuple[datetime, datetime]:
    """A period in whole minutes, as far as it has been: the time to come is no silence. Raises CannotTryError."""
    if start >= now:
        raise CannotTryError("the period has not begun yet: a trial is of readings that are stored")
    since, until = (each.replace(second=0, microsecond=0) for each in (start, min(stop, now)))
    if since >= until:
        raise CannotTryError("the period is empty: it must begin a minute or more before it ends, and before now")
    return since, until


def _near(tried: Sequence[Instance]) -> set[tuple[str, str]]:
    """Machines whose alarms could explain those of the tried ones."""
    found: set[tuple[str, str]] = set()
    for machine in (instance.machine for instance in tried):
        found |= {(machine.subject, machine.code), (machine.subject, machine.parent), ("site", machine.site)}
        found |= {("device", machine.gateway), ("device", machine.parent), ("device", machine.code)}
    return found


def _explaining(rule: Rule, stored: Mapping[str, Rule]) -> set[str]:
    """The rules that explain a rule, those that explain these, and so on."""
    found: set[str] = set()
    waiting = [suppression.rule for suppression in rule.suppressed_by]
    while waiting:
        code = waiting.pop()
        if code not in found and code in stored:
            found.add(code)
            waiting += [suppression.rule for suppression in stored[code].suppressed_by]
    return found


def _goes_beside(explaining: Rule, tried: Rule) -> bool:
    kind = explaining.signal.kind
    return kind not in FACT_KINDS and (kind != "silence" or tried.signal.kind == "silence")


def _loudest(machines: Sequence[Machine]) -> frozenset[int]:
    """Of each device the point that speaks most often."""
    return frozenset(
        min(machine.points.values(), key=lambda point: (point.expected_interval_s, point.point_id)).point_id
        for machine in machines
        if machine.points and machine.subject == "device"
    )


def _heard(instance: Instance, loudest: frozenset[int]) -> Instance:
    """An instance about silence with one point a device in place of all."""
    if "" not in instance.names:
        return instance
    kept = tuple(each for each in instance.names[""] if each in loudest) or instance.names[""]
    names = {**instance.names, "": kept}
    used = {each for point_ids in names.values() for each in point_ids}
    return replace(instance, names=names, points={each: instance.points[each] for each in used})


def _before(rule: Rule) -> timedelta:
    seconds = rule.signal.over_s + rule.settle_s + rule.on_delay_s + rule.off_delay_s
    whole = timedelta(minutes=-(-seconds // 60))
    return min(max(_LEAST_BEFORE, 2 * whole), _MOST_BEFORE)


def _us(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _minute_of_week(now_us: int, zone: ZoneInfo) -> int:
    local = (_EPOCH + timedelta(microseconds=now_us)).astimezone(zone)
    return local.weekday() * 1440 + local.hour * 60 + local.minute
