"""Who is told of alarms, by which ways, and what became of each message."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from analytics.notifications.model import ChannelKind
from api.context import Database
from api.instants import Instant, zoned
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.parameters import SiteFilter
from api.problems import Problem
from services.notifications import log
from services.notifications.log import ChannelStateRow, LogRow, NoSuchChannelError
from services.notifications.store import StoredChannel, StoredRoute, load

router = APIRouter(tags=["alarms"], dependencies=[Depends(zoned)])

DeliveryState = Literal["waiting", "delivered", "failed"]


class NotificationChannel(BaseModel):
    """A way to people. Secrets are in the environment of `ioe watch`; what is here are the names of variables."""

    site: str
    channel: Annotated[str, Field(examples=["maintenance-mail"])]
    kind: ChannelKind
    name: str
    to: Annotated[list[str], Field(description="E-mail: recipients beside the members of a route's team.")]
    address: Annotated[str, Field(description="Mail server, server of a URL, or the variable that holds the address.")]
    variables: Annotated[list[str], Field(description="Environment variables that hold its secrets.")]
    waiting: Annotated[int, Field(description="Messages it has not taken yet.")]
    failed_in_a_day: int
    delivered_at: Annotated[Instant | None, Field(description="When it last took a message.")]
    trouble: Annotated[str | None, Field(description="What the oldest waiting message met.")]


class NotificationEscalation(BaseModel):
    """Who is told next where nobody acknowledges."""

    after_minutes: Annotated[dict[str, float], Field(description="By priority, since the alarm was told.")]
    channels: list[str]
    team: str


class NotificationRoute(BaseModel):
    """Which alarms of a site go to which channels."""

    site: str
    route: str
    systems: Annotated[list[str], Field(description="Empty: all.")]
    priority: Annotated[str, Field(description="At least this.")]
    channels: list[str]
    team: str
    language: Literal["en", "zh"]
    group_wait_s: Annotated[float, Field(description="For how long alarms are collected into one message.")]
    service_alarms: Annotated[bool, Field(description="Also what the service says of itself.")]
    work_orders: Annotated[bool, Field(description="Also orders that are opened, assigned, escalated or overdue.")]
    escalations: list[NotificationEscalation]


class NotificationChannels(BaseModel):
    """All channels."""

    items: list[NotificationChannel]


class NotificationRoutes(BaseModel):
    """All routes."""

    items: list[NotificationRoute]


class Notification(BaseModel):
    """One message on one channel."""

    notification: Annotated[str, Field(description="Its key: the same in each repeat, and on each channel.")]
    site: str
    channel: str
    channel_kind: ChannelKind
    route: Annotated[str | None, Field(description="Null: a test message.")]
    team: str
    kind: Literal["alarms", "escalation", "flood_began", "flood_ended", "work_orders", "test"]
    made_at: Instant
    title: str
    text: str
    state: DeliveryState
    tries: int
    detail: Annotated[str, Field(description="What its receiver said last, or why it could not be reached.")]
    done_at: Instant | None
    next_try_at: Annotated[Instant | None, Field(description="Of one that was not taken and is tried again.")]


class TestMessage(BaseModel):
    """A test message that is queued; look for it in the log."""

    notification: str


@router.get("/notification-channels", operation_id="list_notification_channels", summary="Notification channels")
async def list_notification_channels(connection: Database, site: SiteFilter = None) -> NotificationChannels:
    """By which ways people are told, and how each has done lately."""
    book, states = await load(connection), await log.channel_states(connection)
    return NotificationChannels(
        items=[
            _channel(stored, states.get(stored.row.id))
            for stored in book.channels.values()
            if site in (None, stored.row.site)
        ]
    )


def _channel(stored: StoredChannel, state: ChannelStateRow | None) -> NotificationChannel:
    channel = stored.channel
    return NotificationChannel(
        site=stored.row.site,
        channel=channel.code,
        kind=channel.kind,
        name=channel.name,
        to=list(channel.to),
        address=channel.where,
        variables=[name for name in (channel.password, channel.address, channel.secret) if name],
        waiting=state.waiting if state else 0,
        failed_in_a_day=state.failed_in_a_day if state else 0,
        delivered_at=state.delivered_at if state else None,
        trouble=state.trouble if state else None,
    )


@router.get("/notification-routes", operation_id="list_notification_routes", summary="Notification routes")
async def list_notification_routes(connection: Database, site: SiteFilter = None) -> NotificationRoutes:
    """Which alarms go which way, and who is called where nobody acknowledges."""
    book = await load(connection)
    return NotificationRoutes(
        items=[
            _route(stored)
            for stored in book.routes.values()
            if not stored.row.is_retired and site in (None, stored.row.site)
        ]
    )


def _route(stored: StoredRoute) -> NotificationRoute:
    route = stored.route
    return NotificationRoute(
        site=stored.row.site,
        route=route.code,
        systems=list(route.systems),
        priority=route.priority,
        channels=list(route.channels),
        team=route.team,
        language=route.language,
        group_wait_s=route.group_wait_s,
        service_alarms=route.service_alarms,
        work_orders=route.work_orders,
        escalations=[
            NotificationEscalation(after_minutes=dict(step.after_minutes), channels=list(step.channels), team=step.team)
            for step in route.escalations
        ],
    )


@router.get("/notifications", operation_id="list_notifications", summary="Messages that were sent, wait or failed")
async def list_notifications(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    state: Annotated[DeliveryState | None, Query()] = None,
    channel: Annotated[str | None, Query(pattern=CODE)] = None,
) -> PageOf[Notification]:
    """One entry for each message and channel, the newest first."""
    found, below = await log.log_page(
        connection, wanted.limit, wanted.number(), site=site, state=state, channel=channel
    )
    return wanted.page(response, map(_shown, found), None if below is None else str(below))


def _shown(row: LogRow) -> Notification:
    told: dict[str, Any] = {
        name: getattr(row, name) for name in Notification.model_fields if name not in ("notification", "text")
    }
    return Notification(notification=row.key, text=row.body, **told)


@router.post(
    "/notification-channels/{site}/{code}/test",
    operation_id="send_test_notification",
    summary="Send a test message",
    responses=problems("channel-not-found"),
)
async def send_test_notification(
    site: Annotated[str, Path(pattern=CODE)], code: Annotated[str, Path(pattern=CODE)], connection: Database
) -> TestMessage:
    """Queue a test message for a channel; `ioe watch` sends it, and the log says what its receiver answered."""
    try:
        return TestMessage(notification=await log.put_test_message(connection, site, code, datetime.now(UTC)))
    except NoSuchChannelError as error:
        raise Problem("channel-not-found", str(error)) from None
