"""What holds of an order when somebody asks for a step: read from its rows, with what is given with the step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from analytics.work_orders.lifecycle import Moment
from services import people
from services.database import Connection, one
from services.people import Actor
from services.statements import statements

SQL = statements("work_orders")


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives with a step, all of it optional: the table's guards say what is missing."""

    comment: str = ""
    assignee: str | None = None
    """Code of a person."""
    team: str | None = None
    anyway: bool = False
    """Assign although the skill is missing; a comment says why."""
    out_of_service: bool | None = None
    """Take the machine's alarms out of service at the start; None: as the order says."""
    cause: str | None = None
    cause_note: str = ""
    resolution: str = ""
    keep_results: bool = True
    """Of its checklist, when it is reopened."""
    evidence: tuple[object, ...] = ()
    """Why the service itself reopens it: alarms that stand, as documents."""


@dataclass(frozen=True, slots=True)
class FactsRow:
    """What guards ask of an order's other rows."""

    open_isolations: int
    hanging_locks: int
    open_tasks: int
    alarms: int
    standing_alarms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Of an order, what its own row says."""

    id: int
    origin: str
    kind: str
    skill: str | None
    is_assigned: bool
    requires_signature: bool
    is_signed: bool
    is_checked: bool
    done_by: int | None


async def facts(connection: Connection, order_id: int) -> FactsRow:
    """What guards ask of an order's other rows."""
    found = await one(connection, SQL["facts_of_order"], FactsRow, order_id)
    assert found is not None
    return found


async def moment(
    connection: Connection,
    order: Asked,
    found: FactsRow,
    actor: Actor | None,
    given: Given,
    causes: Collection[str] | None = None,
) -> Moment:
    """The moment of an order; `causes`: the causes that may be given for it, where that is of concern."""
    return Moment(
        is_assigned=order.is_assigned,
        open_isolations=found.open_isolations,
        hanging_locks=found.hanging_locks,
        open_tasks=found.open_tasks,
        needs_cause=order.kind == "repair" or order.origin == "alarm" or found.alarms > 0,
        lacks_signature=order.requires_signature and not order.is_signed,
        is_checked=order.is_checked,
        standing_alarms=found.standing_alarms,
        is_same_person=actor is not None and actor.id == order.done_by,
        has_comment=bool(given.comment.strip()),
        has_assignee=given.assignee is not None or given.team is not None,
        has_cause=given.cause is not None,
        is_cause_known=given.cause is None or causes is None or given.cause in causes,
        lacks_skill=await _lacks_skill(connection, order.skill, given),
    )


async def _lacks_skill(connection: Connection, skill: str | None, given: Given) -> bool:
    if skill is None or (given.anyway and given.comment.strip()):
        return False
    user_id = None if given.assignee is None else await people.person_id(connection, given.assignee)
    team_id = None if given.team is None else await people.team_id(connection, given.team)
    if user_id is None and team_id is None:
        return False
    return not await people.has_skill(connection, skill, user_id=user_id, team_id=team_id)
