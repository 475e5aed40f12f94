"""A real year of a steel works as registers over MQTT: judged, summed and billed, against a calculation of our own.

once    in order: months and bills are those of tests/data/steel/worksheet.md; eight hours over the end of January come
        after January was closed, and are restated
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
from datetime import datetime
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
from tests.acceptance.steel_disturbed import KEYS, ZONE, Read
from tests.api.serving import serving, until_ready

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests" / "data" / "steel" / "site"
MICRO = 1_000_000
#: The last hours of January and the first of February come when January has been closed.
LATE = (datetime(2018, 1, 31, 20, tzinfo=ZONE), datetime(2018, 2, 1, 4, tzinfo=ZONE))
LATE_MONTH = "2018-01"
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


async def bill_of(client: httpx.AsyncClient, reference: str) -> tuple[Decimal, dict[tuple[str, str], Decimal]]:
    """A bill's total, and its amounts by component and band."""
    shown = (await client.get(f"/api/v1/bills/{reference}")).json()
    lines = {(line["component"], line["band"] or ""): Decimal(line["amount"]) for line in shown["lines"]}
    return Decimal(shown["total"]), lines


async def posted(client: httpx.AsyncClient, path: str, **body: str) -> str:
    """Make, close or restate a month that has one bill; gives its name."""
    answer = await client.post(f"/api/v1/bills{path}", json=body)
    assert answer.is_success, answer.text
    (reference,) = answer.json()["bills"]
    return str(reference)


def lines_by_hand(month: steel_by_hand.Month) -> dict[tuple[str, str], Decimal]:
    """Amounts of the calculation outside our code by component and band."""
    bill = steel_by_hand.bill(month)
    lines = {(component, band): amount for component, band, _, _, amount in bill.energy}
    for kind, _, _, amount in bill.demand:
        lines["demand" if kind == "contract" else "demand_excess", ""] = amount
    return lines | {("power_factor", ""): bill.adjustment}


async def check_bills(client: httpx.AsyncClient) -> None:
    """February to December to the cent, line by line."""
    for number, month in HAND.items():
        name = f"2018-{number:02}"
        if name != LATE_MONTH:
            total, lines = await bill_of(client, await posted(client, "", contract="steel/grid", month=name))
            assert (total, lines) == (steel_by_hand.bill(month).total, lines_by_hand(month)), name
            assert name not in WORKSHEET or (total, lines["power_factor", ""]) == WORKSHEET[name]


async def check_restatement(client: httpx.AsyncClient, closed: str) -> None:
    """January was closed on an estimate; what came late is restated, and both together are what it should have been."""
    total, lines = await bill_of(client, closed)
    assert total != WORKSHEET[LATE_MONTH][0]
    restatement = await posted(client, f"/steel/grid/{LATE_MONTH}/restate", reason="eight hours came three days late")
    assert (await bill_of(client, closed)) == (total, lines), "what was signed stays"
    difference, changed = await bill_of(client, restatement)
    assert total + difference == WORKSHEET[LATE_MONTH][0]
    both = {key: lines.get(key, Decimal(0)) + changed.get(key, Decimal(0)) for key in lines | changed}
    assert both == lines_by_hand(HAND[1])


async def test_months_bands_and_bills_of_the_year(
    private_stack: Callable[[], Stack], site: Path, old_readings_allowed: Path
) -> None:
    stack = private_stack()
    reads = steel_disturbed.reads()
    late = [read for read in reads if LATE[0] <= read.at <= LATE[1]]
    async with works(stack, site, old_readings_allowed) as connection, serving(stack.database.url) as client:
        await publish(stack, (read for read in reads if not LATE[0] <= read.at <= LATE[1]))
        year = sum(int(month.total_kwh.scaleb(6)) for month in HAND.values())
        assert sum(await eventually(connection, "import", lambda found: sum(found) == year)) == year
        await until_ready(client)
        await posted(client, "", contract="steel/grid", month=LATE_MONTH)
        closed = await posted(client, f"/steel/grid/{LATE_MONTH}/close", reason="the gateway is away")
        await publish(stack, late)

        for flow, name in zip(FLOWS, ("total_kwh", "lagging_kvarh", "leading_kvarh"), strict=True):
            by_hand = [int(getattr(month, name).scaleb(6)) for month in HAND.values()]
            assert await eventually(connection, flow, by_hand.__eq__) == by_hand, flow
        assert await connection.fetchval("SELECT count(*) FROM ledger_entry") == 0
        await check_energy(client)
        await check_bills(client)
        await check_restatement(client, closed)


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
