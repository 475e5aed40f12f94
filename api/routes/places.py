"""Sites, spaces and organisational units: where things are and whose they are."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE, PATH
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, Search, SiteFilter, require_site
from api.problems import Problem
from services.database import Connection
from services.registry import places
from services.registry.pages import Page

router = APIRouter(tags=["registry"], dependencies=[Depends(zoned)])

Code = Annotated[str, Path(pattern=CODE, description="The site's code.", examples=["kunshan"])]


class Site(BaseModel):
    """A site: one works with one clock."""

    model_config = ConfigDict(from_attributes=True)

    code: Annotated[str, Field(examples=["kunshan"])]
    name: Annotated[str, Field(examples=["Kunshan works"])]
    name_zh: Annotated[str | None, Field(examples=["昆山工厂"])]
    time_zone: Annotated[str, Field(description="IANA name.", examples=["Asia/Shanghai"])]
    latitude: float | None
    longitude: float | None


class Space(BaseModel):
    """A building, floor or area."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/path`.", examples=["kunshan/b1/f2"])]
    site: str
    path: Annotated[str, Field(description="Codes from below the site.", examples=["b1/f2"])]
    code: Annotated[str, Field(examples=["f2"])]
    kind: Literal["building", "floor", "area"]
    name: str
    name_zh: str | None
    parent: Annotated[str | None, Field(description="Path of the space around it; null: the site.", examples=["b1"])]
    floor_area_m2: float | None
    retired_at: Instant | None


class OrgUnit(BaseModel):
    """A business unit, department or cost centre."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/path`.", examples=["kunshan/production/line-1"])]
    site: str
    path: Annotated[str, Field(description="Codes from below the site.", examples=["production/line-1"])]
    code: str
    kind: Literal["business_unit", "department", "cost_centre"]
    name: str
    name_zh: str | None
    parent: Annotated[str | None, Field(description="Path of the unit above it; null: the site.")]
    retired_at: Instant | None


Within = Annotated[
    str | None,
    Query(pattern=PATH, description="Only this path and everything below it; needs `site`.", examples=["b1"]),
]


@router.get("/sites", operation_id="list_sites", summary="All sites")
async def list_sites(connection: Database) -> PageOf[Site]:
    """Every site, by code. There are few, so they come on one page."""
    return PageOf(items=[Site.model_validate(row) for row in await places.sites(connection)], next=None)


@router.get("/sites/{site}", operation_id="get_site", summary="One site", responses=problems("site-not-found"))
async def get_site(site: Code, connection: Database) -> Site:
    """The site with this code."""
    return Site.model_validate(await require_site(connection, site))


@router.get("/spaces", operation_id="list_spaces", summary="Spaces", responses=problems("site-not-found"))
async def list_spaces(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    within: Within = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[Space]:
    """Buildings, floors and areas by path, parents before children."""
    _needs_site(within, site)
    found = await places.spaces(
        connection, Page(wanted.limit, wanted.after), site=site, within=within, search=search, retired=retired
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(Space.model_validate, found.rows), found.next)


@router.get(
    "/spaces/{site}/{path:path}",
    operation_id="get_space",
    summary="One space",
    responses=problems("site-not-found", "space-not-found"),
)
async def get_space(
    site: Code, path: Annotated[str, Path(pattern=PATH, examples=["b1/f2"])], connection: Database
) -> Space:
    """The space with this path, also when it is retired."""
    found = await places.spaces(connection, Page(1), site=site, within=path, retired=True)
    if not found.rows or found.rows[0].path != path:
        raise await _missing(connection, "space", site, path)
    return Space.model_validate(found.rows[0])


@router.get("/org-units", operation_id="list_org_units", summary="Units", responses=problems("site-not-found"))
async def list_org_units(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    within: Within = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[OrgUnit]:
    """Business units, departments and cost centres by path, parents before children."""
    _needs_site(within, site)
    found = await places.org_units(
        connection, Page(wanted.limit, wanted.after), site=site, within=within, search=search, retired=retired
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(OrgUnit.model_validate, found.rows), found.next)


@router.get(
    "/org-units/{site}/{path:path}",
    operation_id="get_org_unit",
    summary="One unit",
    responses=problems("site-not-found", "org-unit-not-found"),
)
async def get_org_unit(
    site: Code, path: Annotated[str, Path(pattern=PATH, examples=["production/line-1"])], connection: Database
) -> OrgUnit:
    """The unit with this path, also when it is retired."""
    found = await places.org_units(connection, Page(1), site=site, within=path, retired=True)
    if not found.rows or found.rows[0].path != path:
        raise await _missing(connection, "org-unit", site, path)
    return OrgUnit.model_validate(found.rows[0])


def _needs_site(within: str | None, site: str | None) -> None:
    if within is not None and site is None:
        raise Problem("invalid-request", "`within` needs `site`: a path is only unique within its site.")


async def _missing(connection: Connection, noun: str, site: str, path: str) -> Problem:
    await require_site(connection, site)
    return Problem(
        f"{noun}-not-found", f"There is no {noun} {path!r} on the site {site!r}: see /api/v1/{noun}s?site={site}."
    )
