"""What machines did: since their plans count, and a day in the last weeks, from the states of their devices.

A machine is read off that of its devices with a state that was heard last: after an exchange the new one, from its
first reading on. A machine that has none, or was silent all the time, has done nothing so far as anybody knows, and no
day can be foretold for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.maintenance.schedule import FORECAST_FROM, Usage, rate_a_day
from services.database import Connection
from services.machine_states import reads
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
    device_of = await _heard_last(connection, sorted({each.equipment_id for each in asked}), now)
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
            device_id = device_of[each.equipment_id]
            found[each.key] = _usage(used[device_id], lately[device_id])
    return found


async def _heard_last(connection: Connection, equipment_ids: Sequence[int], now: datetime) -> Mapping[int, int]:
    machines = await reads.devices_of(connection, equipment_ids)
    heard = await reads.now(connection, [device for devices in machines.values() for device in devices], now)
    return {
        equipment_id: max(devices, key=lambda device: (heard[device].last_reading_at, -device))
        for equipment_id, devices in machines.items()
    }


def _usage(used: Used, lately: StateTotals) -> Usage:
    known = timedelta(seconds=sum(seconds for state, seconds in lately.seconds.items() if state != "no_data"))
    return Usage(used.run_h, used.starts, rate_a_day(lately.run_h, known), rate_a_day(lately.starts, known))
