"""The ledger as a list: what waits for somebody first, then the newest, filtered and a page at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.database import Connection
from tests import metered_plant
from tests.api.test_problems import check
from tests.ledger.judging import judge
from tests.metered_plant import Meter

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)


@pytest.fixture
async def plants(connection: Connection) -> None:
    """Two sites; `m1` jumps at 00:35, `m2` has a spike at 00:50, `m3` a gap of six hours."""
    plant = await metered_plant.make(connection, [Meter("m1", rated_per_hour=100.0), Meter("m2", rated_per_hour=100.0)])
    other = await metered_plant.make(connection, [Meter("m3", rated_per_hour=100.0)], site="other")
    plain = [(START + STEP * n, 1000.0 + 5 * n) for n in range(19)]
    await metered_plant.store(connection, plant, "m1", [(t, v + 5000 * (t >= START + 7 * STEP)) for t, v in plain])
    await metered_plant.store(connection, plant, "m2", [(t, v * (1 + (t == START + 10 * STEP))) for t, v in plain])
    await metered_plant.store(connection, other, "m3", [(START, 0.0), (START + timedelta(hours=6), 360.0)])
    await judge(connection)


async def listed(client: httpx.AsyncClient, query: str = "") -> list[tuple[str, str]]:
    answer = await client.get(f"/api/v1/ledger{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return [(item["meter"], item["kind"]) for item in items]


JUMP, SPIKE, GAP = ("plant/m1", "implausible"), ("plant/m2", "spike"), ("other/m3", "gap")


@pytest.mark.usefixtures("plants")
async def test_open_ones_first_then_the_newest(client: httpx.AsyncClient) -> None:
    assert await listed(client) == [JUMP, SPIKE, GAP]
    assert await listed(client, "?open=true") == [JUMP]
    assert await listed(client, "?site=other") == [GAP]
    assert await listed(client, "?kind=gap&kind=spike") == [SPIKE, GAP]
    assert await listed(client, "?from=2026-03-02T01:00:00Z") == [GAP]
    assert await listed(client, "?to=2026-03-02T00:30:00Z") == [GAP]
    assert await listed(client, "?flow=export") == []
    check(await client.get("/api/v1/ledger?site=nowhere"), "site-not-found")


@pytest.mark.usefixtures("plants")
async def test_a_page_at_a_time(client: httpx.AsyncClient) -> None:
    found, query = [], "?limit=1"
    while query:
        page = (await client.get(f"/api/v1/ledger{query}")).json()
        found += [(item["meter"], item["kind"]) for item in page["items"]]
        query = f"?limit=1&cursor={page['next']}" if page["next"] else ""
    assert found == [JUMP, SPIKE, GAP]
    check(await client.get("/api/v1/ledger?cursor=rubbish"), "invalid-cursor")
