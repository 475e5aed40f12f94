"""What the routes of one process share, and how a route gets at it.

    async def some_route(shared: Shared, connection: Database) -> ...:

`Shared` is the state of the process, `Database` a connection borrowed for the request and given back before the answer
is sent.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from api.connections import Connections
from api.feed import Feed
from api.metrics import Traffic
from api.rates import Rates
from api.settings import ApiSettings
from services.database import Connection, DatabaseSettings


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a request may need."""

    settings: ApiSettings
    database: DatabaseSettings
    connections: Connections
    feed: Feed
    traffic: Traffic
    raw_retention: timedelta
    # What people who scan a machine's label may send: six a minute from one client, thirty an hour for one machine.
    reports_of_client: Rates = field(default_factory=lambda: Rates(6, 60.0))
    reports_of_label: Rates = field(default_factory=lambda: Rates(30, 3600.0))


def new_context(settings: ApiSettings, database: DatabaseSettings, raw_retention: timedelta) -> Context:
    """A context whose parts have not begun to work."""
    return Context(
        settings,
        database,
        Connections(database),
        Feed(database, settings.stream_interval_s),
        Traffic(),
        raw_retention,
    )


def context_of(request: Request) -> Context:
    """The context that the application was built with."""
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


async def _borrowed(request: Request) -> AsyncIterator[Connection]:
    async with context_of(request).connections.borrow() as connection:
        yield connection


Shared = Annotated[Context, Depends(context_of)]
Database = Annotated[Connection, Depends(_borrowed, scope="function")]
