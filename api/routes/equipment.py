"""Equipment: the machines."""

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
from services.registry import equipment
from services.registry.pages import Page

router = APIRouter(prefix="/equipment", tags=["registry"], dependencies=[Depends(zoned)])


class Equipment(BaseModel):
    """A machine."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/code`.", examples=["kunshan/compressor-1"])]
    site: str
    code: Annotated[str, Field(examples=["compressor-1"])]
    name: str
    name_zh: str | None
    equipment_class: Annotated[str, Field(examples=["screw_compressor"])]
    space: Annotated[str | None, Field(description="Path of the space it stands in.", examples=["b1/f2"])]
    org_unit: Annotated[str | None, Field(description="Path of the unit it belongs to.")]
    parent: Annotated[str | None, Field(description="Code of the machine it is part of.")]
    devices: Annotated[int, Field(description="How many devices measure it.")]
    retired_at: Instant | None


@router.get("", operation_id="list_equipment", summary="Equipment", responses=problems("site-not-found"))
async def list_equipment(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    space: SpaceFilter = None,
    org_unit: OrgUnitFilter = None,
    equipment_class: Annotated[str | None, Query(pattern=CODE, examples=["screw_compressor"])] = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[Equipment]:
    """Machines by site and code."""
    paths_need_site(site, space, org_unit)
    found = await equipment.equipment(
        connection,
        Page(wanted.limit, wanted.after),
        site=site,
        space=space,
        org_unit=org_unit,
        equipment_class=equipment_class,
        search=search,
        retired=retired,
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(Equipment.model_validate, found.rows), found.next)


@router.get(
    "/{site}/{code}",
    operation_id="get_equipment",
    summary="One machine",
    responses=problems("site-not-found", "equipment-not-found"),
)
async def get_equipment(
    site: Annotated[str, Path(pattern=CODE)], code: Annotated[str, Path(pattern=CODE)], connection: Database
) -> Equipment:
    """The machine with this code, also when it is retired."""
    found = await equipment.equipment(connection, Page(1), site=site, code=code, retired=True)
    if not found.rows:
        await require_site(connection, site)
        raise Problem(
            "equipment-not-found", f"There is no equipment {code!r} on {site!r}: see /api/v1/equipment?site={site}."
        )
    return Equipment.model_validate(found.rows[0])
