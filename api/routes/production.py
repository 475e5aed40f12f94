"""Production counts: what was made, posted by an integrator, for energy to be set against."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database
from api.instants import Instant, InstantGiven, InstantQuery, zoned
from api.money import ExactGiven
from api.names import CODE, PATH
from api.openapi_parts import WITH_A_BODY, problems
from api.problems import Problem
from api.site_period import require_site_row
from services import production
from services.production import Count

router = APIRouter(prefix="/production-counts", tags=["energy"], dependencies=[Depends(zoned)])
MAXIMUM = 10_000


class NewCount(BaseModel):
    """What was made in [start, stop)."""

    model_config = ConfigDict(extra="forbid")

    org_unit: Annotated[str | None, Field(pattern=PATH, description="Who made it; null: the whole site.")] = None
    product: Annotated[str, Field(pattern=CODE, examples=["gearbox"])]
    start: InstantGiven
    stop: InstantGiven
    quantity: Annotated[ExactGiven, Field(ge=0, examples=["120"])]
    unit: Annotated[str, Field(min_length=1, max_length=20, examples=["pieces"])]


class NewCounts(BaseModel):
    """Counts of a site."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(pattern=CODE, examples=["kunshan"])]
    counts: Annotated[list[NewCount], Field(min_length=1, max_length=MAXIMUM)]


class RefusedCount(BaseModel):
    """A count that was not stored."""

    row: Annotated[int, Field(description="Its place among those posted, from 0.")]
    reason: str


class StoredCounts(BaseModel):
    """What became of the counts; the good ones are stored whatever the others are."""

    stored: int
    replaced: Annotated[int, Field(description="Were there with another quantity, unit or end, and have this one now.")]
    unchanged: int
    refused: list[RefusedCount]


class ProductionCount(BaseModel):
    """A stored count."""

    model_config = ConfigDict(from_attributes=True)

    site: str
    org_unit: str | None
    product: str
    start: Instant
    stop: Instant
    quantity: float
    unit: str
    actor: str
    at: Annotated[Instant, Field(description="When it was posted.")]


class ProductionCounts(BaseModel):
    """Counts by start."""

    items: list[ProductionCount]
    complete: Annotated[bool, Field(description="False: there are more; ask again from the last start on.")]


@router.post(
    "",
    operation_id="post_production_counts",
    summary="Post production counts",
    responses=problems("site-not-found", *WITH_A_BODY),
)
async def post_production_counts(connection: Database, wanted: NewCounts) -> StoredCounts:
    """Store counts. Safe to repeat: a count is known by site, unit, product and start."""
    await require_site_row(connection, wanted.site)
    refused: dict[int, str] = {
        row: "it ends before it begins: `start` comes before `stop`"
        for row, count in enumerate(wanted.counts)
        if count.start >= count.stop
    }
    good = [row for row in range(len(wanted.counts)) if row not in refused]
    counts = [Count(**wanted.counts[row].model_dump()) for row in good]
    became = await production.store(connection, wanted.site, counts) if counts else {}
    by_row = {good[number - 1]: text for number, text in became.items()}
    known = ("stored", "replaced", "unchanged")
    refused |= {row: text for row, text in by_row.items() if text not in known}
    tally = {name: sum(text == name for text in by_row.values()) for name in known}
    return StoredCounts(
        **tally, refused=[RefusedCount(row=row, reason=reason) for row, reason in sorted(refused.items())]
    )


@router.get(
    "",
    operation_id="list_production_counts",
    summary="Production counts",
    responses=problems("site-not-found"),
)
async def list_production_counts(
    connection: Database,
    site: Annotated[str, Query(pattern=CODE, examples=["kunshan"])],
    since: Annotated[InstantQuery | None, Query(alias="from", description="Default: a week before `to`.")] = None,
    until: Annotated[InstantQuery | None, Query(alias="to", description="Default: now.")] = None,
    product: Annotated[str | None, Query(pattern=CODE)] = None,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM)] = 1000,
) -> ProductionCounts:
    """Counts that reach into [from, to)."""
    await require_site_row(connection, site)
    stop = until or datetime.now(UTC)
    start = since or stop - timedelta(days=7)
    if start >= stop:
        raise Problem("invalid-request", "The period is empty: `from` comes before `to`.")
    found = await production.counts_of(connection, site, start, stop, limit + 1, product)
    return ProductionCounts(
        items=[ProductionCount.model_validate(row) for row in found[:limit]], complete=len(found) <= limit
    )
