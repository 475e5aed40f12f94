"""Readings of a point over a span of time: to draw, to page through, to sum up, as JSON or CSV.

    resolution=auto (default)    at most `limit` readings that draw the span: first, last, lowest, highest among them
    resolution=raw               every reading, a page at a time
    resolution=1m, 5m ... 24h    mean, lowest, highest, first and last of each bucket, a page at a time

CSV comes whole, however long the span is; pages are for JSON only. Buckets are counted in UTC; a local day's energy is
not a sum of them and is not asked for here.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Shared
from api.forms import AS_CSV, accepted
from api.instants import Instant, InstantQuery, in_zone, shown, zoned
from api.names import POINT
from api.openapi_parts import problems
from api.pages import Wanted, wanted_page
from api.parameters import require_point
from api.problems import Problem
from api.tables import csv_answer
from services import history
from services.buckets import Span
from services.database import Connection
from services.registry.points import PointRow

router = APIRouter(prefix="/readings", tags=["readings"], dependencies=[Depends(zoned)])

Resolution = Literal["auto", "raw", "1m", "5m", "15m", "30m", "1h", "6h", "12h", "24h"]
WIDTHS: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "12h": timedelta(hours=12),
    "24h": timedelta(hours=24),
}
MAXIMUM = 20_000
FEWEST_TO_DRAW = 10
_DEFAULT_SPAN = timedelta(hours=24)


class Reading(BaseModel):
    """One effective reading: the latest correction of its instant, else what the device sent."""

    model_config = ConfigDict(extra="forbid")

    time: Instant
    value: Annotated[float, Field(examples=[12.3])]
    corrected: Annotated[bool, Field(description="Present and true where a correction replaced what was sent.")] = False


class Bucket(BaseModel):
    """The readings of a bucket summed up."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[Instant, Field(description="The bucket is [start, start + resolution), cut off at the span.")]
    readings: int
    mean: Annotated[float, Field(description="Each reading counts once; not weighted by time.")]
    minimum: float
    maximum: float
    first: float
    last: float


class Readings(BaseModel):
    """The answer: `readings` for auto and raw, `buckets` for a width; the other one is null."""

    model_config = ConfigDict(extra="forbid")

    point: Annotated[str, Field(examples=["kunshan/m-101/active_power_kw"])]
    unit: Annotated[str, Field(examples=["kW"])]
    kind: str
    start: Annotated[Instant, Field(description="The span that was asked for, [start, stop).")]
    stop: Instant
    resolution: Resolution
    based_on_readings: Annotated[int, Field(description="How many readings of the span stand behind this answer.")]
    readings: list[Reading] | None
    buckets: list[Bucket] | None
    next: Annotated[str | None, Field(description="Give it as `cursor` for the next page; null: that was all.")]


class _Reading(msgspec.Struct, omit_defaults=True):
    time: datetime
    value: float
    corrected: bool = False


class _Bucket(msgspec.Struct):
    start: datetime
    readings: int
    mean: float
    minimum: float
    maximum: float
    first: float
    last: float


class _Readings(msgspec.Struct):
    point: str
    unit: str
    kind: str
    start: datetime
    stop: datetime
    resolution: str
    based_on_readings: int
    readings: list[_Reading] | None = None
    buckets: list[_Bucket] | None = None
    next: str | None = None


@router.get(
    "",
    operation_id="get_readings",
    summary="Readings of a point",
    response_model=Readings,
    responses={
        200: {
            "description": "JSON, or CSV where it is asked for.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **problems("point-not-found", "invalid-cursor", "not-acceptable"),
    },
)
async def get_readings(
    request: Request,
    shared: Shared,
    point: Annotated[str, Query(pattern=POINT, examples=["kunshan/m-101/active_power_kw"])],
    start: Annotated[InstantQuery | None, Query(description="Default: 24 h before `stop`.")] = None,
    stop: Annotated[InstantQuery | None, Query(description="Not part of the span. Default: now.")] = None,
    resolution: Annotated[Resolution, Query(description="`auto` draws the span, a width sums it up.")] = "auto",
    limit: Annotated[int, Query(ge=1, le=MAXIMUM, description="Readings or buckets in the answer at most.")] = 2000,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    form: Annotated[Literal["json", "csv"] | None, Query(alias="format", description="Wins over `Accept`.")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """Effective readings in [start, stop), in the point's unit."""
    wanted = wanted_page(request, cursor, limit)
    async with shared.connections.borrow() as connection:
        found = await require_point(connection, point)
    span = _span(found, start, stop)
    if resolution == "auto" and limit < FEWEST_TO_DRAW:
        raise Problem("invalid-request", f"Nothing can be drawn with {limit} readings: give a limit of at least 10.")
    if (form or accepted(accept, "Readings come", AS_CSV)) == "csv":
        return await csv_answer(shared, found, span, WIDTHS.get(resolution), limit if resolution == "auto" else None)
    async with shared.connections.borrow() as connection:
        answer = await _answer(connection, found, span, resolution, wanted)
    return Response(msgspec.json.encode(answer), headers=wanted.headers(answer.next), media_type="application/json")


async def _answer(
    connection: Connection, point: PointRow, span: Span, resolution: Resolution, wanted: Wanted
) -> _Readings:
    answer = _Readings(
        point.id, point.unit, point.kind, in_zone(span.start), in_zone(span.stop), resolution, based_on_readings=0
    )
    rest = span if wanted.after is None else span.since(wanted.instant())
    following: datetime | None = None
    now = datetime.now(UTC)
    if resolution in WIDTHS:
        summary = await history.summed_up(connection, rest, WIDTHS[resolution], wanted.limit, now)
        answer.buckets = [
            _Bucket(in_zone(row.start), row.readings, row.mean, row.minimum, row.maximum, row.first, row.last)
            for row in summary.buckets
        ]
        answer.based_on_readings = sum(row.readings for row in summary.buckets)
        following = summary.next
    elif resolution == "raw":
        page = await history.page(connection, rest, wanted.limit)
        answer.readings = [_Reading(in_zone(row.time), row.value, row.corrected) for row in page.readings]
        answer.based_on_readings = len(page.readings)
        following = page.next
    else:
        drawing = await history.drawn(connection, span, wanted.limit, point.expected_interval_s, now)
        answer.readings = [_Reading(in_zone(row.time), row.value, row.corrected) for row in drawing.readings]
        answer.based_on_readings = drawing.of
    answer.next = wanted.cursor(None if following is None else following.isoformat())
    return answer


def _span(point: PointRow, start: datetime | None, stop: datetime | None) -> Span:
    until = stop or datetime.now(UTC)
    since = start or until - _DEFAULT_SPAN
    if since >= until:
        raise Problem(
            "invalid-request",
            f"The span [{shown(since)}, {shown(until)}) is empty: `start` comes before `stop` (default: now).",
        )
    return Span(point.point_id, since, until)
