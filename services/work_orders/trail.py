"""What happens to an order is written down, and told: an entry that nobody changes afterwards, and an event.

    a step, a remark, a result --> work_order_entry
                               '-> event work_order.<told>, with all that a screen or a notification needs

Both in the caller's transaction. Without an actor it is the service itself that acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from services import events
from services.database import Connection, one, rows, run
from services.people import Actor
from services.statements import statements
from services.work_orders.rows import OrderRow

SQL = statements("work_orders")

#: What an entry is called once it has happened; any other is told by its own name.
TOLD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "open": "opened",
        "accept": "accepted",
        "assign": "assigned",
        "release": "released",
        "start": "started",
        "hold": "held",
        "resume": "resumed",
        "complete": "done",
        "reopen": "reopened",
        "verify": "verified",
        "cancel": "cancelled",
        "comment": "commented",
    }
)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Something that happened to an order; no actor: the service itself."""

    at: datetime
    event: str
    from_state: str | None
    to_state: str | None
    actor: str | None
    comment: str
    detail: Any


async def add(
    connection: Connection,
    order_id: int,
    event: str,
    at: datetime,
    actor: Actor | None,
    *,
    comment: str = "",
    from_state: str | None = None,
    to_state: str | None = None,
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Write down what happened to an order, as it stands now, and tell it."""
    actor_id = None if actor is None else actor.id
    await run(connection, SQL["add_entry"], order_id, at, event, from_state, to_state, actor_id, comment, dict(detail))
    order = await one(connection, SQL["order_by_id"], OrderRow, order_id)
    assert order is not None
    told = TOLD.get(event, event)
    payload = {
        "order": order.ref.address,
        "site": order.site,
        "number": order.number,
        "title": order.title,
        "title_zh": order.title_zh,
        "machine": order.machine,
        "machine_zh": order.machine_zh,
        "subject_kind": order.subject_kind,
        "subject": order.subject,
        "priority": order.priority,
        "state": order.state,
        "from": from_state,
        "event": told,
        "origin": order.origin,
        "due_at": None if order.due_at is None else _time(order.due_at),
        "assignee": order.assignee,
        "team": order.team,
        "actor": None if actor is None else actor.code,
        "comment": comment,
        "detail": dict(detail),
        "at": _time(at),
    }
    await events.record(connection, f"work_order.{told}", order.ref.address, payload)


async def of_order(connection: Connection, order_id: int) -> list[EntryRow]:
    """All that happened to an order, the oldest first."""
    return await rows(connection, SQL["entries_of_order"], EntryRow, order_id)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
