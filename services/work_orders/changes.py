"""What a person changes about an order that is to be done: how urgent it is, and by when, with the reason.

With another priority the times are those that the order would have had from its beginning, or from when it was accepted
or reopened last. A due time that a person sets stands until somebody sets another, or another priority.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from analytics.alarms.rule import Priority
from analytics.work_orders.lifecycle import Refused
from services.database import Connection
from services.people import Actor
from services.statements import statements
from services.work_orders import locking, opening, trail
from services.work_orders.rows import Order, OrderRef

SQL = statements("work_orders")

_NOT_BEGUN = ("requested", "open", "assigned")
_TO_BE_DONE = (*_NOT_BEGUN, "in_progress", "on_hold")


async def set_priority(
    connection: Connection, ref: OrderRef, priority: Priority, comment: str, actor: Actor, now: datetime
) -> Refused | None:
    """Make an order more or less urgent; None: it is. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    if refused := _refused(order, comment):
        return refused
    was, order.priority = order.priority, priority
    counts_from: datetime = await connection.fetchval(SQL["counts_from"].text, order.id)
    times = await opening.due(connection, order.site_id, priority, counts_from)
    order.respond_by = times.respond_by
    order.due_at = None if order.state == "requested" else times.due_at
    order.escalates_at = times.respond_by if order.state in _NOT_BEGUN else None
    order.escalated, order.is_breach_told = 0, False
    await locking.put(connection, order)
    detail = {"from": was, "to": priority}
    await _enter(connection, order, "priority", comment, actor, now, detail)
    return None


async def set_due(
    connection: Connection, ref: OrderRef, due_at: datetime, comment: str, actor: Actor, now: datetime
) -> Refused | None:
    """Give an order another due time; None: it has it. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    if refused := _refused(order, comment):
        return refused
    if due_at <= now:
        return Refused("bad_time", "that is past: give a time to come as `due_at`")
    was, order.due_at, order.is_breach_told = order.due_at, due_at, False
    await locking.put(connection, order)
    detail = {"from": None if was is None else was.isoformat(), "to": due_at.isoformat()}
    await _enter(connection, order, "due", comment, actor, now, detail)
    return None


def _refused(order: Order, comment: str) -> Refused | None:
    if order.state not in _TO_BE_DONE:
        return Refused("not_now", f"its times are those of work that is to be done, and it is {order.state}")
    if not comment.strip():
        return Refused("reason_missing", "others will ask why: give the reason as `comment`")
    return None


async def _enter(
    connection: Connection,
    order: Order,
    event: str,
    comment: str,
    actor: Actor,
    now: datetime,
    detail: Mapping[str, object],
) -> None:
    await trail.add(
        connection,
        order.id,
        event,
        now,
        actor,
        comment=comment,
        from_state=order.state,
        to_state=order.state,
        detail=detail,
    )
