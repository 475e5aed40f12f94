"""A machine's alarms are out of service while somebody works on it, and come back when the work is done.

Two orders on one machine: its alarms come back with the one that is done last. Whoever changes what is out of service
locks these alarms first and only then looks which other orders need them: of two orders that are done at the same
moment, neither leaves it to the other. What a person took out of service before the order began stays with that person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.alarms import actions
from services.alarms.actions import AlarmRef
from services.database import Connection, rows, run
from services.statements import statements
from services.work_orders.rows import Order

SQL = statements("work_order_alarms")


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm of the order's machine."""

    id: int
    site: str
    rule: str
    subject: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """An alarm that no order needs out of service any more."""

    site: str
    rule: str
    subject: str


async def silence(connection: Connection, order: Order, by: str, now: datetime) -> int:
    """Take the alarms of the order's machine out of service; gives how many are out for this order."""
    machine = (order.equipment_id, order.device_id, order.meter_id)
    await run(connection, SQL["lock_alarms_of_machine"], order.id, *machine)
    found = await rows(connection, SQL["alarms_to_silence"], AlarmRow, order.id, *machine)
    heard = [AlarmRef(row.site, row.rule, row.subject) for row in found if not row.is_out]
    comment = f"work order {order.ref.address}"
    taken = await actions.remove_from_service(connection, heard, by, comment, now) if heard else None
    ids = {row.id for row in found if row.is_out} | {step.row.id for step in (taken.steps if taken else ())}
    await run(connection, SQL["add_silenced"], order.id, sorted(ids), now)
    return len(ids)


async def let_heard(connection: Connection, order: Order, by: str, now: datetime) -> int:
    """Return to service what was taken out for this order; gives how many alarms are heard again."""
    await run(connection, SQL["lock_silenced"], order.id)
    found = await rows(connection, SQL["return_silenced"], ReturnedRow, order.id, now)
    if not found:
        return 0
    refs = [AlarmRef(row.site, row.rule, row.subject) for row in found]
    done = await actions.return_to_service(connection, refs, by, f"work order {order.ref.address}", now)
    return len(done.steps)
