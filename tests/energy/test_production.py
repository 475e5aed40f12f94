"""Counts of production: posted again they change nothing, and energy is set against those of its period."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services import production
from services.database import Connection, connect
from services.production import ProducedRow
from tests import metered_plant
from tests.api.serving import serving, until_ready

DAY = {"start": "2026-03-01T00:00:00+08:00", "stop": "2026-03-02T00:00:00+08:00"}


def count(**changed: object) -> dict[str, Any]:
    return {"product": "gear", "quantity": "120.5", "unit": "pieces", **DAY, **changed}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    plant = await metered_plant.make(opened, [])
    for path in ("works", "works/line-1", "works/line-2"):
        await opened.execute(
            """INSERT INTO org_unit (site_id, parent_id, code, path, kind, name)
               VALUES ($1, (SELECT id FROM org_unit WHERE path = 'works'), $2::text, $3, 'department', $2::text)""",
            plant.site_id,
            path.rpartition("/")[2],
            path,
        )
    yield opened
    await opened.close()


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
    assert await production.produced(connection, "plant", None, *span) == [
        ProducedRow("gear", "pieces", Decimal(180)),
        ProducedRow("pin", "pieces", Decimal("5.25")),
    ]
    assert await production.produced(connection, "plant", "works", *span) == [
        ProducedRow("gear", "pieces", Decimal(105)),
        ProducedRow("pin", "pieces", Decimal("5.25")),
    ]


async def test_counts_of_the_whole_hide_those_of_units_in_the_same_unit_only(connection: Connection) -> None:
    start, stop = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    counts = [
        production.Count(None, "bolt", start, stop, Decimal(7), "kg"),
        production.Count("works/line-1", "bolt", start, stop, Decimal(300), "pieces"),
        production.Count("works/line-2", "bolt", start, stop, Decimal(3), "kg"),
    ]
    await production.store(connection, "plant", counts)
    found = await production.produced(connection, "plant", None, start, stop)
    assert [(row.unit, row.quantity) for row in found] == [("kg", Decimal(7)), ("pieces", Decimal(300))]
