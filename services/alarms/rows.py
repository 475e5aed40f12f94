"""Rows of alarms as they stand, and the alarm that the lifecycle works on made of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from analytics.alarms.lifecycle import State
from analytics.alarms.machine import AlarmKey
from analytics.alarms.telling import Occurrence, Standing


@dataclass(frozen=True, slots=True)
class FoundRow:
    """An alarm that a name led to; `number` counts the names from 1."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class HeldRow:
    """An instant at which an occurrence of an alarm held."""

    alarm_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AddedRow:
    """An occurrence that was stored."""

    id: int
    alarm_id: int
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class FirstRow:
    """The alarm of a group that came first and still holds."""

    first_out_group: str
    alarm_id: int


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm with its names; from `raised_at` on, the occurrence that is open."""

    id: int
    rule_id: int
    site_id: int | None
    site: str
    rule: str
    subject_kind: str
    subject: str
    machine: str
    machine_zh: str
    equipment: str | None
    space: str | None
    name: str
    name_zh: str
    system: str
    rule_version: int
    is_latching: bool
    re_alarm_s: float
    first_out_group: str | None
    state: str
    since: datetime
    level: str | None
    value: float | None
    quiet: str | None
    condition_since: datetime | None
    shelved_until: datetime | None
    is_one_shot: bool
    is_announced: bool
    retired_at: datetime | None
    occurrence_id: int | None
    raised_at: datetime | None
    announced_at: datetime | None
    returned_at: datetime | None
    first_acknowledged_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    worst_level: str | None
    priority: str | None
    worst_value: float | None
    limit_value: float | None
    unit: str | None
    message: str | None
    message_zh: str | None
    is_first_out: bool | None
    first_out_id: int | None
    flood_id: int | None
    causes: Any

    @property
    def key(self) -> AlarmKey:
        """What the alarm is known by within."""
        return AlarmKey(self.site, self.rule, self.subject_kind, self.subject)

    @property
    def address(self) -> str:
        """What people and the outside know it by: kunshan/header-pressure-low/air-header."""
        return f"{self.site or SERVICE}/{self.rule}/{self.subject}"

    def standing(self) -> Standing:
        """The alarm as the lifecycle works on it."""
        return Standing(
            cast("State", self.state),
            self.since,
            self.is_latching,
            self.level,
            self.value,
            self.quiet,
            self.condition_since,
            self.shelved_until,
            self.is_one_shot,
            self.is_announced,
            self._occurrence(),
        )

    def _occurrence(self) -> Occurrence | None:
        if self.occurrence_id is None or self.raised_at is None:
            return None
        assert self.worst_level is not None
        assert self.priority is not None
        assert self.limit_value is not None
        return Occurrence(
            self.raised_at,
            self.worst_level,
            self.priority,
            self.worst_value,
            self.limit_value,
            self.unit or "",
            self.message or "",
            self.message_zh or "",
            self.announced_at,
            self.returned_at,
            self.first_acknowledged_at,
            self.acknowledged_at,
            self.acknowledged_by,
            None,
            self.occurrence_id,
        )


#: The first part of the address of an alarm of this service itself, which belongs to no site.
SERVICE = "service"
