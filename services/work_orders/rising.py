"""An order is as urgent as the worst of its alarms ever was: when one gets worse, so does the order.

Its due times are those it would have had from its beginning, or from when it was accepted or reopened last; they may be
past already. Whoever is called next is called by the new times. Nothing makes an order less urgent by itself: a
bearing that is quieter today is not mended. Where a person said how urgent it is, that holds until an alarm comes or
gets worse after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from analytics.work_orders.due import due_times
from services.database import Connection, rows, run
from services.statements import statements
from services.work_orders import trail
from services.work_orders.handing_over import Settings

SQL = statements("order_times")


@dataclass(frozen=True, slots=True)
class RisingRow:
    """An order that is less urgent than one of its alarms."""

    id: int
    site_id: int
    state: str
    was: str
    priority: str
    counts_from: datetime


async def rise(connection: Connection, settings: Settings, now: datetime) -> int:
    """Make orders as urgent as their alarms, in the caller's transaction; gives how many rose."""
    found = await rows(connection, SQL["orders_too_low"], RisingRow)
    for row in found:
        said = settings[row.site_id]
        times = due_times(row.counts_from, row.priority, said.respond_within_h, said.due_within_h)
        await run(connection, SQL["raise_priority"], row.id, row.priority, times.respond_by, times.due_at)
        detail = {"from": row.was, "to": row.priority}
        await trail.add(
            connection, row.id, "priority", now, None, from_state=row.state, to_state=row.state, detail=detail
        )
    return len(found)
