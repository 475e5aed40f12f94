"""Days of machines that are not summed up yet: today, and the one on which a machine was heard last.

A day is summed up once readings have come from after its end, so that of a machine that fell silent, or was retired,
would be missing from its timeline. Both are shown as other days are, today up to now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    last_reading_at: datetime


async def entries(
    connection: Connection, equipment_ids: Sequence[int], start: datetime, stop: datetime, now: datetime
) -> list[EntryRow]:
    """An entry for each device and day of which anything is known, where the day began in [start, stop)."""
    by_day: dict[tuple[ZoneInfo, date], list[DeviceRow]] = defaultdict(list)
    for row in await rows(connection, SQL["telling_devices"], DeviceRow, equipment_ids):
        zone = ZoneInfo(row.time_zone)
        for day in {now.astimezone(zone).date(), min(now, row.last_reading_at).astimezone(zone).date()}:
            by_day[zone, day].append(row)
    found: list[EntryRow] = []
    for (zone, day), devices in by_day.items():
        began, ended = midnight(zone, day), min(midnight(zone, day + timedelta(days=1)), now)
        if not start <= began < min(stop, now):
            continue
        totals = await reads.totals(connection, [device.id for device in devices], began, ended)
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
