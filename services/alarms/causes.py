"""Likely causes of alarms, by the evidence there was when they were raised.

    raised --> what their evidence asks --> readings before, in two reads --+
                                        --> other alarms, last wills, counts +--> analytics/alarms/causes.py --> JSON

Called inside the transaction that raises them, for all of them at once: five reads whether one alarm is raised or five
hundred. Readings are those before the raise and no later ones, so that the same alarm told again is ranked the same. A
name `offline` in evidence is 1 where the last will of the device, or of its gateway, says that it went.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median
from types import MappingProxyType
from typing import Any, NamedTuple

from analytics.alarms.causes import Ranked
from analytics.alarms.causes import rank as ranked_by_evidence
from analytics.alarms.expression import Ask
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.rule_expressions import of_evidence
from services.alarms import readings_before
from services.alarms.readings_before import Window, WindowRow
from services.database import Connection, rows
from services.statements import statements

SQL = statements("alarm_causes")
OFFLINE = "offline"
#: A reading still says how things are for this many of its point's intervals, and for this long at least.
VALID_INTERVALS, VALID_AT_LEAST_S = 5.0, 120.0
_TAKES: Mapping[str, Callable[[Sequence[float]], float]] = MappingProxyType(
    {"mean": fmean, "median": median, "least": min, "most": max, "sum": math.fsum}
)
_DIGITS = 6
#: By site, rule and class of machine: how often each cause was the true one.
_Tallies = Mapping[tuple[str, str, str], Mapping[str, int]]


class Raised(NamedTuple):
    """An alarm that is being raised, with the figure that did it where there is one."""

    instance: Instance
    at: datetime
    value: float | None = None


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """An alarm whose condition holds, or that is latched, and the kind of its device."""

    site: str
    rule: str
    subject_kind: str
    subject: str
    kind: str


@dataclass(frozen=True, slots=True)
class TallyRow:
    """How often a cause was the true one on machines of a class."""

    site: str
    rule: str
    machine_class: str
    cause: str
    times_true: int


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A device that a last will says is offline."""

    site: str
    device: str


class _Questions(NamedTuple):
    """What the evidence of one raised alarm asks."""

    raised: Raised
    names: tuple[str, ...]
    asks: tuple[Ask, ...]


async def rank(
    connection: Connection, raised: Sequence[tuple[Instance, datetime] | Raised]
) -> Mapping[AlarmKey, list[dict[str, Any]]]:
    """Rank the causes of alarms that are being raised; those of rules without causes are left out."""
    asked = [_questions(Raised(*each)) for each in raised if each[0].rule.causes]
    if not asked:
        return {}
    figures = await _figures(connection, asked)
    windows = await _windows(connection, asked)
    holding = await _holding(connection, [Raised(*each) for each in raised], asked)
    gone = await _gone(connection, asked)
    tallies = await _tallies(connection, asked)
    found: dict[AlarmKey, list[dict[str, Any]]] = {}
    for questions in asked:
        instance, _, value = questions.raised
        values = dict(_known(questions, figures, windows, holding))
        if (instance.key.site, instance.machine.code) in gone:
            values[OFFLINE] = 1.0
        if value is not None:
            values["value"] = value
        states = {name: instance.points[ids[0]].states for name, ids in instance.names.items() if ids}
        counted = tallies.get((instance.key.site, instance.key.rule, instance.machine.kind), {})
        found[instance.key] = [
            _document(each, counted) for each in ranked_by_evidence(instance.rule.causes, values, states, counted)
        ]
    return found


def _questions(raised: Raised) -> _Questions:
    names: dict[str, None] = {}
    asks: dict[str, Ask] = {}
    for expression in of_evidence(raised.instance.rule):
        names |= dict.fromkeys(expression.names)
        asks |= {ask.text: ask for ask in expression.asks}
    return _Questions(raised, tuple(names), tuple(asks.values()))


def _known(
    questions: _Questions,
    figures: Mapping[Window, float],
    windows: Mapping[Window, WindowRow],
    holding: Mapping[tuple[str, str], Sequence[HoldingRow]],
) -> Iterator[tuple[str, float]]:
    """Every name and question that has an answer."""
    instance, at, _ = questions.raised
    if OFFLINE in questions.names:
        yield OFFLINE, 0.0
    for name in questions.names:
        seen = [figures[key] for key in _last(instance, name, at) if key in figures]
        if seen:
            yield name, _taken(instance, name, seen)
    for ask in questions.asks:
        if not ask.over_s:
            yield ask.text, _having(ask, instance, holding.get((instance.key.site, ask.of), ()))
            continue
        keys = [Window(point_id, at, ask.over_s) for point_id in instance.names.get(ask.of, ())]
        seen = [answer for key in keys if key in windows and (answer := _answer(ask, windows[key])) is not None]
        if seen:
            yield ask.text, _taken(instance, ask.of, seen)


