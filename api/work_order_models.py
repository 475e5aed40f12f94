"""Work orders as the API answers them: one of the list, and one with all that is known of it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from msgspec import to_builtins
from pydantic import BaseModel, ConfigDict, Field

from analytics.alarms.rule import Priority
from api.instants import Instant
from services.work_orders.reads import CountsRow, Detail
from services.work_orders.rows import OrderRow
from services.work_orders.tasks import TaskRow

State = Literal["requested", "open", "assigned", "in_progress", "on_hold", "done", "verified", "cancelled"]
Origin = Literal["alarm", "plan", "hand", "request", "checklist"]
Kind = Literal["repair", "maintenance", "inspection", "calibration", "other"]


class OfRow(BaseModel):
    """A part of an answer whose members are those of a row."""

    model_config = ConfigDict(from_attributes=True)


class Named(BaseModel):
    """Somebody, or a team: their code, and their name for people."""

    code: str
    name: str


class Suspected(BaseModel):
    """What is likely wrong, by the rules of the alarms that made the order."""

    code: Annotated[str, Field(description="A cause of the rule; `rule:<code>` where the rule names none.")]
    name: str
    name_zh: str


class WorkOrder(BaseModel):
    """A work order as it stands."""

    order: Annotated[str, Field(description="Its name everywhere.", examples=["kunshan/41"])]
    site: str
    number: int
    title: str
    title_zh: str
    description: str
    origin: Origin
    kind: Kind
    subject_kind: Literal["equipment", "device", "meter", "site"]
    subject: Annotated[str, Field(examples=["comp-1"])]
    machine: Annotated[str, Field(description="Name of the machine, device, meter or site.")]
    machine_zh: str
    space: Annotated[str | None, Field(description="Path of the space it stands in.", examples=["b1/f2"])]
    priority: Priority
    state: State
    since: Annotated[Instant, Field(description="In this state.")]
    opened_at: Instant
    opened_by: Annotated[str | None, Field(description="Null: the service itself.")]
    respond_by: Annotated[Instant | None, Field(description="By when somebody has to have started.")]
    due_at: Annotated[Instant | None, Field(description="By when it has to be done.")]
    is_overdue: Annotated[bool, Field(description="Not done, and its time is over.")]
    escalated: Annotated[int, Field(description="How many steps of the escalation were taken.")]
    assignee: Named | None
    team: Named | None
    skill: str | None
    suspected: Suspected | None
    action: Annotated[str, Field(description="What to do about what is suspected.")]
    action_zh: str
    alarms: Annotated[int, Field(description="Alarms attached to it.")]
    alarms_standing: Annotated[int, Field(description="Of these, whose condition has not gone.")]
    tasks_done: int
    tasks: int
    isolations_open: Annotated[int, Field(description="Not confirmed, or confirmed and not removed.")]
    photos: int
    cause: Annotated[str | None, Field(description="The true one, as found.")]
    resolution: str
    done_at: Instant | None
    done_by: str | None
    check_at: Annotated[Instant | None, Field(description="From when on it is looked whether its alarms are gone.")]
    checked_at: Annotated[Instant | None, Field(description="When the condition of its alarms was found gone.")]
    verified_at: Instant | None
    verified_by: str | None
    reopened: Annotated[int, Field(description="How many times.")]
    parent: Annotated[str | None, Field(description="The order whose checklist failed.", examples=["kunshan/40"])]
    plan: str | None
    job: str | None
    requested_by: Annotated[str, Field(description="Who scanned the machine's label, as they say.")]

    @classmethod
    def of(cls, row: OrderRow, counts: CountsRow, now: datetime) -> Self:
        """An order as an answer."""
        return cls.model_validate(_of(row, counts, now))


class Refusal(OfRow):
    """Why a step cannot be taken now, and what to do first."""

    reason: Annotated[str, Field(examples=["isolation_open"])]
    why: str


class PossibleStep(OfRow):
    """A step that the order's state has, what it needs, and whether something stands in its way."""

    event: str
    needs: Annotated[list[str], Field(description="What the call has to give.")]
    refused: Annotated[Refusal | None, Field(description="Null: nothing stands in its way.")]


class OrderAlarm(OfRow):
    """An alarm that the order is about."""

    alarm: Annotated[str, Field(examples=["kunshan/header-pressure-low/air-header"])]
    raised_at: Instant
    ended_at: Instant | None
    level: str
    value: float | None
    limit: Annotated[float | None, Field(validation_alias="limit_value")]
    unit: str
    message: str
    message_zh: str
    is_standing: bool
    causes: list[dict[str, Any]]


