"""What is true now: the newest value of each point, once or as a stream, and the power of each space."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, StringConstraints

from api.board import Selection
from api.context import Database, Shared
from api.failures import RETRY_AFTER_S
from api.instants import Instant, zoned
from api.names import CODE, DEVICE, POINT
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import SiteFilter, SpaceFilter, paths_need_site, require_site
from api.problems import Problem
from api.stream import DESCRIPTION, Resume, frames, resume_from
from services import live, live_values
from services.hearing import Hearing, hearing
from services.live_values import LiveValueRow, age_s, is_stale_now
from services.registry.pages import Page

router = APIRouter(prefix="/live", tags=["live"])


class LiveValue(BaseModel):
    """A point with its newest value."""

    id: Annotated[str, Field(description="`site/device/key`.", examples=["kunshan/m-101/active_power_kw"])]
    quantity: str
    unit: Annotated[str, Field(examples=["kW"])]
    kind: str
    value: Annotated[float | None, Field(description="Null: nothing was ever heard.", examples=[12.3])]
    state: Annotated[str | None, Field(description="Of a state: its text.", examples=["loaded"])]
    time: Annotated[Instant | None, Field(description="When it was measured.")]
    received_at: Annotated[Instant | None, Field(description="When it came in.")]
    age_s: Annotated[float | None, Field(description="Since it was measured or came in, whichever is longer ago.")]
    stale: Annotated[
        bool,
        Field(
            description="Not to be taken as true now: older than three expected intervals (at least 15 s), never "
            "heard, its device or gateway is offline, or nobody listens."
        ),
    ]


class SpacePower(BaseModel):
    """The live power of a space, import positive."""

    space: Annotated[str | None, Field(description="Path of the space; null: the whole site.", examples=["b1"])]
    power_kw: Annotated[
        float | None,
        Field(description="Null: nothing measures it, or a meter of it was never heard.", examples=[412.5]),
    ]
    at: Annotated[Instant | None, Field(description="The oldest of the readings it is the sum of.")]
    stale: Annotated[bool, Field(description="At least one of these readings is stale or missing.")]
    points: Annotated[list[str], Field(description="The points whose sum it is; the stream carries each.")]


class SitePower(BaseModel):
    """The live power of a site and its spaces."""

    site: str
    spaces: Annotated[list[SpacePower], Field(description="The site itself first, then its spaces by path.")]


Devices = Annotated[
    list[Annotated[str, StringConstraints(pattern=DEVICE)]] | None,
    Query(alias="device", max_length=200, description="Only of these devices, as `site/device`; may be repeated."),
]
Points = Annotated[
    list[Annotated[str, StringConstraints(pattern=POINT)]] | None,
    Query(alias="point", max_length=200, description="Only these points, as `site/device/key`; may be repeated."),
]


async def _selection(
    site: SiteFilter = None, space: SpaceFilter = None, devices: Devices = None, points: Points = None
) -> Selection:
    paths_need_site(site, space)
    return Selection(site, space, frozenset(devices or ()), frozenset(points or ()))


Selected = Annotated[Selection, Depends(_selection)]


@router.get(
    "",
    operation_id="list_live",
    summary="Newest value of each point",
    dependencies=[Depends(zoned)],
    responses=problems("site-not-found"),
)
async def list_live(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    selection: Selected,
    quantity: Annotated[str | None, Query(pattern=CODE, examples=["active_power"])] = None,
) -> PageOf[LiveValue]:
    """Points in use by name, each with its newest effective value and whether it is stale."""
    found = await live_values.values(
        connection,
        Page(wanted.limit, wanted.after),
        site=selection.site,
        space=selection.space,
        devices=sorted(selection.devices) or None,
        points=sorted(selection.points) or None,
        quantity=quantity,
    )
    if not found.rows and selection.site is not None:
        await require_site(connection, selection.site)
    now = datetime.now(UTC)
    heard = await hearing(connection)
    return wanted.page(response, (_shown(row, heard, now) for row in found.rows), found.next)


@router.get(
    "/power",
    operation_id="get_live_power",
    summary="Live power of a site and its spaces",
    dependencies=[Depends(zoned)],
    responses=problems("site-not-found"),
)
async def get_live_power(connection: Database, site: Annotated[str, Query(pattern=CODE)]) -> SitePower:
    """Sums of the power meters that measure each space; where a space has none, of the spaces below it."""
    await require_site(connection, site)
    spaces = await live_values.power(connection, site, datetime.now(UTC))
    return SitePower(
        site=site,
        spaces=[
            SpacePower(
                space=each.space or None,
                power_kw=each.power_kw,
                at=each.at,
                stale=each.stale,
                points=list(each.points),
            )
            for each in spaces
        ],
    )


async def _start(
    shared: Shared,
    connection: Database,
    selection: Selected,
    last_event_id: Annotated[
        str | None, Header(description="The id of the last frame that had one; browsers send it by themselves.")
    ] = None,
) -> Resume:
    if not shared.feed.ready:
        raise Problem(
            "database-unavailable",
            "Live values are not there yet: the service has just started. Try again.",
            headers={"Retry-After": RETRY_AFTER_S},
        )
    if selection.site is not None:
        await require_site(connection, selection.site)
    # The id may come from another process, whose feed was a moment ahead of ours: the database knows the newest.
    kept = await live.kept_events(connection)
    return resume_from(last_event_id, shared.feed.event_id, kept)


@router.get(
    "/stream",
    operation_id="stream_live",
    summary="Newest values and events as they happen",
    description=DESCRIPTION,
    response_class=EventSourceResponse,
    responses=problems("database-unavailable", "site-not-found"),
)
async def stream(
    shared: Shared, selection: Selected, start: Annotated[Resume, Depends(_start)]
) -> AsyncIterator[ServerSentEvent]:
    """Send the frames of one stream."""
    async for frame in frames(shared, selection, start):
        yield frame


def _shown(row: LiveValueRow, heard: Hearing, now: datetime) -> LiveValue:
    age = None if row.time is None or row.received_at is None else age_s(now, row.time, row.received_at)
    return LiveValue(
        id=row.id,
        quantity=row.quantity,
        unit=row.unit,
        kind=row.kind,
        value=row.value,
        state=row.state,
        time=row.time,
        received_at=row.received_at,
        age_s=age,
        stale=is_stale_now(row, heard, now),
    )
