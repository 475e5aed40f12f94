"""What a bill needs of the meters: energy by flow, band and stretch, the highest demand, what is missing.

Energies come from the local days of the roll-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from analytics.billing.inputs import BandEnergy, Peak, Stretch
from analytics.tariffs.bands import Band
from services import demand
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("bills")


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """Energy of a flow and band in a stretch (from 1), in millionths."""

    stretch: int
    flow: str
    band: int
    measured: int
    interpolated: int
    estimated: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A flow that is counted, and its unit."""

    flow: str
    unit: str


@dataclass(frozen=True, slots=True)
class SumRow:
    """A sum of energy in millionths."""

    micro: int


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """How many increments are held out, and how much they come to."""

    entries: int
    micro: int


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register."""

    register_id: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """What meters have in each stretch of a month; which flows they count at all, and in which units they import."""

    flows: frozenset[str]
    units: tuple[str, ...]
    energies: tuple[tuple[BandEnergy, ...], ...]
    exported_micro: tuple[int, ...]
    reactive_import_micro: int
    reactive_export_micro: int
    covered_us: int
    reactive_covered_us: int


async def drawn(connection: Connection, meter_ids: Sequence[int], stretches: Sequence[Stretch]) -> Drawn:
    """What meters together have in each stretch."""
    found = await rows(connection, SQL["energy_of_stretches"], EnergyRow, list(meter_ids), *_days(stretches))
    flows = await rows(connection, SQL["flows_of_meters"], FlowRow, list(meter_ids))
    imported: list[list[BandEnergy]] = [[] for _ in stretches]
    for row in found:
        if row.flow == "import":
            energy = BandEnergy(Band(row.band), row.measured, row.interpolated, row.estimated)
            imported[row.stretch - 1].append(energy)
    return Drawn(
        frozenset(row.flow for row in flows),
        tuple(row.unit for row in flows if row.flow == "import"),
        tuple(map(tuple, imported)),
        tuple(
            _total(row for row in found if row.flow == "export" and row.stretch == number)
            for number in range(1, len(stretches) + 1)
        ),
        _total(row for row in found if row.flow == "reactive_import"),
        _total(row for row in found if row.flow == "reactive_export"),
        sum(row.covered_us for row in found if row.flow == "import"),
        sum(row.covered_us for row in found if row.flow.startswith("reactive")),
    )


async def used_before(connection: Connection, contract_id: int, month: date) -> int:
    """What a contract has drawn in the year before a month."""
    found = await one(connection, SQL["energy_before"], SumRow, contract_id, month.replace(month=1), month)
    assert found is not None
    return found.micro


async def quarantined(
    connection: Connection, meter_ids: Sequence[int], start: datetime, stop: datetime
) -> QuarantineRow:
    """What is held out of a span of instants."""
    found = await one(connection, SQL["quarantined"], QuarantineRow, list(meter_ids), start, stop)
    assert found is not None
    return found


async def peak(
    connection: Connection, meter_id: int, window: Literal["fixed", "sliding"], days: tuple[date, date]
) -> Peak | None:
    """The highest demand of a meter in local days [from, until); None where nothing was measured.

    A virtual meter has fixed quarter hours only: these stand for sliding ones, and the peak says so.
    """
    register = await one(connection, SQL["import_register"], RegisterRow, meter_id)
    if register is None:
        return None
    found = await demand.maximum(connection, register.register_id, days[0], until=days[1])
    if window == "sliding" and found.sliding is not None:
        return Peak(found.sliding.power, "sliding", found.sliding.stop)
    return None if found.fixed is None else Peak(found.fixed.power, "fixed", found.fixed.stop)


def _total(found: Iterable[EnergyRow]) -> int:
    return sum(row.measured + row.interpolated + row.estimated for row in found)


def _days(stretches: Sequence[Stretch]) -> tuple[list[date], list[date]]:
    return [stretch.from_day for stretch in stretches], [stretch.until_day for stretch in stretches]
