"""Counts of production: posted again they change nothing, and energy is set against those of its period."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services import production
from services.database import Connection, connect
from services.production import ProducedRow
from tests import metered_plant
from tests.api.serving import serving, until_ready
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter, Plant

HOUR = 3600

DAY = {"start": "2026-03-01T00:00:00+08:00", "stop": "2026-03-02T00:00:00+08:00"}


def count(**changed: object) -> dict[str, Any]:
    return {"product": "gear", "quantity": "120.5", "unit": "pieces", **DAY, **changed}


@pytest.fixture
async def opened(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    yield opened
    await opened.close()


@pytest.fixture
async def plant(opened: Connection) -> Plant:
    plant = await metered_plant.make(opened, [Meter("m1"), Meter("m2"), Meter("yard")])
    for path in ("works", "works/line-1", "works/line-2"):
        await opened.execute(
            """INSERT INTO org_unit (site_id, parent_id, code, path, kind, name)
               VALUES ($1, (SELECT id FROM org_unit WHERE path = 'works'), $2::text, $3, 'department', $2::text)""",
            plant.site_id,
            path.rpartition("/")[2],
            path,
        )
    for code, path in (("m1", "works/line-1"), ("m2", "works/line-2")):
        await opened.execute(
            "UPDATE meter SET org_unit_id = (SELECT id FROM org_unit WHERE path = $2) WHERE id = $1",
            plant.meters[code],
            path,
        )
    return plant


@pytest.fixture
async def connection(opened: Connection, plant: Plant) -> Connection:
    assert plant.meters
    return opened


@pytest.fixture
async def client(database_url: str, connection: Connection) -> AsyncIterator[httpx.AsyncClient]:
    assert connection
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened


async def post(client: httpx.AsyncClient, *counts: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    response = await client.post("/api/v1/production-counts", json={"site": "plant", "counts": counts})
    assert response.status_code == 200, response.text
    return response.json()


async def test_each_row_is_answered_and_the_good_ones_are_stored(client: httpx.AsyncClient) -> None:
    answer = await post(
        client,
        count(),
        count(org_unit="works/line-1"),
        count(org_unit="works/line-9"),
        count(stop=DAY["start"]),
        count(start="2026-03-01T12:00:00+08:00"),
    )
    assert (answer["stored"], [(row["row"], row["reason"]) for row in answer["refused"]]) == (
        1,
        [
            (0, "it overlaps another count of this product and unit"),
            (2, "there is no such organisational unit"),
            (3, "it ends before it begins: `start` comes before `stop`"),
            (4, "it overlaps another count of this product and unit"),
        ],
    )
    assert (await post(client, count()))["stored"] == 1
    assert (await post(client, count(), count(org_unit="works/line-1")))["unchanged"] == 2
    assert (await post(client, count(quantity=100)))["replaced"] == 1
    listed = (
        await client.get("/api/v1/production-counts?site=plant&from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z")
    ).json()
    assert [(item["org_unit"], item["quantity"]) for item in listed["items"]] == [(None, 100), ("works/line-1", 120.5)]
    assert listed["complete"]


async def test_a_period_takes_counts_by_time_and_the_whole_site_before_its_units(
    client: httpx.AsyncClient, connection: Connection
) -> None:
    await post(client, count(quantity=240), count(quantity=100, org_unit="works/line-1"))
    await post(
        client, count(quantity=40, org_unit="works/line-2"), count(quantity=7, org_unit="works/line-2", product="pin")
    )
    # 18 of the day's 24 hours.
    span = datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert await production.produced(connection, "plant", [None, "works", "works/line-1"], *span) == [
        ProducedRow(None, "gear", "pieces", Decimal(180), 18 * HOUR),
        ProducedRow(None, "pin", "pieces", Decimal("5.25"), 18 * HOUR),
        ProducedRow("works", "gear", "pieces", Decimal(105), 18 * HOUR),
        ProducedRow("works", "pin", "pieces", Decimal("5.25"), 18 * HOUR),
        ProducedRow("works/line-1", "gear", "pieces", Decimal(75), 18 * HOUR),
    ]


async def test_counts_of_the_whole_hide_those_of_units_in_the_same_unit_only(connection: Connection) -> None:
    start, stop = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    counts = [
        production.Count(None, "bolt", start, stop, Decimal(7), "kg"),
        production.Count("works/line-1", "bolt", start, stop, Decimal(300), "pieces"),
        production.Count("works/line-2", "bolt", start, stop, Decimal(3), "kg"),
    ]
    await production.store(connection, "plant", counts)
    found = await production.produced(connection, "plant", [None], start, stop)
    assert [(row.unit, row.quantity) for row in found] == [("kg", Decimal(7)), ("pieces", Decimal(300))]


async def test_seconds_with_counts_of_several_units_are_counted_once(connection: Connection) -> None:
    start, stop = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    at = [start + timedelta(hours=hours) for hours in (0, 6, 9, 12, 23, 30)]
    counts = [
        production.Count("works/line-1", "bolt", at[0], at[2], Decimal(9), "kg"),
        production.Count("works/line-2", "bolt", at[1], at[3], Decimal(6), "kg"),
        production.Count("works/line-2", "bolt", at[4], at[5], Decimal(7), "kg"),
    ]
    await production.store(connection, "plant", counts)
    # 0 to 12 and 23 to 24 o'clock, which has a seventh of the last seven.
    assert await production.produced(connection, "plant", ["works"], start, stop) == [
        ProducedRow("works", "bolt", "kg", Decimal(16), 13 * HOUR)
    ]


async def test_a_unit_is_set_against_its_own_counts(
    client: httpx.AsyncClient, connection: Connection, plant: Plant
) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    stop = start + timedelta(days=1)
    await metered_plant.calendar(connection, plant, start, stop)
    for code, micro in (("m1", 5_000_000), ("m2", 2_000_000), ("yard", 1_000_000)):
        every = await intervals.pieces(connection, plant, start, stop)
        await intervals.replace(
            connection, plant, code, start, stop, dict.fromkeys(every, Piece(micro, covered_us=900_000_000))
        )
    day = {"start": "2026-03-01T00:00:00Z", "stop": "2026-03-02T00:00:00Z"}
    morning = {**day, "stop": "2026-03-01T06:00:00Z"}
    await post(
        client,
        count(quantity=40, org_unit="works/line-1", **day),
        count(quantity=30, org_unit="works/line-2", **morning),
    )
    asked = "site=plant&figures=intensity&group_by=org_unit&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"
    answer = (await client.get(f"/api/v1/energy?{asked}")).json()
    groups = {group["org_unit"]: group for group in answer["groups"]}
    # 96 quarter hours: 480 kWh for 40 gears; 192 kWh for 30, with counts of six hours; the yard is nobody's.
    assert groups["works/line-1"]["per_product"] == [
        {"product": "gear", "quantity": 40, "counted_s": 24 * HOUR, "unit": "pieces", "energy_per_unit": 12}
    ]
    assert groups["works/line-2"]["per_product"] == [
        {"product": "gear", "quantity": 30, "counted_s": 6 * HOUR, "unit": "pieces", "energy_per_unit": 6.4}
    ]
    assert groups[None]["per_product"] == []
    (total,) = answer["totals"]
    assert [(row["quantity"], row["energy_per_unit"]) for row in total["per_product"]] == [(70, 10.971429)]
    below = (await client.get(f"/api/v1/energy?{asked.replace('group_by=', 'org_unit=works&group_by=')}")).json()
    (total,) = below["totals"]
    assert [(row["quantity"], row["energy_per_unit"]) for row in total["per_product"]] == [(70, 9.6)]
