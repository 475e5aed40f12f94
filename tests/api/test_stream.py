"""Snapshot, then follow: what a client has put together at the end is what the database holds."""

from __future__ import annotations

import asyncio
import random

import httpx

from services.database import Connection, connect
from tests.api.plant import NOON_US, store
from tests.api.serving import DEADLINE_S, streaming

POWER = "kunshan/m-1/active_power_kw"


async def test_a_stream_begins_with_the_newest_value_of_each_point(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    await store(connection, {(points[POWER], NOON_US): 1.5, (points[POWER], NOON_US + 1_000_000): 2.5})
    async with streaming(client) as stream:
        frames = await stream.until(lambda frame: bool(frame.data["values"]))
    assert frames[0].event == "snapshot"
    assert frames[-1].data["values"] == [[POWER, NOON_US // 1000 + 1000, 2.5]]


async def test_an_older_reading_changes_history_but_not_the_live_value(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    async with streaming(client) as stream:
        await stream.frame()
        await store(connection, {(points[POWER], NOON_US): 2.0})
        assert (await stream.frame()).data["values"] == [[POWER, NOON_US // 1000, 2.0]]
        await store(connection, {(points[POWER], NOON_US - 1_000_000): 9.0})
        await store(connection, {(points[POWER], NOON_US + 1_000_000): 3.0})
        assert (await stream.frame()).data["values"] == [[POWER, NOON_US // 1000 + 1000, 3.0]]


async def test_snapshot_and_changes_add_up_to_the_database_while_writers_write(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int], database_url: str
) -> None:
    ids, names = list(points.values()), {number: name for name, number in points.items()}

    async def write(worker: int) -> None:
        dice = random.Random(worker)
        writer = await connect(database_url, name=f"writer {worker}")
        try:
            for _ in range(25):
                batch = {(dice.choice(ids), NOON_US + dice.randrange(10**9)): dice.random() for _ in range(20)}
                await store(writer, batch, f"writer-{worker}")
        finally:
            await writer.close()

    held: dict[str, float] = {}
    expected: dict[str, float] | None = None

    async def read() -> None:
        async with asyncio.timeout(DEADLINE_S), streaming(client) as stream:
            while held != expected:
                held.update({name: value for name, _, value in (await stream.frame()).data["values"]})

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        await asyncio.gather(*(tasks.create_task(write(worker)) for worker in range(4)))
        stored = await connection.fetch("SELECT point_id, value FROM latest")
        expected = {names[row["point_id"]]: row["value"] for row in stored}
        if held == expected:  # the last frame came before the last look at the database
            reading.cancel()
    assert held == expected
