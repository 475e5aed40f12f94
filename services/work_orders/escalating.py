"""Nobody begins an order, or it is not done in time: it is written down, told, and the next ones are called.

    respond by ----------------> escalated: nobody has begun
      + after_h of each step --> escalated further: the step's team is told      (settings of the site)
    due ----------------------> overdue, once

Both are levels, not alarms of a clock: a process that was away for an hour finds what is past and tells it, each step
once and in its order, with the time at which it should have come. Whoever starts the order ends its escalation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from analytics.maintenance.settings import MaintenanceSettings
from services.database import Connection, rows, run
from services.statements import statements
from services.work_orders import trail
from services.work_orders.handing_over import Settings

SQL = statements("order_times")
AT_MOST = 100


@dataclass(frozen=True, slots=True)
class UnansweredRow:
    """An order that nobody has begun, and how far it was escalated."""

    id: int
    site_id: int
    priority: str
    state: str
    respond_by: datetime
    escalated: int
    escalates_at: datetime


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """An order that is not done in time."""

    id: int
    state: str
    due_at: datetime


class Step(NamedTuple):
    """When an order is escalated, and who is called then; no team: it is only said."""

    at: datetime
    team: str | None


def step(said: MaintenanceSettings, priority: str, respond_by: datetime, number: int) -> Step | None:
    """The step of escalation after `number` were taken; None: that was the last.

    The first is always at `respond_by`, also where the settings begin later or name none.
    """
    first = said.step(0, priority)
    if first is None or first[0] > 0:
        if number == 0:
            return Step(respond_by, None)
        number -= 1
    found = said.step(number, priority)
    return None if found is None else Step(respond_by + timedelta(hours=found[0]), found[1])


async def escalate(connection: Connection, settings: Settings, now: datetime) -> int:
    """Take the next step of every order that waits for it, in the caller's transaction; gives how many."""
    found = await rows(connection, SQL["orders_to_escalate"], UnansweredRow, now, AT_MOST)
    for row in found:
        said = settings[row.site_id]
        taken, following = (step(said, row.priority, row.respond_by, row.escalated + more) for more in (0, 1))
        if taken is not None and taken.at > now:  # the settings give more time than they did
            await run(connection, SQL["put_escalation"], row.id, row.escalated, taken.at)
            continue
        next_at = None if following is None else following.at
        if taken is None:
            await run(connection, SQL["put_escalation"], row.id, row.escalated, None)
            continue
        await run(connection, SQL["put_escalation"], row.id, row.escalated + 1, next_at)
        await trail.add(
            connection,
            row.id,
            "escalated",
            row.escalates_at,
            None,
            from_state=row.state,
            to_state=row.state,
            detail={"step": row.escalated + 1, "team": taken.team, "respond_by": row.respond_by.isoformat()},
        )
    return len(found)


async def tell_breaches(connection: Connection, now: datetime) -> int:
    """Tell once of every order that is overdue, in the caller's transaction; gives of how many."""
    found = await rows(connection, SQL["orders_overdue"], OverdueRow, now, AT_MOST)
    if found:
        await run(connection, SQL["note_breaches"], [row.id for row in found])
    for row in found:
        await trail.add(
            connection,
            row.id,
            "overdue",
            row.due_at,
            None,
            from_state=row.state,
            to_state=row.state,
            detail={"due_at": row.due_at.isoformat()},
        )
    return len(found)
