"""What was produced, posted by an integrator: counts over half-open spans, so that energy can be set against them.

A count is known by site, unit, product and start: the same again changes nothing, another quantity or end replaces it
and is said so. Counts of one product and unit do not overlap. What reaches over the edge of a period counts by time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.database import Connection, rows
from services.statements import statements

SQL = statements("production")


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it is posted; `org_unit` None: of the whole site."""

    org_unit: str | None
    product: str
    start: datetime
    stop: datetime
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class StoredRow:
    """What became of a count, by its place among those posted."""

    number: int
    became: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """A stored count."""

    site: str
    org_unit: str | None
    product: str
    start: datetime
    stop: datetime
    quantity: Decimal
    unit: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProducedRow:
    """What a unit with all below it (None: the site) produced in a period, and for how long of it there are counts."""

    org_unit: str | None
    product: str
    unit: str
    quantity: Decimal
    counted_s: float


async def store(connection: Connection, site: str, counts: Sequence[Count], *, actor: str = "local") -> dict[int, str]:
    """Store counts; gives for each one's place `stored`, `unchanged`, `replaced`, or why it was not taken."""
    async with connection.transaction():
        found = await rows(
            connection,
            SQL["store"],
            StoredRow,
            site,
            [count.org_unit for count in counts],
            [count.product for count in counts],
            [count.start for count in counts],
            [count.stop for count in counts],
            [count.quantity for count in counts],
            [count.unit for count in counts],
            actor,
        )
    return {row.number: row.became for row in found}


async def counts_of(
    connection: Connection, site: str, start: datetime, stop: datetime, limit: int, product: str | None = None
) -> list[CountRow]:
    """Stored counts that reach into [start, stop), by start."""
    return await rows(connection, SQL["counts"], CountRow, site, start, stop, product, limit)


async def produced(
    connection: Connection, site: str, org_units: Sequence[str | None], start: datetime, stop: datetime
) -> list[ProducedRow]:
    """What was produced in [start, stop): of each unit with everything below it, of the whole site for None.

    Where a unit has counts of a product, those of units below it are taken to be in them.
    """
    return await rows(connection, SQL["produced"], ProducedRow, site, org_units, start, stop)
