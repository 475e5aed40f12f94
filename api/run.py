"""The API process: one server, one live feed, one pool of connections, in one task group.

    run --+-- connections.open   until the database answers
          +-- feed.run           follows readings and events
          +-- serve              answers; when cancelled: streams end, requests finish (3 s), then it returns

It starts without a database and answers what it can. Signals belong to whoever called `run`: cancelling the task is the
way to stop it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn

from api.application import served
from api.context import Context, new_context
from api.settings import ApiSettings
from services.database import DatabaseSettings
from services.retention import RetentionSettings

_FINISH_S = 3


class PortTakenError(Exception):
    """Another program listens where the API is to listen."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the program around it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(
    settings: ApiSettings,
    database: DatabaseSettings,
    retention: RetentionSettings | None = None,
    *,
    listening: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until cancelled; `listening` is told the address once it answers.

    Raises ApiSettingsError for settings that would open it to a network, PortTakenError for a port in use.
    """
    settings.check()
    with listen(settings) as listener:
        context = new_context(settings, database, timedelta(days=(retention or RetentionSettings()).raw_readings_days))
        server = _Server(
            uvicorn.Config(
                served(context),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_FINISH_S,
            )
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(context.connections.open(), name="api connections")
                tasks.create_task(context.feed.run(), name="api live feed")
                tasks.create_task(_serve(server, context, listener), name="api server")
                listening(_address(listener))
        finally:
            await context.connections.close()


@contextmanager
def listen(settings: ApiSettings) -> Iterator[socket.socket]:
    """Take the port. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that say they are TCP; with it every answer takes 40 ms more.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((settings.host, settings.port))
        taken.listen(512)
    except OSError as error:
        taken.close()
        raise PortTakenError(
            f"cannot listen on {settings.host}:{settings.port} ({os.strerror(error.errno or 0)}): "
            "stop the program that does, or choose another port with --port or [api] port"
        ) from error
    with taken:
        yield taken


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(server: uvicorn.Server, context: Context, listener: socket.socket) -> None:
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    finally:
        context.feed.close()
        server.should_exit = True
        await serving
