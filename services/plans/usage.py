"""What machines did: since their plans count, and a day in the last weeks, from the states of their devices.

A machine is read off that of its devices with a state that was heard last; after an exchange the new one from its
first reading on, and the old one before that: a new controller makes no new compressor. A machine that has none, or was
silent all the time, has done nothing so far as anybody knows, and no day can be foretold for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.maintenance.schedule import FORECAST_FROM, Usage, rate_a_day
from services.database import Connection
from services.machine_states import covers, reads
from services.machine_states.raw_readings import instant
from services.machine_states.reads import StateTotals, Used
from services.plans.rows import Key


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan on a machine, and from when on it is counted."""

    key: Key
    equipment_id: int
    since: datetime


async def of_machines(connection: Connection, asked: Sequence[Asked], now: datetime) -> Mapping[Key, Usage]:
    """What each machine did by now; a machine without states is left out."""
    if not asked:
        return {}
    devices_of = await _heard_last_first(connection, sorted({each.equipment_id for each in asked}), now)
    device_of = {equipment_id: devices[0] for equipment_id, devices in devices_of.items()}
    lately = await reads.totals(connection, sorted(set(device_of.values())), now - FORECAST_FROM, now)
    by_since: dict[datetime, list[Asked]] = defaultdict(list)
    for each in asked:
        if each.equipment_id in device_of:
            by_since[each.since].append(each)
    found: dict[Key, Usage] = {}
    for since, together in by_since.items():
        devices = sorted({device_of[each.equipment_id] for each in together})
        used = await reads.used_since(connection, devices, since, now)
        for each in together:
            device_id, *others = devices_of[each.equipment_id]
            before = await _before(connection, device_id, others, since, now)
            found[each.key] = _usage([used[device_id], *before], lately[device_id])
    return found


async def _before(
    connection: Connection, device_id: int, others: Sequence[int], since: datetime, now: datetime
) -> list[Used]:
    """What the devices of a machine before its present one say, each up to when the one after it began to speak."""
    if not others:
        return []
    first_us = {row.device_id: row.first_us for row in await covers.covers(connection, [device_id, *others])}
    found, until = [], min(now, instant(first_us[device_id]))
    for other in others:
        found.append((await reads.used_since(connection, [other], since, until))[other])
        until = min(until, instant(first_us[other]))
    return found


async def _heard_last_first(
    connection: Connection, equipment_ids: Sequence[int], now: datetime
) -> Mapping[int, list[int]]:
    """The devices that tell the state of each machine, the one that was heard last first."""
    machines = await reads.devices_of(connection, equipment_ids)
    heard = await reads.now(connection, [device for devices in machines.values() for device in devices], now)
    return {
        equipment_id: sorted(devices, key=lambda device: (heard[device].last_reading_at, -device), reverse=True)
        for equipment_id, devices in machines.items()
    }


def _usage(used: Sequence[Used], lately: StateTotals) -> Usage:
    known = timedelta(seconds=sum(seconds for state, seconds in lately.seconds.items() if state != "no_data"))
    hours, starts = sum(each.run_h for each in used), sum(each.starts for each in used)
    return Usage(hours, starts, rate_a_day(lately.run_h, known), rate_a_day(lately.starts, known))
