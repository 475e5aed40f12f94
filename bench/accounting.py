"""How far behind the open intervals are while readings come in at 20,000 a second, beside the ten seconds allowed.

    1,000 registers and 19,000 gauges, each read once a second, stored in one batch a second as ingest stores them
      engine       a process of its own: follows the log, keeps anchors, intervals, roll-ups
      lag          the clock minus the instant up to which the last of all registers has energy, each half second

Watched from the moment at which every register has energy.
"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from analytics.batches import Columns
from bench.result import Result
from services.batch import Batch
from services.database import Connection, connect
from services.migrate import migrate
from services.readings import Recorder
from tests import metered_plant
from tests.acceptance.platform import Processes, until
from tests.servers import running_stack, temporary_home

READINGS_A_SECOND = 20_000
LIMIT_S = 10.0
_POINTS = """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
             SELECT d.id, 'v' || n, 'Value', 'energy', 'kWh', 'kWh', 1,
                    CASE WHEN n <= $1 THEN 'counter' ELSE 'gauge' END, 1
             FROM device AS d, generate_series(1, $2::int) AS n ORDER BY n RETURNING id"""
_METERS = """INSERT INTO meter (site_id, code, name, carrier, kind, rated_per_hour)
             SELECT $1, 'm' || n, 'Meter', 'electricity', 'register', 10000 FROM generate_series(1, $2::int) AS n"""
_REGISTERS = "INSERT INTO register (meter_id, flow, unit, calendar_id) SELECT id, 'import', 'kWh', $1 FROM meter"
_SEGMENTS = """INSERT INTO register_segment (register_id, valid_from, point_id, actor_id)
               SELECT r.id, '-infinity', $1::int + row_number() OVER (ORDER BY r.id) - 1, a.id
               FROM register AS r, actor AS a"""
#: What a register counts in a second: its energy says up to which reading it is accounted.
_KWH_A_SECOND = 0.01
_LEAST = """SELECT count(*)::int AS registers, min(energy)::float8 / 1000000 AS energy_kwh,
                   (SELECT extract(epoch FROM max(time))::float8 FROM latest) AS stored_s
            FROM (SELECT sum(measured + interpolated + estimated) AS energy FROM energy_interval
                  GROUP BY register_id) AS one"""


async def make_plant(connection: Connection, registers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """A site whose first points are registers; gives the ids of all points."""
    plant = await metered_plant.make(connection, [])
    await connection.execute("INSERT INTO device (site_id, code, name) VALUES ($1, 'd', 'Device')", plant.site_id)
    points = await connection.fetch(_POINTS, registers, READINGS_A_SECOND)
    await connection.execute(_METERS, plant.site_id, registers)
    await connection.execute(_REGISTERS, plant.calendar_id)
    await connection.execute(_SEGMENTS, points[0]["id"])
    return np.array([row["id"] for row in points], dtype=np.int32)


async def read_each_second(url: str, point_ids: np.ndarray[tuple[int], np.dtype[np.int32]], began_s: float) -> None:
    """Store a reading of every point each second, until cancelled; time that was lost is made good."""
    recorder = Recorder(await connect(url, name="bench"))
    second = int(began_s)
    while True:
        await asyncio.sleep(max(0.0, second - time.time()))
        # Spread over the second that is over, as devices are.
        times = second * 1_000_000 - np.arange(len(point_ids), dtype=np.int64) * 1_000_000 // len(point_ids)
        values = 100 + (second - int(began_s)) * _KWH_A_SECOND + point_ids.astype(np.float64)
        await recorder.record(Batch("ingest-1", datetime.now(UTC), Columns(point_ids, times, values), messages=1))
        second += 1


def cpu_s(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(registers: int, seconds: int) -> Result:
    """Watch the open intervals for so long."""
    with temporary_home() as home, running_stack(home, durable=True) as stack:
        url = stack.database.url
        await migrate(url)
        connection = await connect(url, name="bench")
        point_ids = await make_plant(connection, registers)
        async with Processes(stack) as processes:
            engine = await processes.engine()
            await until(url, _is_following, within_s=60)
            first_s = time.time()
            reading = asyncio.create_task(read_each_second(url, point_ids, first_s))
            try:
                await until(url, lambda probe: _has_energy(probe, registers), within_s=60)
                found, late, used_s, began_s = [], [0.0], cpu_s(engine.pid), time.monotonic()
                while time.monotonic() - began_s < seconds:
                    found.append(await behind_s(connection, registers, first_s))
                    late.append(time.time() - float((await connection.fetchrow(_LEAST))["stored_s"]))
                    await asyncio.sleep(0.5)
                share = (cpu_s(engine.pid) - used_s) / (time.monotonic() - began_s)
            finally:
                reading.cancel()
        await connection.close()
    return Result(
        f"open intervals of {registers:,} registers behind the clock at {READINGS_A_SECOND:,} readings/s, most",
        "s",
        max(found),
        "allowed, s",
        LIMIT_S,
        reach=1.0,
        higher_is_better=False,
        note=f"median {sorted(found)[len(found) // 2]:.1f} s; storing alone at most {max(late):.1f} s; "
        f"engine at {share:.0%} of one core for {seconds} s",
    )


async def _is_following(connection: Connection) -> bool:
    found: bool = await connection.fetchval("SELECT EXISTS (SELECT FROM log_follower WHERE name = 'engine')")
    return found


async def _has_energy(connection: Connection, registers: int) -> bool:
    return await behind_s(connection, registers, 0) < float("inf")


async def behind_s(connection: Connection, registers: int, first_s: float) -> float:
    """How far the last register is behind; without end while some have no energy at all."""
    row = await connection.fetchrow(_LEAST)
    if row["registers"] < registers:
        return float("inf")
    return time.time() - int(first_s) - float(row["energy_kwh"]) / _KWH_A_SECOND
