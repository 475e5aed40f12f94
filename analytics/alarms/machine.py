"""What rules are bound to: machines with their points, and an instance for each rule and machine.

A machine is a device as the registry has it (or a meter, a site, a part of this service) with the names by which its
points are found. Binding is pure: the same rules and machines give the same instances, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from analytics.alarms.rule import Rule


class AlarmKey(NamedTuple):
    """What an alarm is known by; people see it as `kunshan/header-pressure-low/air-header`."""

    site: str
    """"" for an alarm of this service itself."""
    rule: str
    subject_kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point as the evaluator needs it."""

    point_id: int
    unit: str
    kind: str
    expected_interval_s: float
    states: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Machine:
    """A subject of rules. Codes are unique within the site and kind of subject."""

    site: str
    subject: str
    """device, meter, site or service."""
    code: str
    name: str
    name_zh: str = ""
    kind: str = ""
    template: str = ""
    points: Mapping[str, Point] = field(default_factory=dict)
    equipment: str = ""
    gateway: str = ""
    space: str = ""
    parent: str = ""
    """Meters: the one it is inside. Devices: the device of the parent equipment or meter."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A rule on one machine, with what its expressions' names lead to."""

    key: AlarmKey
    rule: Rule
    """With the machine's overrides applied."""
    machine: Machine
    names: Mapping[str, tuple[int, ...]]
    """Each name of the rule's expressions: the points it leads to, one or several (see `Input.take`); of a silence
    without `of`, "" leads to all points whose silence is meant. Names that only evidence has stand here if they lead
    anywhere."""
    points: Mapping[int, Point] = field(default_factory=dict)
    """Every point that the names lead to, by its id: those of other devices too."""


@dataclass(frozen=True, slots=True)
class Unbound:
    """A rule that is for a machine but cannot apply: which, where, and why. Never left unsaid."""

    key: AlarmKey
    reason: str
