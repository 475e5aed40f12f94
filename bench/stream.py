"""From publish to the browser's stream, while ingest is at half of its full load.

A probe device publishes its own clock twenty times a second; whoever reads the stream compares it with theirs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import numpy as np
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bench.platform import Platform, answers, platform
from bench.result import Result
from deploy.embedded.processes import free_port
from tests.acceptance.platform import Load, is_receiving, until

LIMIT_MS = 500.0
PROBE_EACH_S = 0.05


async def frames(base: str) -> AsyncIterator[list[list[object]]]:
    """The values of each frame of the live stream after the snapshot."""
    async with (
        httpx.AsyncClient(base_url=base, timeout=30) as client,
        client.stream("GET", "/api/v1/live/stream", params={"site": "load"}) as response,
    ):
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:") and event == "values":
                yield json.loads(line.removeprefix("data:"))["values"]


async def probe(on: Platform, topic: str) -> None:
    """Publish the time, again and again, until cancelled."""
    client = paho.Client(CallbackAPIVersion.VERSION2, "probe", protocol=MQTTProtocolVersion.MQTTv5)
    await asyncio.to_thread(client.connect, "127.0.0.1", int(on.mqtt_port))
    client.loop_start()
    try:
        while True:
            message = {"ts": time.time_ns() // 1_000_000, "values": {"v000_kw": 1.0}}
            client.publish(topic, json.dumps(message), qos=1)
            await asyncio.sleep(PROBE_EACH_S)
    finally:
        client.loop_stop()


async def latencies_ms(base: str, point: str, seconds: float) -> list[float]:
    """How old each value of a point was when the stream brought it."""
    found: list[float] = []
    deadline = time.monotonic() + seconds
    async for values in frames(base):
        now_ms = time.time_ns() / 1e6
        found += [now_ms - float(str(value[1])) for value in values if value[0] == point]
        if time.monotonic() > deadline:
            break
    return found


async def measure(rate: float, seconds: int) -> Result:
    """Watch the stream for so long at so many messages a second."""
    # The probe is the last device; the load uses those before it.
    load = Load(messages=int(rate * (seconds + 10)), devices=101, values=5)
    busy = Load(messages=load.messages, devices=100, values=5, start_ms=int(time.time() * 1000) - load.messages * 10)
    port = free_port()
    async with platform(load) as on:
        await on.processes.ingest()
        await on.processes.api("--port", str(port))
        await until(on.stack.database.url, is_receiving, within_s=30)
        base = f"http://127.0.0.1:{port}"
        await answers(base)
        publishing = await on.processes.load(busy, "--rate", str(rate), "--seconds", str(seconds + 30))
        probing = asyncio.create_task(probe(on, "ioe/v1/load/load-00100/telemetry"))
        try:
            await asyncio.sleep(3)  # the load's own start
            async with asyncio.timeout(seconds + 30):
                found = await latencies_ms(base, "load/load-00100/v000_kw", seconds)
        finally:
            probing.cancel()
            publishing.terminate()
    p50, p99 = np.percentile(found, [50, 99])
    return Result(
        f"publish to stream at {rate:,.0f} messages/s of 5 values, p99",
        "ms",
        float(p99),
        "reach, ms",
        LIMIT_MS,
        reach=1.0,
        higher_is_better=False,
        note=f"p50 {p50:.0f} ms, {len(found)} values seen",
    )
