"""10,000 rules bound to machines against 10,000 readings a second: what evaluation costs, alone and in the platform.

alone      the evaluator in this process, with takes of a fifth of a second
platform   batches stored as ingest stores them --> alarms duty, a process of its own --> event --> live stream
           watched: processor time of the alarms process; from a reading's commit to its alarm on the stream
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import numpy as np

from analytics.alarms.binding import bind
from analytics.alarms.evaluator import Evaluator
from bench import alarm_load
from bench.accounting import cpu_s
from bench.platform import answers
from bench.result import Result
from deploy.embedded.processes import free_port
from services.alarms import rules
from services.alarms.rules import NewRule
from services.batch import Batch
from services.database import Connection, connect
from services.migrate import migrate
from services.readings import Recorder
from tests import metered_plant
from tests.acceptance.platform import Processes, until
from tests.api.serving import Stream, streaming
from tests.servers import running_stack, temporary_home

HALF_A_CORE = 50.0
VISIBLE_MS = 1_000.0
_START_US = 1_789_344_000_000_000
_TAKES_A_SECOND = 5
_WARM_S = 20
#: With every so many batches a probe goes over its limit, or back; a worker says that it is there.
_TURNED_EACH, _LISTENS_EACH = 3, 20
_READINGS_A_SECOND = alarm_load.DEVICES * alarm_load.VALUES
_DEVICES = """INSERT INTO device (site_id, code, name)
              SELECT $1, 'load-' || lpad(n::text, 5, '0'), 'Device ' || n FROM generate_series(0, $2::int - 1) AS n"""
_POINTS = """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s,
                                states)
             SELECT d.id, 'v' || lpad(n::text, 3, '0') || '_kw', 'Value', 'active_power', 'kW', 'kW', 1,
                    CASE WHEN n = $2 THEN 'state' ELSE 'gauge' END, 1,
                    CASE WHEN n = $2 THEN '{"fault": 1000}'::jsonb END
             FROM device AS d CROSS JOIN generate_series(0, $1::int - 1) AS n ORDER BY d.code, n RETURNING id"""
#: Silence counts while somebody listens.
_LISTENS = """INSERT INTO ingest_worker (name, started_at, seen_at, state) VALUES ($1, now(), now(), 'receiving')
              ON CONFLICT (name) DO UPDATE SET seen_at = now(), state = 'receiving'"""


def measure_evaluator(seconds: int) -> Result:
    """Only the evaluator: takes of a fifth of a second, a tick each second, a memory each half minute."""
    machines = {machine.code: machine for machine in alarm_load.machines()}
    instances = [
        instance
        for rule in alarm_load.rules(devices_a_rule=1)
        for instance in bind([rule], {}, [machines[rule.target.codes[0]]]).instances
    ]
    evaluator = Evaluator(instances)
    taken: list[float] = []
    for number, (stored_us, readings) in enumerate(alarm_load.takes(_START_US, _WARM_S + seconds, _TAKES_A_SECOND)):
        started = time.process_time()
        evaluator.take(readings, stored_us)
        if number % _TAKES_A_SECOND == 0:
            evaluator.tick(stored_us, frozenset(), {"load": 0})
        if number % (30 * _TAKES_A_SECOND) == 0:
            evaluator.memory()
        taken.append(time.process_time() - started)
    warm = taken[_WARM_S * _TAKES_A_SECOND :]
    return Result(
        f"evaluation alone of {len(instances):,} different rules at {_READINGS_A_SECOND:,} readings/s",
        "% of a core",
        sum(warm) / seconds * 100,
        "half a core",
        HALF_A_CORE,
        reach=1,
        higher_is_better=False,
        note=f"a take {sum(warm) / len(warm) * 1000:.1f} ms, the longest {max(warm) * 1000:.0f} ms",
    )


async def measure_platform(seconds: int) -> list[Result]:
    """The alarms duty at full load, and how long an alarm takes to be seen."""
    with temporary_home() as home, running_stack(home, durable=True) as stack:
        url = stack.database.url
        await migrate(url)
        connection = await connect(url, name="bench")
        first_id = await _make_plant(connection)
        port = free_port()
        async with Processes(stack) as processes:
            alarms = await processes.engine("--duty", "alarms")
            await processes.api("--port", str(port))
            await until(url, _is_evaluating, within_s=120)
            async with _live(port) as stream:
                committed: dict[tuple[str, str], float] = {}
                storing = asyncio.create_task(_store(url, first_id, committed))
                try:
                    await _watch(stream, committed, _WARM_S)
                    used_s, began_s, before = cpu_s(alarms.pid), time.monotonic(), await _stored(connection)
                    found_ms = await _watch(stream, committed, seconds)
                    rate = (await _stored(connection) - before) / (time.monotonic() - began_s)
                    share = (cpu_s(alarms.pid) - used_s) / (time.monotonic() - began_s) * 100
                finally:
                    storing.cancel()
        await connection.close()
    return _results(found_ms, share, rate, seconds)


def _results(found_ms: list[float], share: float, rate: float, seconds: int) -> list[Result]:
    p50, p95 = np.percentile(found_ms, [50, 95])
    what = f"{_READINGS_A_SECOND:,} readings/s against 10,000 different rules"
    return [
        Result(
            f"alarms duty at {what}",
            "% of a core",
            share,
            "half a core",
            HALF_A_CORE,
            reach=1,
            higher_is_better=False,
            note=f"{rate:,.0f} readings/s stored over {seconds} s",
        ),
        Result(
            f"from a reading's commit to its alarm on the live stream at {what}, longest",
            "ms",
            max(found_ms),
            "allowed, ms",
            VISIBLE_MS,
            reach=1,
            higher_is_better=False,
            note=f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, {len(found_ms)} raises and clears seen",
        ),
    ]


async def _make_plant(connection: Connection) -> int:
    """A site with the devices and rules of the load; gives the id of the first point."""
    plant = await metered_plant.make(connection, [], site="load")
    await connection.execute(_DEVICES, plant.site_id, alarm_load.DEVICES)
    points = await connection.fetch(_POINTS, alarm_load.VALUES, alarm_load.STATE)
    new = [NewRule(rule, "entered") for rule in (*alarm_load.rules(devices_a_rule=1), alarm_load.probe())]
    async with connection.transaction():
        await rules.put(connection, "load", new, "local", "benchmark")
    await connection.execute(_LISTENS, "ingest-1")
    return min(int(row["id"]) for row in points)


async def _stored(connection: Connection) -> int:
    stored: int = await connection.fetchval("SELECT coalesce(sum(samples), 0)::int8 FROM batch_log")
    return stored


async def _is_evaluating(connection: Connection) -> bool:
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM alarm_memory)")
    return found


@asynccontextmanager
async def _live(port: int) -> AsyncIterator[Stream]:
    base = f"http://127.0.0.1:{port}"
    await answers(base)
    async with (
        httpx.AsyncClient(base_url=base, timeout=30) as client,
        streaming(client, f"?site=load&device=load/{alarm_load.PROBES[0]}") as stream,
    ):
        yield stream


async def _store(url: str, first_id: int, committed: dict[tuple[str, str], float]) -> None:
    """Store a batch each fifth of a second, until cancelled; time that was lost is made good."""
    connection = await connect(url, name="bench")
    recorder = Recorder(connection)
    began = time.time()
    probes = alarm_load.Probes(first_id)
    for number, (_, readings) in enumerate(alarm_load.takes(int(began * 1e6), 36_000, _TAKES_A_SECOND, first_id)):
        await asyncio.sleep(max(0.0, began + number / _TAKES_A_SECOND - time.time()))
        readings, probe = probes.put(readings, turns=number % _TURNED_EACH == 0)  # noqa: PLW2901 - the batch with it
        await recorder.record(Batch("ingest-1", datetime.now(UTC), readings, messages=alarm_load.DEVICES))
        if probe is not None:
            committed[probe] = time.time()
        if number % _LISTENS_EACH == 0:
            await connection.execute(_LISTENS, "ingest-1")


async def _watch(stream: Stream, committed: dict[tuple[str, str], float], seconds: int) -> list[float]:
    """Milliseconds from the commit of each probe to its alarm's event, for so long."""
    found: list[float] = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        frame = await stream.frame()
        if frame.event == "event" and frame.data["payload"].get("rule") == alarm_load.PROBE:
            what = "clear" if frame.data["kind"] == "alarm.clear" else "raise"
            began = committed.pop((frame.data["payload"]["subject"], what), None)
            if began is not None:
                found.append((time.time() - began) * 1000)
    return found
