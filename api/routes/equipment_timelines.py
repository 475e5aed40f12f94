"""Everything that happened to a machine: as JSON a page at a time, or a period as CSV, XLSX or PDF."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query, Response

from api.context import Shared
from api.equipment_models import Entry
from api.forms import accepted
from api.instants import parse, zoned
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted, Wanted, counted, not_ours
from api.periods import checked
from api.problems import Problem
from api.routes.equipment_records import NOT_THERE, Code, Site, require_machine
from api.site_period import moment
from services.equipment import record, timeline
from services.equipment.entries import KINDS, EntryRow, Kind
from services.equipment.record import MachineRow
from services.papers import pages, sheet
from services.papers.timeline_paper import TimelineHead, timeline_csv, timeline_paper, timeline_workbook

router = APIRouter(prefix="/equipment/{site}/{code}", tags=["maintenance"], dependencies=[Depends(zoned)])

Form = Literal["json", "csv", "xlsx", "pdf"]
_FILES: dict[str, Form] = {sheet.CSV_MEDIA_TYPE: "csv", sheet.MEDIA_TYPE: "xlsx", pages.MEDIA_TYPE: "pdf"}
#: A sheet of more rows nobody reads; an entry on paper takes 7 ms to set, for which everybody else waits.
_AT_MOST = {"csv": 20_000, "xlsx": 10_000, "pdf": 1_000}
_WITHOUT_FROM = {"csv": timedelta(days=366), "xlsx": timedelta(days=366), "pdf": timedelta(days=31)}
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

Since = Annotated[
    str | None, Query(alias="from", max_length=40, description="A local date of the site, or a time with offset.")
]
Until = Annotated[str | None, Query(alias="to", max_length=40, description="As `from`; not part of it. Default: now.")]


@router.get(
    "/timeline",
    operation_id="get_equipment_timeline",
    summary="Everything that happened to a machine",
    response_model=PageOf[Entry],
    responses={
        200: {
            "description": "JSON, or the whole period as CSV, XLSX or PDF where it is asked for.",
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in _FILES},
        },
        **problems(*NOT_THERE, "invalid-cursor", "not-acceptable"),
    },
)
async def get_equipment_timeline(
    shared: Shared,
    wanted: PageWanted,
    site: Site,
    code: Code,
    since: Since = None,
    until: Until = None,
    kind: Annotated[list[Kind] | None, Query(description="Only such entries; may be repeated.")] = None,
    include: Annotated[
        list[Literal["inside"]] | None, Query(description="`inside`: also of the machines that are inside it.")
    ] = None,
    detail: Annotated[
        Literal["changes"] | None, Query(description="`changes`: every change of state, not only what lasted.")
    ] = None,
    form: Annotated[Form | None, Query(alias="format", description="Wins over `Accept`.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """Operation by day, faults and stops, alarms, orders, downtime, parts, files, notes, changes: the newest first.

    Without `from` JSON goes back to the beginning, a page at a time, a sheet goes back a year, and a paper a month.
    """
    now = datetime.now(UTC)
    wanted_form = form or accepted(accept, "A timeline comes", _FILES)
    async with shared.connections.borrow() as connection:
        machine = await require_machine(connection, site, code)
        zone = ZoneInfo(machine.time_zone)
        stop = now if until is None else moment(zone, until, "to")
        earliest = _EVER if wanted_form == "json" else stop - _WITHOUT_FROM[wanted_form]
        start, stop = checked(earliest if since is None else moment(zone, since, "from"), stop, timedelta.max)
        of = await record.family(connection, machine.id) if include else [machine]
        asked = timeline.Wanted([each.id for each in of], start, stop, now, kind or KINDS, detail == "changes")
        if wanted_form == "json":
            found, rest = await timeline.entries(connection, asked, wanted.limit, _place(wanted))
            following = wanted.cursor(None if rest is None else f"{rest.at.isoformat()}|{rest.rank}|{rest.id}")
            page = PageOf(items=[Entry.of(row) for row in found], next=following)
            return Response(page.model_dump_json(), headers=wanted.headers(following), media_type="application/json")
        at_most = _AT_MOST[wanted_form]
        found, rest = await timeline.whole(connection, asked, at_most)
    if rest is not None:
        raise Problem(
            "invalid-request",
            f"The period has more than {at_most:,} entries, which is more than a file of this kind holds: ask for a "
            "shorter one, or for fewer kinds.",
        )
    return await _file(machine, start, stop, found, wanted_form)


def _place(wanted: Wanted) -> timeline.Place | None:
    if wanted.after is None:
        return None
    try:
        at, rank, number = wanted.after.split("|")
        return timeline.Place(parse(at), counted(rank, below=100), counted(number, below=2**63))
    except ValueError:
        raise not_ours() from None


async def _file(machine: MachineRow, start: datetime, stop: datetime, found: list[EntryRow], form: Form) -> Response:
    """The whole of it, made beside other requests: a long one takes seconds."""
    zone = ZoneInfo(machine.time_zone)
    head = TimelineHead(machine.site, machine.code, machine.name, machine.name_zh or "", start, stop, zone)
    made = {"csv": timeline_csv, "xlsx": timeline_workbook, "pdf": timeline_paper}[form]
    content = await asyncio.to_thread(made, head, found)
    media_type = next(media_type for media_type, of in _FILES.items() if of == form)
    first, last = start.astimezone(zone), stop.astimezone(zone)
    name = f"{machine.site}_{machine.code}_{first:%Y%m%d}_{last:%Y%m%d}.{form}"
    return Response(
        content,
        media_type=f"{media_type}; charset=utf-8; header=present" if form == "csv" else media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
