"""Messages of 500 values, beside a bare staged COPY + INSERT ON CONFLICT of the same rows into the same table."""

from __future__ import annotations

import io
import time

import numpy as np

from analytics.batches import Columns
from bench.backlog import drain_by_ingest, fill
from bench.platform import Platform, platform
from bench.result import Result
from services import copy_binary
from services.statements import statements
from tests.acceptance.platform import Load

VALUES = 500
DEVICES = 20
#: Rows a transaction of the bare way: what one batch of ingest holds at its limit of 4 MB.
ROWS_A_TRANSACTION = 150_000
SQL = statements("readings")


async def bare_rows_per_s(on: Platform, load: Load) -> float:
    """Rows a second of the bare way, over the same keys, into the table as it is after `DELETE`."""
    ids = np.array([row["id"] for row in await on.connection.fetch("SELECT id FROM point ORDER BY id")], dtype=np.int32)
    await on.connection.execute("TRUNCATE reading")
    await on.connection.execute(SQL["create_staged_reading"].text)
    steps = load.messages // load.devices
    steps_at_once = max(1, ROWS_A_TRANSACTION // len(ids))
    seconds = 0.0
    for first in range(0, steps, steps_at_once):
        times = load.start_ms * 1000 + np.arange(first, min(first + steps_at_once, steps)) * load.step_ms * 1000
        rows = Columns(
            np.repeat(ids, len(times)), np.tile(times.astype(np.int64), len(ids)), np.ones(len(ids) * len(times))
        )
        data = copy_binary.staged_readings(rows)
        started = time.perf_counter()
        async with on.connection.transaction():
            await on.connection.copy_to_table("staged_reading", source=io.BytesIO(data), format="binary")
            await on.connection.execute(
                "INSERT INTO reading SELECT point_id, time, value FROM staged_reading ON CONFLICT DO NOTHING"
            )
        seconds += time.perf_counter() - started
    return steps * len(ids) / seconds


async def measure(messages: int) -> Result:
    """Ingest first, then the bare way over the same keys."""
    messages -= messages % DEVICES
    load = Load(messages=messages, devices=DEVICES, values=VALUES, start_ms=int(time.time() * 1000) - messages * 100)
    async with platform(load) as on:
        await fill(on, load)
        rate, memory_mb = await drain_by_ingest(on, load)
        limit = await bare_rows_per_s(on, load)
    return Result(
        f"ingest, {messages:,} messages of {VALUES} values",
        "rows/s",
        rate * VALUES,
        "bare staged COPY + ON CONFLICT",
        limit,
        reach=1.0,
        note=f"peak {memory_mb:.0f} MB",
    )
