"""Events: changes that people see at once. The live stream carries the same events with the same ids."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from api.context import Database
from api.instants import Instant, zoned
from api.names import EVENT_ID
from api.pages import PageOf, PageWanted
from api.problems import Problem
from services import live
from services.events import EventRow

router = APIRouter(prefix="/events", tags=["live"], dependencies=[Depends(zoned)])


class Event(BaseModel):
    """A change: what kind, of what, when."""

    id: Annotated[str, Field(description="Grows with time; the live stream's `Last-Event-ID`.", examples=["1042"])]
    kind: Annotated[str, Field(examples=["device.status"])]
    subject: Annotated[str, Field(description="Public name of what changed.", examples=["kunshan/m-101"])]
    at: Instant
    payload: Annotated[dict[str, Any], Field(examples=[{"online": False}])]


@router.get("", operation_id="list_events", summary="Events")
async def list_events(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    kind: Annotated[str | None, Query(max_length=100, examples=["device.status"])] = None,
    subject: Annotated[
        str | None, Query(max_length=300, description="This subject and everything below it.", examples=["kunshan"])
    ] = None,
    after: Annotated[
        str | None,
        Query(pattern=EVENT_ID, description="Follow: events after this id, the oldest first; no `cursor` then."),
    ] = None,
) -> PageOf[Event]:
    """The newest first; with `after`, the oldest first, so that a client can follow by the last id it has seen."""
    if after is None:
        found, below = await live.events_page(connection, wanted.limit, wanted.number(), kind=kind, subject=subject)
        return wanted.page(response, map(_shown, found), None if below is None else str(below))
    if wanted.after is not None:
        raise Problem("invalid-request", "`after` and `cursor` do not go together: follow by the id of the last event.")
    following = await live.events_following(connection, int(after), wanted.limit, kind=kind, subject=subject)
    return PageOf(items=[_shown(row) for row in following], next=None)


def _shown(row: EventRow) -> Event:
    return Event(id=str(row.id), kind=row.kind, subject=row.subject, at=row.at, payload=row.payload)
