"""People, teams and shifts: who can be given work, what they can do, and when they are here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, SiteFilter, require_site
from services import rosters

router = APIRouter(tags=["maintenance"], dependencies=[Depends(zoned)])


class Person(BaseModel):
    """Somebody who works here. Their code is what `by` of a writing call takes."""

    model_config = ConfigDict(from_attributes=True)

    code: Annotated[str, Field(examples=["chen"])]
    name: str
    skills: Annotated[list[str], Field(examples=[["refrigeration", "electrical"]])]
    teams: list[str]
    shifts: Annotated[list[str], Field(description="`site/shift`.")]
    retired_at: Instant | None


class Team(BaseModel):
    """People who are given work together."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    skills: list[str]
    members: Annotated[list[str], Field(description="Codes of people.")]


class Shift(BaseModel):
    """Hours of a site's week, and who works in them."""

    model_config = ConfigDict(from_attributes=True)

    site: str
    code: str
    name: str
    hours: Annotated[list[str], Field(description="In the site's local time.", examples=[["mon-fri 06:00-14:00"]])]
    members: Annotated[list[str], Field(description="Codes of people.")]
    retired_at: Instant | None


@router.get("/people", operation_id="list_people", summary="People")
async def list_people(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    team: Annotated[str | None, Query(pattern=CODE, description="Only of this team.")] = None,
    skill: Annotated[str | None, Query(max_length=64, description="Only those who can do this.")] = None,
    retired: Retired = False,
) -> PageOf[Person]:
    """People by code."""
    found = await rosters.people(connection, team=team, skill=skill, retired=retired)
    shown, rest = wanted.part(found, lambda row: row.code)
    return wanted.page(response, map(Person.model_validate, shown), rest)


@router.get("/teams", operation_id="list_teams", summary="Teams")
async def list_teams(connection: Database, response: Response, wanted: PageWanted) -> PageOf[Team]:
    """Teams by code."""
    shown, rest = wanted.part(await rosters.teams(connection), lambda row: row.code)
    return wanted.page(response, map(Team.model_validate, shown), rest)


@router.get("/shifts", operation_id="list_shifts", summary="Shifts", responses=problems("site-not-found"))
async def list_shifts(
    connection: Database, response: Response, wanted: PageWanted, site: SiteFilter = None, retired: Retired = False
) -> PageOf[Shift]:
    """Shifts by site and code."""
    if site is not None:
        await require_site(connection, site)
    found = await rosters.shifts(connection, site=site, retired=retired)
    shown, rest = wanted.part(found, lambda row: f"{row.site}/{row.code}")
    return wanted.page(response, map(Shift.model_validate, shown), rest)
