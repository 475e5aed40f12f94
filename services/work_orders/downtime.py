"""When a machine could not do its work, and why, as its orders know it. A machine is down once at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from analytics.work_orders.lifecycle import OVER, Refused
from services.database import Connection, one, rows
from services.people import Actor
from services.statements import statements
from services.work_orders import locking, trail
from services.work_orders.rows import OrderRef

SQL = statements("work_order_downtime")

DowntimeReason = Literal["breakdown", "planned", "waiting_for_parts", "no_supply", "other"]
REASONS: Final = get_args(DowntimeReason)


@dataclass(frozen=True, slots=True)
class DowntimeRow:
    """From when to when, and why; no end: it goes on."""

    began_at: datetime
    ended_at: datetime | None
    reason: str
    note: str


async def of_order(connection: Connection, order_id: int) -> list[DowntimeRow]:
    """When the machine could not do its work."""
    return await rows(connection, SQL["downtime_of_order"], DowntimeRow, order_id)


async def begin(
    connection: Connection,
    ref: OrderRef,
    reason: DowntimeReason,
    actor: Actor,
    now: datetime,
    *,
    began_at: datetime | None = None,
    note: str = "",
) -> Refused | None:
    """The machine of an order cannot do its work; None: written down. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    began = began_at or now
    if order.state in OVER or order.state in ("requested", "done"):
        said = order.state.replace("_", " ")
        return Refused("not_now", f"the machine is down for an order that is to be done, and it is {said}")
    if order.equipment_id is None:
        return Refused("no_machine", "it is about no machine of the site: downtime is that of a machine")
    if began > now:
        return Refused("bad_time", "a machine is not down from a time to come: give `began_at` as it was")
    if other := await one(connection, SQL["overlapping_downtime"], DowntimeRow, order.equipment_id, began):
        until = "still" if other.ended_at is None else f"until {other.ended_at.isoformat()}"
        return Refused("is_down_already", f"the machine is down from {other.began_at.isoformat()} {until}")
    begun = await connection.fetchval(SQL["begin_downtime"].text, order.id, began, reason, note, actor.id)
    if begun is None:
        return Refused("is_down_already", "somebody has just said that the machine is down")
    detail = {"began_at": began.isoformat(), "reason": reason}
    await trail.add(connection, order.id, "downtime_began", now, actor, comment=note, detail=detail)
    return None


async def end(
    connection: Connection, ref: OrderRef, actor: Actor, now: datetime, *, ended_at: datetime | None = None
) -> Refused | None:
    """The machine of an order can do its work again; None: written down. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    ended = ended_at or now
    going_on = [row for row in await of_order(connection, order.id) if row.ended_at is None]
    if not going_on:
        return Refused("is_not_down", "no downtime of this order goes on")
    if ended > now or ended < going_on[0].began_at:
        began = going_on[0].began_at.isoformat()
        return Refused("bad_time", f"give `ended_at` as it was: after {began}, when it began, and not in time to come")
    await close(connection, order.id, ended)
    detail = {"ended_at": ended.isoformat(), "began_at": going_on[0].began_at.isoformat()}
    await trail.add(connection, order.id, "downtime_ended", now, actor, detail=detail)
    return None


async def close(connection: Connection, order_id: int, ended_at: datetime) -> bool:
    """End what goes on; whether something did."""
    return bool(await rows(connection, SQL["end_downtime"], DowntimeRow, order_id, ended_at))
