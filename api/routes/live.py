"""What is true now: the newest value of each point, once or as a stream."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.board import Selection
from api.context import Database, Shared
from api.failures import RETRY_AFTER_S
from api.openapi_parts import problems
from api.parameters import SiteFilter, SpaceFilter
from api.problems import Problem
from api.stream import Resume, frames, resume_from
from services import live

router = APIRouter(prefix="/live", tags=["live"])


async def _selection(
    site: SiteFilter = None,
    space: SpaceFilter = None,
    device: Annotated[
        list[str] | None,
        Query(description="Only of these devices, as `site/device`; may be repeated.", examples=[["kunshan/m-101"]]),
    ] = None,
    point: Annotated[
        list[str] | None,
        Query(description="Only these points, as `site/device/key`; may be repeated."),
    ] = None,
) -> Selection:
    if space is not None and site is None:
        raise Problem("invalid-request", "`space` needs `site`: the path of a space is only unique within its site.")
    return Selection(site, space, frozenset(device or ()), frozenset(point or ()))


async def _start(
    shared: Shared,
    connection: Database,
    last_event_id: Annotated[
        str | None, Header(description="The id of the last event seen; browsers send it by themselves.")
    ] = None,
) -> Resume:
    if not shared.feed.ready:
        raise Problem(
            "database-unavailable",
            "Live values are not there yet: the service has just started. Try again.",
            headers={"Retry-After": RETRY_AFTER_S},
        )
    return resume_from(last_event_id, shared.feed.event_id, await live.oldest_event_id(connection))


@router.get(
    "/stream",
    operation_id="stream_live",
    summary="Newest values and events as they happen",
    response_class=EventSourceResponse,
    responses=problems("database-unavailable"),
)
async def stream(
    shared: Shared,
    selection: Annotated[Selection, Depends(_selection)],
    start: Annotated[Resume, Depends(_start)],
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: a `snapshot`, then `values` (at most 4 a second) and `event` frames."""
    async for frame in frames(shared, selection, start):
        yield frame
