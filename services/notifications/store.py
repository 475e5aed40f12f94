"""Rows of the outbox, and channels and routes as the database has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from analytics.notifications.model import Channel, Route
from analytics.notifications.plan import Flood, Told
from services.database import Connection, rows
from services.statements import statements

SQL = statements("notifications")


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route as stored, with what its messages need of the site."""

    id: int
    site: str
    site_id: int
    site_name: str
    site_name_zh: str | None
    time_zone: str
    document: Any
    is_retired: bool


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as stored."""

    id: int
    site: str
    site_id: int
    document: Any


@dataclass(frozen=True, slots=True)
class AddressRow:
    """The e-mail address of a team's member."""

    team: str
    address: str


@dataclass(frozen=True, slots=True)
class ToldRow(Told):
    """What a route was told of an alarm."""

    payload: Any
    route_id: int
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodRow(Flood):
    """A flood that is on, for a route."""

    payload: Any
    route_id: int
    site: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """An item in no message yet."""

    id: int
    route_id: int
    event_id: int
    kind: str
    step: int
    site: str
    alarm: str
    payload: Any
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class PendingRow:
    """An alarm that a route is about to tell."""

    route_id: int
    alarm: str


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """What an event does not have yet: causes with what to do, and how many of its group followed."""

    alarm: str
    causes: Any
    followers: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery that is tried now, with its channel as it is now."""

    id: int
    channel_id: int
    site: str
    channel: Any
    is_retired: bool
    team: str
    tries: int
    key: str
    made_at: datetime
    title: str
    body: str
    document: Any


@dataclass(frozen=True, slots=True)
class StoredRoute:
    """A route with its place."""

    row: RouteRow
    route: Route


@dataclass(frozen=True, slots=True)
class StoredChannel:
    """A channel with its place."""

    row: ChannelRow
    channel: Channel


@dataclass(frozen=True, slots=True)
class Book:
    """The channels and routes at one moment, and the addresses of teams: enough to send without the database."""

    routes: Mapping[int, StoredRoute]
    channels: Mapping[int, StoredChannel]
    teams: Mapping[str, tuple[str, ...]]

    def channel(self, site: str, code: str) -> StoredChannel | None:
        """A site's channel by its code; None where it is not or no longer there."""
        return next(
            (each for each in self.channels.values() if each.row.site == site and each.channel.code == code), None
        )

    def recipients(self, channel: Channel, teams: str) -> tuple[str, ...]:
        """Who gets a letter on a channel: its own addresses, and the members of these teams."""
        members = (address for team in teams.split() for address in self.teams.get(team, ()))
        return tuple(dict.fromkeys((*channel.to, *members)))


async def load(connection: Connection) -> Book:
    """Channels and routes as they are now."""
    teams: dict[str, tuple[str, ...]] = {}
    for address in await rows(connection, SQL["team_addresses"], AddressRow):
        teams[address.team] = (*teams.get(address.team, ()), address.address)
    return Book(
        {
            row.id: StoredRoute(row, msgspec.convert(row.document, Route))
            for row in await rows(connection, SQL["routes_in_force"], RouteRow)
        },
        {
            row.id: StoredChannel(row, msgspec.convert(row.document, Channel))
            for row in await rows(connection, SQL["channels_in_force"], ChannelRow)
        },
        teams,
    )
