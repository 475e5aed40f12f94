"""A worker that runs while a test's block does, what is sent to it, and what the database says became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from deploy.embedded.stack import Stack
from ingest import worker
from ingest.settings import IngestSettings, MqttSettings
from services.database import Connection, DatabaseSettings, connect

WITHIN_S = 60.0


@asynccontextmanager
async def running(ingest: IngestSettings, mqtt: MqttSettings | str, database: DatabaseSettings) -> AsyncIterator[None]:
    """A worker while the block runs; it has subscribed when the block begins."""
    mqtt = MqttSettings(url=mqtt) if isinstance(mqtt, str) else mqtt
    task = asyncio.create_task(worker.run(ingest, mqtt, database))
    connection = await connect(database.url, name="test")
    try:
        await until(lambda: state_is(connection, ingest.name, "receiving"))
        yield
    finally:
        await connection.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def state_is(connection: Connection, name: str, state: str) -> bool:
    """Whether a worker says that it is in this state."""
    found: str | None = await connection.fetchval("SELECT state FROM ingest_worker WHERE name = $1", name)
    return found == state


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so; fails after a minute."""
    async with asyncio.timeout(WITHIN_S):
        while not await condition():
            await asyncio.sleep(0.01)


class Publisher:
    """mosquitto_pub, as an integrator would use it."""

    def __init__(self, servers: Stack, mqtt_url: str, site: str) -> None:
        self._program = str(servers.programs.mosquitto_clients / "mosquitto_pub")
        self._port = mqtt_url.rpartition(":")[2]
        self._site = site

    async def send(self, rest: str, *arguments: str) -> None:
        topic = f"ioe/v1/{self._site}/{rest}"
        process = await asyncio.create_subprocess_exec(
            self._program, "-p", self._port, "-V", "5", "-q", "1", "-t", topic, *arguments
        )
        assert await process.wait() == 0


def settings(name: str) -> IngestSettings:
    """A worker that does not wait for more before it stores."""
    return IngestSettings(name=name, batch_ms=20)


async def reasons(connection: Connection) -> dict[str, int]:
    """How many samples and messages ended under each reason."""
    found = await connection.fetch("SELECT reason, sum(count)::int8 AS count FROM ingest_tally GROUP BY reason")
    return {row["reason"]: row["count"] for row in found}
