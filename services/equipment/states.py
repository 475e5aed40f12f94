"""In what state a machine was when: all its devices together, as spans for a chart or summed up for its figures.

Up to a month every change is read and thinned to what a chart can draw; a longer period is shown by local days, which
are summed up already. Where a machine has several devices, or a day is not summed up, changes are read a month at a
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from analytics.state_spans import UNKNOWN, StateSpan, combined, cut, part_of, seconds_by_state, starts, thinned
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
    """A local day of a device, summed up."""

    day: date
    running_s: float
    loaded_s: float
    idle_s: float
    stopped_s: float
    fault_s: float


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
    spans, _ = await _told(connection, device_ids, start, stop)
    return spans


async def drawn(
    connection: Connection, device_ids: Sequence[int], zone: ZoneInfo, start: datetime, stop: datetime
) -> tuple[list[StateSpan], bool]:
    """The spans of a machine for a chart, and whether they are sums of parts."""
    if stop - start <= _IN_FULL:
        spans = await course(connection, device_ids, start, stop)
        return thinned(spans, PARTS), len(spans) > PARTS
    days: Mapping[date, DayRow] = {}
    if len(device_ids) == 1:  # sums of several do not tell what these said at the same time
        local = [each.astimezone(zone).date() for each in (start, stop)]
        found = await rows(connection, SQL["days_of_device"], DayRow, device_ids[0], *local)
        days = {row.day: row for row in found}
    edges = _edges(zone, start, stop)
    parts: list[StateSpan] = []
    for first in range(0, len(edges) - 1, _IN_FULL.days):
        month = edges[first : first + _IN_FULL.days + 1]
        summed = [part for left, right in pairwise(month) if (part := _summed(days, zone, left, right)) is not None]
        if len(summed) == len(month) - 1:
            parts += summed
        else:
            parts += cut(await course(connection, device_ids, month[0], month[-1]), month)
    return parts, True


async def totals(
    connection: Connection, devices: Mapping[int, Sequence[int]], start: datetime, stop: datetime
) -> dict[int, Totals]:
    """What machines did in [start, stop); `devices`: by which each tells its state."""
    single = {equipment_id: of[0] for equipment_id, of in devices.items() if len(of) == 1}
    of_devices = await reads.totals(connection, list(single.values()), start, stop)
    found: dict[int, Totals] = {}
    for equipment_id, device_ids in devices.items():
        if equipment_id in single:
            each = of_devices[single[equipment_id]]
            found[equipment_id] = Totals({state: each.seconds[state] for state in STATES}, each.starts)
        else:
            found[equipment_id] = await _together(connection, device_ids, start, stop)
    return found


async def _told(
    connection: Connection, device_ids: Sequence[int], start: datetime, stop: datetime
) -> tuple[list[StateSpan], set[datetime]]:
    """The spans of a machine, and when its devices say that they started."""
    told = [await reads.changes(connection, device_id, start, stop) for device_id in device_ids]
    spans = combined([[(each.at, each.state) for each in changes] for changes in told], stop)
    return spans, {each.at for changes in told for each in changes if each.is_start}


async def _together(connection: Connection, device_ids: Sequence[int], start: datetime, stop: datetime) -> Totals:
    """What a machine did by several devices, a month after the other: nothing that two of them say counts twice."""
    seconds = dict.fromkeys(STATES, 0.0)
    count, known = 0, UNKNOWN
    while start < stop:
        until = min(start + _IN_FULL, stop)
        spans, told = await _told(connection, device_ids, start, until)
        more, known = starts(spans, told, known)
        count += more
        for state, length_s in seconds_by_state(spans).items():
            seconds[state] += length_s
        start = until
    return Totals(seconds, count)


def _edges(zone: ZoneInfo, start: datetime, stop: datetime) -> list[datetime]:
    """A period's ends and the local midnights inside it."""
    first, last = start.astimezone(zone).date(), stop.astimezone(zone).date()
    inside = [midnight(zone, first + timedelta(days=number)) for number in range(1, (last - first).days + 1)]
    return [start, *(each for each in inside if each < stop), stop]


def _summed(days: Mapping[date, DayRow], zone: ZoneInfo, left: datetime, right: datetime) -> StateSpan | None:
    """A day as it is summed up; None: it is not, or is asked for in part."""
    day = left.astimezone(zone).date()
    row = days.get(day)
    if row is None or (left, right) != (midnight(zone, day), midnight(zone, day + timedelta(days=1))):
        return None
    return part_of(left, right, _seconds(row, (right - left).total_seconds()))


def _seconds(row: DayRow, length_s: float) -> dict[str, float]:
    known = {
        "running": row.running_s,
        "loaded": row.loaded_s,
        "idle": row.idle_s,
        "stopped": row.stopped_s,
        "fault": row.fault_s,
    }
    return {**known, "no_data": max(0.0, length_s - sum(known.values()))}
