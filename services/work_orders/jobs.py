"""An order that was opened without a job gets one: an alarm knows what is wrong, a person knows how it is mended.

The job's checklist, isolations and parts are copied to the order as if it had been opened for it; its title, priority
and due time stay. Before the work begins only: who has started has not locked out what the job asks for.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from analytics.maintenance.job import Isolation, Job, JobPart, Task
from analytics.work_orders.lifecycle import Refused
from services.database import Connection, one, run
from services.people import Actor
from services.statements import statements
from services.work_orders import locking, trail
from services.work_orders.opening import JobRow
from services.work_orders.rows import OrderRef

SQL = statements("work_order_jobs")
OPENING = statements("work_order_opening")


async def give(connection: Connection, ref: OrderRef, code: str, actor: Actor, now: datetime) -> Refused | None:
    """Let an order be done after a job of its site; None: it is. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    if order.state not in ("requested", "open", "assigned", "on_hold"):
        said = order.state.replace("_", " ")
        return Refused("not_now", f"an order gets its job before somebody works on it, and it is {said}")
    row = await one(connection, OPENING["job"], JobRow, order.site_id, code)
    if row is None:
        return Refused("no_such_job", f"there is no job {code!r} at {order.site}: the list of jobs has them")
    if await connection.fetchval(SQL["has_job"].text, order.id):
        return Refused("has_job", "it has a job, a checklist or a lock-out already: open another order for this job")
    job = msgspec.convert(row.document, Job)
    await run(
        connection,
        SQL["give_job"],
        order.id,
        row.id,
        row.version,
        job.skill,
        job.takes_out_of_service,
        job.requires_signature,
        _documents(job.parts),
    )
    await run(connection, OPENING["add_tasks"], order.id, _documents(job.tasks))
    await run(connection, OPENING["add_isolations"], order.id, _documents(job.isolations))
    await trail.add(connection, order.id, "job", now, actor, detail={"job": code, "name": job.name})
    return None


def _documents(given: tuple[Task, ...] | tuple[Isolation, ...] | tuple[JobPart, ...]) -> Any:  # noqa: ANN401 - JSON
    return [msgspec.to_builtins(each) for each in given]
