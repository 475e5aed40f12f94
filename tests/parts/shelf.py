"""A site with parts, and orders that take them, written straight into the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.database import Connection
from services.parts import listing
from services.parts.listing import NewPart
from services.parts.rows import PartRef, PartRow
from services.people import Actor, actor

T0 = datetime(2026, 11, 23, 8, tzinfo=UTC)
FILTER = PartRef("kunshan", "oil-filter")
SEAL = PartRef("kunshan", "shaft-seal")


def plain(*figures: object) -> tuple[object, ...]:
    """Figures as numbers that tests write."""
    return tuple(float(each) if isinstance(each, Decimal) else each for each in figures)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The site's id, who acts, and two orders that are worked on: kunshan/1 and kunshan/2."""

    connection: Connection
    site_id: int
    local: Actor
    orders: tuple[int, int]

    async def part(self, ref: PartRef = FILTER) -> PartRow:
        return await listing.part(self.connection, ref)

    async def stock(self, ref: PartRef = FILTER) -> Decimal:
        return (await self.part(ref)).stock

    async def low_events(self) -> list[Any]:
        found = await self.connection.fetch("SELECT payload FROM event WHERE kind = 'part.low' ORDER BY id")
        return [row["payload"] for row in found]


async def make(connection: Connection, *, stock: int = 10, minimum: int = 3) -> Shelf:
    """Oil filters at 85.50 CNY, and seals that have no price and of which there is none."""
    site_id: int = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ('kunshan', 'Kunshan', 'Asia/Shanghai') RETURNING id"
    )
    local = await actor(connection, None)
    filters = NewPart(
        "oil-filter", "Oil filter", "油滤芯", location="A-3", minimum=Decimal(minimum), unit_cost=Decimal("85.50"),
        currency="CNY", opening_stock=Decimal(stock),
    )  # fmt: skip
    async with connection.transaction():
        await listing.put(connection, "kunshan", [filters, NewPart("shaft-seal", "Shaft seal")], local, T0)
    orders = [await open_order(connection, site_id, number) for number in (1, 2)]
    return Shelf(connection, site_id, local, (orders[0], orders[1]))


async def open_order(connection: Connection, site_id: int, number: int) -> int:
    found: int = await connection.fetchval(
        """INSERT INTO work_order (site_id, number, origin, kind, subject_kind, subject, title, priority, state, since,
                                   opened_at)
           VALUES ($1, $2, 'hand', 'repair', 'site', 'kunshan', 'Compressor 1 leaks oil', 'high', 'in_progress', $3, $3)
           RETURNING id""",
        site_id,
        number,
        T0,
    )
    return found


async def set_state(connection: Connection, order_id: int, state: str) -> None:
    await connection.execute(
        """UPDATE work_order SET state = $2, done_at = since, verified_by = (SELECT id FROM actor WHERE kind = 'local')
           WHERE id = $1""",
        order_id,
        state,
    )
