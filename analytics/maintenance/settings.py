"""How a site keeps its machines: by when orders are due, which alarms make one, who is asked, what signals mean.

    alarm --orders_from, also, never--> order --priority--> respond by, due by
                                          |---teams------> who gets it first
                                          '---escalation-> who is told when nobody starts

One document for each site, from `[settings]` of maintenance.toml; a site without one has the defaults. Hours run around
the clock: a pump that leaks on Saturday does not wait for Monday.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from analytics.alarms.rule import PRIORITIES, Priority

#: What a machine may be doing; `no_data`: nobody knows.
MachineState = Literal["running", "loaded", "idle", "stopped", "fault", "no_data"]

RESPOND_WITHIN_H: Mapping[str, float] = {"critical": 0.5, "high": 4.0, "medium": 24.0, "low": 72.0}
DUE_WITHIN_H: Mapping[str, float] = {"critical": 4.0, "high": 24.0, "medium": 168.0, "low": 720.0}
#: A year: what may wait longer is a plan and no order.
LONGEST_H = 8_784.0


class SettingsError(ValueError):
    """Settings that cannot be; the message says what to change."""


class Escalation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told next when nobody has started so many hours after `respond_by`; a priority not named is skipped."""

    after_h: Mapping[str, float]
    team: str

    def __post_init__(self) -> None:
        """Refuse hours that never come."""
        _check_hours("after_h", self.after_h)
        if not self.after_h:
            raise SettingsError("a step of escalation needs `after_h`: after how many hours, by priority")


class TeamRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which team gets an order first: the first rule that fits; an empty `system` or `equipment_class` fits all."""

    team: str
    system: str = ""
    """Of the alarm's rule: compressed_air, chilled_water, power ..."""
    equipment_class: str = ""
    """Class of the machine: compressor, pump ..."""

    def fits(self, system: str, equipment_class: str) -> bool:
        """Whether this team looks after such orders."""
        return self.system in ("", system) and self.equipment_class in ("", equipment_class)


class StateMeaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a signal of one kind of device says about its machine: a point of states, or a power with thresholds."""

    kind: str
    """Kind of the device's template: compressor, pump ..."""
    point: str = "state"
    states: Mapping[str, MachineState] = {}
    """Names of the point's states, as its template has them, and what each one means."""
    running_from: float | None = None
    """A gauge at or above this, in its own unit, means `running`."""
    loaded_from: float | None = None
    """At or above this, `loaded`."""
    idle_from: float | None = None
    """At or above this but below `running_from`, `idle`; below, `stopped`."""

    def __post_init__(self) -> None:
        """Refuse a meaning that is none, or two at once."""
        limits = [limit for limit in (self.idle_from, self.running_from, self.loaded_from) if limit is not None]
        if bool(limits) == bool(self.states):
            raise SettingsError(
                f"machine_states of {self.kind!r} need either `states` (names of the point's states) or `running_from` "
                "(a figure of the point), not both"
            )
        if not all(math.isfinite(limit) for limit in limits) or sorted(set(limits)) != limits:
            raise SettingsError(
                f"machine_states of {self.kind!r}: idle_from, running_from and loaded_from rise in this order"
            )
        if limits and self.running_from is None and self.loaded_from is None:
            raise SettingsError(f"machine_states of {self.kind!r} need `running_from` or `loaded_from`")
        if "no_data" in self.states.values():
            raise SettingsError(
                f"machine_states of {self.kind!r}: no_data is what is known without a reading, not by one"
            )


class MaintenanceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of one site."""

    respond_within_h: Mapping[str, float] = msgspec.field(default_factory=lambda: dict(RESPOND_WITHIN_H))
    """By priority: how soon somebody has to have started."""
    due_within_h: Mapping[str, float] = msgspec.field(default_factory=lambda: dict(DUE_WITHIN_H))
    """By priority: how soon it has to be done."""
    orders_from: Priority = "high"
    """The least urgent alarms that make an order."""
    also: tuple[str, ...] = ()
    """Codes of rules whose alarms make an order though less urgent."""
    never: tuple[str, ...] = ()
    """Codes of rules whose alarms make none."""
    escalation: tuple[Escalation, ...] = ()
    teams: tuple[TeamRule, ...] = ()
    machine_states: tuple[StateMeaning, ...] = ()
    """Besides what states are called everywhere; see analytics/machine_states."""

    def __post_init__(self) -> None:
        """Refuse due times that are missing or never come, and rules that are both wanted and not."""
        for name, hours in (("respond_within_h", self.respond_within_h), ("due_within_h", self.due_within_h)):
            _check_hours(name, hours)
            if missing := [priority for priority in PRIORITIES if priority not in hours]:
                raise SettingsError(f"{name} has no hours for {', '.join(missing)}")
        for priority in PRIORITIES:
            if self.respond_within_h[priority] > self.due_within_h[priority]:
                raise SettingsError(f"an order of priority {priority} would be due before anybody has to respond")
        if both := sorted(set(self.also) & set(self.never)):
            raise SettingsError(f"rules {', '.join(both)} are in `also` and in `never`: keep them in one")

    def makes_order(self, rule: str, priority: str) -> bool:
        """Whether an alarm of this rule and priority gets an order of its own."""
        if rule in self.never:
            return False
        return rule in self.also or PRIORITIES.index(priority) <= PRIORITIES.index(self.orders_from)

    def first_team(self, system: str, equipment_class: str) -> str | None:
        """Who is asked first; None: nobody in particular."""
        return next((rule.team for rule in self.teams if rule.fits(system, equipment_class)), None)

    def step(self, number: int, priority: str) -> tuple[float, str] | None:
        """The next step of escalation after `number` were taken: hours after respond_by and the team; None: the last.

        Steps that leave this priority out do not count.
        """
        steps = [(each.after_h[priority], each.team) for each in self.escalation if priority in each.after_h]
        return steps[number] if number < len(steps) else None


def _check_hours(name: str, hours: Mapping[str, float]) -> None:
    for priority in _unknown(hours):
        raise SettingsError(f"{name} names the priority {priority!r}: use {', '.join(PRIORITIES)}")
    if not all(0 <= each <= LONGEST_H for each in hours.values()):
        raise SettingsError(f"{name} must be hours from 0 to {LONGEST_H:g}, by priority")


def _unknown(names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in PRIORITIES]
