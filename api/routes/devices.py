"""Devices: meters, machines' controllers and gateways, and when each was last heard."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import OrgUnitFilter, Retired, Search, SiteFilter, SpaceFilter, paths_need_site, require_site
from api.problems import Problem
from services.registry import devices
from services.registry.pages import Page

router = APIRouter(prefix="/devices", tags=["registry"], dependencies=[Depends(zoned)])


class Device(BaseModel):
    """What sends readings."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/m-101"])]
    site: str
    code: Annotated[str, Field(description="As in its MQTT topic.", examples=["m-101"])]
    name: str
    name_zh: str | None
    template: str | None
    kind: Annotated[str | None, Field(description="Kind of its template.", examples=["power_meter"])]
    space: Annotated[str | None, Field(description="Path of the space it measures.", examples=["b1/f2"])]
    org_unit: str | None
    equipment: Annotated[str | None, Field(description="Code of the machine it measures.")]
    gateway: Annotated[str | None, Field(description="Code of the device through which it speaks.")]
    future_limit_s: Annotated[float, Field(description="How far its clock may run ahead before readings are refused.")]
    points: Annotated[int, Field(description="How many points it has.")]
    last_reading_at: Annotated[Instant | None, Field(description="Newest instant it measured.")]
    last_seen_at: Annotated[Instant | None, Field(description="When a reading last arrived.")]
    online: Annotated[bool | None, Field(description="What its status topic said last; null: it never said.")]
    online_since: Instant | None
    retired_at: Instant | None


@router.get("", operation_id="list_devices", summary="Devices", responses=problems("site-not-found"))
async def list_devices(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    space: SpaceFilter = None,
    org_unit: OrgUnitFilter = None,
    equipment: Annotated[str | None, Query(pattern=CODE, description="Devices that measure this machine.")] = None,
    gateway: Annotated[str | None, Query(pattern=CODE, description="Devices that speak through this one.")] = None,
    template: Annotated[str | None, Query(pattern=CODE)] = None,
    kind: Annotated[str | None, Query(pattern=CODE, examples=["power_meter"])] = None,
    quantity: Annotated[str | None, Query(pattern=CODE, description="Devices with a point of this quantity.")] = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[Device]:
    """Devices by site and code."""
    paths_need_site(site, space, org_unit)
    found = await devices.devices(
        connection,
        Page(wanted.limit, wanted.after),
        site=site,
        space=space,
        org_unit=org_unit,
        equipment=equipment,
        gateway=gateway,
        template=template,
        kind=kind,
        quantity=quantity,
        search=search,
        retired=retired,
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(Device.model_validate, found.rows), found.next)


@router.get(
    "/{site}/{code}",
    operation_id="get_device",
    summary="One device",
    responses=problems("site-not-found", "device-not-found"),
)
async def get_device(
    site: Annotated[str, Path(pattern=CODE)], code: Annotated[str, Path(pattern=CODE)], connection: Database
) -> Device:
    """The device with this code, also when it is retired."""
    found = await devices.devices(connection, Page(1), site=site, code=code, retired=True)
    if not found.rows:
        await require_site(connection, site)
        raise Problem("device-not-found", f"There is no device {code!r} on {site!r}: see /api/v1/devices?site={site}.")
    return Device.model_validate(found.rows[0])
