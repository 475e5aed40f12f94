"""What orders ask of parts: what was planned, take some, bring some back.

An order takes parts while somebody works on it or may begin to; what is left over it brings back at any time, at most
what it has taken, at the cost at which it took the last of them. Each is an entry in the order's trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.database import Connection, one, rows
from services.parts.rows import MovementRow, PartRef, figure
from services.parts.stock import SQL, Movement, MovementRefusedError, Same, lock, move, require_quantity
from services.people import Actor
from services.work_orders import trail

_TAKING: Final = frozenset({"open", "assigned", "in_progress", "on_hold"})
_WHY_NOT: Final = {
    "requested": "accept it first",
    "done": "reopen it first, or count the shelf",
    "verified": "it is over: open another order, or count the shelf",
    "cancelled": "it is over: open another order, or count the shelf",
}


@dataclass(frozen=True, slots=True)
class TakingRow:
    """The order that takes parts."""

    site: str
    number: int
    state: str


@dataclass(frozen=True, slots=True)
class TakenRow:
    """What an order has taken of a part."""

    quantity: Decimal
    unit_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderPart:
    """A part of an order: planned, used (what was brought back is taken off), and how many there are now.

    `unit_cost` is what it cost when it was taken, before that what it costs now. A planned part that the site's list
    has not `is_unknown`, and goes by its code.
    """

    part: str
    name: str
    name_zh: str
    unit: str
    planned: Decimal
    used: Decimal
    unit_cost: Decimal | None
    cost: Decimal
    currency: str | None
    location: str
    stock: Decimal
    is_unknown: bool


async def of_order(connection: Connection, order_id: int) -> list[OrderPart]:
    """What an order planned and took, by code."""
    return await rows(connection, SQL["parts_of_order"], OrderPart, order_id)


async def use(
    connection: Connection,
    order_id: int,
    part: str,
    quantity: Decimal,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    client_key: UUID | None = None,
) -> MovementRow:
    """An order takes some, by the part's code at its site. Raises PartNotFoundError and MovementRefusedError."""
    require_quantity(quantity)
    order = await _order(connection, order_id)
    found, repeated = await lock(
        connection, PartRef(order.site, part), Same("used", quantity, order.number), client_key
    )
    if repeated is not None:
        return repeated
    if order.state not in _TAKING:
        raise MovementRefusedError(
            f"{order.site}/{order.number} is {order.state} and takes no parts: {_WHY_NOT[order.state]}"
        )
    if found.retired_at is not None:
        raise MovementRefusedError(f"{found.id} is retired: take the part that has replaced it")
    taken = Movement(
        kind="used",
        quantity=-quantity,
        unit_cost=found.unit_cost,
        reason=reason,
        order_id=order_id,
        client_key=client_key,
    )
    return await _noted(connection, order_id, await move(connection, found, taken, actor, now), actor)


async def give_back(
    connection: Connection,
    order_id: int,
    part: str,
    quantity: Decimal,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    client_key: UUID | None = None,
) -> MovementRow:
    """An order brings back what it did not need. Raises PartNotFoundError and MovementRefusedError."""
    require_quantity(quantity)
    order = await _order(connection, order_id)
    found, repeated = await lock(
        connection, PartRef(order.site, part), Same("returned", quantity, order.number), client_key
    )
    if repeated is not None:
        return repeated
    taken = await one(connection, SQL["taken_by_order"], TakenRow, order_id, found.part_id)
    assert taken is not None
    if quantity > taken.quantity:
        raise MovementRefusedError(
            f"{order.site}/{order.number} has taken {figure(taken.quantity)} {found.unit} of {found.id} and cannot "
            f"bring back {figure(quantity)}: count the shelf if there are more"
        )
    brought = Movement(
        kind="returned",
        quantity=quantity,
        unit_cost=taken.unit_cost,
        reason=reason,
        order_id=order_id,
        client_key=client_key,
    )
    return await _noted(connection, order_id, await move(connection, found, brought, actor, now), actor)


async def _order(connection: Connection, order_id: int) -> TakingRow:
    found = await one(connection, SQL["order_for_parts"], TakingRow, order_id)
    assert found is not None, "orders are looked up by name before"
    return found


async def _noted(connection: Connection, order_id: int, made: MovementRow, actor: Actor) -> MovementRow:
    detail = {
        "part": made.part,
        "name": made.name,
        "kind": made.kind,
        "quantity": float(abs(made.quantity)),
        "unit": made.unit,
        "unit_cost": None if made.unit_cost is None else float(made.unit_cost),
        "currency": made.currency,
    }
    await trail.add(connection, order_id, "part", made.at, actor, comment=made.reason, detail=detail)
    return made
