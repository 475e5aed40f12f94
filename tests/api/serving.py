"""The API as a process runs it, on a free port, and its live stream as a client reads it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from api.run import run
from api.settings import ApiSettings
from services.database import DatabaseSettings

DEADLINE_S = 60.0


@asynccontextmanager
async def running(url: str, settings: ApiSettings | None = None) -> AsyncIterator[str]:
    """Run the API until the block is left; gives its address."""
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        run(settings or ApiSettings(port=0), DatabaseSettings(url=url), listening=listening.set_result)
    )
    try:
        waiting: list[asyncio.Future[Any]] = [task, listening]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield listening.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, DEADLINE_S)


@asynccontextmanager
async def serving(url: str, settings: ApiSettings | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Run the API until the block is left; gives a client of it."""
    async with running(url, settings) as address, httpx.AsyncClient(base_url=address, timeout=DEADLINE_S) as client:
        yield client


async def until_ready(client: httpx.AsyncClient) -> None:
    """Wait until the service says that it is ready."""
    async with asyncio.timeout(DEADLINE_S):
        while (await client.get("/api/v1/health/ready")).status_code != 200:
            pass


@dataclass(frozen=True, slots=True)
class Frame:
    """One server-sent event."""

    event: str
    id: str | None
    data: Any


class StreamEndedError(Exception):
    """The service ended the stream in order."""


class Stream:
    """An open live stream, read frame by frame, each with a deadline."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def frame(self) -> Frame:
        """The next frame; comments are passed over. Raises StreamEndedError."""
        async with asyncio.timeout(DEADLINE_S):
            fields: dict[str, str] = {}
            while True:
                line = await anext(self._lines, None)
                if line is None:
                    raise StreamEndedError
                if not line and "event" in fields:
                    return Frame(fields["event"], fields.get("id"), json.loads(fields["data"]))
                name, _, value = line.partition(": ")
                fields[name] = value

    async def until(self, enough: Callable[[Frame], bool]) -> list[Frame]:
        """The frames up to the first that is enough."""
        frames = [await self.frame()]
        while not enough(frames[-1]):
            frames.append(await self.frame())
        return frames


@asynccontextmanager
async def streaming(
    client: httpx.AsyncClient, query: str = "", last_event_id: str | None = None
) -> AsyncIterator[Stream]:
    """Open a live stream."""
    headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
    async with client.stream("GET", f"/api/v1/live/stream{query}", headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        yield Stream(response)
