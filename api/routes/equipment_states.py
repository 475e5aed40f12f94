"""In what state a machine was when, as spans for a chart: as few as it can draw."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, zoned
from api.openapi_parts import problems
from api.periods import LONGEST, WEEK, checked
from api.routes.equipment_records import NOT_THERE, Code, Site, require_machine
from api.routes.equipment_timelines import Since, Until
from api.site_period import moment
from services.equipment import states
from services.machine_states import reads

router = APIRouter(prefix="/equipment/{site}/{code}", tags=["maintenance"], dependencies=[Depends(zoned)])


class StateSpan(BaseModel):
    """[start, stop) in a state."""

    model_config = ConfigDict(from_attributes=True)

    start: Instant
    stop: Instant
    state: Annotated[str, Field(description="Of a part: the state it had longest.")]
    seconds: Annotated[
        dict[str, float] | None, Field(description="Of a part of a thinned period: how long it had each state.")
    ]


class StateNow(BaseModel):
    """What a machine is doing."""

    model_config = ConfigDict(from_attributes=True)

    state: str
    since: Instant
    last_reading_at: Instant


class States(BaseModel):
    """In what state a machine was when."""

    equipment: str
    start: Instant
    stop: Instant
    tells_state: Annotated[bool, Field(description="False: none of its devices tells a state.")]
    now: StateNow | None
    hours: Annotated[dict[str, float], Field(description="By state; `no_data`: nobody knows.")]
    run_h: Annotated[float | None, Field(description="Running, loaded and idle.")]
    starts: int | None
    is_thinned: Annotated[bool, Field(description="The spans are parts of equal length, or days.")]
    spans: list[StateSpan]


@router.get(
    "/states",
    operation_id="get_equipment_states",
    summary="In what state a machine was",
    responses=problems(*NOT_THERE),
)
async def get_equipment_states(
    connection: Database, site: Site, code: Code, since: Since = None, until: Until = None
) -> States:
    """Its states as spans for a chart, thinned where there are many; without `from` of the last week."""
    now = datetime.now(UTC)
    machine = await require_machine(connection, site, code)
    zone = ZoneInfo(machine.time_zone)
    stop = min(now, now if until is None else moment(zone, until, "to"))
    start, stop = checked(stop - WEEK if since is None else moment(zone, since, "from"), stop, LONGEST)
    devices = await reads.devices_of(connection, [machine.id])
    device_ids = devices.get(machine.id, [])
    if not device_ids:
        return States(
            equipment=machine.address, start=start, stop=stop, tells_state=False, now=None, hours={}, run_h=None,
            starts=None, is_thinned=False, spans=[],
        )  # fmt: skip
    totals = (await states.totals(connection, devices, start, stop))[machine.id]
    spans, is_thinned = await states.drawn(connection, device_ids, zone, start, stop)
    current = await reads.now(connection, device_ids, now)
    newest = max(current.values(), key=lambda each: each.last_reading_at, default=None)
    return States(
        equipment=machine.address,
        start=start,
        stop=stop,
        tells_state=True,
        now=None if newest is None else StateNow.model_validate(newest),
        hours={state: seconds / 3600 for state, seconds in totals.seconds.items()},
        run_h=totals.operating_s / 3600,
        starts=totals.starts,
        is_thinned=is_thinned,
        spans=[StateSpan.model_validate(span) for span in spans],
    )
