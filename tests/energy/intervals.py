"""Intervals written straight into the tables, and told to the roll-ups as the engine tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Decimal

from services import rollups
from services.database import Connection
from services.rollups import Span
from tests.metered_plant import Plant, us


@dataclass(frozen=True, slots=True)
class Piece:
    """Energy of a piece in millionths."""

    measured: int = 0
    interpolated: int = 0
    estimated: int = 0
    covered_us: int = 0


async def pieces(connection: Connection, plant: Plant, start: datetime, stop: datetime) -> list[datetime]:
    """The starts of the calendar's pieces in [start, stop)."""
    found = await connection.fetch(
        "SELECT start FROM calendar_piece WHERE calendar_id = $1 AND start >= $2 AND start < $3 ORDER BY start",
        plant.calendar_id,
        start,
        stop,
    )
    return [row["start"] for row in found]


async def replace(
    connection: Connection,
    plant: Plant,
    register: str,
    start: datetime,
    stop: datetime,
    written: Mapping[datetime, Piece],
) -> None:
    """Put other intervals into [start, stop) of a register and tell the roll-ups."""
    register_id = plant.registers[register]
    async with connection.transaction():
        await connection.execute(
            "DELETE FROM energy_interval WHERE register_id = $1 AND start >= $2 AND start < $3",
            register_id,
            start,
            stop,
        )
        await connection.executemany(
            "INSERT INTO energy_interval VALUES ($1, $2, $3, $4, $5, $6)",
            [(register_id, at, *astuple(piece)) for at, piece in written.items()],
        )
        await rollups.changed(connection, [Span(register_id, us(start), us(stop))])


async def add_virtual(connection: Connection, plant: Plant, code: str, terms: Mapping[str, Decimal]) -> None:
    """Insert a virtual meter whose import is a sum over registers."""
    plant.meters[code] = await connection.fetchval(
        """INSERT INTO meter (site_id, code, name, carrier, kind, formula)
           VALUES ($1, $2::text, $2::text, 'electricity', 'virtual', 'as its terms say') RETURNING id""",
        plant.site_id,
        code,
    )
    plant.registers[code] = await connection.fetchval(
        "INSERT INTO register (meter_id, flow, unit, calendar_id) VALUES ($1, 'import', 'kWh', $2) RETURNING id",
        plant.meters[code],
        plant.calendar_id,
    )
    for term, factor in terms.items():
        await add_term(connection, plant, code, term, factor)


async def add_term(connection: Connection, plant: Plant, code: str, term: str, factor: Decimal) -> None:
    """Insert one more term of a virtual meter."""
    await connection.execute(
        "INSERT INTO meter_term VALUES ($1, $2, $3)", plant.registers[code], plant.registers[term], factor
    )
