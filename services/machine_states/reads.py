"""What machines are doing and did: totals of spans, changes, the state now, run hours and starts since an instant.

Where readings have ended and their hold is over, and before the first one, a machine is in `no_data`. A span that
reaches beyond now has what is believed until the hold is over: ask up to now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.machine_states.state import CODES, STATES
from analytics.machine_states.totals import Totals, starts_us
from analytics.maintenance.settings import MachineState
from services.database import Connection, rows
from services.machine_states import covers
from services.machine_states.bindings import SQL
from services.machine_states.courses import Span, courses
from services.machine_states.raw_readings import instant, microseconds
from services.machine_states.sums import faded, sums


@dataclass(frozen=True, slots=True)
class StateTotals:
    """Seconds by state in a span, and starts."""

    seconds: Mapping[MachineState, float]
    starts: int

    @property
    def run_h(self) -> float:
        """Hours in a state that is on: running, loaded or idle."""
        return sum(self.seconds[state] for state in ("running", "loaded", "idle")) / 3600


@dataclass(frozen=True, slots=True)
class StateChange:
    """From `at` on a machine was in this state; `is_start`: it had been off before, so far as anybody knew."""

    at: datetime
    state: MachineState
    is_start: bool


@dataclass(frozen=True, slots=True)
class StateNow:
    """What a machine is doing, since when, and when it was last heard."""

    state: MachineState
    since: datetime
    last_reading_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """How much a machine has been used."""

    run_h: float
    starts: int


@dataclass(frozen=True, slots=True)
class StatedRow:
    """A device of a machine that has a state."""

    equipment_id: int
    device_id: int


@dataclass(frozen=True, slots=True)
class CurrentRow:
    """The last change of a device, and until when its last reading is believed."""

    device_id: int
    state: str | None
    since: datetime | None
    last_reading_at: datetime
    valid_until: datetime


async def totals(
    connection: Connection, device_ids: Sequence[int], start: datetime, stop: datetime
) -> Mapping[int, StateTotals]:
    """Seconds by state and starts of each device in [start, stop)."""
    spans = [Span(device_id, microseconds(start), microseconds(stop)) for device_id in device_ids]
    summed = await sums(connection, spans)
    return {span.device_id: _public(each) for span, each in zip(spans, summed, strict=True)}


async def used_since(
    connection: Connection, device_ids: Sequence[int], since: datetime, now: datetime
) -> Mapping[int, Used]:
    """Run hours and starts of each device in [since, now)."""
    if since >= now:
        return {device_id: Used(0.0, 0) for device_id in device_ids}
    found = await totals(connection, device_ids, since, now)
    return {device_id: Used(each.run_h, each.starts) for device_id, each in found.items()}


async def changes(connection: Connection, device_id: int, start: datetime, stop: datetime) -> list[StateChange]:
    """What a device was in when [start, stop) begins, and its changes inside it."""
    span = Span(device_id, microseconds(start), microseconds(stop))
    [course] = await courses(connection, [span])
    known = await covers.covers(connection, [device_id])
    course = faded(course, known[0] if known else None, span)
    stands = np.searchsorted(course.times_us, span.start_us, side="right") - 1
    first = int(course.states[stands]) if stands >= 0 else course.before
    starts = set(starts_us(course).tolist())
    found = [StateChange(start, STATES[first], span.start_us in starts)]
    for time_us, state in zip(
        course.times_us[stands + 1 :].tolist(), course.states[stands + 1 :].tolist(), strict=True
    ):
        if STATES[state] != found[-1].state:
            found.append(StateChange(instant(time_us), STATES[state], time_us in starts))
    return found


async def now(connection: Connection, device_ids: Sequence[int], at: datetime) -> Mapping[int, StateNow]:
    """What each device is doing by the clock; those that never said anything are left out."""
    found: dict[int, StateNow] = {}
    for row in await rows(connection, SQL["current_states"], CurrentRow, device_ids):
        stands = STATES[CODES[row.state or "no_data"]]
        since = row.since or row.last_reading_at
        if at >= row.valid_until and stands != "no_data":
            stands, since = "no_data", row.valid_until
        found[row.device_id] = StateNow(stands, since, row.last_reading_at)
    return found


async def devices_of(connection: Connection, equipment_ids: Sequence[int]) -> Mapping[int, list[int]]:
    """The devices by which each machine tells its state; machines without any are left out."""
    found: dict[int, list[int]] = {}
    for row in await rows(connection, SQL["stated_devices"], StatedRow, equipment_ids):
        found.setdefault(row.equipment_id, []).append(row.device_id)
    return found


def _public(summed: Totals) -> StateTotals:
    return StateTotals({state: summed.seconds(state) for state in STATES}, summed.starts)
