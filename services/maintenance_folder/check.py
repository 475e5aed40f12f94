"""Whether what maintenance.toml says fits the people, the parts, the rules and the registry of its folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from analytics.alarms.expression import Expression, parse
from analytics.maintenance.plan import Condition, Plan
from analytics.maintenance.settings import StateMeaning
from analytics.registry.model import Registry
from services.maintenance_folder import lists, people_file
from services.maintenance_folder.lists import Part
from services.maintenance_folder.maintenance_file import Maintenance
from services.maintenance_folder.people_file import People, Team
from services.maintenance_folder.structure import unknown
from services.site_folder.mistakes import mend
from services.site_folder.record import Record


@dataclass(frozen=True, slots=True)
class Around:
    """What is said, and what it may name; None: that could not be read or is not in this folder."""

    said: Maintenance
    people: People | None
    parts: Mapping[str, Part] | None
    registry: Registry | None
    rules: Collection[str] | None

    @property
    def teams(self) -> Mapping[str, Team] | None:
        """The teams there are."""
        return None if self.people is None else self.people.teams


def check(around: Around) -> None:
    """Note every name that leads to nothing."""
    _check_settings(around)
    if around.registry is not None:
        _check_signals(around.said, around.registry)
    _check_jobs(around)
    for code, plan in around.said.plans.items():
        record = around.said.records["plan", code]
        unknown(record, "job", plan.job, around.said.jobs, "[[job]]")
        if plan.team is not None:
            unknown(record, "team", plan.team, around.teams, people_file.FILE)
        if around.registry is not None:
            _check_subjects(plan, record, around.registry)


def _check_settings(around: Around) -> None:
    record = around.said.records["settings", ""]
    for step in (*record.under("escalation"), *record.under("first_team")):
        unknown(step, "team", step.text("team"), around.teams, people_file.FILE)
    if around.registry is not None:
        classes = {machine.equipment_class: machine for machine in around.registry.equipment.values()}
        for each in record.under("first_team"):
            if "class" in each.values:
                unknown(each, "class", each.text("class"), classes, "equipment.csv")
    for field in ("also", "never"):
        for code in getattr(around.said.settings, field):
            if around.rules is not None and code not in around.rules:
                record.wrong(field, f"{field}: there is no rule {code!r}{mend(code, around.rules)}")


def _check_signals(said: Maintenance, registry: Registry) -> None:
    kinds = {template.kind: template for template in registry.templates.values()}
    for meaning, record in zip(
        said.settings.machine_states, said.records["settings", ""].under("machine_states"), strict=False
    ):
        unknown(record, "kind", meaning.kind, kinds, "templates/")
        if meaning.kind in kinds:
            _check_states(meaning, record, registry)


def _check_states(meaning: StateMeaning, record: Record, registry: Registry) -> None:
    points = [
        point
        for point in registry.template_points.values()
        if registry.templates[point.template].kind == meaning.kind and point.key == meaning.point
    ]
    if not points:
        record.wrong("point", f"no template of kind {meaning.kind!r} has a point {meaning.point!r}")
        return
    known = {state for point in points for state in point.states or {}}
    for state in meaning.states:
        if state not in known:
            record.wrong("states", f"point {meaning.point!r} has no state {state!r}{mend(state, known)}")


def _check_jobs(around: Around) -> None:
    for code, job in around.said.jobs.items():
        record = around.said.records["job", code]
        if job.team is not None:
            unknown(record, "team", job.team, around.teams, people_file.FILE)
        if around.people is not None and job.skill is not None and job.skill not in around.people.skills:
            near = mend(job.skill, around.people.skills)
            record.wrong("skill", f"nobody in {people_file.FILE} has the skill {job.skill!r}{near}")
        for part, each in zip(job.parts, record.under("part"), strict=False):
            unknown(each, "part", part.part, around.parts, lists.PARTS_FILE)


def _check_subjects(plan: Plan, record: Record, registry: Registry) -> None:
    for code in plan.machines:
        unknown(record, "machines", code, registry.equipment, "equipment.csv")
    for code in plan.meters:
        unknown(record, "meters", code, registry.meters, "meters.csv")
    if plan.equipment_class is not None:
        classes = {machine.equipment_class: machine for machine in registry.equipment.values()}
        unknown(record, "class", plan.equipment_class, classes, "equipment.csv")
    subjects = subjects_of(plan, registry)
    for field in ("done", "used"):
        for code in getattr(plan, field):
            if code not in subjects:
                record.wrong(field, f"{field}: this plan is not for {code!r}{mend(code, subjects)}")
    for trigger, each in zip(plan.triggers, record.under("trigger"), strict=False):
        if isinstance(trigger, Condition) and subjects:
            _check_condition(parse(trigger.condition), each, registry, subjects)


def _check_condition(condition: Expression, record: Record, registry: Registry, machines: Collection[str]) -> None:
    devices = [code for code, device in registry.devices.items() if device.equipment in machines]
    points = [{point.key: point for point in registry.points.values() if point.device == code} for code in devices]
    able = [keys for keys in points if set(condition.names) <= keys.keys()]
    if not able:
        record.wrong("condition", f"no device of these machines has the points {', '.join(condition.names)}")
    for name, state in condition.states:
        known = {each for keys in able for each in keys[name].states or {}}
        if able and state not in known:
            record.wrong("condition", f"point {name!r} has no state {state!r}{mend(state, known)}")


def subjects_of(plan: Plan, registry: Registry) -> list[str]:
    """The machines or meters of a registry that a plan is for."""
    if plan.meters:
        return [code for code in plan.meters if code in registry.meters]
    return [
        code for code, machine in registry.equipment.items() if plan.is_for("equipment", code, machine.equipment_class)
    ]
