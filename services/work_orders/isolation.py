"""Lock-out: each energy of an order is locked, with the number of the padlock, before anybody puts a hand in.

    open, assigned, in progress, on hold: a padlock is hung, and taken off again (a test run, the end of the work)

A start is refused until each one hangs, a completion until each one is off; the table of an order's life says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from analytics.maintenance.job import Isolation
from analytics.work_orders.lifecycle import Refused
from services.database import Connection, rows, run
from services.people import Actor
from services.statements import statements
from services.work_orders import locking, trail
from services.work_orders.rows import Order, OrderRef

SQL = statements("work_order_isolation")

_STATES: Final = ("open", "assigned", "in_progress", "on_hold")


@dataclass(frozen=True, slots=True)
class IsolationRow:
    """An energy, and whether its padlock hangs."""

    position: int
    document: Any
    confirmed_at: datetime | None
    confirmed_by: str | None
    lock: str
    removed_at: datetime | None
    removed_by: str | None

    @property
    def isolation(self) -> Isolation:
        """What is locked out."""
        return msgspec.convert(self.document, Isolation)

    @property
    def hangs(self) -> bool:
        """Its padlock hangs."""
        return self.confirmed_at is not None and self.removed_at is None


async def of_order(connection: Connection, order_id: int) -> list[IsolationRow]:
    """The energies that an order locks out."""
    return await rows(connection, SQL["isolations_of_order"], IsolationRow, order_id)


async def confirm(
    connection: Connection, ref: OrderRef, position: int, lock: str, actor: Actor, now: datetime
) -> Refused | None:
    """A padlock hangs; None: written down. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    row = await _row(connection, order, position)
    if isinstance(row, Refused):
        return row
    if row.hangs:
        return Refused("hangs_already", f"padlock {row.lock} hangs there already: take it off first")
    if not lock.strip():
        return Refused("lock_missing", "give the number of the padlock that hangs there as `lock`")
    await run(connection, SQL["confirm_isolation"], order.id, position, now, actor.id, lock.strip())
    await _enter(connection, order, row, "isolation_confirmed", lock.strip(), actor, now)
    return None


async def remove(connection: Connection, ref: OrderRef, position: int, actor: Actor, now: datetime) -> Refused | None:
    """A padlock is off; None: written down. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    row = await _row(connection, order, position)
    if isinstance(row, Refused):
        return row
    if not row.hangs:
        return Refused("hangs_not", "no padlock of this order hangs there")
    await run(connection, SQL["remove_isolation"], order.id, position, now, actor.id)
    await _enter(connection, order, row, "isolation_removed", row.lock, actor, now)
    return None


async def reset(connection: Connection, order_id: int) -> None:
    """Nothing is locked out any more: it begins anew."""
    await run(connection, SQL["reset_isolations"], order_id)


async def _row(connection: Connection, order: Order, position: int) -> IsolationRow | Refused:
    if order.state not in _STATES:
        said = order.state.replace("_", " ")
        return Refused("not_now", f"an order is locked out from when it is open until it is done, and it is {said}")
    for row in await of_order(connection, order.id):
        if row.position == position:
            return row
    return Refused("no_such_position", f"it has no isolation {position}")


async def _enter(
    connection: Connection, order: Order, row: IsolationRow, event: str, lock: str, actor: Actor, now: datetime
) -> None:
    detail = {"position": row.position, "energy": row.isolation.energy, "lock": lock}
    await trail.add(connection, order.id, event, now, actor, detail=detail)
