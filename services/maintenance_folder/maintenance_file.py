"""maintenance.toml: how the site keeps its machines, what is to be done on them, and when again.

orders_from, also, never, respond_within_h, due_within_h     which alarms make orders, and by when they are due
[[escalation]]      after_h = { critical = 0, high = 1 }, team
[[first_team]]      team, system, class                      who gets an order first; the first one that fits
[[machine_states]]  kind, point, states or thresholds        what a signal says of its machine
[[job]]             [[job.task]] [[job.isolation]] [[job.part]]
[[plan]]            [[plan.trigger]] kind = "calendar" | "run_hours" | "starts" | "condition" | "calibration"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from analytics.maintenance.job import Isolation, Job, JobPart, Task
from analytics.maintenance.plan import Calendar, Calibration, Condition, Plan, RunHours, Starts, Trigger
from analytics.maintenance.settings import Escalation, MaintenanceSettings, StateMeaning, TeamRule
from services.maintenance_folder.people_file import once
from services.maintenance_folder.structure import Thing, structure
from services.site_folder.record import Record

FILE = "maintenance.toml"
TRIGGERS: Mapping[str, type[Trigger]] = {
    "calendar": Calendar,
    "run_hours": RunHours,
    "starts": Starts,
    "condition": Condition,
    "calibration": Calibration,
}
#: Arrays of tables of the file, and the fields of the settings that they are.
TABLES: Mapping[str, str] = {"escalation": "escalation", "first_team": "teams", "machine_states": "machine_states"}
OF_SETTINGS = frozenset(TABLES.values())


class Maintenance(msgspec.Struct, frozen=True):
    """All that maintenance.toml says, with where each job and plan stands for checks between files."""

    settings: MaintenanceSettings
    jobs: Mapping[str, Job]
    plans: Mapping[str, Plan]
    records: Mapping[tuple[str, str], Record]
    """(job or plan, code) -> its table; ("settings", name of the array) is the table of its first entry."""


def read_maintenance(record: Record) -> Maintenance:
    """Read the file; what is wrong is noted and left out."""
    records: dict[tuple[str, str], Record] = {("settings", ""): record}
    settings = _settings(record)
    jobs: dict[str, Job] = {}
    for each in record.under("job"):
        if (job := _job(each)) is not None:
            once(each, "job", job.code, jobs, job)
            records.setdefault(("job", job.code), each)
    plans: dict[str, Plan] = {}
    for each in record.under("plan"):
        if (plan := _plan(each)) is not None:
            once(each, "plan", plan.code, plans, plan)
            records.setdefault(("plan", plan.code), each)
    return Maintenance(settings or MaintenanceSettings(), jobs, plans, records)


def _settings(record: Record) -> MaintenanceSettings | None:
    composed: dict[str, Sequence[msgspec.Struct]] = {
        "escalation": all_of(record.under("escalation"), Escalation),
        "teams": all_of(record.under("first_team"), TeamRule, names={"equipment_class": "class"}),
        "machine_states": all_of(record.under("machine_states"), StateMeaning),
    }
    return structure(record, MaintenanceSettings, composed=composed, also=(*TABLES, "job", "plan"))


def _job(record: Record) -> Job | None:
    composed: dict[str, Sequence[msgspec.Struct]] = {
        "tasks": all_of(record.under("task"), Task),
        "isolations": all_of(record.under("isolation"), Isolation),
        "parts": all_of(record.under("part"), JobPart),
    }
    return structure(record, Job, composed=composed, also=("task", "isolation", "part"))


def _plan(record: Record) -> Plan | None:
    triggers: list[Any] = []
    for each in record.under("trigger"):
        kind = each.choice("kind", tuple(TRIGGERS))
        if kind in TRIGGERS and (trigger := structure(each, TRIGGERS[kind], also=("kind",))) is not None:
            triggers.append(trigger)
    if not record.under("trigger"):
        record.wrong("trigger", f"[[plan.trigger]] is missing: give one of kind {' or '.join(TRIGGERS)}")
    if not triggers:
        return None
    return structure(
        record, Plan, names={"equipment_class": "class"}, composed={"triggers": triggers}, also=("trigger",)
    )


def all_of(records: Sequence[Record], kind: type[Thing], names: Mapping[str, str] | None = None) -> list[Thing]:
    """The tables that can be read."""
    return [thing for each in records if (thing := structure(each, kind, names=names)) is not None]
