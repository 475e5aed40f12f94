"""In what state a machine was when: all its devices together, as spans for a chart or summed up for its figures.

Up to a month every change is read and thinned to what a chart can draw; a longer period is shown by local days, which
are summed up already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analytics.state_spans import StateSpan, combined, part_of, seconds_by_state, thinned
from services.database import Connection, rows
from services.energy.periods import midnight
from services.machine_states import reads
from services.statements import statements

SQL = statements("equipment_states")

PARTS: Final = 1500
_IN_FULL: Final = timedelta(days=31)
STATES: Final = ("running", "loaded", "idle", "stopped", "fault", "no_data")
ON: Final = ("running", "loaded", "idle")


@dataclass(frozen=True, slots=True)
class DayRow:
    """A local day of devices, summed up."""

    day: date
    running_s: float
    loaded_s: float
    idle_s: float
    stopped_s: float
    fault_s: float
    starts: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What a machine did in a period: seconds by state, and starts."""

    seconds: Mapping[str, float]
    starts: int

    @property
    def operating_s(self) -> float:
        """How long it was on."""
        return sum(self.seconds.get(state, 0.0) for state in ON)


async def course(connection: Connection, device_ids: Sequence[int], start: datetime, stop: datetime) -> list[StateSpan]:
    """The spans of a machine in [start, stop), in order, without a gap."""
    told = [await reads.changes(connection, device_id, start, stop) for device_id in device_ids]
    return combined([[(each.at, each.state) for each in changes] for changes in told], stop)


async def drawn(
    connection: Connection, device_ids: Sequence[int], zone: ZoneInfo, start: datetime, stop: datetime
) -> tuple[list[StateSpan], bool]:
    """The spans of a machine for a chart, and whether they are sums of parts."""
    if stop - start <= _IN_FULL:
        spans = await course(connection, device_ids, start, stop)
        return thinned(spans, PARTS), len(spans) > PARTS
    parts: list[StateSpan] = []
    first, last = start.astimezone(zone).date(), stop.astimezone(zone).date()
    days = {row.day: row for row in await rows(connection, SQL["days_of_devices"], DayRow, device_ids, first, last)}
    day = first
    while (left := max(midnight(zone, day), start)) < stop:
        right = min(midnight(zone, day + timedelta(days=1)), stop)
        row = days.get(day)
        if row is None or left > midnight(zone, day) or right < midnight(zone, day + timedelta(days=1)):
            parts.append(part_of(left, right, seconds_by_state(await course(connection, device_ids, left, right))))
        else:
            parts.append(part_of(left, right, _seconds(row, (right - left).total_seconds())))
        day += timedelta(days=1)
    return parts, True


async def totals(
    connection: Connection, devices: Mapping[int, Sequence[int]], start: datetime, stop: datetime
) -> dict[int, Totals]:
    """What machines did in [start, stop); `devices`: by which each tells its state."""
    of_devices = await reads.totals(connection, [each for of in devices.values() for each in of], start, stop)
    found: dict[int, Totals] = {}
    for equipment_id, device_ids in devices.items():
        starts = sum(of_devices[each].starts for each in device_ids)
        if len(device_ids) == 1:
            seconds: Mapping[str, float] = {str(key): value for key, value in of_devices[device_ids[0]].seconds.items()}
        else:
            seconds = seconds_by_state(await course(connection, device_ids, start, stop))
        found[equipment_id] = Totals({state: seconds.get(state, 0.0) for state in STATES}, starts)
    return found


def _seconds(row: DayRow, length_s: float) -> dict[str, float]:
    known = {
        "running": row.running_s,
        "loaded": row.loaded_s,
        "idle": row.idle_s,
        "stopped": row.stopped_s,
        "fault": row.fault_s,
    }
    return {**known, "no_data": max(0.0, length_s - sum(known.values()))}
