"""Parts: what a site keeps, how many there are, and what changed that."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from api.context import Database
from api.forms import accepted
from api.instants import in_zone, zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, Search, SiteFilter, require_site
from api.part_models import Counted, Movement, PutPart, Received, SparePart
from api.problems import refused_as
from services.parts import files, listing, stock
from services.parts.listing import NewPart
from services.parts.rows import PartNotFoundError, PartRef, PartRow
from services.parts.stock import MovementRefusedError
from services.people import PersonNotFoundError, actor
from services.registry.pages import Page

router = APIRouter(prefix="/parts", tags=["maintenance"], dependencies=[Depends(zoned)])

Site = Annotated[str, Path(pattern=CODE, examples=["kunshan"])]
Code = Annotated[str, Path(pattern=CODE, examples=["oil-filter"])]
_FILES: Mapping[str, files.Form] = {files.CSV_MEDIA_TYPE: "csv", files.MEDIA_TYPE: "xlsx"}
_AT_ONCE = 1000
_ONE = ("part-not-found", "part-refused", "person-not-found", *WITH_A_BODY)


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what cannot be done with what to do instead."""
    with (
        refused_as("part-not-found", PartNotFoundError),
        refused_as("part-refused", MovementRefusedError),
        refused_as("person-not-found", PersonNotFoundError),
    ):
        yield


@router.get(
    "",
    operation_id="list_parts",
    summary="Parts",
    response_model=PageOf[SparePart],
    responses={
        200: {"content": {files.CSV_MEDIA_TYPE: {}, files.MEDIA_TYPE: {}}, "description": "Parts."},
        **problems("site-not-found", "not-acceptable"),
    },
)
async def list_parts(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    search: Search = None,
    low: Annotated[bool, Query(description="Only those of which there are fewer than their minimum.")] = False,
    retired: Retired = False,
    accept: Annotated[str, Header(description="JSON, a page at a time; CSV or XLSX, all of them.")] = "*/*",
) -> PageOf[SparePart] | Response:
    """Parts by site and code."""
    form = accepted(accept, "Parts come", _FILES)
    if site is not None:
        await require_site(connection, site)
    if form == "json":
        page = Page(wanted.limit, wanted.after)
        found = await listing.parts(connection, page, site=site, search=search, low=low, retired=retired)
        return wanted.page(response, map(SparePart.model_validate, found.rows), found.next)
    rows: list[PartRow] = []
    after = None
    while True:
        page = Page(_AT_ONCE, after)
        found = await listing.parts(connection, page, site=site, search=search, low=low, retired=retired)
        rows += found.rows
        if (after := found.next) is None:
            break
    now = in_zone(datetime.now(UTC))
    made = await asyncio.to_thread(files.parts_file, form, rows, now)
    name = f"parts_{site or 'all'}_{now:%Y%m%dT%H%M%S}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    media_type = files.MEDIA_TYPE if form == "xlsx" else f"{files.CSV_MEDIA_TYPE}; charset=utf-8; header=present"
    return Response(made, media_type=media_type, headers=headers)


@router.get("/{site}/{code}", operation_id="get_part", summary="One part", responses=problems("part-not-found"))
async def get_part(connection: Database, site: Site, code: Code) -> SparePart:
    """A part, a retired one too."""
    with _refusing():
        return SparePart.model_validate(await listing.part(connection, PartRef(site, code)))


@router.put(
    "/{site}/{code}",
    operation_id="put_part",
    summary="Describe a part",
    responses=problems("site-not-found", *_ONE),
)
async def put_part(connection: Database, site: Site, code: Code, given: PutPart) -> SparePart:
    """Add it, or describe it anew; the stock changes by movements only. Said again it changes nothing."""
    await require_site(connection, site)
    now = datetime.now(UTC)
    described = given.model_dump(exclude={"is_retired", "reason", "by"})
    with _refusing():
        async with connection.transaction():
            who = await actor(connection, given.by)
            if given.is_retired:
                await listing.part(connection, PartRef(site, code))
                await listing.retire(connection, site, [code], who, now, given.reason)
            else:
                await listing.put(connection, site, [NewPart(code, **described)], who, now, given.reason)
        return SparePart.model_validate(await listing.part(connection, PartRef(site, code)))


@router.post("/{site}/{code}/receive", operation_id="receive_part", summary="Some have come", responses=problems(*_ONE))
async def receive_part(connection: Database, site: Site, code: Code, given: Received) -> Movement:
    """Put them on the shelf. Safe to repeat with the same `client_key`."""
    with _refusing():
        async with connection.transaction():
            made = await stock.receive(
                connection,
                PartRef(site, code),
                given.quantity,
                await actor(connection, given.by),
                datetime.now(UTC),
                unit_cost=given.unit_cost,
                reason=given.reason,
                client_key=given.client_key,
            )
    return Movement.model_validate(made)


@router.post("/{site}/{code}/count", operation_id="count_part", summary="Count the shelf", responses=problems(*_ONE))
async def count_part(connection: Database, site: Site, code: Code, given: Counted) -> Movement:
    """So many are there, whatever was entered; a count that finds the stock right is kept too."""
    with _refusing():
        async with connection.transaction():
            made = await stock.count(
                connection,
                PartRef(site, code),
                given.stock,
                await actor(connection, given.by),
                datetime.now(UTC),
                reason=given.reason,
                client_key=given.client_key,
            )
    return Movement.model_validate(made)


@router.get(
    "/{site}/{code}/movements",
    operation_id="list_part_movements",
    summary="What changed a stock",
    responses=problems("part-not-found"),
)
async def list_part_movements(
    connection: Database, response: Response, wanted: PageWanted, site: Site, code: Code
) -> PageOf[Movement]:
    """The newest first; orders are named."""
    ref = PartRef(site, code)
    with _refusing():
        await listing.part(connection, ref)
    found = await listing.movements(connection, ref, below=wanted.number(), at_most=wanted.limit + 1)
    shown = found[: wanted.limit]
    following = str(shown[-1].id) if len(found) > len(shown) else None
    return wanted.page(response, map(Movement.model_validate, shown), following)
