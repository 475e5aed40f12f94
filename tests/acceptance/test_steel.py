"""A real year of a steel works through the whole road: file, device, MQTT, ingest, TimescaleDB.

The month sums it is held against are taken from the file by another road: Python's csv and Decimal, with the month
read off the date as it is written (the row of midnight carries the date of the day that ends).
"""

import asyncio
import csv
import json
import os
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from deploy.embedded.stack import Stack
from services.database import Connection, connect
from services.migrate import migrate
from tests.acceptance.platform import IOE, Processes, environment, finish, until

ROOT = Path(__file__).parents[2]
ROWS = 35_040
REGISTERS = {
    "import_energy_kwh": ("Usage_kWh", 1),
    "lagging_reactive_energy_kvarh": ("Lagging_Current_Reactive.Power_kVarh", 1),
    "leading_reactive_energy_kvarh": ("Leading_Current_Reactive_Power_kVarh", 1),
    "co2_t": ("CO2.tCO2.", 1000),  # stored in kg
}
INTERVALS = ("interval_energy_kwh", "lagging_power_factor_percent", "leading_power_factor_percent", "load_type")
# A register is read once more than there are rows: when the first interval begins.
READINGS = len(REGISTERS) * (ROWS + 1) + len(INTERVALS) * ROWS
REPEATED = 300
REPEATED_READINGS = len(REGISTERS) * (REPEATED + 1) + len(INTERVALS) * REPEATED

# What a register counted in each local month: its read at the end of the month less the one at its beginning.
REGISTER_MONTHS = """
    SELECT m.number, closing.value - opening.value AS total
    FROM generate_series(1, 12) AS m (number),
         make_timestamptz(2018, m.number, 1, 0, 0, 0, 'Asia/Seoul') AS month_start,
         make_timestamptz(2018 + m.number / 12, m.number % 12 + 1, 1, 0, 0, 0, 'Asia/Seoul') AS month_stop,
         reading AS opening, reading AS closing
    WHERE opening.point_id = $1 AND opening.time = month_start AND closing.point_id = $1 AND closing.time = month_stop
"""
# Interval values stand at the end of their interval: midnight belongs to the month that ends.
INTERVAL_MONTHS = """
    SELECT extract(month FROM time AT TIME ZONE 'Asia/Seoul' - INTERVAL '15 minutes')::int AS number,
           sum(value) AS total
    FROM reading WHERE point_id = $1 GROUP BY 1
"""


def recording() -> Path:
    """The file: in the folder that IOE_SHARED names, in the one beside the repository, or the repository's own copy."""
    file = Path("data", "steel", "Steel_industry_data.csv")
    shared = [Path(os.environ["IOE_SHARED"])] if "IOE_SHARED" in os.environ else []
    candidates = [folder / file for folder in (*shared, ROOT.parent / "shared", ROOT / "tests")]
    return next(path for path in candidates if path.exists())


def month_sums(path: Path, column: str) -> dict[int, Decimal]:
    """The sum of a column for each month, straight from the file's text."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            sums[int(row["date"][3:5])] += Decimal(row[column])
    return sums


async def replay(stack: Stack, *arguments: str) -> dict[str, object]:
    """Run `ioe replay` with the steel profile to its end."""
    command = (*IOE, "replay", str(recording()), "--profile", "steel", "--speed", "max", "--json", *arguments)
    figures: dict[str, object] = json.loads(await finish(*command, env=environment(stack)))
    return figures


async def point_ids(connection: Connection) -> dict[str, int]:
    """The points of the works' meter by key."""
    rows = await connection.fetch(
        "SELECT p.key, p.id FROM point AS p JOIN device AS d ON d.id = p.device_id WHERE d.code = 'me-incomer'"
    )
    return {row["key"]: row["id"] for row in rows}


async def ingest_listens(connection: Connection) -> bool:
    """Whether the worker is subscribed."""
    listening: int = await connection.fetchval("SELECT count(*) FROM ingest_worker WHERE state = 'receiving'")
    return listening == 1


async def tally(connection: Connection) -> dict[str, int]:
    """How many readings ingest has counted, by what became of them."""
    rows = await connection.fetch(
        "SELECT reason, sum(count)::int8 AS count FROM ingest_tally WHERE reason <> ALL ($1) GROUP BY reason",
        ["messages", "status"],
    )
    return {row["reason"]: row["count"] for row in rows}


async def everything_has_arrived(connection: Connection) -> bool:
    """Whether both replays have been taken in, whatever became of them."""
    return sum((await tally(connection)).values()) >= READINGS + REPEATED_READINGS


async def check(connection: Connection) -> None:
    """Every row is stored once, and the months are the file's."""
    points = await point_ids(connection)
    assert await tally(connection) == {"stored": READINGS, "duplicate": REPEATED_READINGS}
    assert await connection.fetchval("SELECT count(*) FROM dead_letter") == 0
    assert await connection.fetchval("SELECT sum(samples) FROM batch_log") == READINGS
    counts = await connection.fetch("SELECT point_id, count(*), count(DISTINCT time) AS times FROM reading GROUP BY 1")
    assert {row["point_id"]: (row["count"], row["times"]) for row in counts} == {
        **{points[key]: (ROWS + 1, ROWS + 1) for key in REGISTERS},
        **{points[key]: (ROWS, ROWS) for key in INTERVALS},
    }
    for key, (column, scale) in REGISTERS.items():
        stored = {row["number"]: row["total"] for row in await connection.fetch(REGISTER_MONTHS, points[key])}
        expected = {month: float(total) * scale for month, total in month_sums(recording(), column).items()}
        assert stored == pytest.approx(expected, abs=1e-6), key
    stored = await connection.fetch(INTERVAL_MONTHS, points["interval_energy_kwh"])
    expected = {month: float(total) for month, total in month_sums(recording(), "Usage_kWh").items()}
    assert {row["number"]: row["total"] for row in stored} == pytest.approx(expected, abs=1e-6)


@pytest.fixture
def old_readings_allowed(tmp_path: Path) -> Path:
    """Settings that take readings of 2018."""
    settings = tmp_path / "settings.toml"
    settings.write_text("[ingest]\nraw_retention_days = 10000\n[retention]\nraw_readings_days = 10000\n")
    return settings


async def test_a_year_of_a_real_plant_is_stored_once_and_its_months_add_up(
    private_stack: Callable[[], Stack], old_readings_allowed: Path
) -> None:
    stack = private_stack()
    await migrate(stack.database.url)
    await finish(*IOE, "site", "apply", str(ROOT / "deploy" / "sites" / "steel"), "--yes", env=environment(stack))
    async with Processes(stack) as processes:
        ingest = await processes.ingest("--settings", str(old_readings_allowed))
        await until(stack.database.url, ingest_listens, within_s=30)

        figures = await replay(stack, "--batch", "96")
        assert (figures["rows"], figures["bad_rows"], figures["bad_cells"], figures["gaps"]) == (ROWS, {}, {}, 0)
        assert (figures["unconfirmed"], figures["without_subscriber"]) == (0, 0)
        # A device that starts again and repeats itself, row by row, changes nothing.
        await replay(stack, "--limit", str(REPEATED))
        await until(stack.database.url, everything_has_arrived, within_s=60)
        ingest.terminate()
        await asyncio.wait_for(ingest.wait(), 30)

    connection = await connect(stack.database.url, name="test")
    try:
        await check(connection)
    finally:
        await connection.close()
