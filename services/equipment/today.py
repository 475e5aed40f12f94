"""The day that is not over yet, of machines: as their other days, summed up to now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.database import Connection, rows
from services.energy.periods import midnight
from services.equipment.entries import EntryRow
from services.machine_states import reads
from services.machine_states.reads import StateTotals
from services.statements import statements

SQL = statements("equipment_timeline")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device that tells its state, with the machine it is on."""

    id: int
    machine: str
    title: str
    title_zh: str
    time_zone: str


async def entries(
    connection: Connection, equipment_ids: Sequence[int], start: datetime, stop: datetime, now: datetime
) -> list[EntryRow]:
    """An entry for each device of which anything is known today, where today began in [start, stop)."""
    by_zone: dict[str, list[DeviceRow]] = defaultdict(list)
    for row in await rows(connection, SQL["telling_devices"], DeviceRow, equipment_ids):
        by_zone[row.time_zone].append(row)
    found: list[EntryRow] = []
    for name, devices in by_zone.items():
        day = now.astimezone(ZoneInfo(name)).date()
        began = midnight(ZoneInfo(name), day)
        if not start <= began < min(stop, now):
            continue
        totals = await reads.totals(connection, [device.id for device in devices], began, now)
        found += [_entry(device, day, began, totals[device.id]) for device in devices if _is_known(totals[device.id])]
    return found


def _is_known(totals: StateTotals) -> bool:
    return any(length for state, length in totals.seconds.items() if state != "no_data")


def _entry(device: DeviceRow, day: date, began: datetime, totals: StateTotals) -> EntryRow:
    hours = {f"{state}_h": length / 3600 for state, length in totals.seconds.items()}
    return EntryRow(
        id=device.id,
        at=began,
        ended_at=None,
        kind="operation",
        event="day",
        machine=device.machine,
        title=device.title,
        title_zh=device.title_zh,
        text="",
        actor=None,
        reference=None,
        detail={"day": day.isoformat(), "run_h": totals.run_h, **hours, "starts": totals.starts},
    )