def _answer(ask: Ask, window: WindowRow) -> float | None:
    if ask.function == "change":
        return window.last - window.first
    answer: float | None = getattr(window, ask.function)
    return None if answer is None else float(answer)


def _taken(instance: Instance, name: str, seen: Sequence[float]) -> float:
    """What stands for several points, as the rule's input says."""
    given = instance.rule.inputs.get(name.rpartition(".")[0])
    take = None if given is None else _TAKES.get(given.take)
    return seen[0] if take is None else float(take(seen))


def _having(ask: Ask, instance: Instance, holding: Sequence[HoldingRow]) -> float:
    mine = (instance.key.subject_kind, instance.key.subject)
    if ask.function == "alarm":
        return float(any((row.subject_kind, row.subject) == mine for row in holding))
    if ask.function == "site_alarm":
        return float(len(holding))
    return float(sum((row.subject_kind, row.subject) != mine and row.kind == instance.machine.kind for row in holding))


def _last(instance: Instance, name: str, at: datetime) -> Iterator[Window]:
    for point_id in instance.names.get(name, ()):
        interval_s = instance.points[point_id].expected_interval_s
        yield Window(point_id, at, max(VALID_INTERVALS * interval_s, VALID_AT_LEAST_S))


async def _figures(connection: Connection, asked: Sequence[_Questions]) -> Mapping[Window, float]:
    keys = {
        key: None for each in asked for name in each.names for key in _last(each.raised.instance, name, each.raised.at)
    }
    return await readings_before.figures(connection, list(keys))


async def _windows(connection: Connection, asked: Sequence[_Questions]) -> Mapping[Window, WindowRow]:
    keys = {
        Window(point_id, each.raised.at, ask.over_s): None
        for each in asked
        for ask in each.asks
        if ask.over_s
        for point_id in each.raised.instance.names.get(ask.of, ())
    }
    return await readings_before.windows(connection, list(keys))


async def _holding(
    connection: Connection, raised: Sequence[Raised], asked: Sequence[_Questions]
) -> Mapping[tuple[str, str], Sequence[HoldingRow]]:
    """Alarms that hold: those of the database, and those that are being raised in this very moment."""
    rules = {ask.of for each in asked for ask in each.asks if not ask.over_s}
    if not rules:
        return {}
    sites = {each.raised.instance.key.site for each in asked}
    found = set(await rows(connection, SQL["alarms_that_hold"], HoldingRow, sorted(sites), sorted(rules)))
    found |= {
        HoldingRow(key.site, key.rule, key.subject_kind, key.subject, each.instance.machine.kind)
        for each in raised
        if (key := each.instance.key).rule in rules
    }
    by_rule: defaultdict[tuple[str, str], dict[tuple[str, str], HoldingRow]] = defaultdict(dict)
    for row in found:
        by_rule[row.site, row.rule].setdefault((row.subject_kind, row.subject), row)
    return {rule: list(by_subject.values()) for rule, by_subject in by_rule.items()}


async def _gone(connection: Connection, asked: Sequence[_Questions]) -> set[tuple[str, str]]:
    devices = {
        (each.raised.instance.key.site, each.raised.instance.machine.code)
        for each in asked
        if OFFLINE in each.names and each.raised.instance.machine.subject == "device"
    }
    if not devices:
        return set()
    sites, codes = zip(*sorted(devices), strict=True)
    return {(row.site, row.device) for row in await rows(connection, SQL["devices_gone"], GoneRow, sites, codes)}


async def _tallies(connection: Connection, asked: Sequence[_Questions]) -> _Tallies:
    keys = {each.raised.instance.key for each in asked}
    found: defaultdict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for row in await rows(
        connection,
        SQL["cause_tallies"],
        TallyRow,
        sorted({key.site for key in keys}),
        sorted({key.rule for key in keys}),
    ):
        found[row.site, row.rule, row.machine_class][row.cause] = row.times_true
    return found


def _document(ranked: Ranked, counted: Mapping[str, int]) -> dict[str, Any]:
    """As it is kept with the occurrence, and shown."""
    cause = ranked.cause
    return {
        "code": cause.code,
        "name": cause.name,
        "name_zh": cause.name_zh,
        "action": cause.action,
        "action_zh": cause.action_zh,
        "likelihood": round(ranked.likelihood, 4),
        "times_true": counted.get(cause.code, 0),
        "times_counted": sum(counted.values()),
        "evidence": [
            {
                "says": each.evidence.says,
                "says_zh": each.evidence.says_zh,
                "holds": each.holds,
                "times": each.times,
                "values": {name: _rounded(figure) for name, figure in each.figures.items()},
            }
            for each in ranked.weighed
        ],
    }


def _rounded(figure: float) -> float:
    return float(f"{figure:.{_DIGITS}g}")
