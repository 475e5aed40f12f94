"""What people read of an alarm: how bad, how much against which limit, in a sentence of the rule.

A rule's message has `{machine}`, `{value}`, `{limit}` and `{unit}`; any other brace stays as it is. Without a message
it is the rule's name and, where there is a figure to tell, both figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.alarms.machine import Instance, Machine
from analytics.alarms.rule import LEVELS, Level, Rule, RuleError

PLAIN = "1"
"""The unit of counts and ratios, which nobody reads beside a figure."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A level that holds, with what people are told of it."""

    level: str
    priority: str
    value: float | None
    limit: float
    unit: str
    message: str
    message_zh: str


def is_worse(level: str, than: str) -> bool:
    """Whether a level is worse than another."""
    return LEVELS.index(level) < LEVELS.index(than)


def more_extreme(level: str, value: float | None, other: float | None) -> float | None:
    """Of two figures the one farther beyond a limit of this level."""
    if value is None or other is None:
        return other if value is None else value
    return min(value, other) if level in ("L", "LL") else max(value, other)


def grade(instance: Instance, level: str, value: float | None) -> Graded:
    """A level of an instance in words. Raises RuleError where the rule has no such level."""
    rule = instance.rule
    found = next((each for each in rule.levels if each.at == level), None)
    if found is None:
        raise RuleError(f"rule {rule.code!r} has no level {level!r}: tell one of those it has")
    unit = _unit(rule, instance.machine)
    told = value if value is not None and math.isfinite(value) else None
    return Graded(
        level,
        found.priority,
        told,
        found.limit,
        unit,
        _sentence(rule.message, rule.name, instance.machine.name, found, told, unit),
        _sentence(rule.message_zh, rule.name_zh, instance.machine.name_zh or instance.machine.name, found, told, unit),
    )


def figure(value: float) -> str:
    """A figure as people write it: no more digits than one can act upon."""
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 1 else 3
    text = f"{value:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _unit(rule: Rule, machine: Machine) -> str:
    point = machine.points.get(rule.signal.of)
    return rule.signal.unit or ("" if point is None else point.unit)


def _sentence(message: str, name: str, machine: str, level: Level, value: float | None, unit: str) -> str:
    if not message and (not name or value is None or level.at == "ON"):
        return name
    form = message or f"{name}: {{value}} {{unit}} / {{limit}} {{unit}}"
    words = {
        "{machine}": machine,
        "{value}": "?" if value is None else figure(value),
        "{limit}": figure(level.limit),
        "{unit}": "" if unit == PLAIN else unit,
    }
    for placeholder, word in words.items():
        form = form.replace(placeholder, word)
    return " ".join(form.split())
