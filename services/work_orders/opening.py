"""Opening an order: its number, its due times, and copies of what its job says.

    a person, an alarm, a plan, a failed task, a label's form --> NewOrder --open_order--> work_order
       the site's last number is locked --> a key that is known, a cause that has an order: that order, nothing new
                                        '-> next number --> checklist, isolations, planned parts --> entry, event

Numbers of a site have no gap: whoever opens an order holds the site's last number until the transaction ends, and an
order that is not written takes none. A request from a machine's label waits until somebody accepts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from analytics.alarms.rule import Priority
from analytics.maintenance.job import Isolation, Job, JobPart, OrderKind, Task
from analytics.work_orders.due import DueTimes, due_times
from services.database import Connection, one, run
from services.maintenance import settings
from services.people import Actor, TeamNotFoundError, has_skill, person_id, team_id
from services.statements import statements
from services.work_orders import trail
from services.work_orders.rows import OrderRef

SQL = statements("work_order_opening")

Origin = Literal["alarm", "plan", "hand", "request", "checklist"]
SubjectKind = Literal["equipment", "device", "meter", "site"]


class OrderRefusedError(Exception):
    """Such an order cannot be opened; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Suspected:
    """What an alarm says is likely wrong, and what to do about it; `rule:<code>` where its rule names no cause."""

    code: str
    name: str = ""
    name_zh: str = ""
    action: str = ""
    action_zh: str = ""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that is to be opened. What its job says is added to what stands here."""

    site: str
    origin: Origin
    subject_kind: SubjectKind
    subject: str
    title: str
    kind: OrderKind | None = None
    """None: that of the job, else a repair."""
    priority: Priority = "medium"
    title_zh: str = ""
    description: str = ""
    suspected: Suspected | None = None
    job: str | None = None
    plan_id: int | None = None
    parent_id: int | None = None
    requested_by: str = ""
    skill: str | None = None
    assignee: str | None = None
    team: str | None = None
    due_at: datetime | None = None
    """None: by its priority."""
    client_key: UUID | None = None
    """A phone that sends an order twice has opened one."""
    takes_out_of_service: bool = False
    tasks: tuple[Task, ...] = ()
    isolations: tuple[Isolation, ...] = ()
    parts: tuple[JobPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """The order; not new: there was one with this key, or for this cause, already."""

    id: int
    ref: OrderRef
    is_new: bool


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site and the last number of its orders."""

    site_id: int
    last: int


