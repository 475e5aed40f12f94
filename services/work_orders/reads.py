"""Orders as lists and pages show them: a page at a time, the most urgent first, and one with all that is known of it.

Urgent is what is to be done, by priority and then by due time; then comes what is done and waits to be verified; what
is over comes last, the newest first, and only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from analytics.work_orders.lifecycle import Offer, State, possible
from services.database import Connection, one, rows, run
from services.parts import of_orders
from services.parts.of_orders import OrderPart
from services.people import Actor
from services.statements import statements
from services.work_orders import causes, downtime, isolation, labour, moments, tasks, trail
from services.work_orders.causes import CauseRow
from services.work_orders.downtime import DowntimeRow
from services.work_orders.isolation import IsolationRow
from services.work_orders.labour import LabourRow
from services.work_orders.moments import Given
from services.work_orders.rows import OrderNotFoundError, OrderRef, OrderRow
from services.work_orders.tasks import TaskRow
from services.work_orders.trail import EntryRow

SQL = statements("work_order_reads")
ORDERS = statements("work_orders")
ALARMS = statements("work_order_alarms")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """An order's place in the list."""

    id: int
    rank: int
    place: float
    number: int
    site: str


class After(NamedTuple):
    """The place where a page ended."""

    rank: int
    place: float
    number: int
    site: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders; None: any that are not over. Where states are given, these and no others."""

    site: str | None = None
    states: Sequence[str] | None = None
    machine: str | None = None
    assignee: str | None = None
    team: str | None = None
    priorities: Sequence[str] | None = None
    origins: Sequence[str] | None = None
    is_overdue: bool = False
    search: str | None = None
    with_over: bool = False


@dataclass(frozen=True, slots=True)
class CountsRow:
    """How many alarms, tasks, isolations and photos an order has."""

    id: int
    alarms: int
    alarms_standing: int
    tasks_done: int
    tasks: int
    isolations_open: int
    photos: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An order and its counts."""

    order: OrderRow
    counts: CountsRow


@dataclass(frozen=True, slots=True)
class AlarmOfOrderRow:
    """An alarm of an order, from raise to normal."""

    alarm: str
    raised_at: datetime
    ended_at: datetime | None
    level: str
    value: float | None
    limit_value: float
    unit: str
    message: str
    message_zh: str
    causes: Any
    is_standing: bool


@dataclass(frozen=True, slots=True)
class FileOfOrderRow:
    """A photo or another file of an order."""

    key: UUID
    name: str
    title: str
    media_type: str
    width_px: int | None
    height_px: int | None
    is_signature: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """An order with all that is known of it."""

    order: OrderRow
    counts: CountsRow
    possible: Sequence[Offer]
    alarms: Sequence[AlarmOfOrderRow]
    tasks: Sequence[TaskRow]
    isolations: Sequence[IsolationRow]
    parts: Sequence[OrderPart]
    labour: Sequence[LabourRow]
    downtime: Sequence[DowntimeRow]
    files: Sequence[FileOfOrderRow]
    trail: Sequence[EntryRow]
    cause_choices: Sequence[CauseRow]


async def listed(
    connection: Connection, wanted: Wanted, now: datetime, limit: int, after: After | None = None
) -> tuple[list[Listed], After | None]:
    """At most `limit` orders after a place, the most urgent first, and the place where the rest begins."""
    async with connection.transaction():
        await run(connection, SQL["plan_for_these"])
        places = await rows(
            connection,
            SQL["orders_page"],
            PlaceRow,
            wanted.site,
            wanted.states,
            wanted.machine,
            wanted.assignee,
            wanted.team,
            wanted.priorities,
            wanted.origins,
            now if wanted.is_overdue else None,
            wanted.search,
            wanted.with_over or wanted.states is not None,
            *(after or (None, None, None, None)),
            limit + 1,
        )
    ids = [place.id for place in places[:limit]]
    # Of a dozen joins the plan takes longer than the answer: these keep theirs.
    found = {row.id: row for row in await rows(connection, SQL["orders_by_id"], OrderRow, ids)}
    counts = {row.id: row for row in await rows(connection, SQL["counts_of_orders"], CountsRow, ids)}
    last = places[limit - 1] if len(places) > limit else None
    rest = None if last is None else After(last.rank, last.place, last.number, last.site)
    return [Listed(found[each], counts[each]) for each in ids if each in found], rest


async def order(connection: Connection, ref: OrderRef) -> OrderRow:
    """An order with its names. Raises OrderNotFoundError."""
    found = await one(connection, ORDERS["order_named"], OrderRow, *ref)
    if found is None:
        raise OrderNotFoundError(ref.address)
    return found


async def detail(connection: Connection, ref: OrderRef, actor: Actor | None = None) -> Detail:
    """An order with all that is known of it, and what `actor` can do about it. Raises OrderNotFoundError."""
    if connection.is_in_transaction():
        return await _detail(connection, await order(connection, ref), actor)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await _detail(connection, await order(connection, ref), actor)


async def _detail(connection: Connection, found: OrderRow, actor: Actor | None) -> Detail:
    counts = await one(connection, SQL["counts_of_orders"], CountsRow, [found.id])
    assert counts is not None
    facts = await moments.facts(connection, found.id)
    asked = moments.Asked(
        found.id,
        found.origin,
        found.kind,
        found.skill,
        found.assignee_id is not None,
        found.requires_signature,
        found.signature_id is not None,
        found.checked_at is not None,
        found.done_by_id,
    )
    moment = await moments.moment(connection, asked, facts, actor, Given())
    return Detail(
        found,
        counts,
        possible(cast("State", found.state), moment),
        await rows(connection, ALARMS["alarms_of_order"], AlarmOfOrderRow, found.id),
        await tasks.of_order(connection, found.id),
        await isolation.of_order(connection, found.id),
        await of_orders.of_order(connection, found.id),
        await labour.of_order(connection, found.id),
        await downtime.of_order(connection, found.id),
        await rows(connection, SQL["files_of_order"], FileOfOrderRow, found.id),
        await trail.of_order(connection, found.id),
        await causes.choices(connection, found.id),
    )
