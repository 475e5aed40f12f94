"""Points: one measured figure of a device, with its quantity, unit, kind and range."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, Search, SiteFilter, SpaceFilter, paths_need_site, require_point, require_site
from services.registry import points
from services.registry.pages import Page

router = APIRouter(prefix="/points", tags=["registry"], dependencies=[Depends(zoned)])

PointKind = Literal["gauge", "counter", "state"]


class Point(BaseModel):
    """One measured figure. Values everywhere in this API are in `unit`."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/device/key`.", examples=["kunshan/m-101/active_power_kw"])]
    site: str
    device: str
    key: Annotated[str, Field(description="As in the device's messages.", examples=["active_power_kw"])]
    name: str
    name_zh: str | None
    device_name: str
    device_name_zh: str | None
    device_kind: Annotated[str | None, Field(examples=["power_meter"])]
    space: Annotated[str | None, Field(description="Path of the device's space.", examples=["b1/f2"])]
    quantity: Annotated[str, Field(examples=["active_power"])]
    unit: Annotated[str, Field(description="Unit of its values here.", examples=["kW"])]
    sent_unit: Annotated[str, Field(description="Unit in which the device sends.", examples=["W"])]
    kind: Annotated[PointKind, Field(description="`counter`: a register that grows; `state`: a number with a meaning.")]
    minimum: Annotated[float | None, Field(description="Readings below are refused, in `unit`.")]
    maximum: Annotated[float | None, Field(description="Readings above are refused, in `unit`.")]
    expected_interval_s: Annotated[float, Field(description="Stale after three of these, at least 15 s.")]
    states: Annotated[
        dict[str, float] | None,
        Field(description="Of a state: text to number.", examples=[{"stopped": 0, "loaded": 2}]),
    ]
    retired_at: Instant | None


@router.get("", operation_id="list_points", summary="Points", responses=problems("site-not-found"))
async def list_points(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    space: SpaceFilter = None,
    device: Annotated[str | None, Query(pattern=CODE, description="Points of the device with this code.")] = None,
    template: Annotated[str | None, Query(pattern=CODE)] = None,
    device_kind: Annotated[str | None, Query(pattern=CODE, examples=["power_meter"])] = None,
    quantity: Annotated[str | None, Query(pattern=CODE, examples=["active_power"])] = None,
    kind: PointKind | None = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[Point]:
    """Points by site, device and key."""
    paths_need_site(site, space)
    found = await points.points(
        connection,
        Page(wanted.limit, wanted.after),
        site=site,
        space=space,
        device=device,
        template=template,
        device_kind=device_kind,
        quantity=quantity,
        kind=kind,
        search=search,
        retired=retired,
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(Point.model_validate, found.rows), found.next)


@router.get(
    "/{site}/{device}/{key}", operation_id="get_point", summary="One point", responses=problems("point-not-found")
)
async def get_point(
    site: Annotated[str, Path(pattern=CODE)],
    device: Annotated[str, Path(pattern=CODE)],
    key: Annotated[str, Path(pattern=CODE)],
    connection: Database,
) -> Point:
    """The point with this name, also when it is retired; a name that was changed still finds it."""
    return Point.model_validate(await require_point(connection, f"{site}/{device}/{key}"))
