"""Hours that people worked on an order: people of the house by code, others by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from analytics.work_orders.lifecycle import OVER, Refused
from services.database import Connection, rows, run
from services.people import Actor, person_id
from services.statements import statements
from services.work_orders import locking, trail
from services.work_orders.rows import OrderRef

SQL = statements("work_order_labour")
LONGEST_H: Final = 24.0


@dataclass(frozen=True, slots=True)
class LabourRow:
    """Who worked, from when, for how long."""

    name: str
    began_at: datetime
    hours: float
    note: str


async def of_order(connection: Connection, order_id: int) -> list[LabourRow]:
    """Who worked on an order."""
    return await rows(connection, SQL["labour_of_order"], LabourRow, order_id)


async def add(
    connection: Connection,
    ref: OrderRef,
    hours: float,
    actor: Actor,
    now: datetime,
    *,
    person: str | None = None,
    name: str = "",
    began_at: datetime | None = None,
    note: str = "",
) -> Refused | None:
    """Write hours down: of a person, of somebody else by name, else of whoever acts; None: written down.

    Without a beginning they ended now. Raises OrderNotFoundError, PersonNotFoundError.
    """
    order = await locking.lock(connection, ref)
    if order.state in OVER or order.state == "requested":
        said = order.state.replace("_", " ")
        return Refused(
            "not_now", f"hours are written down from when an order is open until it is over, and it is {said}"
        )
    if not 0 < hours <= LONGEST_H:
        return Refused("bad_time", f"hours are more than 0 and at most {LONGEST_H:g}: enter longer work day by day")
    began = began_at or now - timedelta(hours=hours)
    if began > now:
        return Refused("bad_time", "nobody has worked at a time to come: give `began_at` as it was")
    user_id = actor.user_id if person is None and not name else None
    if person is not None:
        user_id = await person_id(connection, person)
    await run(connection, SQL["add_labour"], order.id, user_id, name, began, hours, actor.id, note)
    detail = {"person": person or name or actor.code, "hours": hours, "began_at": began.isoformat()}
    await trail.add(connection, order.id, "labour", now, actor, comment=note, detail=detail)
    return None
