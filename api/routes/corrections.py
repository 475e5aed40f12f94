"""Corrections: another effective value where a reading is wrong or missing; what was sent stays beside it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from api.context import Database
from api.instants import Instant, InstantGiven, zoned
from api.names import POINT
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import SiteFilter, require_point
from api.problems import Problem
from api.reasons import Reason
from services import corrections

router = APIRouter(prefix="/corrections", tags=["readings"], dependencies=[Depends(zoned)])

MAXIMUM = 10_000


class Correction(BaseModel):
    """A correction that was made. The latest one of an instant is its effective value."""

    model_config = ConfigDict(from_attributes=True)

    point: Annotated[str, Field(examples=["kunshan/m-101/active_power_kw"])]
    unit: Annotated[str, Field(examples=["kW"])]
    time: Annotated[Instant, Field(description="The instant whose value was corrected.")]
    old_value: Annotated[float | None, Field(description="What was effective before; null: there was no reading.")]
    new_value: float
    actor: Annotated[str, Field(description="Who corrected; `local` until people sign in.")]
    reason: str
    at: Annotated[Instant, Field(description="When it was corrected.")]


class CorrectedReading(BaseModel):
    """An instant and the value it is to have."""

    model_config = ConfigDict(extra="forbid")

    time: InstantGiven
    value: Annotated[FiniteFloat, Field(description="In the point's unit.", examples=[12.3])]


class NewCorrections(BaseModel):
    """Values to put in place of a point's readings, and why."""

    model_config = ConfigDict(extra="forbid")

    point: Annotated[str, Field(pattern=POINT, examples=["kunshan/m-101/active_power_kw"])]
    reason: Annotated[Reason, Field(examples=["meter was misread by a factor of ten"])]
    readings: Annotated[list[CorrectedReading], Field(min_length=1, max_length=MAXIMUM)]


class Corrected(BaseModel):
    """What became of them."""

    corrected: Annotated[int, Field(description="Instants that have another effective value now.")]
    unchanged: Annotated[int, Field(description="Instants whose effective value was this one already.")]


@router.get("", operation_id="list_corrections", summary="Corrections", responses=problems("point-not-found"))
async def list_corrections(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    point: Annotated[str | None, Query(pattern=POINT)] = None,
    site: SiteFilter = None,
) -> PageOf[Correction]:
    """Corrections that were made, the newest first."""
    point_id = None if point is None else (await require_point(connection, point)).point_id
    found, below = await corrections.corrections(
        connection, wanted.limit, wanted.number(), point_id=point_id, site=site
    )
    return wanted.page(response, map(Correction.model_validate, found), None if below is None else str(below))


@router.post(
    "",
    operation_id="correct_readings",
    summary="Correct readings of a point",
    responses=problems("point-not-found", *WITH_A_BODY),
)
async def correct_readings(connection: Database, wanted: NewCorrections) -> Corrected:
    """All of them or none, and none that could not be a reading: in the future, out of range, an unknown state.

    What was sent is kept; live values, drawings and followers see the corrected ones.

    Safe to repeat: a value that is effective already is not corrected again.
    """
    point = await require_point(connection, wanted.point)
    values = {reading.time: reading.value for reading in wanted.readings}
    if len(values) < len(wanted.readings):
        raise Problem(
            "invalid-request", "An instant stands more than once among the readings: give one value for each."
        )
    try:
        corrections.require_plausible(point, values, datetime.now(UTC))
    except corrections.CorrectionRefusedError as error:
        raise Problem("invalid-request", f"{error}.") from error
    count = await corrections.correct(connection, point, values, wanted.reason)
    return Corrected(corrected=count, unchanged=len(values) - count)