class OrderTask(OfRow):
    """A line of the checklist, and what was found."""

    position: int
    text: str
    text_zh: str
    kind: Literal["check", "measure", "photo"]
    required: bool
    unit: str
    minimum: float | None
    maximum: float | None
    opens_order: Annotated[bool, Field(description="Its failure opens an order of its own.")]
    result: Literal["passed", "failed", "skipped"] | None
    value: float | None
    note: str
    at: Instant | None
    by: str | None
    follow_up: Annotated[str | None, Field(description="The order that its failure opened.")]


class OrderIsolation(OfRow):
    """An energy that is locked out before anybody puts a hand in."""

    position: int
    energy: str
    where: str
    how: str
    confirmed_at: Instant | None
    confirmed_by: str | None
    lock: Annotated[str, Field(description="Number of the padlock.")]
    removed_at: Instant | None
    removed_by: str | None


class OrderPart(OfRow):
    """A part that is planned for the order, or was used by it."""

    part: str
    name: str
    unit: str
    planned: float
    used: Annotated[float, Field(description="What was returned is taken off.")]
    unit_cost: float | None
    currency: str | None
    location: str
    stock: float


class OrderLabour(OfRow):
    """Hours that somebody worked on it."""

    name: str
    began_at: Instant
    hours: float
    note: str


class OrderDowntime(OfRow):
    """A time in which the machine could not do its work."""

    began_at: Instant
    ended_at: Annotated[Instant | None, Field(description="Null: it goes on.")]
    reason: str
    note: str


class OrderFile(OfRow):
    """A photo or a signature; /api/v1/attachments/{key} gives it."""

    key: UUID
    name: str
    title: str
    media_type: str
    width_px: int | None
    height_px: int | None
    is_signature: bool


class OrderEntry(OfRow):
    """What happened to it: a step of its life, a remark, a part; nobody: the service itself."""

    at: Instant
    event: str
    from_state: Annotated[str | None, Field(serialization_alias="from")]
    to_state: Annotated[str | None, Field(serialization_alias="to")]
    actor: str | None
    comment: str
    detail: dict[str, Any]


class CauseChoice(OfRow):
    """A cause to choose when it is done, and how often it was the true one on such machines."""

    code: str
    name: str
    name_zh: str
    times_true: int


class WorkOrderDetail(WorkOrder):
    """An order with its alarms, checklist, lock-out, parts, labour, downtime, files, and all that happened to it."""

    requires_signature: Annotated[bool, Field(description="It is not done before it is signed.")]
    is_signed: bool
    cause_note: str
    possible: list[PossibleStep]
    alarm_list: list[OrderAlarm]
    task_list: list[OrderTask]
    isolation_list: list[OrderIsolation]
    parts: list[OrderPart]
    labour: list[OrderLabour]
    downtime: list[OrderDowntime]
    files: list[OrderFile]
    trail: Annotated[list[OrderEntry], Field(description="The oldest first.")]
    cause_choices: list[CauseChoice]

    @classmethod
    def with_all(cls, found: Detail, now: datetime) -> Self:
        """An order with all that is known of it, as an answer."""
        return cls.model_validate(
            {
                **_of(found.order, found.counts, now),
                "requires_signature": found.order.requires_signature,
                "is_signed": found.order.signature_id is not None,
                "cause_note": found.order.cause_note,
                "possible": found.possible,
                "alarm_list": [{**asdict(row), "causes": row.causes or []} for row in found.alarms],
                "task_list": [_task(found.order.site, row) for row in found.tasks],
                "isolation_list": [{**asdict(row), **to_builtins(row.isolation)} for row in found.isolations],
                "parts": found.parts,
                "labour": found.labour,
                "downtime": found.downtime,
                "files": found.files,
                "trail": found.trail,
                "cause_choices": found.cause_choices,
            }
        )


def _of(row: OrderRow, counts: CountsRow, now: datetime) -> Mapping[str, object]:
    """The members that a row has under their own names, and those that are put together."""
    return {
        **{name: getattr(row, name) for name in WorkOrder.model_fields if hasattr(row, name)},
        **{name: getattr(counts, name) for name in WorkOrder.model_fields if hasattr(counts, name)},
        "order": row.ref.address,
        "is_overdue": row.is_overdue(now),
        "assignee": None if row.assignee is None else {"code": row.assignee, "name": row.assignee_name},
        "team": None if row.team is None else {"code": row.team, "name": row.team_name},
        "suspected": None
        if row.suspected is None
        else {"code": row.suspected, "name": row.suspected_name, "name_zh": row.suspected_name_zh},
    }


def _task(site: str, row: TaskRow) -> Mapping[str, object]:
    follow_up = None if row.follow_up_number is None else f"{site}/{row.follow_up_number}"
    return {**asdict(row), **to_builtins(row.task), "follow_up": follow_up}
