"""Energy of many meters by floor, unit and band over a year, beside the same figure from raw readings.

    1,000 meters with a year of days and months under Jiangsu's tariff, on 10 floors and of 20 units
      a calendar year     the analysis as the API answers it (services/energy), with its cost, warm
      mid-month to mid-month, eleven months: the edges are read from days, the most days there can be
      over HTTP           GET /api/v1/energy of the calendar year, server and client in this process
      from raw            a year of quarter-hourly register readings of 10 of these meters, differences taken, joined to
                          the bands, summed by floor, unit and band in one statement; times 100 for 1,000 meters
    100 meters with a year of quarter hours (3.5 million rows)
      re-tariffed         all of it given other bands: hours, days and months rewritten from the quarter hours

Days and months of the first part are filled by one statement each, as roll-ups are: each quarter hour of a meter has
the same energy, so that every answer is checked against its sum. The raw side is favoured: its readings fall on quarter
hours, none is late, corrected or missing, nothing is judged, and nothing is priced.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

from analytics.tariffs.model import Contract, Terms
from bench.result import Result
from deploy.embedded.stack import Stack
from services import calendars, retariff, tariff_changes
from services.database import Connection, connect
from services.energy.analysis import analyse
from services.energy.question import Group, Question
from services.tariff_folder.read import Documents
from tests import metered_plant
from tests.api.serving import serving, until_ready
from tests.metered_plant import Plant
from tests.servers import make_template, own_database, running_stack, temporary_home
from tests.tariffs import shipped

START = datetime(2025, 12, 31, tzinfo=UTC)
STOP = datetime(2027, 1, 2, tzinfo=UTC)
DAYS = 367
YEAR = (datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC))  # of Shanghai
RAGGED = (datetime(2026, 1, 14, 16, tzinfo=UTC), datetime(2026, 12, 15, 16, tzinfo=UTC))  # 15 January to 15 December
GROUPED: frozenset[Group] = frozenset(("floor", "org_unit", "band"))
TERMS = Terms(date(2026, 1, 1), "jiangsu-2025-426", "two-part")
RAW_METERS = 10
_REACH_MS = 100
WARMING, ASKED, RAW_TIMES = 10, 50, 5
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
_ROLLED = {
    unit: f"""INSERT INTO energy_{unit} (register_id, {unit}, band, measured, interpolated, estimated, covered_us)
              SELECT r.id, p.{unit}, p.band, p.quarters * (1000000 + r.id * 7), 0, 0, p.quarters * 900000000
              FROM register AS r, (SELECT {unit}, band, count(*) AS quarters FROM calendar_piece
                                   WHERE calendar_id = $1 GROUP BY {unit}, band) AS p
              ORDER BY date_trunc('month', p.{unit}), r.id, p.{unit}, p.band"""  # noqa: S608 - names of ours
    for unit in ("day", "month")
}
_A_QUARTER = "SELECT sum(1000000 + id * 7)::int8 FROM register"
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


async def measure(meters: int) -> list[Result]:
    """Fill, ask, and give other bands."""
    with temporary_home() as home, running_stack(home) as stack:
        await asyncio.to_thread(make_template, stack)
        return [*await _asked(stack, meters), await _retariffed(stack, max(1, meters // 10))]


async def _plant(connection: Connection, meters: int, contract: str | None) -> Plant:
    plant = await metered_plant.make(connection, [], contract=contract)
    await connection.execute(_SPACES, plant.site_id)
    await connection.execute(_UNITS, plant.site_id)
    await connection.execute(_METERS, plant.site_id, meters)
    await connection.execute(_REGISTERS, plant.calendar_id)
    return plant


async def _asked(stack: Stack, meters: int) -> list[Result]:
    with own_database(stack) as url:
        connection = await connect(url, name="bench")
        try:
            plant = await _plant(connection, meters, "grid")
            library = shipped.documents()
            contract = Contract("grid", "Grid", "electricity", "CNY", (TERMS,))
            tariffs = {TERMS.tariff: library.tariffs[TERMS.tariff]}
            await tariff_changes.apply(connection, "plant", Documents(tariffs, library.holidays, [contract]))
            await connection.execute("UPDATE register SET calendar_id = $1", plant.calendar_id)
            await calendars.cover(connection, plant.calendar_id, START, STOP)
            for fill in _ROLLED.values():
                await connection.execute(fill, plant.calendar_id)
            await connection.execute("VACUUM ANALYZE")
            raw = await _from_raw(connection, plant) * meters / RAW_METERS
            name = f"energy of {meters:,} meters by floor, unit and band over"
            beside = f"from a year of raw quarter-hourly readings, {RAW_METERS} meters x {meters / RAW_METERS:,.0f}"
            quarter = await connection.fetchval(_A_QUARTER)
            year = await _warm(lambda: _ask(connection, YEAR, quarter))
            ragged = await _warm(lambda: _ask(connection, RAGGED, quarter))
            async with serving(url) as client:
                await until_ready(client)
                query = "site=plant&group_by=floor&group_by=org_unit&group_by=band&from=2026-01-01&to=2027-01-01"

                async def over_http() -> None:
                    (await client.get(f"/api/v1/energy?{query}")).raise_for_status()

                http = await _warm(over_http)
            return [
                _result(f"{name} a calendar year", year, beside, raw),
                _result(f"{name} eleven months, from mid-month to mid-month", ragged, beside, raw),
                _result(f"{name} a calendar year, over HTTP", http, beside, raw),
            ]
        finally:
            await connection.close()


async def _ask(connection: Connection, period: tuple[datetime, datetime], quarter: int) -> None:
    """Ask once; the answer is what all quarter hours of the period sum to, and all of it has its price."""
    found = await analyse(connection, Question("plant", *period, group_by=GROUPED), STOP)
    quarters = (period[1] - period[0]) // timedelta(minutes=15)
    assert found.totals[0].whole.energy * 1_000_000 == quarters * quarter
    assert found.totals[0].whole.unbilled == 0


async def _warm(ask: Callable[[], Awaitable[None]]) -> list[float]:
    """Milliseconds of each time, sorted, after some that are not counted."""
    taken: list[float] = []
    for _ in range(WARMING + ASKED):
        started = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - started) * 1000)
    return sorted(taken[WARMING:])


def _result(name: str, taken: list[float], beside: str, raw: float) -> Result:
    p95 = taken[int(len(taken) * 0.95)]
    return Result(
        f"{name}, p95 of {len(taken)}",
        "ms",
        p95,
        "ms it may take warm",
        _REACH_MS,
        reach=1,
        higher_is_better=False,
        note=f"fastest {taken[0]:.0f} ms, p50 {statistics.median(taken):.0f} ms; {beside}: {raw:,.0f} ms",
    )


async def _from_raw(connection: Connection, plant: Plant) -> float:
    """Milliseconds of the same figure from the readings of some meters, the median."""
    await connection.execute("INSERT INTO device (site_id, code, name) VALUES ($1, 'raw', 'Raw')", plant.site_id)
    await connection.execute(_POINTS, RAW_METERS)
    await connection.execute(_READINGS, *YEAR)
    await connection.execute("VACUUM ANALYZE reading")
    points = [row["id"] for row in await connection.fetch("SELECT id FROM point ORDER BY id")]
    taken: list[float] = []
    for _ in range(RAW_TIMES):
        started = time.perf_counter()
        await connection.fetch(_FROM_RAW, points, *YEAR, plant.calendar_id)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


async def _retariffed(stack: Stack, meters: int) -> Result:
    with own_database(stack) as url:
        connection = await connect(url, name="bench")
        try:
            plant = await _plant(connection, meters, None)
            await metered_plant.calendar(connection, plant, START, STOP, BANDS)
            for number in range(DAYS):
                day = START + timedelta(days=number)
                await connection.execute(_INTERVALS, day, day + timedelta(days=1))
            await connection.execute("VACUUM ANALYZE")
            await retariff.run(connection, [plant.calendar_id], date(2025, 12, 1))
            await connection.execute("VACUUM ANALYZE")
            return await _other_bands(connection, plant, meters)
        finally:
            await connection.close()


async def _other_bands(connection: Connection, plant: Plant, meters: int) -> Result:
    rows = await connection.fetchval("SELECT count(*) FROM energy_interval")
    await connection.execute(_NEW_BANDS, plant.calendar_id)
    started = time.perf_counter()
    written = await retariff.run(connection, [plant.calendar_id], date(2025, 12, 1))
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    await connection.fetchval(
        "SELECT sum(e.measured) FROM energy_interval AS e JOIN calendar_piece AS p ON p.start = e.start "
        "AND p.calendar_id = $1",
        plant.calendar_id,
    )
    bare = time.perf_counter() - started
    return Result(
        f"{DAYS} days of {meters:,} meters re-tariffed",
        "rows/s",
        rows / seconds,
        "the same intervals only joined to their bands and added up",
        rows / bare,
        reach=0.1,
        note=f"{rows:,} intervals in {seconds:.0f} s, {written:,} rows of roll-ups written",
    )
