"""Demand: the highest 15 minutes of each month by both windows, against the contract, and what is coming."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE, MONTH
from api.openapi_parts import problems
from api.problems import Problem
from api.routes.meters import Carrier, Flow
from api.site_period import month_of, named, require_site_row, require_year
from services import demand
from services.database import Connection
from services.demand import ContractDemand, Peak, RegisterRow

router = APIRouter(prefix="/demand", tags=["energy"], dependencies=[Depends(zoned)])
MAXIMUM = 500
_MONTHS = 36


class DemandPeak(BaseModel):
    """A highest mean power over the 15 minutes [start, stop)."""

    window: Annotated[Literal["fixed", "sliding"], Field(description="Quarter hours, or moving on by one minute.")]
    maximum: Annotated[float, Field(description="Mean power in `unit`.", examples=[628.72])]
    start: Instant
    stop: Instant
    measured: Annotated[float | None, Field(description="The measured fraction of its energy; null: not kept.")]
    share_of_contract: Annotated[float | None, Field(description="Of `contract_kw`; null: no contract demand.")]


class DemandForecast(BaseModel):
    """Where the present quarter hour is heading: (energy so far + present power x the rest) over 15 minutes."""

    maximum: Annotated[float, Field(description="Mean power of the whole quarter hour, in `unit`.")]
    window_stop: Instant
    energy_so_far: float
    covered_s: Annotated[float, Field(description="Seconds of the quarter hour that the energy so far is of.")]
    present_power: float
    present_power_from: Annotated[
        Literal["point", "present_quarter", "last_quarter"],
        Field(description="A fresh power of the device, else the mean of this quarter hour so far, else of the last."),
    ]
    point: str | None
    share_of_contract: float | None


class MonthDemand(BaseModel):
    """The demand of a meter in a local month, or in the part of it that was asked for."""

    meter: Annotated[str, Field(examples=["kunshan/me-incomer"])]
    flow: str
    unit: Annotated[str, Field(examples=["kW"])]
    month: Annotated[str, Field(examples=["2026-07"])]
    start: Instant
    stop: Instant
    open: Annotated[bool, Field(description="The month is not over.")]
    missing_s: Annotated[float, Field(description="Seconds up to now without energy: a maximum may lie there.")]
    fixed: DemandPeak | None
    sliding: DemandPeak | None
    contract: str | None
    contract_kw: float | None
    contract_window: Annotated[str | None, Field(description="The window that the contract is measured by.")]
    forecast: Annotated[DemandForecast | None, Field(description="Where the month includes now.")]


class DemandAnswer(BaseModel):
    """Months by meter and time."""

    site: str
    time_zone: str
    months: list[MonthDemand]


@router.get(
    "",
    operation_id="get_demand",
    summary="Maximum demand",
    responses=problems("site-not-found", "meter-not-found"),
)
async def get_demand(
    connection: Database,
    site: Annotated[str | None, Query(pattern=CODE, description="Needed where no meter is named.")] = None,
    meter: Annotated[list[str] | None, Query(description="May be repeated. Default: the meters at the top.")] = None,
    month: Annotated[str | None, Query(pattern=MONTH, description="Default: the present one.")] = None,
    since: Annotated[date | None, Query(alias="from", description="Instead of a month: a local date.")] = None,
    until: Annotated[date | None, Query(alias="to", description="The first date that is not part of it.")] = None,
    flow: Flow = "import",
    carrier: Carrier = "electricity",
) -> DemandAnswer:
    """The highest mean power over 15 minutes with its time, by local month and by both windows."""
    now = datetime.now(UTC)
    code, codes = named(site, meter or [])
    place = await require_site_row(connection, code)
    zone = ZoneInfo(place.time_zone)
    stretches = _stretches(zone, month, since, until, now)
    found = await demand.registers(connection, code, codes, flow, carrier if not codes else None)
    for wanted in codes:
        if wanted not in {register.code for register in found}:
            raise Problem(
                "meter-not-found",
                f"There is no meter {code}/{wanted} that counts {flow}: see /api/v1/meters?site={code}.",
            )
    if len(found) * len(stretches) > MAXIMUM:
        raise Problem(
            "invalid-request",
            f"{len(found)} meters over {len(stretches)} months are more than {MAXIMUM}: ask for fewer of either.",
        )
    months = [
        await _month(connection, code, register, flow, first, stop, now)
        for register in found
        for first, stop in stretches
    ]
    return DemandAnswer(site=code, time_zone=place.time_zone, months=months)


async def _month(
    connection: Connection, site: str, register: RegisterRow, flow: str, first: date, stop: date, now: datetime
) -> MonthDemand:
    zone = ZoneInfo(register.time_zone)
    start_at, stop_at = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, stop))
    maximum = await demand.maximum(connection, register.id, first, until=stop, now=now)
    contract = (
        await demand.contract_demand(connection, register, stop - timedelta(days=1)) if flow == "import" else None
    )
    coming = await demand.forecast(connection, register, now) if start_at <= now < stop_at else None
    unit = {"kWh": "kW", "kvarh": "kvar"}.get(register.unit, f"{register.unit}/h")
    return MonthDemand(
        meter=f"{site}/{register.code}",
        flow=flow,
        unit=unit,
        month=f"{first:%Y-%m}",
        start=start_at,
        stop=stop_at,
        open=stop_at > now,
        missing_s=maximum.missing_s,
        fixed=_peak("fixed", maximum.fixed, contract),
        sliding=_peak("sliding", maximum.sliding, contract),
        contract=register.contract,
        contract_kw=None if contract is None else float(contract.contract_kw),
        contract_window=None if contract is None else contract.window,
        forecast=None
        if coming is None
        else DemandForecast(
            maximum=float(coming.power),
            window_stop=coming.window_stop,
            energy_so_far=float(coming.energy_so_far),
            covered_s=coming.covered_s,
            present_power=float(coming.present_power),
            present_power_from=coming.source,
            point=coming.point,
            share_of_contract=None if contract is None else float(coming.power / contract.contract_kw),
        ),
    )


def _peak(window: Literal["fixed", "sliding"], peak: Peak | None, contract: ContractDemand | None) -> DemandPeak | None:
    if peak is None:
        return None
    return DemandPeak(
        window=window,
        maximum=float(peak.power),
        start=peak.stop - demand.QUARTER,
        stop=peak.stop,
        measured=None if peak.measured is None else float(peak.measured),
        share_of_contract=None if contract is None else float(peak.power / contract.contract_kw),
    )


def _stretches(
    zone: ZoneInfo, month: str | None, since: date | None, until: date | None, now: datetime
) -> list[tuple[date, date]]:
    """The local months [first, stop) of what was asked for, cut off at its dates. Raises Problem."""
    if month is not None and (since or until):
        raise Problem("invalid-request", "Give `month`, or `from` and `to`, not both.")
    today = now.astimezone(zone).date()
    first = require_year(since or (month_of(month) if month else today.replace(day=1)), "from")
    stop = until or (_following(first) if since is None else today + timedelta(days=1))
    require_year(stop, "to")
    if first >= stop:
        raise Problem("invalid-request", "The period is empty: `from` comes before `to`.")
    if first > today:
        raise Problem("invalid-request", "The period is in the future: nothing has been measured there yet.")
    found = []
    while first < stop:
        found.append((first, min(_following(first), stop)))
        first = _following(first)
    if len(found) > _MONTHS:
        raise Problem("invalid-request", f"The period has more than {_MONTHS} months: ask for it in parts.")
    return found


def _following(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
