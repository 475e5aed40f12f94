"""Plans, jobs, and when which is due, as answers and as bodies of requests."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from analytics.alarms.rule import Priority
from api.instants import Instant
from api.reasons import By, Reason
from services.plans.reads import ChangeRow, Due, ListedJobRow, ListedPlanRow

Unit = Annotated[
    Literal["h", "starts", "d", "min", ""],
    Field(description="Of `used` and `allowed`: hours run, starts, days, or minutes for which a condition has held."),
]


class DocumentChange(BaseModel):
    """Who changed it, and why."""

    model_config = ConfigDict(from_attributes=True)

    at: Instant
    actor: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Job(BaseModel):
    """What is to be done, step by step."""

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/compressor-2000h"])]
    site: str
    code: str
    version: int
    name: str
    name_zh: str
    kind: Literal["repair", "maintenance", "inspection", "calibration", "other"]
    skill: str | None
    team: str | None
    estimated_h: float | None
    requires_signature: bool
    takes_out_of_service: bool
    tasks: Annotated[list[dict[str, Any]], Field(description="The checklist.")]
    isolations: Annotated[list[dict[str, Any]], Field(description="What is locked out before the start.")]
    parts: Annotated[list[dict[str, Any]], Field(description="Parts that it takes: `part` and `quantity`.")]
    plans: Annotated[list[str], Field(description="Codes of the plans that have it done.")]
    retired_at: Instant | None

    @classmethod
    def of(cls, row: ListedJobRow) -> Self:
        """A job as an answer."""
        document = msgspec.to_builtins(row.job)
        more = {"id": f"{row.site}/{row.code}", "site": row.site, "version": row.version}
        return cls.model_validate({**document, **more, "plans": row.plans, "retired_at": row.retired_at})


class JobDetail(Job):
    """A job and its changes, the newest first."""

    changes: list[DocumentChange]

    @classmethod
    def with_changes(cls, row: ListedJobRow, changes: list[ChangeRow]) -> Self:
        """A job as an answer."""
        found = [DocumentChange.model_validate(each) for each in changes]
        return cls.model_validate({**Job.of(row).model_dump(mode="python"), "changes": found})


class MaintenancePlan(BaseModel):
    """Which job is due again on which machines, and what makes it due."""

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/compressor-oil"])]
    site: str
    code: str
    version: int
    name: str
    name_zh: str
    job: str
    triggers: Annotated[
        list[dict[str, Any]],
        Field(
            description="The first one that is met makes it due.",
            examples=[[{"kind": "run_hours", "hours": 2000}, {"kind": "calendar", "every": "1 year"}]],
        ),
    ]
    equipment_class: str | None
    machines: list[str]
    meters: list[str]
    lead_days: int
    slack_days: int
    asks_again_days: int
    priority: Priority
    team: str | None
    begins: date | None
    done: Annotated[dict[str, date], Field(description="When it was done last on a machine, before this platform.")]
    used: Annotated[dict[str, float], Field(description="Hours or starts that a machine had since then already.")]
    source: str
    machines_on: Annotated[int, Field(description="On how many machines or meters it is.")]
    machines_due: int
    machines_overdue: int
    retired_at: Instant | None

    @classmethod
    def of(cls, row: ListedPlanRow) -> Self:
        """A plan as an answer."""
        document: Mapping[str, Any] = msgspec.to_builtins(row.plan)
        counts = {"machines_on": row.machines, "machines_due": row.due, "machines_overdue": row.overdue}
        more = {"id": f"{row.site}/{row.code}", "site": row.site, "version": row.version}
        return cls.model_validate({**document, **more, **counts, "retired_at": row.retired_at})


class PlanDue(BaseModel):
    """How a plan stands on a machine; in a calendar also the times after the next one."""

    site: str
    plan: str
    plan_name: str
    plan_name_zh: str
    job: str
    job_name: str
    job_name_zh: str
    subject_kind: Literal["equipment", "meter"]
    subject: str
    machine: str
    machine_zh: str
    equipment_class: str
    space: str | None
    priority: Priority
    counts_from: Annotated[Instant, Field(description="When it was done last, or when counting began.")]
    due_at: Annotated[Instant | None, Field(description="When it is due, or was; a forecast of use. Null: unknown.")]
    due_on: Annotated[date | None, Field(description="The same as a local day of the site.")]
    used: float | None
    allowed: float | None
    unit: Unit
    is_due: bool
    is_overdue: Annotated[bool, Field(description="Its slack is over as well, and nobody has done it.")]
    overdue_at: Instant | None
    order: Annotated[str | None, Field(description="The order that is open for it.", examples=["kunshan/41"])]
    order_state: str | None
    assignee: str | None
    team: str | None
    is_repeat: Annotated[bool, Field(description="Not the next time, but one after it if that is done on its day.")]

    @classmethod
    def of(cls, due: Due, now: datetime) -> Self:
        """A line of the list as an answer."""
        row, is_repeat = due.row, due.is_repeat
        return cls(
            site=row.site,
            plan=row.plan,
            plan_name=due.plan.name,
            plan_name_zh=due.plan.name_zh,
            job=due.plan.job,
            job_name=due.plan.job if due.job is None else due.job.name,
            job_name_zh="" if due.job is None else due.job.name_zh,
            subject_kind="meter" if row.subject_kind == "meter" else "equipment",
            subject=row.subject,
            machine=row.machine,
            machine_zh=row.machine_zh,
            equipment_class=row.equipment_class,
            space=row.space,
            priority=due.plan.priority,
            counts_from=row.counts_from,
            due_at=due.due_at,
            due_on=due.due_on,
            used=None if is_repeat else row.used,
            allowed=None if is_repeat else row.allowed,
            unit="" if is_repeat else row.unit,  # type: ignore[arg-type] # written by schedule.py, one of these
            is_due=due.is_due,
            is_overdue=due.is_overdue(now),
            overdue_at=None if is_repeat else row.overdue_at,
            order=due.order,
            order_state=None if is_repeat else row.order_state,
            assignee=None if is_repeat else row.assignee,
            team=row.team,
            is_repeat=is_repeat,
        )


class MaintenancePlanDetail(MaintenancePlan):
    """A plan, how it stands on each machine, and its changes, the newest first."""

    standing: list[PlanDue]
    changes: list[DocumentChange]

    @classmethod
    def with_standing(cls, row: ListedPlanRow, standing: list[PlanDue], changes: list[ChangeRow]) -> Self:
        """A plan as an answer."""
        found = [DocumentChange.model_validate(each) for each in changes]
        whole = {**MaintenancePlan.of(row).model_dump(mode="python"), "standing": standing, "changes": found}
        return cls.model_validate(whole)


class NewJob(BaseModel):
    """A job as it is to be, in the fields that `[[job]]` of maintenance.toml has as well."""

    model_config = ConfigDict(extra="forbid")

    job: Annotated[dict[str, Any], Field(examples=[{"name": "Oil change", "tasks": [{"text": "Drain the oil"}]}])]
    reason: Reason
    version: Annotated[int | None, Field(ge=0, description="The version that was changed; 0: it is new.")] = None
    by: By = None


class NewPlan(BaseModel):
    """A plan as it is to be, in the fields that `[[plan]]` of maintenance.toml has as well."""

    model_config = ConfigDict(extra="forbid")

    plan: Annotated[
        dict[str, Any],
        Field(
            examples=[
                {
                    "name": "Oil change",
                    "job": "oil-change",
                    "equipment_class": "compressor",
                    "triggers": [{"kind": "run_hours", "hours": 4000}],
                }
            ]
        ),
    ]
    reason: Reason
    version: Annotated[int | None, Field(ge=0, description="The version that was changed; 0: it is new.")] = None
    by: By = None
