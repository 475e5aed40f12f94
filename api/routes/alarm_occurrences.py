"""What was raised in a period, each from raise to normal, and the floods; as JSON a page at a time, or all as CSV."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.alarm_answers import MachineFilter, Priorities, SiteOrService, Systems, asked_about, lately, site_named
from api.alarm_models import ShownOccurrence
from api.alarm_tables import occurrences_as_csv
from api.context import Database, Shared
from api.forms import AS_CSV, accepted
from api.instants import Instant, parse, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted, Wanted, counted, not_ours
from api.periods import FromOrLately, ToOrNow
from services.alarms import reads
from services.alarms.reads import Period

router = APIRouter(tags=["alarms"], dependencies=[Depends(zoned)])


class Flood(BaseModel):
    """More alarms than anybody can read: above ten in ten minutes, until fewer than five in ten minutes."""

    model_config = ConfigDict(from_attributes=True)

    site: str
    started_at: Instant
    ended_at: Annotated[Instant | None, Field(description="Null: it goes on.")]
    alarms: int
    peak_in_ten_minutes: int


@router.get(
    "/alarm-occurrences",
    operation_id="list_alarm_occurrences",
    summary="What was raised",
    response_model=PageOf[ShownOccurrence],
    responses={
        200: {
            "description": "JSON, or CSV where it is asked for.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **problems("site-not-found", "machine-not-found", "rule-not-found", "invalid-cursor", "not-acceptable"),
    },
)
async def list_alarm_occurrences(
    shared: Shared,
    wanted: PageWanted,
    start: FromOrLately = None,
    stop: ToOrNow = None,
    site: SiteOrService = None,
    rule: Annotated[str | None, Query(pattern=CODE)] = None,
    machine: MachineFilter = None,
    priority: Priorities = None,
    system: Systems = None,
    include: Annotated[
        list[Literal["quiet"]] | None, Query(description="`quiet`: also those that nobody was told of.")
    ] = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format", description="Wins over `Accept`.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """Occurrences raised in [from, to), the newest first; without a period those of the last week."""
    since, until = lately(start, stop, datetime.now(UTC))
    async with shared.connections.borrow() as connection:
        named = await asked_about(connection, site, machine=machine, rule=rule)
    period = Period(since, until, named, rule, machine, priority, system, bool(include))
    if (form or accepted(accept, "Occurrences come", AS_CSV)) == "csv":
        return await occurrences_as_csv(shared, period)
    async with shared.connections.borrow() as connection:
        found, rest = await reads.occurrences(connection, period, wanted.limit, _below(wanted, ids_below=2**63))
        firsts = await reads.addresses(connection, [row.first_out_id for row in found if row.first_out_id])
    following = wanted.cursor(_place(rest))
    page = PageOf(items=[ShownOccurrence.of(row, firsts) for row in found], next=following)
    return Response(page.model_dump_json(), headers=wanted.headers(following), media_type="application/json")


@router.get(
    "/alarm-floods",
    operation_id="list_alarm_floods",
    summary="Floods of alarms",
    responses=problems("site-not-found"),
)
async def list_alarm_floods(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    start: FromOrLately = None,
    stop: ToOrNow = None,
    site: SiteOrService = None,
) -> PageOf[Flood]:
    """Floods that touch [from, to), the newest first; without a period those of the last week."""
    since, until = lately(start, stop, datetime.now(UTC))
    named = await site_named(connection, site)
    found, rest = await reads.floods(connection, since, until, named, wanted.limit, _below(wanted, ids_below=2**31))
    return wanted.page(response, map(Flood.model_validate, found), _place(rest))


def _place(rest: tuple[datetime, int] | None) -> str | None:
    return None if rest is None else f"{rest[0].isoformat()}|{rest[1]}"


def _below(wanted: Wanted, *, ids_below: int) -> tuple[datetime, int] | None:
    if wanted.after is None:
        return None
    time, _, number = wanted.after.partition("|")
    try:
        return parse(time), counted(number, below=ids_below)
    except ValueError:
        raise not_ours() from None
