"""What changes the stock of a part: received, counted, used and returned, each kept as a movement.

    lock the part -> is it the repeat of one that is there? -> are there enough? -> stock and movement -> low? tell it

The stock is the sum of the movements: both are written by one statement while the part is locked, so whoever comes at
the same moment waits and sees what is left. It never falls below zero: what is missing on the shelf was taken without
being entered, and counting the shelf says so. A movement costs what the part costs at that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from services import events
from services.database import Connection, one, run
from services.parts.rows import Kind, MovementRow, PartNotFoundError, PartRef, PartRow, figure
from services.people import Actor
from services.statements import statements

SQL = statements("parts")

MOST: Final = Decimal(1_000_000_000)
_FINEST: Final = Decimal("0.001")
_COST_DECIMALS: Final = 12


class MovementRefusedError(Exception):
    """The stock cannot be changed so; the message says how many there are and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What is to happen to a stock: `quantity` is added to it; `client_key` recognises a repeat."""

    kind: Kind
    quantity: Decimal
    unit_cost: Decimal | None
    reason: str = ""
    order_id: int | None = None
    client_key: UUID | None = None


class Same(NamedTuple):
    """By what a repeat is known to mean the same: the kind, what was given, the order."""

    kind: str
    given: Decimal
    order_number: int | None = None

    @classmethod
    def of(cls, made: MovementRow) -> Same:
        """What was given when this movement was made."""
        return cls(made.kind, made.stock if made.kind == "counted" else abs(made.quantity), made.order_number)


async def receive(
    connection: Connection,
    ref: PartRef,
    quantity: Decimal,
    actor: Actor,
    now: datetime,
    *,
    unit_cost: Decimal | None = None,
    reason: str = "",
    client_key: UUID | None = None,
) -> MovementRow:
    """Some have come; with what one of them cost, the part costs that from now on.

    Raises PartNotFoundError and MovementRefusedError.
    """
    require_quantity(quantity)
    part, repeated = await lock(connection, ref, Same("received", quantity), client_key)
    if repeated is not None:
        return repeated
    if unit_cost is not None:
        if part.currency is None:
            raise MovementRefusedError(f"{part.id} has no currency: give the part a unit cost with one first")
        require_cost(unit_cost)
        await run(connection, SQL["price_part"], part.part_id, unit_cost)
    cost = part.unit_cost if unit_cost is None else unit_cost
    wanted = Movement(kind="received", quantity=quantity, unit_cost=cost, reason=reason, client_key=client_key)
    return await move(connection, part, wanted, actor, now)


async def count(
    connection: Connection,
    ref: PartRef,
    counted: Decimal,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    client_key: UUID | None = None,
) -> MovementRow:
    """So many are on the shelf, whatever was entered; one that finds the stock right is kept too.

    Raises PartNotFoundError and MovementRefusedError.
    """
    if counted != 0:
        require_quantity(counted)
    part, repeated = await lock(connection, ref, Same("counted", counted), client_key)
    if repeated is not None:
        return repeated
    wanted = Movement(
        kind="counted",
        quantity=counted - part.stock,
        unit_cost=part.unit_cost,
        reason=reason,
        client_key=client_key,
    )
    return await move(connection, part, wanted, actor, now)


async def lock(
    connection: Connection, ref: PartRef, same: Same, client_key: UUID | None
) -> tuple[PartRow, MovementRow | None]:
    """The part, which nobody else changes until the transaction ends, and the movement that this one repeats.

    Raises PartNotFoundError, and MovementRefusedError where the key was another movement's.
    """
    if client_key is not None:
        await run(connection, SQL["queue_for_client_key"], client_key)
    part = await one(connection, SQL["lock_part"], PartRow, *ref)
    if part is None:
        raise PartNotFoundError(ref.address)
    repeated = None
    if client_key is not None:
        repeated = await one(connection, SQL["movement_of_client_key"], MovementRow, client_key)
        if repeated is not None and (PartRef(repeated.site, repeated.part), Same.of(repeated)) != (ref, same):
            raise MovementRefusedError(
                f"the key {client_key} is that of another movement: {repeated.kind} {figure(abs(repeated.quantity))} "
                f"{repeated.unit} of {repeated.site}/{repeated.part}; make a new key for each"
            )
    return part, repeated


async def move(connection: Connection, part: PartRow, wanted: Movement, actor: Actor, now: datetime) -> MovementRow:
    """Change the stock of a locked part; tells once that it has become low, unless it is retired.

    Raises MovementRefusedError.
    """
    after = part.stock + wanted.quantity
    if after < 0:
        raise MovementRefusedError(
            f"there {_are(part.stock)} {figure(part.stock)} {part.unit} of {part.id} ({part.name}) and "
            f"{figure(-wanted.quantity)} {_are(-wanted.quantity)} wanted: receive what has come in, or count the shelf"
        )
    if after > MOST:
        raise MovementRefusedError(f"more than {figure(MOST)} of a part are not counted here: check the quantity")
    made = await one(
        connection,
        SQL["move_part"],
        MovementRow,
        part.part_id,
        now,
        wanted.kind,
        wanted.quantity,
        wanted.unit_cost,
        wanted.order_id,
        actor.id,
        wanted.reason,
        wanted.client_key,
    )
    assert made is not None
    if part.retired_at is None and not part.is_low and after < part.minimum:
        await tell_low(connection, part, after, part.minimum)
    return made


async def tell_low(connection: Connection, part: PartRow, stock: Decimal, minimum: Decimal) -> None:
    """Say that there are fewer than there should be."""
    payload = {
        "part": part.code,
        "site": part.site,
        "name": part.name,
        "stock": float(stock),
        "minimum": float(minimum),
        "unit": part.unit,
    }
    await events.record(connection, "part.low", part.id, payload)


def require_quantity(quantity: Decimal) -> None:
    """Refuse what is no quantity. Raises MovementRefusedError."""
    if not quantity.is_finite() or not 0 < quantity <= MOST or quantity % _FINEST:
        raise MovementRefusedError(
            f"a quantity is above 0 and at most {figure(MOST)}, with three decimals at most, not {quantity}"
        )


def require_cost(unit_cost: Decimal) -> None:
    """Refuse what nothing costs. Raises MovementRefusedError."""
    if not unit_cost.is_finite() or not 0 <= unit_cost <= MOST or unit_cost != round(unit_cost, _COST_DECIMALS):
        raise MovementRefusedError(
            f"a unit cost lies between 0 and {figure(MOST)}, with {_COST_DECIMALS} decimals at most, not at {unit_cost}"
        )


def _are(number: Decimal) -> str:
    return "is" if number == 1 else "are"
