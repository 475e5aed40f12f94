"""How reliable machines were, what they used and cost, what keeping them took: of one, or of all of a site."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query, Response

from api.context import Database
from api.equipment_figure_models import COLUMNS, MachineFigures, SiteFigures, sheet_rows
from api.forms import accepted
from api.instants import zoned
from api.names import CODE
from api.openapi_parts import problems
from api.periods import LONGEST, checked
from api.problems import Problem
from api.routes.equipment_records import NOT_THERE, Code, Site, require_machine
from api.routes.equipment_timelines import Since, Until
from api.site_period import moment, require_site_row
from services.energy.periods import midnight
from services.equipment.figures import figures, machines
from services.papers import sheet

router = APIRouter(tags=["maintenance"], dependencies=[Depends(zoned)])

Form = Literal["json", "csv", "xlsx"]
_FILES: dict[str, Form] = {sheet.CSV_MEDIA_TYPE: "csv", sheet.MEDIA_TYPE: "xlsx"}


@router.get(
    "/equipment/{site}/{code}/figures",
    operation_id="get_equipment_figures",
    summary="How reliable a machine was, and what it cost",
    responses=problems(*NOT_THERE),
)
async def get_equipment_figures(
    connection: Database, site: Site, code: Code, since: Since = None, until: Until = None
) -> MachineFigures:
    """MTBF, MTTR, availability, run hours and starts, energy and cost, labour and parts over [from, to).

    Without `from` of the month so far. `docs/maintenance.md` says what counts as a failure, and what each figure is.
    """
    now = datetime.now(UTC)
    machine = await require_machine(connection, site, code)
    start, stop = _period(ZoneInfo(machine.time_zone), since, until, now)
    [found] = await figures(connection, site, [machine], start, stop, now)
    return MachineFigures.of(found)


@router.get(
    "/equipment-figures",
    operation_id="list_equipment_figures",
    summary="How reliable the machines of a site were",
    response_model=SiteFigures,
    responses={
        200: {
            "description": "JSON, or CSV or XLSX where it is asked for.",
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in _FILES},
        },
        **problems("site-not-found", "equipment-not-found", "not-acceptable"),
    },
)
async def list_equipment_figures(
    connection: Database,
    site: Annotated[str, Query(pattern=CODE, examples=["kunshan"])],
    code: Annotated[list[str] | None, Query(description="Only these machines; may be repeated.")] = None,
    since: Since = None,
    until: Until = None,
    form: Annotated[Form | None, Query(alias="format", description="Wins over `Accept`.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """The figures of every machine that is in use, by code. Without `from` of the month so far."""
    now = datetime.now(UTC)
    wanted_form = form or accepted(accept, "Figures come", _FILES)
    place = await require_site_row(connection, site)
    zone = ZoneInfo(place.time_zone)
    start, stop = _period(zone, since, until, now)
    of = await machines(connection, site)
    missing = sorted(set(code or ()) - {each.code for each in of})
    if missing:
        raise Problem(
            "equipment-not-found",
            f"There is no equipment {missing[0][:100]!r} on {site!r}: see /api/v1/equipment?site={site}.",
        )
    chosen = [each for each in of if code is None or each.code in code]
    found = await figures(connection, site, chosen, start, stop, now)
    whole = SiteFigures(site=site, start=start, stop=stop, items=[MachineFigures.of(each) for each in found])
    if wanted_form == "json":
        return Response(whole.model_dump_json(), media_type="application/json")
    content: bytes | str = (
        sheet.csv_text(COLUMNS, sheet_rows(whole), zone)
        if wanted_form == "csv"
        else sheet.workbook("Machines", COLUMNS, sheet_rows(whole), zone, [("from", start), ("to", stop)])
    )
    media_type = "text/csv; charset=utf-8; header=present" if wanted_form == "csv" else sheet.MEDIA_TYPE
    name = f"machines_{site}_{start.astimezone(zone):%Y%m%d}_{stop.astimezone(zone):%Y%m%d}.{wanted_form}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _period(zone: ZoneInfo, since: str | None, until: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The period that is asked for. Raises Problem for one that is empty or has not begun."""
    stop = (
        midnight(zone, now.astimezone(zone).date() + timedelta(days=1)) if until is None else moment(zone, until, "to")
    )
    first = midnight(zone, now.astimezone(zone).date().replace(day=1))
    start, stop = checked(first if since is None else moment(zone, since, "from"), stop, LONGEST)
    if start >= now:
        raise Problem("invalid-request", "The period has not begun yet: nothing is known of it.")
    return start, stop
