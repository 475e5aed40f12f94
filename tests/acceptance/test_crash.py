"""SIGKILL in the middle of a load: ingest, the database, the broker. Each message is stored exactly once.

IOE_CRASH_MESSAGES sets the size of the load; the full run is 200000 (docs/faults.md has its figures).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.embedded.stack import Stack
from services.database import connect
from tests.acceptance.platform import (
    Load,
    Processes,
    is_receiving,
    prepare,
    report_of,
    stored_at_least,
    until,
)

MESSAGES = int(os.environ.get("IOE_CRASH_MESSAGES", "6000"))
WITHIN_S = 30 + MESSAGES / 200


@pytest.mark.parametrize("victim", ["ingest", "database", "broker"])
async def test_each_message_is_stored_exactly_once(
    private_stack: Callable[[], Stack], tmp_path: Path, victim: str
) -> None:
    stack = private_stack()
    load = Load(messages=MESSAGES, start_ms=int(time.time() * 1000) - MESSAGES * 20)
    await prepare(stack, load, tmp_path)
    async with Processes(stack) as processes:
        ingest = await processes.ingest()
        await until(stack.database.url, is_receiving, within_s=WITHIN_S)
        publishing = await processes.load(load, "--rate", str(MESSAGES / 4))
        await until(stack.database.url, lambda c: stored_at_least(c, load.samples // 4), within_s=WITHIN_S)
        if victim == "ingest":
            ingest.kill()
            await ingest.wait()
            ingest = await processes.ingest()
        else:
            server = stack.database if victim == "database" else stack.broker
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        report = await asyncio.wait_for(report_of(publishing), WITHIN_S)
        await until(stack.database.url, lambda c: stored_at_least(c, load.samples), within_s=WITHIN_S)
        ingest.terminate()
        await asyncio.wait_for(ingest.wait(), 30)
    assert report["acknowledged"] == load.messages
    await check_database(stack, load)
    print({key: report[key] for key in ("published", "republished", "connects")})


async def check_database(stack: Stack, load: Load) -> None:
    connection = await connect(stack.database.url, name="test")
    try:
        found = await connection.fetchrow("SELECT count(*), sum(value) FROM reading")
        assert found["count"] == load.samples
        assert found["sum"] == pytest.approx(load.sum_kw(), abs=1e-3)
        assert await connection.fetchval("SELECT sum(samples) FROM batch_log") == load.samples
        assert await connection.fetchval("SELECT count(*) FROM dead_letter") == 0
        tally = await connection.fetch("SELECT reason, sum(count)::int8 FROM ingest_tally GROUP BY reason")
        print({row["reason"]: row["sum"] for row in tally})
    finally:
        await connection.close()
