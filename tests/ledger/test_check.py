"""The commissioning check over real rows: a register against the power of its own device, and against the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from services.database import Connection
from tests import metered_plant
from tests.ledger.judging import judge
from tests.metered_plant import Meter, Plant, Segment

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PERIOD = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T06:00:00Z"}


async def add_power(connection: Connection, code: str, power_kw: float) -> None:
    """A power point of a meter's device, its reads over the six hours, and a point of one phase beside it."""
    point_ids = [
        await connection.fetchval(
            """INSERT INTO point
                 (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
               SELECT id, $2::text, $2::text, 'active_power', 'kW', 'kW', 1, 'gauge', 60 FROM device WHERE code = $1
               RETURNING id""",
            code,
            key,
        )
        for key in ("active_power_kw", "active_power_a_kw")
    ]
    await connection.execute(
        "INSERT INTO reading (point_id, time, value) SELECT $1, $2::timestamptz + n * interval '1 minute', $3 "
        "FROM generate_series(0, 360) AS n",
        point_ids[0],
        START,
        power_kw,
    )


async def count(connection: Connection, plant: Plant, code: str, per_minute: float) -> None:
    reads = [(START + MINUTE * n, round(100 + per_minute * n, 6)) for n in range(361)]
    await metered_plant.store(connection, plant, code, reads)


async def findings(client: httpx.AsyncClient, query: str = "") -> dict[str, list[str]]:
    answer = await client.get(f"/api/v1/commissioning{query}", params=PERIOD)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return {item["meter"].removeprefix("plant/"): [each["kind"] for each in item["findings"]] for item in items}


async def test_the_commonest_mistakes_are_found(connection: Connection, client: httpx.AsyncClient) -> None:
    twice = Segment(multiplier=Decimal(120))
    plant = await metered_plant.make(
        connection,
        [
            Meter("good", rated_per_hour=200.0),
            Meter("kilo", rated_per_hour=200_000.0),
            Meter("primary", rated_per_hour=20_000.0, segments=(twice,)),
            Meter("reversed", rated_per_hour=200.0),
            Meter("still", rated_per_hour=200.0),
            Meter("twin", rated_per_hour=200.0),
            Meter("unrated", rated_per_hour=None),
        ],
    )
    # 60 kW are 1 kWh a minute, 66 kW are 1.1, 72 kW 1.2, 90 kW 1.5.
    for code, per_minute, power_kw in (
        ("good", 1.0, 60.0),
        ("kilo", 1100.0, 66.0),
        ("primary", 1.2, 72.0),
        ("reversed", 1.5, -90.0),
        ("still", 0.0, 60.0),
    ):
        await add_power(connection, code, power_kw)
        await count(connection, plant, code, per_minute)
    await count(connection, plant, "twin", 1.0)
    await count(connection, plant, "unrated", 1.7)
    await judge(connection)
    assert await findings(client) == {
        "good": ["duplicate"],
        "kilo": ["power_of_ten"],
        "primary": ["multiplier"],
        "reversed": ["reversed"],
        "still": ["never_moves"],
        "twin": ["duplicate"],
        "unrated": ["no_rating"],
    }
    (one,) = (await client.get("/api/v1/meters/plant/kilo/commissioning", params=PERIOD)).json()["items"]
    assert (one["power_point"], one["compared_quarters"], one["ratio"]) == ("plant/kilo/active_power_kw", 24, 1000.0)
    assert (one["compared_energy"], one["forward"]) == (396_000.0, 396.0)
    assert "a unit (Wh, kWh, MWh)" in one["findings"][0]["cause"]
