"""Shift notes: what a shift leaves to the next."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.context import Database
from api.instants import Instant, parse, zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted, Wanted, counted, not_ours
from api.parameters import SiteFilter, require_site
from api.problems import refused_as
from api.reasons import By
from services import shift_notes
from services.people import PersonNotFoundError
from services.shift_notes import NoSuchSiteError

router = APIRouter(prefix="/shift-notes", tags=["maintenance"], dependencies=[Depends(zoned)])

LONGEST = 8000


class ShiftNote(BaseModel):
    """What was handed over, by whom and when."""

    model_config = ConfigDict(from_attributes=True)

    site: str
    at: Instant
    author: Annotated[str, Field(description="Code of a person; `local`: nobody signed it.")]
    author_name: str | None
    body: Annotated[str, Field(description="Plain text.")]


class NewShiftNote(BaseModel):
    """A note to the next shift."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(pattern=CODE, examples=["kunshan"])]
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
    by: By = None


@router.get("", operation_id="list_shift_notes", summary="Shift notes", responses=problems("site-not-found"))
async def list_shift_notes(
    connection: Database, response: Response, wanted: PageWanted, site: SiteFilter = None
) -> PageOf[ShiftNote]:
    """Notes, the newest first."""
    if site is not None:
        await require_site(connection, site)
    found, rest = await shift_notes.notes(connection, site, wanted.limit, _before(wanted))
    place = None if rest is None else f"{rest[0].isoformat()}|{rest[1]}"
    return wanted.page(response, map(ShiftNote.model_validate, found), place)


@router.post(
    "",
    operation_id="write_shift_note",
    summary="Leave a note to the next shift",
    status_code=201,
    responses=problems("site-not-found", "person-not-found", *WITH_A_BODY),
)
async def write_shift_note(connection: Database, given: NewShiftNote) -> ShiftNote:
    """It stays as it is written: what is to be mended is said in another one."""
    with refused_as("site-not-found", NoSuchSiteError), refused_as("person-not-found", PersonNotFoundError):
        async with connection.transaction():
            note = await shift_notes.write(connection, given.site, given.body, given.by, datetime.now(UTC))
    return ShiftNote.model_validate(note)


def _before(wanted: Wanted) -> tuple[datetime, int] | None:
    if wanted.after is None:
        return None
    time, _, number = wanted.after.partition("|")
    try:
        return parse(time), counted(number, below=2**63)
    except ValueError:
        raise not_ours() from None
