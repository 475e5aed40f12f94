"""Meters: what measures a carrier, how it counts, below which other meter, and whose energy it is."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import OrgUnitFilter, Retired, Search, SiteFilter, SpaceFilter, paths_need_site, require_site
from api.problems import Problem
from services.registry import meters
from services.registry.pages import Page

router = APIRouter(tags=["registry"], dependencies=[Depends(zoned)])

Carrier = Literal["electricity", "water", "gas", "compressed_air", "chilled_water", "steam", "heat"]
MeterKind = Literal["register", "power", "virtual"]
Flow = Literal["import", "export", "reactive_import", "reactive_export"]
CarrierFilter = Annotated[Carrier | None, Query(alias="carrier", description="Only of this carrier.")]


class Meter(BaseModel):
    """A meter. Its energies are in the unit of each register; what flows into the site or the consumer is import."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/me-tr-1"])]
    site: str
    code: Annotated[str, Field(examples=["me-tr-1"])]
    name: str
    name_zh: str | None
    carrier: Carrier
    kind: Annotated[
        MeterKind,
        Field(description="`register`: reads counters; `power`: integrates a power; `virtual`: a sum of other meters."),
    ]
    flows: Annotated[list[Flow], Field(description="Its registers.")]
    parent: Annotated[str | None, Field(description="Code of the meter above; null: none.", examples=["me-incomer"])]
    children: Annotated[int, Field(description="How many meters are right below it.")]
    space: Annotated[str | None, Field(description="Path of the space it measures; null: the site.", examples=["b1"])]
    org_unit: Annotated[str | None, Field(description="Path of the unit whose energy it is, where no share says else.")]
    equipment: Annotated[str | None, Field(description="Code of the machine it measures.")]
    rated_per_hour: Annotated[
        float | None, Field(description="What its connection can carry, in its unit an hour.", examples=[1600])
    ]
    contract: Annotated[str | None, Field(description="Code of the contract that prices it; null: none, unbilled.")]
    contract_is_default: Annotated[bool, Field(description="It names no contract: the site's for its carrier holds.")]
    formula: Annotated[str | None, Field(description="Of a virtual one.", examples=["me-incomer - me-incomer.export"])]
    retired_at: Instant | None


class RegisterSegment(BaseModel):
    """What a register is from an instant on, until the next segment begins."""

    model_config = ConfigDict(from_attributes=True)

    valid_from: Annotated[Instant | None, Field(description="null: from the beginning.")]
    point: Annotated[str | None, Field(examples=["kunshan/me-tr-1/import_energy_kwh"])]
    multiplier: Annotated[float, Field(description="CT x PT; of increments, not of readings.", examples=[120])]
    modulus: Annotated[float | None, Field(description="It shows values below this one; null: not known.")]
    resolution: Annotated[float, Field(description="Its smallest step, in the unit of the point.")]
    closing_value: Annotated[float | None, Field(description="Last value of the register that was replaced here.")]
    opening_value: Annotated[float | None, Field(description="First value of the one that came.")]
    actor: str | None
    reason: Annotated[str | None, Field(description="Of one that was entered; empty: it came from a site folder.")]


class MeterRegister(BaseModel):
    """One direction of a meter."""

    model_config = ConfigDict(from_attributes=True)

    flow: Flow
    unit: Annotated[str, Field(description="Of its energy.", examples=["kWh"])]
    segments: Annotated[list[RegisterSegment], Field(description="In the order of time; a virtual meter has none.")]


class MeterTerm(BaseModel):
    """A register that a virtual meter is made of."""

    model_config = ConfigDict(from_attributes=True)

    meter: Annotated[str, Field(description="Code.")]
    flow: Flow
    factor: float


class MeterAllocation(BaseModel):
    """A share of the meter for a space or a unit, on local days, half-open."""

    model_config = ConfigDict(from_attributes=True)

    space: str | None
    org_unit: str | None
    share: Annotated[float, Field(gt=0, le=1, examples=[0.25])]
    valid_from: Annotated[date | None, Field(description="First local day; null: from the beginning.")]
    valid_until: Annotated[date | None, Field(description="First local day without the share; null: open.")]


class MeterDetail(Meter):
    """A meter with all that belongs to it."""

    registers: list[MeterRegister]
    children_codes: Annotated[list[str], Field(description="Codes of the meters right below it.")]
    terms: Annotated[list[MeterTerm], Field(description="What the formula comes to.")]
    allocations: list[MeterAllocation]


class Branch(BaseModel):
    """A meter in a tree."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    name_zh: str | None
    carrier: Carrier
    kind: MeterKind
    way: Annotated[list[str], Field(description="Codes from the top down to it.", examples=[["me-incomer", "me-tr-1"]])]
    space: str | None
    org_unit: str | None


class MeterTree(BaseModel):
    """The meters of a site, each right before those below it; what no meter is above begins a new tree."""

    site: str
    meters: list[Branch]


@router.get("/meters", operation_id="list_meters", summary="Meters", responses=problems("site-not-found"))
async def list_meters(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    carrier: CarrierFilter = None,
    kind: MeterKind | None = None,
    space: SpaceFilter = None,
    org_unit: OrgUnitFilter = None,
    parent: Annotated[str | None, Query(pattern=CODE, description="Meters right below the one with this code.")] = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[Meter]:
    """Meters by site and code."""
    paths_need_site(site, space, org_unit)
    found = await meters.meters(
        connection,
        Page(wanted.limit, wanted.after),
        site=site,
        carrier=carrier,
        kind=kind,
        space=space,
        org_unit=org_unit,
        parent=parent,
        search=search,
        retired=retired,
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(Meter.model_validate, found.rows), found.next)


@router.get(
    "/meters/{site}/{code}",
    operation_id="get_meter",
    summary="One meter",
    responses=problems("site-not-found", "meter-not-found"),
)
async def get_meter(
    site: Annotated[str, Path(pattern=CODE)], code: Annotated[str, Path(pattern=CODE)], connection: Database
) -> MeterDetail:
    """The meter with this code, also when it is retired; a code that was changed still finds it."""
    found = await meters.described(connection, site, code)
    if found is None:
        await require_site(connection, site)
        raise Problem("meter-not-found", f"There is no meter {code!r} on {site!r}: see /api/v1/meters?site={site}.")
    return MeterDetail(
        **asdict(found.meter),
        id=found.meter.id,
        registers=[MeterRegister.model_validate(register) for register in found.registers],
        children_codes=list(found.children),
        terms=[MeterTerm.model_validate(term) for term in found.terms],
        allocations=[MeterAllocation.model_validate(share) for share in found.allocations],
    )


@router.get(
    "/meter-trees/{site}",
    operation_id="get_meter_tree",
    summary="The meters of a site as a tree",
    responses=problems("site-not-found"),
)
async def get_meter_tree(
    site: Annotated[str, Path(pattern=CODE)], connection: Database, carrier: CarrierFilter = None
) -> MeterTree:
    """Living meters, each right before those below it."""
    await require_site(connection, site)
    found = await meters.tree(connection, site, carrier=carrier)
    return MeterTree(site=site, meters=[Branch.model_validate(branch) for branch in found])
