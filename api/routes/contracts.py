"""Contracts: under which terms a site is supplied, the bands of any day, and critical days called for one."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.tariffs.model import Terms
from api.context import Database
from api.instants import Instant, zoned
from api.money import Exact
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, SiteFilter, require_site
from api.problems import Problem
from api.reasons import Reason
from api.routes.tariffs import BandName
from services import contract_days, contracts, tariff_changes
from services.contracts import ContractRow
from services.database import Connection

router = APIRouter(prefix="/contracts", tags=["tariffs"], dependencies=[Depends(zoned)])

Site = Annotated[str, Path(pattern=CODE)]
Code = Annotated[str, Path(pattern=CODE)]
#: Far enough for any bill, near enough for any calendar.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2150, 1, 1)
_WITH_CONTRACT = ("site-not-found", "contract-not-found")


class ContractTerms(BaseModel):
    """What the customer chose, from a local day on until the next terms begin."""

    model_config = ConfigDict(from_attributes=True)

    valid_from: date
    tariff: str
    customer_class: str
    transformer_kva: Exact
    motor_kva: Exact
    demand_mode: Literal["none", "capacity", "contract", "actual"]
    contract_kw: Exact | None
    demand_window: Literal["fixed", "sliding"]
    power_factor_standard: Exact | None


class Contract(BaseModel):
    """A supply of a site with a carrier."""

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/electricity"])]
    site: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    currency: str
    is_default: Annotated[bool, Field(description="For all meters of the carrier that name no other contract.")]
    retired_at: Instant | None
    terms: list[ContractTerms]


class SpanOfBand(BaseModel):
    """[start, stop) in one band."""

    model_config = ConfigDict(from_attributes=True)

    start: Instant
    stop: Instant
    band: BandName
    price: Annotated[
        Exact | None,
        Field(description="Per unit by all components together; null: unbilled, or it depends on the tier."),
    ]


class Day(BaseModel):
    """A local day of a contract."""

    day: date
    time_zone: str
    kind: Literal["weekday", "weekend", "holiday"]
    holiday: Annotated[str | None, Field(examples=["spring_festival"])]
    critical: Annotated[bool, Field(description="Whether the day was called as critical.")]
    known_year: Annotated[
        bool, Field(description="False: the holiday calendar does not know the year; plain weekdays and weekends hold.")
    ]
    tariff: Annotated[str | None, Field(description="Null: before the first terms, all of it is unbilled.")]
    customer_class: str | None
    spans: list[SpanOfBand]


class CriticalDay(BaseModel):
    """A day called as critical."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    reason: str
    actor: Annotated[str, Field(description="Who called it; `local` until people sign in.")]
    at: Annotated[Instant, Field(description="When it was called.")]


class CriticalDays(BaseModel):
    """The days called for a contract."""

    items: list[CriticalDay]


class NewCriticalDay(BaseModel):
    """A local day to be called, and why."""

    model_config = ConfigDict(extra="forbid")

    day: Annotated[date, Field(ge=FIRST_DAY, lt=LAST_DAY, examples=["2026-07-15"])]
    reason: Annotated[Reason, Field(examples=["Guangzhou at 36 degrees"])]


class Called(BaseModel):
    """What became of it."""

    changed: Annotated[bool, Field(description="False: it was so already.")]


@router.get("", operation_id="list_contracts", summary="Contracts", responses=problems("site-not-found"))
async def list_contracts(
    connection: Database, response: Response, wanted: PageWanted, site: SiteFilter = None, retired: Retired = False
) -> PageOf[Contract]:
    """Contracts by site and code, with all their terms."""
    rows = await contracts.contracts(connection, site, retired=retired)
    if not rows and site is not None:
        await require_site(connection, site)
    # Not by id: `a-b/x` is before `a/x`, and the site `a` before `a-b`; a blank is before whatever a code may have.
    shown, following = wanted.part(rows, lambda row: f"{row.site} {row.code}")
    return wanted.page(response, map(_contract, shown), following)


@router.get("/{site}/{code}", operation_id="get_contract", summary="One contract", responses=problems(*_WITH_CONTRACT))
async def get_contract(site: Site, code: Code, connection: Database) -> Contract:
    """The contract with this code, also when it is retired."""
    return _contract(await _require(connection, site, code))


@router.get(
    "/{site}/{code}/calendar",
    operation_id="get_contract_day",
    summary="The bands of a day",
    responses=problems(*_WITH_CONTRACT),
)
async def get_contract_day(
    site: Site,
    code: Code,
    connection: Database,
    day: Annotated[date, Query(ge=FIRST_DAY, lt=LAST_DAY, description="A local day of the site.")],
) -> Day:
    """What holds when on a local day, and what a unit costs then, by the tariffs that are applied now."""
    row = await _require(connection, site, code)
    found = await contract_days.day_of(connection, row.site, row.code, day)
    spans = [
        SpanOfBand.model_validate({"start": span.start, "stop": span.stop, "band": span.band.code, "price": span.price})
        for span in found.spans
    ]
    return Day.model_validate(
        {
            "day": found.day,
            "time_zone": found.time_zone,
            "kind": found.kind,
            "holiday": found.holiday,
            "critical": found.critical,
            "known_year": found.known_year,
            "tariff": found.tariff,
            "customer_class": found.customer_class,
            "spans": spans,
        }
    )


@router.get(
    "/{site}/{code}/critical-days",
    operation_id="list_critical_days",
    summary="Critical days",
    responses=problems(*_WITH_CONTRACT),
)
async def list_critical_days(site: Site, code: Code, connection: Database) -> CriticalDays:
    """The days called for a contract, the earliest first."""
    await _require(connection, site, code)
    found = await contracts.critical_days(connection, site, code)
    return CriticalDays(items=[CriticalDay.model_validate(row) for row in found])


@router.post(
    "/{site}/{code}/critical-days",
    operation_id="call_critical_day",
    summary="Call a critical day",
    responses=problems(*_WITH_CONTRACT, *WITH_A_BODY),
)
async def call_critical_day(site: Site, code: Code, connection: Database, wanted: NewCriticalDay) -> Called:
    """Overlays for critical days hold on this day: its calendar, and the sums of energy that is there, change at once.

    Safe to repeat: a day that is called stays as it was called.
    """
    await _require(connection, site, code)
    return Called(changed=await tariff_changes.call_critical_day(connection, site, code, wanted.day, wanted.reason))


@router.delete(
    "/{site}/{code}/critical-days/{day}",
    operation_id="cancel_critical_day",
    summary="Cancel a critical day",
    responses=problems(*_WITH_CONTRACT),
)
async def cancel_critical_day(site: Site, code: Code, day: date, connection: Database) -> Called:
    """The day is as it would have been. Safe to repeat."""
    await _require(connection, site, code)
    return Called(changed=await tariff_changes.cancel_critical_day(connection, site, code, day))


async def _require(connection: Connection, site: str, code: str) -> ContractRow:
    found = await contracts.contracts(connection, site, code, retired=True)
    if not found:
        await require_site(connection, site)
        raise Problem(
            "contract-not-found", f"There is no contract {code!r} on {site!r}: see /api/v1/contracts?site={site}."
        )
    return found[0]


def _contract(row: ContractRow) -> Contract:
    known: list[Terms] = list(row.contract.terms)
    return Contract(
        id=row.id,
        site=row.site,
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        carrier=row.carrier,
        currency=row.currency,
        is_default=row.is_default,
        retired_at=row.retired_at,
        terms=[ContractTerms.model_validate(terms) for terms in known],
    )
