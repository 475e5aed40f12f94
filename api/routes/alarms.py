"""Alarms as they stand: what asks for somebody, what is known, what is kept quiet; and one with all that is known."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from analytics.alarms.lifecycle import State
from api.alarm_answers import Code, MachineFilter, Priorities, SiteOrService, Systems, asked_about, detail
from api.alarm_models import Alarm, AlarmDetail
from api.context import Database
from api.instants import parse, zoned
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted, counted, not_ours
from services.alarms import reads
from services.alarms.reads import After, Wanted

router = APIRouter(prefix="/alarms", tags=["alarms"], dependencies=[Depends(zoned)])


@router.get("", operation_id="list_alarms", summary="Alarms", responses=problems("site-not-found", "machine-not-found"))
async def list_alarms(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteOrService = None,
    state: Annotated[list[State] | None, Query(description="May be given several times.")] = None,
    priority: Priorities = None,
    system: Systems = None,
    machine: MachineFilter = None,
    include: Annotated[
        list[Literal["normal"]] | None,
        Query(description="`normal`: also those that are normal."),
    ] = None,
) -> PageOf[Alarm]:
    """All that is not normal: what asks for somebody first, by priority; then what is known; then what is quiet."""
    named = await asked_about(connection, site, machine=machine)
    with_normal = bool(include) or "normal" in (state or ())
    found, rest = await reads.alarms(
        connection,
        Wanted(named, state, priority, system, machine, with_normal),
        wanted.limit,
        _after(wanted.after),
    )
    firsts = await reads.addresses(connection, [row.first_out_id for row in found if row.first_out_id is not None])
    following = None if rest is None else f"{rest.rank}|{rest.since.isoformat()}|{rest.address}"
    return wanted.page(response, (Alarm.of(row, firsts) for row in found), following)


@router.get(
    "/{site}/{rule}/{subject}",
    operation_id="get_alarm",
    summary="One alarm",
    responses=problems("alarm-not-found"),
)
async def get_alarm(site: Code, rule: Code, subject: Code, connection: Database) -> AlarmDetail:
    """An alarm with what the evaluation says now, its newest steps with who took them, and its newest occurrences."""
    return await detail(connection, f"{site}/{rule}/{subject}")


def _after(place: str | None) -> After | None:
    if place is None:
        return None
    rank, _, rest = place.partition("|")
    since, _, address = rest.partition("|")
    try:
        return After(counted(rank, below=100), parse(since), address)
    except ValueError:
        raise not_ours() from None