@dataclass(frozen=True, slots=True)
class FoundRow:
    """An order that there is already."""

    id: int
    site: str
    number: int


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """What an order is about, within the database."""

    equipment_id: int | None
    device_id: int | None
    meter_id: int | None
    equipment_class: str


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it is now."""

    id: int
    version: int
    document: Any


async def open_order(connection: Connection, new: NewOrder, actor: Actor | None, now: datetime) -> Opened:
    """Open an order in the caller's transaction; without an actor the service itself does.

    Raises OrderRefusedError, PersonNotFoundError, TeamNotFoundError.
    """
    site = await one(connection, SQL["hold_numbers"], SiteRow, new.site)
    if site is None:
        raise OrderRefusedError(f"There is no site {new.site!r}: the list of sites has them.")
    if (known := await _known(connection, new, site.site_id)) is not None:
        return Opened(known.id, OrderRef(known.site, known.number), is_new=False)
    about = (site.site_id, new.subject_kind, new.subject)
    if new.origin == "hand" and new.due_at is not None and new.due_at <= now:
        raise OrderRefusedError("It would be overdue at once: give a time to come as `due_at`, or none.")
    # What a checklist finds is written down, also where the machine was retired meanwhile.
    subject = await one(connection, SQL["subject"], SubjectRow, *about, new.parent_id is not None)
    if subject is None:
        raise OrderRefusedError(f"There is no {new.subject_kind} {new.subject!r} at {new.site}, or it is retired.")
    job_row, job = await _job(connection, new, site.site_id)
    await _require_skill(connection, new, new.skill or job.skill)
    order_id = await _write(connection, new, actor, now, site, subject, job_row, job)
    tasks, isolations = (*job.tasks, *new.tasks), (*job.isolations, *new.isolations)
    if tasks:
        await run(connection, SQL["add_tasks"], order_id, [_document(task) for task in tasks])
    if isolations:
        await run(connection, SQL["add_isolations"], order_id, [_document(each) for each in isolations])
    await run(connection, SQL["take_number"], site.site_id)
    state = "requested" if new.origin == "request" else "assigned" if new.assignee else "open"
    await trail.add(connection, order_id, "open", now, actor, to_state=state, detail={"origin": new.origin})
    return Opened(order_id, OrderRef(new.site, site.last + 1), is_new=True)


async def due(connection: Connection, site_id: int, priority: str, counts_from: datetime) -> DueTimes:
    """By when somebody has to have acted on an order of a site, by its settings."""
    said = (await settings.load(connection))[site_id]
    return due_times(counts_from, priority, said.respond_within_h, said.due_within_h)


async def _known(connection: Connection, new: NewOrder, site_id: int) -> FoundRow | None:
    if new.client_key is not None:
        found = await one(connection, SQL["order_of_key"], FoundRow, new.client_key)
        if found is not None:
            return found
    if new.suspected is None:
        return None
    cause = (site_id, new.subject_kind, new.subject, new.suspected.code)
    return await one(connection, SQL["order_not_over"], FoundRow, *cause)


async def _job(connection: Connection, new: NewOrder, site_id: int) -> tuple[JobRow | None, Job]:
    if new.job is None:
        return None, Job(code="none", name=new.title, kind=new.kind or "repair")
    row = await one(connection, SQL["job"], JobRow, site_id, new.job)
    if row is None:
        raise OrderRefusedError(f"There is no job {new.job!r} at {new.site}: the list of jobs has them.")
    return row, msgspec.convert(row.document, Job)


async def _require_skill(connection: Connection, new: NewOrder, skill: str | None) -> None:
    """Opening an order for somebody is no way around the guard of `assign`."""
    if skill is None or new.assignee is None:
        return
    if not await has_skill(connection, skill, user_id=await person_id(connection, new.assignee), team_id=None):
        raise OrderRefusedError(
            f"{new.assignee} has not the skill {skill!r} that it asks for: open it without `assignee`, and choose one "
            "of its candidates; or assign it to them `anyway`, with the reason as `comment`."
        )


async def _write(
    connection: Connection,
    new: NewOrder,
    actor: Actor | None,
    now: datetime,
    site: SiteRow,
    subject: SubjectRow,
    job_row: JobRow | None,
    job: Job,
) -> int:
    said = (await settings.load(connection))[site.site_id]
    times = due_times(now, new.priority, said.respond_within_h, said.due_within_h)
    is_request = new.origin == "request"
    due_at = new.due_at or (None if is_request else times.due_at)
    suspected = new.suspected
    order_id: int = await connection.fetchval(
        SQL["add_order"].text,
        site.site_id,
        site.last + 1,
        new.client_key,
        new.origin,
        new.kind or job.kind,
        new.subject_kind,
        new.subject,
        subject.equipment_id,
        subject.device_id,
        subject.meter_id,
        new.title,
        new.title_zh,
        new.description,
        None if suspected is None else suspected.code,
        "" if suspected is None else suspected.name,
        "" if suspected is None else suspected.name_zh,
        "" if suspected is None else suspected.action,
        "" if suspected is None else suspected.action_zh,
        None if job_row is None else job_row.id,
        None if job_row is None else job_row.version,
        new.plan_id,
        new.parent_id,
        new.requested_by,
        new.priority,
        new.skill or job.skill,
        "requested" if is_request else "assigned" if new.assignee else "open",
        now,
        None if actor is None else actor.id,
        times.respond_by if due_at is None else min(times.respond_by, due_at),
        due_at,
        None if new.assignee is None else await person_id(connection, new.assignee),
        await _team(connection, new.team, (job.team, said.first_team("", subject.equipment_class))),
        new.takes_out_of_service or job.takes_out_of_service,
        job.requires_signature,
        [_document(part) for part in (*job.parts, *new.parts)],
    )
    return order_id


async def _team(connection: Connection, given: str | None, wished: Sequence[str | None]) -> int | None:
    """The team that is given, else the first that job and settings wish for and that there is."""
    if given is not None:
        return await team_id(connection, given)
    for code in filter(None, wished):
        with suppress(TeamNotFoundError):
            return await team_id(connection, code)
    return None


def _document(given: Task | Isolation | JobPart) -> Any:  # noqa: ANN401 - a JSON document
    return msgspec.to_builtins(given)
