"""Many writers, some followers, one writer stopped in mid-transaction: nothing skipped, nothing twice, nobody held."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator

import numpy as np
import pytest

from analytics.batches import Columns
from services import batch_log, retention
from services.batch_log import FellBehindError
from services.database import Connection, connect
from services.readings import Recorder
from tests.registry_rows import add_points
from tests.services.test_readings import START_US, batch_of
from tests.services.writer import batches, value_at

WRITERS, BATCHES = 8, 6


async def start_writer(url: str, number: int, points: list[int]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.writer",
        url,
        f"writer-{number}",
        str(number),
        str(BATCHES),
        *map(str, points),
    )


async def stop_in_mid_transaction(connection: Connection, writer: asyncio.subprocess.Process, name: str) -> None:
    """Stop a process while its session is inside a transaction; a stop that came too late is taken back."""
    inside = """SELECT count(*) FROM pg_stat_activity
                WHERE application_name = $1 AND xact_start IS NOT NULL AND state <> 'idle'"""
    async with asyncio.timeout(60):
        while True:
            if await connection.fetchval(inside, f"ioe {name}"):
                os.kill(writer.pid, signal.SIGSTOP)
                if await connection.fetchval(inside, f"ioe {name}"):
                    return
                os.kill(writer.pid, signal.SIGCONT)


async def follow_until(
    url: str, last_id: int, seen: Counter[int], done: asyncio.Event, keys: set[tuple[int, int]]
) -> None:
    """Follow the log until the writers are done and it has nothing more."""
    connection = await connect(url, name="follower")
    try:
        async for found in batch_log.follow(connection, last_id):
            for batch in found:
                seen[batch.id] += 1
                keys.update(zip(batch.readings.point_ids.tolist(), batch.readings.times_us.tolist(), strict=True))
            if not found and done.is_set():
                return
    finally:
        await connection.close()


async def test_eight_writers_two_followers_one_stopped(connection: Connection, database_url: str) -> None:
    points = await add_points(connection, site="lab", devices=4, keys=5)
    done = asyncio.Event()
    seen = [Counter[int](), Counter[int]()]
    keys: list[set[tuple[int, int]]] = [set(), set()]
    followers = [asyncio.create_task(follow_until(database_url, 0, seen[n], done, keys[n])) for n in range(len(seen))]
    deadlocks_before = await connection.fetchval(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    writers = [await start_writer(database_url, number, points) for number in range(WRITERS)]
    await stop_in_mid_transaction(connection, writers[0], "writer-0")
    async with asyncio.timeout(60):  # the server's time-out of 5 s, and the work
        for writer in writers[1:]:
            assert await writer.wait() == 0
    os.kill(writers[0].pid, signal.SIGCONT)
    async with asyncio.timeout(60):
        assert await writers[0].wait() == 0
        done.set()
        await asyncio.gather(*followers)

    ids = [row["id"] for row in await connection.fetch("SELECT id FROM batch_log ORDER BY id")]
    expected = {
        (point, time_us)
        for number in range(WRITERS)
        for made in batches(number, BATCHES, points)
        for point, time_us in zip(made.point_ids.tolist(), made.times_us.tolist(), strict=True)
    }
    for follower_seen, follower_keys in zip(seen, keys, strict=True):
        assert follower_seen == Counter(ids)
        assert follower_keys == expected
    assert await connection.fetchval("SELECT sum(samples) FROM batch_log") == len(expected)
    stored = await connection.fetch("SELECT point_id, time, value FROM reading")
    assert len(stored) == len(expected)
    assert all(
        row["value"] == value_at(row["point_id"], round(row["time"].timestamp() - START_US / 1e6)) for row in stored
    )
    await connection.execute("SELECT pg_stat_force_next_flush()")
    deadlocks = await connection.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert deadlocks == deadlocks_before


async def test_a_writer_frozen_while_it_sends_rows_is_ended(connection: Connection, database_url: str) -> None:
    points = await add_points(connection, site="lab", devices=1, keys=3)
    frozen = await connect(database_url, name="frozen")
    started = asyncio.Event()

    async def rows_without_end() -> AsyncIterator[bytes]:
        for second in range(20_000):  # more than COPY gathers before it inserts
            yield f"{points[0]}\t2026-03-01 00:00:00.{second:06d}+00\t1\n".encode()
        started.set()
        await asyncio.Event().wait()

    copying = asyncio.create_task(frozen.copy_to_table("reading", source=rows_without_end(), format="text"))
    async with asyncio.timeout(60):
        await started.wait()
    async with asyncio.timeout(60):  # waits 6 s, finds the frozen session, ends it, goes on
        recorded = await Recorder(connection).record(batch_of(points, [(0, 0, 2.0)]))
    assert recorded.stored == 1
    frozen.terminate()
    copying.cancel()
    await asyncio.gather(copying, return_exceptions=True)


async def test_retention_never_passes_the_slowest_follower(connection: Connection) -> None:
    points = await add_points(connection, site="lab", devices=1, keys=3)
    recorder = Recorder(connection)
    slow, quick = await batch_log.register(connection, "slow"), await batch_log.register(connection, "quick")
    assert slow == quick == 0
    for second in range(4):
        await recorder.record(batch_of(points, [(0, second, 1.0)]))
    await connection.execute("UPDATE batch_log SET stored_at = now() - interval '10 days'")
    logged = await batch_log.read_after(connection, 0, 10)
    await batch_log.advance(connection, "quick", logged[3].id)
    await batch_log.advance(connection, "slow", logged[1].id)
    gone = await retention.let_go(connection, retention.RetentionSettings())
    assert gone["batches"] == 2
    assert [batch.id for batch in await batch_log.read_after(connection, logged[1].id, 10)] == [
        batch.id for batch in logged[2:]
    ]
    with pytest.raises(FellBehindError):
        await batch_log.read_after(connection, logged[0].id, 10)


async def test_a_follower_is_found_again_where_it_was(connection: Connection) -> None:
    points = await add_points(connection, site="lab", devices=1, keys=3)
    await batch_log.register(connection, "energy")
    await Recorder(connection).record(batch_of(points, [(0, 0, 1.0)]))
    [batch] = await batch_log.read_after(connection, 0, 10)
    assert batch.readings.values.tolist() == [1.0]
    assert batch.readings.times_us.tolist() == [START_US]
    await batch_log.advance(connection, "energy", batch.id)
    await batch_log.advance(connection, "energy", 0)
    assert await batch_log.register(connection, "energy") == batch.id
    assert await batch_log.register(connection, "newcomer") == batch.id


async def test_an_empty_batch_leaves_no_trace_in_the_log(connection: Connection) -> None:
    none = Columns(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64), np.empty(0))
    await batch_log.write(connection, "readings", "ingest-1", none)
    assert await batch_log.newest_id(connection) == 0
