"""Unmapped: samples of names that no point has. Map a name to a point, and what was kept is stored."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.context import Database, Shared
from api.instants import Instant, zoned
from api.names import POINT
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import require_point
from api.problems import Problem
from services import replay, unmapped
from services.database import Connection
from services.registry.pages import Page
from services.unmapped import MappingRefusedError, Name, NothingKeptError

router = APIRouter(prefix="/unmapped", tags=["ingest"], dependencies=[Depends(zoned)])


class Unmapped(BaseModel):
    """A name that samples came under and no point had."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(description="`site/device/key` as it was sent.", examples=["kunshan/m-999/p_kw"])]
    site: str
    device: str
    key: str
    first_seen_at: Instant
    last_seen_at: Instant
    samples: Annotated[int, Field(description="How many came.")]
    kept: Annotated[int, Field(description="How many different ones are kept and can be replayed.")]
    last_time: Annotated[Instant | None, Field(description="Time of the newest kept sample.")]
    last_value: Annotated[float | str | bool | None, Field(description="Value of the newest kept sample, as sent.")]
    leads_to: Annotated[
        str | None, Field(description="The point this name leads to by now: replay what is kept.", examples=[None])
    ]


class UnmappedName(BaseModel):
    """A name as it stands on the list."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(min_length=1, max_length=1000, examples=["kunshan"])]
    device: Annotated[str, Field(min_length=1, max_length=1000, examples=["m-999"])]
    key: Annotated[str, Field(min_length=1, max_length=1000, examples=["p_kw"])]


class NameMapping(UnmappedName):
    """A name and the point it is to lead to."""

    point: Annotated[str, Field(pattern=POINT, examples=["kunshan/m-101/active_power_kw"])]


class Replayed(BaseModel):
    """What became of the samples that were kept."""

    name: Annotated[str, Field(description="`site/device/key`.")]
    stored: Annotated[int, Field(description="Readings that are new.")]
    duplicate: Annotated[int, Field(description="Readings that were there already.")]
    refused: Annotated[
        dict[str, int],
        Field(description="Samples that became dead letters, by reason.", examples=[{"out_of_range": 2}]),
    ]


@router.get("", operation_id="list_unmapped", summary="Unmapped names")
async def list_unmapped(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: Annotated[str | None, Query(max_length=1000, description="Only of this site, as it was sent.")] = None,
) -> PageOf[Unmapped]:
    """Names by site, device and key, with what is kept under each."""
    found = await unmapped.unmapped(connection, Page(wanted.limit, wanted.after), site=site)
    return wanted.page(response, map(Unmapped.model_validate, found.rows), found.next)


@router.post(
    "/map",
    operation_id="map_unmapped",
    summary="Map a name to a point, then replay",
    responses=problems("unmapped-not-found", "point-not-found", "mapping-refused", *WITH_A_BODY),
)
async def map_unmapped(shared: Shared, connection: Database, mapping: NameMapping) -> Replayed:
    """The name leads to the point from now on, and what was kept under it is stored. Safe to repeat.

    The name must be on the list and the point on the same site; at least one of the newest kept samples must fit it. A
    name that leads to another point already is not moved: that is a change of the registry.
    """
    name = Name(mapping.site, mapping.device, mapping.key)
    point = await require_point(connection, mapping.point)
    try:
        unmapped.require_fit(name, point)
        await replay.check(connection, name, point, datetime.now(UTC), shared.raw_retention)
        await unmapped.map_name(connection, name, point)
    except (MappingRefusedError, NothingKeptError) as error:
        raise _refusal(error, name) from error
    return await _replay(connection, name, shared.raw_retention)


@router.post(
    "/replay",
    operation_id="replay_unmapped",
    summary="Replay a name that leads to a point by now",
    responses=problems("unmapped-not-found", "mapping-refused", *WITH_A_BODY),
)
async def replay_unmapped(shared: Shared, connection: Database, name: UnmappedName) -> Replayed:
    """Store what is kept under a name, for example after its device was added to the registry. Safe to repeat."""
    return await _replay(connection, Name(name.site, name.device, name.key), shared.raw_retention)


async def _replay(connection: Connection, name: Name, retention: timedelta) -> Replayed:
    try:
        counts: Mapping[str, int] = await replay.replay(connection, name, datetime.now(UTC), retention)
    except (MappingRefusedError, NothingKeptError) as error:
        raise _refusal(error, name) from error
    refused = {reason: count for reason, count in counts.items() if reason not in ("stored", "duplicate")}
    return Replayed(
        name=str(name), stored=counts.get("stored", 0), duplicate=counts.get("duplicate", 0), refused=refused
    )


def _refusal(error: Exception, name: Name) -> Problem:
    if isinstance(error, NothingKeptError):
        return Problem(
            "unmapped-not-found", f"Nothing is kept under {name}: it never came, or it has been mapped and replayed."
        )
    return Problem("mapping-refused", str(error))
