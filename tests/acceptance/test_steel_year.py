"""A real year of a steel works as registers over MQTT: judged, summed and billed, against a calculation of our own.

once    in order: months and bills are those of tests/data/steel/worksheet.md
again   3 % of the messages lost, 5 % late by up to two days, 5 % twice: the year is the same, and each month but for
        what is marked interpolated at its edges
"""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from deploy.embedded.stack import Stack
from services.database import Connection, connect
from services.migrate import migrate
from simulators.broker_address import BrokerAddress
from simulators.mqtt import Publisher
from tests.acceptance import steel_by_hand, steel_disturbed
from tests.acceptance.platform import IOE, Processes, environment, finish, is_receiving, until
from tests.acceptance.steel_disturbed import KEYS, Read
from tests.api.serving import serving, until_ready

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests" / "data" / "steel" / "site"
MICRO = 1_000_000
JUDGED_WITHIN_S = 150.0
#: Millionths that division may move over an edge: an increment of 45 minutes has at most one left over in each.
MINUTES_OF_AN_INCREMENT = 90
FLOWS = ("import", "reactive_import", "reactive_export")
HAND = steel_by_hand.months()
#: Totals and power-factor adjustments as tests/data/steel/worksheet.md has them, so that no program stands between.
WORKSHEET = {
    "2018-01": (Decimal("130500.22"), Decimal("630.79")),
    "2018-02": (Decimal("98178.28"), Decimal("475.07")),
    "2018-07": (Decimal("93440.04"), Decimal("2220.46")),
    "2018-11": (Decimal("103158.99"), Decimal("1973.02")),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The steel works under a Chinese tariff: the shipped site with the fixture's files over it."""
    folder = tmp_path / "steel"
    shutil.copytree(ROOT / "deploy" / "sites" / "steel", folder)
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture
def old_readings_allowed(tmp_path: Path) -> Path:
    """Settings that take readings of 2018."""
    settings = tmp_path / "settings.toml"
    settings.write_text("[ingest]\nraw_retention_days = 10000\n[retention]\nraw_readings_days = 10000\n")
    return settings


@asynccontextmanager
async def works(stack: Stack, site: Path, settings: Path) -> AsyncIterator[Connection]:
    """Ingest and engine with the site applied; gives a connection."""
    await migrate(stack.database.url)
    await finish(*IOE, "site", "apply", str(site), "--yes", env=environment(stack))
    async with Processes(stack) as processes:
        await processes.ingest("--settings", str(settings))
        await processes.engine("--settings", str(settings))
        await until(stack.database.url, is_receiving, within_s=30)
        connection = await connect(stack.database.url, name="test")
        try:
            yield connection
        finally:
            await connection.close()


async def eventually(connection: Connection, flow: str, is_there: Callable[[list[int]], bool]) -> list[int]:
    """The months of a register when they are as wanted, or as they are after a while: the engine is a process."""
    deadline = time.monotonic() + JUDGED_WITHIN_S
    while not is_there(found := await months(connection, flow)) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    return found


async def publish(stack: Stack, reads: Iterable[Read]) -> int:
    """Send reads as the works' meter, a message each, in the order given; how many values."""
    topic = "ioe/v1/steel/me-incomer/telemetry"
    count = 0
    async with Publisher(BrokerAddress.parse(stack.broker.url), "me-incomer") as device:
        for read in reads:
            values = {key: float(value) for key, value in zip(KEYS, read.values, strict=True)}
            await device.publish(topic, json.dumps({"ts": read.at.isoformat(), "values": values}).encode())
            count += len(values)
        await device.flush()
    return count


async def months(connection: Connection, flow: str) -> list[int]:
    """What the register counted in each month, in whole millionths."""
    rows = await connection.fetch(
        """SELECT month, sum(measured + interpolated + estimated)::int8 AS energy
           FROM energy_month JOIN register AS r ON r.id = register_id WHERE r.flow = $1 GROUP BY 1 ORDER BY 1""",
        flow,
    )
    return [row["energy"] for row in rows]


async def bands(connection: Connection, number: int) -> dict[str, Decimal]:
    """Imported energy of a month by band."""
    rows = await connection.fetch(
        """SELECT band, (measured + interpolated + estimated) AS energy
           FROM energy_month JOIN register AS r ON r.id = register_id
           WHERE r.flow = 'import' AND extract(month FROM month) = $1""",
        number,
    )
    return {steel_by_hand.BANDS[row["band"] - 1]: Decimal(row["energy"]).scaleb(-6) for row in rows if row["energy"]}


async def check_energy(client: httpx.AsyncClient) -> None:
    """What GET /api/v1/energy says of the year: each month of each register to 0.01, all of it measured."""
    period = {"meter": "steel/me-incomer", "from": "2018-01-01", "to": "2019-01-01", "resolution": "month"}
    for flow, name in zip(FLOWS, ("total_kwh", "lagging_kvarh", "leading_kvarh"), strict=True):
        answer = await client.get("/api/v1/energy", params={**period, "flow": flow})
        assert answer.is_success, answer.text
        (whole,) = answer.json()["totals"]
        found = [point["energy"] for point in whole["points"]]
        assert found == pytest.approx([float(getattr(month, name)) for month in HAND.values()], abs=0.01)
        assert whole["total"]["quality"] == {"measured": 1, "interpolated": 0, "estimated": 0}
        assert whole["total"]["missing_s"] == 0
        if flow == "import":
            for point, month in zip(whole["points"], HAND.values(), strict=True):
                assert point["by_band"] == pytest.approx({band: float(kwh) for band, kwh in month.kwh.items() if kwh})


async def check_bills(client: httpx.AsyncClient) -> None:
    """January, February, July and November to the cent, each line; the other months by their total."""
    for number, month in HAND.items():
        name = f"2018-{number:02}"
        answer = await client.post("/api/v1/bills", json={"contract": "steel/grid", "month": name})
        assert answer.is_success, answer.text
        (reference,) = answer.json()["bills"]
        shown = (await client.get(f"/api/v1/bills/{reference}")).json()
        by_hand = steel_by_hand.bill(month)
        assert Decimal(shown["total"]) == by_hand.total, name
        lines = {(line["component"], line["band"] or ""): Decimal(line["amount"]) for line in shown["lines"]}
        expected = {(component, band): amount for component, band, _, _, amount in by_hand.energy}
        expected |= {
            ("demand" if kind == "contract" else "demand_excess", ""): amount for kind, *_, amount in by_hand.demand
        }
        assert lines == expected | {("power_factor", ""): by_hand.adjustment}, name
        if name in WORKSHEET:
            assert (Decimal(shown["total"]), lines["power_factor", ""]) == WORKSHEET[name]


async def test_months_bands_and_demand_of_the_year(
    private_stack: Callable[[], Stack], site: Path, old_readings_allowed: Path
) -> None:
    stack = private_stack()
    async with works(stack, site, old_readings_allowed) as connection:
        await publish(stack, steel_disturbed.reads())

        for flow, name in zip(FLOWS, ("total_kwh", "lagging_kvarh", "leading_kvarh"), strict=True):
            by_hand = [int(getattr(month, name).scaleb(6)) for month in HAND.values()]
            assert await eventually(connection, flow, by_hand.__eq__) == by_hand, flow
        for number, month in HAND.items():
            assert await bands(connection, number) == {band: kwh for band, kwh in month.kwh.items() if kwh}
        assert await connection.fetchval("SELECT count(*) FROM ledger_entry") == 0
        async with serving(stack.database.url) as client:
            await until_ready(client)
            await check_energy(client)
            await check_bills(client)


async def test_a_bad_line_changes_nothing_but_the_edges_of_months(
    private_stack: Callable[[], Stack], site: Path, old_readings_allowed: Path
) -> None:
    stack = private_stack()
    arriving = steel_disturbed.delivered(steel_disturbed.reads(), seed=1)
    async with works(stack, site, old_readings_allowed) as connection:
        await publish(stack, arriving)

        for register, name in enumerate(("total_kwh", "lagging_kvarh", "leading_kvarh")):
            expected = steel_disturbed.months(arriving, register)
            interpolated = [energy for energy, _ in expected]

            def as_interpolated(found: list[int], wanted: list[Decimal] = interpolated) -> bool:
                return len(found) == 12 and all(
                    abs(micro - energy * MICRO) <= MINUTES_OF_AN_INCREMENT
                    for micro, energy in zip(found, wanted, strict=True)
                )

            found = await eventually(connection, FLOWS[register], as_interpolated)
            assert as_interpolated(found), (found, interpolated)
            by_hand = [getattr(month, name) for month in HAND.values()]
            assert sum(found) == int(sum(by_hand) * MICRO), "the year is exact"
            for month, (_, at_the_edges), truth in zip(found, expected, by_hand, strict=True):
                assert abs(month - truth * MICRO) <= at_the_edges * MICRO
