"""The commissioning check: is each meter put in correctly."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from analytics.metering.commissioning import Finding as Found
from api.context import Database
from api.instants import Instant, zoned
from api.openapi_parts import problems
from api.parameters import SiteFilter, require_site
from api.periods import FromOrLately, ToOrNow, lately
from api.registers import CodeOfMeter, SiteOfMeter, require_register
from services.ledger import commissioning
from services.ledger.commissioning import Check

router = APIRouter(tags=["ledger"], dependencies=[Depends(zoned)])


class Finding(BaseModel):
    """Something to look at."""

    kind: Annotated[str, Field(examples=["power_of_ten"])]
    factor: Annotated[float | None, Field(description="The factor that was recognised; null: it is not about one.")]
    cause: Annotated[str, Field(description="What is likely.")]
    remedy: Annotated[str, Field(description="What to do.")]


class CheckedRegister(BaseModel):
    """A register and what tells about it; no findings: nothing to look at."""

    meter: str
    name: str
    name_zh: str | None
    flow: str
    unit: str
    energy: Annotated[float, Field(description="In the period, in `unit`.")]
    power_point: Annotated[
        str | None, Field(description="With what it was compared; null: the device has no such point.")
    ]
    compared_quarters: Annotated[int, Field(description="Quarter hours that both of them cover.")]
    compared_energy: Annotated[float | None, Field(description="The register's energy in these.")]
    forward: Annotated[float | None, Field(description="Integral of power in the direction that the register counts.")]
    backward: Annotated[float | None, Field(description="Integral of power in the other direction.")]
    ratio: Annotated[float | None, Field(description="Register by power; negative: it fits what flowed backwards.")]
    multiplier: float
    findings: list[Finding]


class Commissioning(BaseModel):
    """Registers by meter, over a period."""

    start: Instant
    stop: Instant
    items: list[CheckedRegister]


@router.get(
    "/meters/{site}/{code}/commissioning",
    operation_id="check_meter",
    summary="Is a meter put in correctly",
    responses=problems("meter-not-found"),
)
async def check_meter(
    site: SiteOfMeter, code: CodeOfMeter, connection: Database, start: FromOrLately = None, stop: ToOrNow = None
) -> Commissioning:
    """Each of its registers against the power of the same device, and against the site's other meters."""
    begin, end = lately(start, stop, datetime.now(UTC))
    register = await require_register(connection, site, code, None)
    found = await commissioning.check(connection, begin, end, site=register.site, code=register.code)
    return Commissioning(start=begin, stop=end, items=[_shown(each) for each in found])


@router.get(
    "/commissioning",
    operation_id="check_meters",
    summary="Is every meter put in correctly",
    responses=problems("site-not-found"),
)
async def check_meters(
    connection: Database, site: SiteFilter = None, start: FromOrLately = None, stop: ToOrNow = None
) -> Commissioning:
    """All registers of a site or of all sites, those without findings too."""
    begin, end = lately(start, stop, datetime.now(UTC))
    if site is not None:
        await require_site(connection, site)
    found = await commissioning.check(connection, begin, end, site=site)
    return Commissioning(start=begin, stop=end, items=[_shown(each) for each in found])


def _shown(check: Check) -> CheckedRegister:
    register, comparison = check.register, check.comparison
    return CheckedRegister(
        meter=register.meter,
        name=register.name,
        name_zh=register.name_zh,
        flow=register.flow,
        unit=register.unit,
        energy=check.energy,
        power_point=register.power_point,
        compared_quarters=0 if comparison is None else comparison.quarters,
        compared_energy=None if comparison is None else comparison.energy,
        forward=None if comparison is None else comparison.forward,
        backward=None if comparison is None else comparison.backward,
        ratio=None if comparison is None else comparison.ratio,
        multiplier=float(register.multiplier or 1),
        findings=[_finding(finding) for finding in check.findings],
    )


def _finding(found: Found) -> Finding:
    return Finding(kind=found.kind, factor=found.factor, cause=found.cause, remedy=found.remedy)
