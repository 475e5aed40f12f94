"""The figures of machines over a period: how reliable they were, what they used, what keeping them took.

    downtimes, mended orders, states --> analytics.reliability      meters --> energy and cost
    labour of their orders, parts that these used

All machines of a site are asked for together: one statement for each kind of figure, whatever their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from analytics.reliability import Downtime, Mended, Operation, Reliability, reliability
from analytics.time_spans import Span
from services.database import Connection, rows
from services.equipment import energy, states
from services.equipment.record import MachineRow
from services.equipment.states import Totals
from services.machine_states import reads
from services.statements import statements

SQL = statements("equipment_figures")


@dataclass(frozen=True, slots=True)
class DowntimeRow:
    """A downtime of a machine."""

    equipment_id: int
    began_at: datetime
    ended_at: datetime | None
    reason: Any
    of_order: str | None


@dataclass(frozen=True, slots=True)
class MendedRow:
    """An order from alarms that was verified with a true cause."""

    equipment_id: int
    of_order: str
    began_at: datetime
    done_at: datetime


@dataclass(frozen=True, slots=True)
class WorkRow:
    """What was worked on a machine."""

    equipment_id: int
    opened: int
    repairs_done: int
    others_done: int
    labour_h: float


@dataclass(frozen=True, slots=True)
class PartsRow:
    """What parts cost, in a currency; "": parts without a cost."""

    equipment_id: int
    currency: str
    cost: Decimal | None
    without_cost: int


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A span in which a machine's device told a fault."""

    equipment_id: int
    start: datetime
    stop: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a machine; `totals` None: no device tells its state."""

    machine: MachineRow
    reliability: Reliability
    totals: Totals | None
    used: Sequence[energy.Used]
    work: WorkRow
    parts: Sequence[PartsRow]


async def machines(connection: Connection, site: str, code: str | None = None) -> list[MachineRow]:
    """The living machines of a site, or one of them."""
    return await rows(connection, SQL["machines_of_site"], MachineRow, site, code)


async def figures(
    connection: Connection, site: str, of: Sequence[MachineRow], start: datetime, stop: datetime, now: datetime
) -> list[Figures]:
    """The figures of machines of a site over [start, stop), as far as it is over, in the order of the machines."""
    ids = [each.id for each in of]
    until = min(stop, now)
    devices = await reads.devices_of(connection, ids)
    totals = await states.totals(connection, devices, start, until) if start < until else {}
    downtimes = _by_machine(await rows(connection, SQL["downtimes_around"], DowntimeRow, ids, start, stop))
    mended = _by_machine(await rows(connection, SQL["mended"], MendedRow, ids, start, stop))
    faults = _by_machine(await rows(connection, SQL["faults"], FaultRow, ids, start, until))
    work = {row.equipment_id: row for row in await rows(connection, SQL["work_in_period"], WorkRow, ids, start, stop)}
    parts = _by_machine(await rows(connection, SQL["parts_in_period"], PartsRow, ids, start, stop))
    used = await energy.used(connection, site, ids, start, stop, now)
    return [
        Figures(
            machine,
            reliability(
                Span(start, stop),
                now,
                [Downtime(row.began_at, row.ended_at, row.reason, row.of_order) for row in downtimes[machine.id]],
                [Mended(row.of_order, row.began_at, row.done_at) for row in mended[machine.id]],
                _operation(totals, machine.id, faults),
            ),
            totals.get(machine.id),
            used.get(machine.id, []),
            work[machine.id],
            parts[machine.id],
        )
        for machine in of
    ]


def _operation(
    totals: Mapping[int, Totals], equipment_id: int, faults: Mapping[int, Sequence[FaultRow]]
) -> Operation | None:
    of = totals.get(equipment_id)
    if of is None:
        return None
    spans = [Span(row.start, row.stop) for row in faults[equipment_id]]
    return Operation(of.operating_s, of.seconds["no_data"], spans)


def _by_machine(found: Sequence[Any]) -> defaultdict[int, list[Any]]:
    machines_: defaultdict[int, list[Any]] = defaultdict(list)
    for row in found:
        machines_[row.equipment_id].append(row)
    return machines_
