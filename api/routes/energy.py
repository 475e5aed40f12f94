"""Energy analysis: how much, of what quality, in which band, at what cost, by meter, space, unit and time."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query, Response

from api.context import Shared
from api.energy_answer import EnergyAnswer, answer
from api.energy_table import FILES, Form, table
from api.forms import accepted
from api.instants import zoned
from api.names import CODE, PATH
from api.openapi_parts import problems
from api.problems import Problem
from api.routes.meters import Carrier, Flow
from api.site_period import missing, moment, named, require_site_row
from services.database import Connection
from services.energy.analysis import Analysis, analyse
from services.energy.periods import midnight
from services.energy.question import Compare, Figure, Group, Question, QuestionRefusedError, Resolution
from services.energy.registry import NoSuchPlaceError, SiteRow
from services.production import produced

router = APIRouter(prefix="/energy", tags=["energy"], dependencies=[Depends(zoned)])


@router.get(
    "",
    operation_id="get_energy",
    summary="Energy analysis",
    response_model=EnergyAnswer,
    responses={
        200: {
            "description": "JSON, or CSV or XLSX where it is asked for.",
            "content": {media_type: {"schema": {"type": "string"}} for media_type in FILES},
        },
        **problems("site-not-found", "meter-not-found", "space-not-found", "org-unit-not-found", "not-acceptable"),
    },
)
async def get_energy(
    shared: Shared,
    site: Annotated[str | None, Query(pattern=CODE, description="Needed where no meter is named.")] = None,
    meter: Annotated[list[str] | None, Query(description="Only these meters; may be repeated.")] = None,
    space: Annotated[str | None, Query(pattern=PATH, description="Only in this space and below.")] = None,
    org_unit: Annotated[str | None, Query(pattern=PATH, description="Only of this unit and below.")] = None,
    carrier: Carrier | None = None,
    flow: Flow = "import",
    group_by: Annotated[
        list[Group] | None,
        Query(description="May be repeated: `space` and `band` together. Carriers are never added up."),
    ] = None,
    resolution: Resolution = "total",
    since: Annotated[
        str | None,
        Query(
            alias="from",
            max_length=40,
            examples=["2026-07-01"],
            description="A local date of the site, or an instant on a quarter hour. Default: the first of the month.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        Query(alias="to", max_length=40, description="As `from`; not part of the period. Default: tomorrow."),
    ] = None,
    compare: Annotated[Compare | None, Query(description="Beside the period before, or a year before.")] = None,
    figures: Annotated[
        list[Figure] | None, Query(description="More figures of each group; `demand` and `baseload` read much more.")
    ] = None,
    top: Annotated[int | None, Query(ge=1, le=1000, description="Only the groups with the most energy.")] = None,
    form: Annotated[Form | None, Query(alias="format", description="Wins over `Accept`.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """Energy in [from, to), each meter counted once, the groups with the most first.

    A space or unit has the meters that say so, with everything below it; what lies inside another meter of the same
    space is in there already, and what is elsewhere is taken out. `docs/sums-and-shares.md` has the rule.
    """
    now = datetime.now(UTC)
    wanted_form = form or accepted(accept, "Energy comes", FILES)
    code, meters = named(site, meter or [])
    async with shared.connections.borrow() as connection:
        place = await require_site_row(connection, code)
        start, stop = _period(place, since, until, now)
        question = Question(
            code, start, stop, meters, space, org_unit, carrier, flow,
            frozenset(group_by or []), resolution, frozenset(figures or []),
        )  # fmt: skip
        found = await _analysis(connection, question, now, compare)
        units = list(dict.fromkeys([org_unit, *(group.key.org_unit for group in found.groups)]))
        counts = await produced(connection, code, units, start, stop) if "intensity" in question.figures else []
    whole = answer(found, counts, top)
    if wanted_form == "json":
        return Response(whole.model_dump_json(), media_type="application/json")
    return table(whole, wanted_form)


async def _analysis(connection: Connection, question: Question, now: datetime, compare: Compare | None) -> Analysis:
    try:
        return await analyse(connection, question, now, compare=compare)
    except NoSuchPlaceError as error:
        raise missing(error, question.site) from error
    except QuestionRefusedError as error:
        text = str(error)
        raise Problem("invalid-request", f"{text[:1].upper()}{text[1:]}.") from error


def _period(site: SiteRow, since: str | None, until: str | None, now: datetime) -> tuple[datetime, datetime]:
    zone = ZoneInfo(site.time_zone)
    today = now.astimezone(zone).date()
    start = midnight(zone, today.replace(day=1)) if since is None else moment(zone, since, "from")
    stop = midnight(zone, today + timedelta(days=1)) if until is None else moment(zone, until, "to")
    return start, stop
