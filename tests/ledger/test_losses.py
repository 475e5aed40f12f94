"""What a meter counted that none of its children did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.database import Connection
from tests import metered_plant
from tests.api.test_problems import check
from tests.ledger.judging import judge
from tests.metered_plant import Meter

START = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight of Shanghai
STEP = timedelta(minutes=15)
PERIOD = {"from": "2026-03-01T16:00:00Z", "to": "2026-03-03T16:00:00Z"}


async def asked(client: httpx.AsyncClient, meter: str, **parameters: str | float) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/meters/plant/{meter}/losses", params={**PERIOD, **parameters})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_losses_by_day_with_what_each_child_counted(connection: Connection, client: httpx.AsyncClient) -> None:
    plant = await metered_plant.make(
        connection, [Meter("main"), Meter("a", parent="main"), Meter("b", parent="main"), Meter("deeper", parent="a")]
    )
    # Two days of 192 quarter hours: main counts 10 kWh in each, a 6, b 3 on the first day and 3.8 on the second.
    quarters = range(193)
    for meter, shown in {
        "main": [10.0 * n for n in quarters],
        "a": [6.0 * n for n in quarters],
        "b": [3.0 * n + 0.8 * max(0, n - 96) for n in quarters],
        "deeper": [1.0 * n for n in quarters],
    }.items():
        reads = [(START + STEP * n, round(value, 6)) for n, value in enumerate(shown)]
        await metered_plant.store(connection, plant, meter, reads)
    await judge(connection)
    (whole,) = (await asked(client, "main"))["items"]
    # 1,920 - 1,152 - (288 + 364.8) = 115.2 of 1,920.
    assert (whole["unmetered"], whole["unmetered_share"], whole["flagged"]) == (115.2, 0.06, True)
    assert whole["complete"] is True
    assert [(child["meter"], child["energy"], child["measured"]) for child in whole["children"]] == [
        ("plant/a", 1152.0, 1152.0),
        ("plant/b", 652.8, 652.8),
    ]
    days = (await asked(client, "main", resolution="day"))["items"]
    assert [(day["start"], day["unmetered"], day["unmetered_share"], day["flagged"]) for day in days] == [
        ("2026-03-01T16:00:00Z", 96.0, 0.1, True),
        ("2026-03-02T16:00:00Z", 19.2, 0.02, False),
    ]
    (wide,) = (await asked(client, "main", highest_share=0.07))["items"]
    assert wide["flagged"] is False
    assert len((await asked(client, "main", resolution="hour"))["items"]) == 48
    answer = await client.get("/api/v1/meters/plant/b/losses", params=PERIOD)
    assert "no children" in check(answer, "not-reconcilable").detail


async def test_a_child_that_was_silent_makes_the_balance_incomplete(
    connection: Connection, client: httpx.AsyncClient
) -> None:
    plant = await metered_plant.make(connection, [Meter("main"), Meter("a", parent="main")])
    await metered_plant.store(connection, plant, "main", [(START + STEP * n, 10.0 * n) for n in range(193)])
    await metered_plant.store(connection, plant, "a", [(START + STEP * n, 10.0 * n) for n in range(97)])
    await judge(connection)
    (whole,) = (await asked(client, "main"))["items"]
    assert (whole["unmetered_share"], whole["complete"]) == (0.5, False)
    assert whole["children"][0]["missing_s"] == 86_400
