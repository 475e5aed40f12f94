"""One ingest process against a backlog of messages of five values, beside `mosquitto_sub -q 1` discarding the same."""

from __future__ import annotations

import asyncio
import os
import time

from bench.platform import Platform, drain_by_mosquitto_sub, peak_memory_mb, platform
from bench.result import Result
from tests.acceptance.platform import Load, report_of, stored_at_least, until

#: Receivers' sessions at the broker: ours, and the one that discards.
OURS, DISCARDING = "ingest-1", "discarding"


async def fill(on: Platform, load: Load) -> None:
    """Publish the load while both receivers are away; the broker keeps it for each."""
    nothing = Load(messages=1, values=load.values, devices=load.devices, start_ms=load.start_ms - 1)
    for client, content in ((DISCARDING, nothing), (OURS, load)):
        await report_of(await on.processes.load(content, "--fill", client))


async def drain_by_ingest(on: Platform, load: Load) -> tuple[float, float]:
    """(messages a second, peak memory in MB) of one worker; the time runs from the first batch's commit to the last."""
    ingest = await on.processes.ingest()
    await until(on.stack.database.url, lambda c: stored_at_least(c, load.samples), within_s=600)
    memory_mb = peak_memory_mb(ingest.pid)
    ingest.terminate()
    await ingest.wait()
    row = await on.connection.fetchrow(
        """SELECT extract(epoch FROM max(stored_at) - min(stored_at))::float8 AS seconds,
                  sum(samples)::float8 - (SELECT samples FROM batch_log ORDER BY id LIMIT 1) AS samples
           FROM batch_log"""
    )
    return row["samples"] / load.values / row["seconds"], memory_mb


async def measure(messages: int) -> Result:
    """Run both over the same backlog."""
    load = Load(messages=messages, devices=100, values=5, start_ms=int(time.time() * 1000) - messages * 10)
    async with platform(load) as on:
        await fill(on, load)
        started = time.perf_counter()
        await asyncio.to_thread(
            drain_by_mosquitto_sub,
            on.stack.programs.mosquitto_clients / "mosquitto_sub",
            on.mqtt_port,
            DISCARDING,
            messages,
        )
        limit = messages / (time.perf_counter() - started)
        rate, memory_mb = await drain_by_ingest(on, load)
    return Result(
        f"ingest, {messages:,} messages of 5 values, stored exactly once",
        "messages/s",
        rate,
        "mosquitto_sub -q 1",
        limit,
        reach=0.4,
        note=f"peak {memory_mb:.0f} MB, {os.cpu_count()} cores shared with broker and database",
    )
