"""Energy of many meters by floor, unit and band over a year, beside the same figure from raw readings.

    1,000 meters x 365 days of quarter hours (35 million rows), on 10 floors and of 20 units, under 4 bands
      answered     the analysis as the API answers it (services/energy), over the calendar year, warm
      from raw     a year of quarter-hourly register readings of 10 of these meters, differences taken, joined to the
                   bands, summed by floor, unit and band in one statement; times 100 for 1,000 meters
      re-tariffed  all of it given other bands: hours, days and months rewritten from the 35 million rows

The raw side is favoured: its readings fall on quarter hours, none is late, corrected or missing, and nothing is judged.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

from bench.result import Result
from services import retariff
from services.database import Connection, connect
from services.energy.analysis import analyse
from services.energy.question import Question
from tests import metered_plant
from tests.metered_plant import Plant
from tests.servers import make_template, own_database, running_stack, temporary_home

START = datetime(2024, 12, 31, tzinfo=UTC)
STOP = datetime(2026, 1, 2, tzinfo=UTC)
YEAR = (datetime(2024, 12, 31, 16, tzinfo=UTC), datetime(2025, 12, 31, 16, tzinfo=UTC))  # of Shanghai
RAW_METERS = 10
BANDS = {clock(0): 4, clock(8): 2, clock(12): 3, clock(19, 30): 1, clock(21): 3}
_SPACES = """INSERT INTO space (site_id, code, path, kind, name)
             SELECT $1, 'f' || n, 'f' || n, 'floor', 'Floor ' || n FROM generate_series(0, 9) AS n"""
_UNITS = """INSERT INTO org_unit (site_id, code, path, kind, name)
            SELECT $1, 'u' || n, 'u' || n, 'department', 'Unit ' || n FROM generate_series(0, 19) AS n"""
_METERS = """INSERT INTO meter (site_id, code, name, carrier, kind, space_id, org_unit_id)
             SELECT $1, 'm' || n, 'Meter ' || n, 'electricity', 'register', s.id, u.id
             FROM generate_series(1, $2::int) AS n
             JOIN space AS s ON s.path = 'f' || n % 10 JOIN org_unit AS u ON u.path = 'u' || n % 20"""
_REGISTERS = """INSERT INTO register (meter_id, flow, unit, calendar_id)
                SELECT id, 'import', 'kWh', $1 FROM meter ORDER BY id"""
_INTERVALS = """INSERT INTO energy_interval (register_id, start, measured, covered_us)
                SELECT r.id, p.start, 1000000 + (r.id * 7919 + extract(epoch FROM p.start)::int8 / 900) % 100000,
                       (extract(epoch FROM p.stop - p.start) * 1000000)::int8
                FROM register AS r CROSS JOIN calendar_piece AS p WHERE p.start >= $1 AND p.start < $2"""
_POINTS = """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
             SELECT d.id, 'e' || n, 'Energy', 'energy', 'kWh', 'kWh', 1, 'counter', 900
             FROM device AS d, generate_series(1, $1::int) AS n RETURNING id"""
_READINGS = """INSERT INTO reading (point_id, time, value)
               SELECT p.id, t, extract(epoch FROM t - $1::timestamptz) / 900.0
               FROM point AS p, generate_series($1::timestamptz, $2::timestamptz, interval '15 minutes') AS t"""
_FROM_RAW = """SELECT s.path, u.path, c.band, sum(d.energy) FROM (
                 SELECT r.point_id, lag(r.time) OVER w AS start, r.value - lag(r.value) OVER w AS energy
                 FROM reading AS r WHERE r.point_id = ANY($1::int4[]) AND r.time >= $2 AND r.time <= $3
                 WINDOW w AS (PARTITION BY r.point_id ORDER BY r.time)
               ) AS d
               JOIN calendar_piece AS c ON c.calendar_id = $4 AND c.start = d.start
               JOIN point AS p ON p.id = d.point_id
               JOIN meter AS m ON 'e' || substr(m.code, 2) = p.key
               JOIN space AS s ON s.id = m.space_id JOIN org_unit AS u ON u.id = m.org_unit_id
               GROUP BY s.path, u.path, c.band"""
_NEW_BANDS = """UPDATE calendar_piece SET band = CASE band WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 4 ELSE 2 END
                WHERE calendar_id = $1"""


async def measure(meters: int, days: int = 367) -> list[Result]:
    """Fill, ask, and give other bands."""
    with temporary_home() as home, running_stack(home) as stack:
        await asyncio.to_thread(make_template, stack)
        with own_database(stack) as url:
            connection = await connect(url, name="bench")
            try:
                plant = await _fill(connection, meters, days)
                return [await _asked(connection, plant, meters), await _retariffed(connection, plant, meters, days)]
            finally:
                await connection.close()


async def _fill(connection: Connection, meters: int, days: int) -> Plant:
    plant = await metered_plant.make(connection, [])
    await metered_plant.calendar(connection, plant, START, STOP, BANDS)
    await connection.execute(_SPACES, plant.site_id)
    await connection.execute(_UNITS, plant.site_id)
    await connection.execute(_METERS, plant.site_id, meters)
    await connection.execute(_REGISTERS, plant.calendar_id)
    for number in range(days):
        day = START + timedelta(days=number)
        await connection.execute(_INTERVALS, day, day + timedelta(days=1))
    await connection.execute("VACUUM ANALYZE energy_interval")
    await retariff.run(connection, [plant.calendar_id], date(2024, 12, 1))
    await connection.execute("INSERT INTO device (site_id, code, name) VALUES ($1, 'raw', 'Raw')", plant.site_id)
    await connection.execute(_POINTS, RAW_METERS)
    await connection.execute(_READINGS, *YEAR)
    await connection.execute("VACUUM ANALYZE")
    return plant


async def _asked(connection: Connection, plant: Plant, meters: int) -> Result:
    question = Question("plant", *YEAR, group_by=frozenset(("floor", "org_unit", "band")))
    answered: list[float] = []
    for _ in range(60):
        started = time.perf_counter()
        found = await analyse(connection, question, STOP)
        answered.append((time.perf_counter() - started) * 1000)
        assert len(found.groups) == min(20, meters)
    answered = sorted(answered[10:])
    points = [row["id"] for row in await connection.fetch("SELECT id FROM point ORDER BY id")]
    raw: list[float] = []
    for _ in range(5):
        started = time.perf_counter()
        await connection.fetch(_FROM_RAW, points, *YEAR, plant.calendar_id)
        raw.append((time.perf_counter() - started) * 1000)
    scale = meters / RAW_METERS
    p95 = answered[int(len(answered) * 0.95)]
    return Result(
        f"energy of {meters:,} meters by floor, unit and band over a year, p95 of {len(answered)}",
        "ms",
        p95,
        f"from a year of raw quarter-hourly readings, {RAW_METERS} meters x {scale:,.0f}",
        statistics.median(raw) * scale,
        reach=0.01,
        higher_is_better=False,
        note=f"p50 {statistics.median(answered):.0f} ms, p95 {p95:.1f} ms (reach 100 ms)",
    )


async def _retariffed(connection: Connection, plant: Plant, meters: int, days: int) -> Result:
    rows = await connection.fetchval("SELECT count(*) FROM energy_interval")
    await connection.execute(_NEW_BANDS, plant.calendar_id)
    started = time.perf_counter()
    written = await retariff.run(connection, [plant.calendar_id], date(2024, 12, 1))
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    await connection.fetchval(
        "SELECT sum(e.measured) FROM energy_interval AS e JOIN calendar_piece AS p ON p.start = e.start "
        "AND p.calendar_id = $1",
        plant.calendar_id,
    )
    bare = time.perf_counter() - started
    return Result(
        f"{days} days of {meters:,} meters re-tariffed",
        "rows/s",
        rows / seconds,
        "the same intervals only joined to their bands and added up",
        rows / bare,
        reach=0.1,
        note=f"{rows:,} intervals in {seconds:.0f} s, {written:,} rows of roll-ups written",
    )
