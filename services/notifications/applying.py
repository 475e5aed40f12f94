"""Making a site's channels and routes what its folder says: the difference first, then one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from analytics.notifications.model import Channel, Route, default_route
from services import events
from services.database import Connection, rows, run
from services.notifications.store import SQL

#: The event by which whoever sends knows that channels or routes are others.
CHANGED = "notifications.changed"


class NoSuchSiteError(Exception):
    """The site is not in the registry; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a folder says. Channels without a route get one that takes what is worth a look."""

    channels: Sequence[Channel]
    routes: Sequence[Route]

    @property
    def all_routes(self) -> Sequence[Route]:
        """The routes, or the default one."""
        if self.routes or not self.channels:
            return self.routes
        return [default_route(self.channels)]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is wanted and what holds."""

    action: Literal["added", "changed", "retired"]
    kind: Literal["channel", "route"]
    subject: str

    def __str__(self) -> str:
        return f"{self.action:8} {self.kind} {self.subject}"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A channel or route of a site as it holds."""

    kind: str
    code: str
    document: Any
    is_retired: bool


async def plan(connection: Connection, site: str, wanted: Wanted) -> list[Change]:
    """What would change; of a site that is not there yet, all of it."""
    held = {(row.kind, row.code): row for row in await rows(connection, SQL["documents_of_site"], DocumentRow, site)}
    documents = _documents(wanted)
    changes = []
    for (kind, code), document in documents.items():
        row = held.get((kind, code))
        if row is None or row.is_retired:
            changes.append(Change("added", kind, code))
        elif row.document != document:
            changes.append(Change("changed", kind, code))
    changes += [
        Change("retired", "channel" if row.kind == "channel" else "route", row.code)
        for key, row in held.items()
        if not row.is_retired and key not in documents
    ]
    return changes


async def apply(connection: Connection, site: str, wanted: Wanted, now: datetime) -> list[Change]:
    """Make it so; gives what changed. A second time nothing does. Raises NoSuchSiteError."""
    async with connection.transaction():
        if await connection.fetchval(SQL["site_id"].text, site) is None:
            raise NoSuchSiteError(f"site {site!r} is not in the registry: `ioe site apply` first")
        changes = await plan(connection, site, wanted)
        documents = _documents(wanted)
        for change in changes:
            statement = SQL[f"retire_{change.kind}" if change.action == "retired" else f"put_{change.kind}"]
            last: object = now if change.action == "retired" else documents[change.kind, change.subject]
            await run(connection, statement, site, change.subject, last)
        if changes:
            payload = {"changes": [str(change) for change in changes]}
            await events.record(connection, CHANGED, site, payload)
    return changes


def _documents(wanted: Wanted) -> dict[tuple[Literal["channel", "route"], str], Any]:
    """As they are stored: what JSON makes of them."""
    return {
        **{("channel", channel.code): _json(channel) for channel in wanted.channels},
        **{("route", route.code): _json(route) for route in wanted.all_routes},
    }


def _json(value: Channel | Route) -> Any:  # noqa: ANN401 - a JSON document
    return msgspec.json.decode(msgspec.json.encode(value))
