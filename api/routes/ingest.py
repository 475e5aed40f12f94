"""Ingest: its workers, and how much ended under which reason, hour by hour."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.context import Database
from api.instants import Instant, zoned
from services import health

router = APIRouter(prefix="/ingest", tags=["ingest"], dependencies=[Depends(zoned)])


class Worker(BaseModel):
    """An ingest worker, by its fixed name."""

    name: Annotated[str, Field(examples=["ingest-1"])]
    state: Annotated[str, Field(json_schema_extra={"enum": list(health.WORKER_STATES)})]
    detail: Annotated[str, Field(description="Why it is in this state.")]
    started_at: Instant
    seen_at: Annotated[Instant, Field(description="When it last said so.")]
    heartbeat_age_s: float


class HourCount(BaseModel):
    """How many samples or messages ended under a reason in an hour."""

    hour: Annotated[Instant, Field(description="Start of the hour in UTC.")]
    reason: Annotated[str, Field(description="`stored`, or why not; `messages` counts messages.", examples=["stored"])]
    count: int


class Ingest(BaseModel):
    """Workers and counts."""

    workers: list[Worker]
    totals: Annotated[
        dict[str, int], Field(description="Over the hours below, by reason.", examples=[{"stored": 81000, "future": 2}])
    ]
    hours: Annotated[list[HourCount], Field(description="Hours without anything are left out.")]


@router.get("", operation_id="get_ingest", summary="Workers and counts")
async def get_ingest(
    connection: Database,
    hours: Annotated[int, Query(ge=1, le=24 * 31, description="How many hours back, this one included.")] = 24,
) -> Ingest:
    """The state of each worker and what became of everything that came in."""
    now = datetime.now(UTC)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    counts = await health.tally(connection, this_hour - timedelta(hours=hours - 1))
    totals: dict[str, int] = {}
    for row in counts:
        totals[row.reason] = totals.get(row.reason, 0) + row.count
    return Ingest(
        workers=[
            Worker(
                name=row.name,
                state=row.state,
                detail=row.detail,
                started_at=row.started_at,
                seen_at=row.seen_at,
                heartbeat_age_s=row.silent_s,
            )
            for row in await health.workers(connection)
        ],
        totals=totals,
        hours=[HourCount(hour=row.hour, reason=row.reason, count=row.count) for row in counts],
    )
