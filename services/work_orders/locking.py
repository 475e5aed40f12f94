"""An order, locked for whoever changes it, and written back."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from services.database import Connection, one, run
from services.statements import statements
from services.work_orders.rows import Order, OrderNotFoundError, OrderRef

SQL = statements("work_orders")

_NAMES: Final = [each.name for each in fields(Order)]
#: What may change: the state and all that stands below it.
_WRITTEN: Final = ("id", *_NAMES[_NAMES.index("state") :])


async def lock(connection: Connection, ref: OrderRef) -> Order:
    """An order, locked until the transaction ends. Raises OrderNotFoundError."""
    order = await one(connection, SQL["lock_order"], Order, *ref)
    if order is None:
        raise OrderNotFoundError(ref.address)
    return order


async def put(connection: Connection, order: Order) -> None:
    """Write what a locked order is now."""
    await run(connection, SQL["put_order"], *(getattr(order, name) for name in _WRITTEN))
