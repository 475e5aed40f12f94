"""Remarks on an order, at any time, also when it is over."""

from __future__ import annotations

from datetime import datetime

from services.database import Connection
from services.people import Actor
from services.work_orders import locking, trail
from services.work_orders.rows import OrderRef


async def add(connection: Connection, ref: OrderRef, body: str, actor: Actor, now: datetime) -> None:
    """Write a remark down. Raises OrderNotFoundError."""
    order = await locking.lock(connection, ref)
    await trail.add(connection, order.id, "comment", now, actor, comment=body)
