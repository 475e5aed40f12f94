"""The parts themselves: listed, described anew, retired.

Putting a part that says what is known already changes nothing. An opening stock counts once, as a movement, when the
part is new here. What a part costs is in a currency that its movements keep: one that has moved keeps its currency.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.database import Connection, one, rows, run
from services.parts.rows import MovementRow, PartNotFoundError, PartRef, PartRow, figure
from services.parts.stock import SQL, Movement, MovementRefusedError, move, require_cost, require_quantity, tell_low
from services.people import Actor
from services.registry.pages import Listing, Page, listing


@dataclass(frozen=True, slots=True)
class NewPart:
    """What is to be known of a part. `opening_stock` counts where the part is new."""

    code: str
    name: str
    name_zh: str = ""
    unit: str = "pcs"
    location: str = ""
    supplier: str = ""
    minimum: Decimal = Decimal(0)
    unit_cost: Decimal | None = None
    currency: str | None = None
    opening_stock: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse what no part is like. Raises MovementRefusedError."""
        if (self.unit_cost is None) != (self.currency is None):
            raise MovementRefusedError(f"{self.code}: a unit cost and its currency belong together: give both or none")
        if self.unit_cost is not None:
            require_cost(self.unit_cost)
        if self.opening_stock != 0:
            require_quantity(self.opening_stock)


_TOLD = [field.name for field in fields(NewPart) if field.name not in {"code", "opening_stock"}]


async def parts(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    search: str | None = None,
    low: bool = False,
    retired: bool = False,
) -> Listing[PartRow]:
    """Parts by name; `low`: only those of which there are too few."""
    place = page.place(2)
    return listing(
        await rows(connection, SQL["parts"], PartRow, site, None, search, low, retired, *place, page.count + 1), page
    )


async def part(connection: Connection, ref: PartRef) -> PartRow:
    """One part, a retired one too. Raises PartNotFoundError."""
    found = await one(connection, SQL["parts"], PartRow, ref.site, ref.code, None, False, True, None, None, 1)
    if found is None:
        raise PartNotFoundError(ref.address)
    return found


async def movements(
    connection: Connection, ref: PartRef, *, below: int | None = None, at_most: int = 100
) -> list[MovementRow]:
    """What changed the stock of a part, the newest first."""
    return await rows(connection, SQL["movements"], MovementRow, *ref, below, at_most)


async def put(
    connection: Connection, site: str, wanted: Sequence[NewPart], actor: Actor, now: datetime, reason: str = ""
) -> list[str]:
    """Describe parts of a site, in the caller's transaction; gives the codes of those that are new or other now.

    Raises MovementRefusedError.
    """
    await run(connection, SQL["queue_for_parts"], site)
    await run(connection, SQL["hold_parts"], site, [each.code for each in wanted])
    held = {row.code: row for row in await _all(connection, site)}
    changed = [each for each in wanted if each.code not in held or _document(each) != _document(held[each.code])]
    await _refuse_another_currency(connection, site, changed, held)
    columns = [[getattr(each, name) for each in changed] for name in ("code", *_TOLD)]
    await run(connection, SQL["put_parts"], site, *columns)
    await _record(connection, site, actor, reason, held, {each.code: _document(each) for each in changed})
    fresh = {row.code: row for row in await _all(connection, site)}
    for each in changed:
        row, before = fresh[each.code], held.get(each.code)
        if before is None and each.opening_stock:
            opening = Movement(
                kind="counted", quantity=each.opening_stock, unit_cost=row.unit_cost, reason="opening stock"
            )
            await move(connection, row, opening, actor, now)
        elif before is not None and not before.is_low and row.is_low:
            await tell_low(connection, row, row.stock, row.minimum)
    return [each.code for each in changed]


async def retire(
    connection: Connection, site: str, codes: Collection[str], actor: Actor, now: datetime, reason: str = ""
) -> list[str]:
    """Keep these parts no longer, in the caller's transaction; gives the codes of those that were kept until now."""
    await run(connection, SQL["queue_for_parts"], site)
    held = {row.code: row for row in await _all(connection, site) if row.retired_at is None and row.code in codes}
    await run(connection, SQL["retire_parts"], site, list(held), now)
    await _record(connection, site, actor, reason, held, dict.fromkeys(held))
    return sorted(held)


async def _all(connection: Connection, site: str) -> list[PartRow]:
    return await rows(connection, SQL["parts"], PartRow, site, None, None, False, True, None, None, None)


async def _refuse_another_currency(
    connection: Connection, site: str, changed: Sequence[NewPart], held: dict[str, PartRow]
) -> None:
    others = [
        each.code for each in changed if each.code in held and held[each.code].currency not in (None, each.currency)
    ]
    moved = [row[0] for row in await connection.fetch(SQL["parts_that_moved"].text, site, others)] if others else []
    if moved:
        raise MovementRefusedError(
            f"the currency of {', '.join(moved)} stays as it is, because what was received and used is kept in it: "
            "retire the part and add one with another code"
        )


async def _record(
    connection: Connection,
    site: str,
    actor: Actor,
    reason: str,
    held: dict[str, PartRow],
    after: dict[str, dict[str, Any] | None],
) -> None:
    befores = [_document(held[code]) if code in held else None for code in after]
    await run(
        connection, SQL["record_part_changes"], site, actor.id, list(after), befores, list(after.values()), reason
    )


def _document(part: NewPart | PartRow) -> dict[str, Any] | None:
    """What is known of a part, as it is kept of changes; None of one that is retired: it is to be put back."""
    if isinstance(part, PartRow) and part.retired_at is not None:
        return None
    values = {name: getattr(part, name) for name in _TOLD}
    return {name: figure(value) if isinstance(value, Decimal) else value for name, value in values.items()}
