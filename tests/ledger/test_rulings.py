"""A spike that turns out to be real: held out, then accepted, rejected, corrected, undone, with who and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.database import Connection
from services.ledger import rulings
from tests import metered_plant
from tests.api.test_problems import check
from tests.ledger.judging import judge
from tests.metered_plant import Meter

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
SPAN = {"start": "2026-03-02T00:30:00Z", "stop": "2026-03-02T00:35:00Z"}
DAY = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T01:30:00Z"}
LEDGER, RULINGS = "/api/v1/meters/plant/m1/ledger", "/api/v1/meters/plant/m1/rulings"


@pytest.fixture
async def jump(connection: Connection) -> None:
    """5 kWh in each 5 minutes (60 kW, rated 100), and 5,000 kWh at once at 00:35."""
    plant = await metered_plant.make(connection, [Meter("m1", rated_per_hour=100.0)])
    reads = [(START + STEP * n, 1000.0 + 5 * n + (5000 if n >= 7 else 0)) for n in range(19)]
    await metered_plant.store(connection, plant, "m1", reads)
    await judge(connection)


async def law(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/v1/meters/plant/m1/reconciliation", params=DAY)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json()["whole"]
    assert whole["residual_micro"] == 0
    return {key: whole[key] for key in ("intervals", "quarantined", "adjustments", "difference")}


async def rule(client: httpx.AsyncClient, verdict: str, **more: object) -> httpx.Response:
    return await client.post(RULINGS, json={**SPAN, "verdict": verdict, "reason": "seen on site", **more})


@pytest.mark.usefixtures("jump")
async def test_a_jump_is_held_out_until_somebody_decides(client: httpx.AsyncClient) -> None:
    # 18 increments of 5 kWh, one of them with 5,000 more: 17 are in the intervals, 5,005 held out.
    assert await law(client) == {"intervals": 85.0, "quarantined": 5005.0, "adjustments": 0.0, "difference": 5090.0}
    entries = (await client.get(LEDGER)).json()["items"]
    assert [(each["kind"], each["open"], each["quarantined"], each["start"], each["stop"]) for each in entries] == [
        ("implausible", True, 5005.0, SPAN["start"], SPAN["stop"])
    ]


@pytest.mark.parametrize(
    ("verdict", "more", "expected"),
    [
        ("accept", {}, {"intervals": 5090.0, "quarantined": 0.0, "adjustments": 0.0, "difference": 5090.0}),
        ("reject", {}, {"intervals": 85.0, "quarantined": 0.0, "adjustments": -5005.0, "difference": 5090.0}),
        ("correct", {"energy": 5.25}, {"intervals": 90.25, "quarantined": 0.0, "adjustments": -4999.75,
                                       "difference": 5090.0}),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("jump")
async def test_a_ruling_moves_the_energy_and_is_undone(
    connection: Connection, client: httpx.AsyncClient, verdict: str, more: dict[str, Any], expected: dict[str, float]
) -> None:
    before = await law(client)
    assert (await rule(client, verdict, **more)).json() == {"changed": True, "meter": "plant/m1", "flow": "import"}
    (waiting,) = (await client.get(LEDGER)).json()["items"]
    assert (waiting["open"], waiting["recomputing"], waiting["ruling"]["verdict"]) == (False, True, verdict)
    await judge(connection)
    assert await law(client) == expected
    (decided,) = (await client.get(LEDGER)).json()["items"]
    assert (decided["quarantined"], decided["ruling"]["reason"], decided["ruling"]["actor"]) == (
        0.0,
        "seen on site",
        "local",
    )
    assert (await rule(client, verdict, **more)).json()["changed"] is False
    assert (await rule(client, "undo")).json()["changed"] is True
    await judge(connection)
    assert await law(client) == before
    told = [(each["verdict"], each["energy"]) for each in (await client.get(RULINGS)).json()["items"]]
    assert told == [("undo", None), (verdict, more.get("energy"))]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({**SPAN, "stop": "2026-03-02T00:40:00Z", "verdict": "accept"}, "open are 2026-03-02T00:30:00+00:00 to"),
        ({**SPAN, "verdict": "undo"}, "othing was ruled about"),
        ({**SPAN, "verdict": "accept", "energy": 3}, "belongs to `correct`"),
        ({**SPAN, "verdict": "correct"}, "give `energy`"),
        # 100 kW for 5 minutes are 8.33 kWh, a fifth more is allowed; but the register itself showed 5,005.
        ({**SPAN, "verdict": "correct", "energy": 5005.1}, "can carry: at most 10.000 kWh"),
        ({**SPAN, "verdict": "estimate", "energy": 3, "stop": "2026-03-02T00:40:00Z"}, "of this span have energy"),
        (
            {"start": "2199-01-01T00:00:00Z", "stop": "2199-01-01T01:00:00Z", "verdict": "estimate", "energy": 1},
            "future",
        ),
        ({"start": SPAN["stop"], "stop": SPAN["start"], "verdict": "accept"}, "empty"),
    ],
)
@pytest.mark.usefixtures("jump")
async def test_a_ruling_that_cannot_be_meant_is_refused(
    client: httpx.AsyncClient, wanted: dict[str, Any], says: str
) -> None:
    answer = await client.post(RULINGS, json={**wanted, "reason": "seen on site"})
    assert says in check(answer, "ruling-refused").detail


@pytest.mark.usefixtures("jump")
async def test_a_meter_that_is_not_there_is_told(client: httpx.AsyncClient) -> None:
    check(await client.get("/api/v1/meters/plant/m9/ledger"), "meter-not-found")
    answer = await client.get("/api/v1/meters/plant/m1/ledger?flow=export")
    assert "it counts import" in check(answer, "meter-not-found").detail


async def test_an_outage_without_end_is_estimated(connection: Connection, client: httpx.AsyncClient) -> None:
    plant = await metered_plant.make(connection, [Meter("m1", rated_per_hour=100.0)])
    reads = [(START + timedelta(hours=6) + STEP * n, 1000.0 + 5 * n) for n in range(19)]
    await metered_plant.store(connection, plant, "m1", reads)
    await judge(connection)
    wanted = {"start": "2026-03-02T02:00:00Z", "stop": "2026-03-02T06:00:00Z", "verdict": "estimate", "energy": 240}
    answer = await client.post(RULINGS, json={**wanted, "reason": "as on the day before"})
    assert answer.json()["changed"] is True
    await judge(connection)
    energies = await connection.fetch("SELECT start, estimated FROM energy_interval WHERE estimated > 0")
    assert len(energies) == 16
    assert {row["estimated"] for row in energies} == {15_000_000}
    again = await client.post(RULINGS, json={**wanted, "energy": 250, "reason": "weighed anew"})
    assert again.json()["changed"] is True
    period = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T07:30:00Z"}
    await judge(connection)
    whole = (await client.get("/api/v1/meters/plant/m1/reconciliation", params=period)).json()["whole"]
    assert (whole["estimated"], whole["adjustments"], whole["residual_micro"]) == (250.0, 250.0, 0)


@pytest.mark.parametrize("verdict", ["correct", "estimate"])
def test_a_verdict_with_an_energy_asks_for_it(verdict: rulings.Verdict) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    with pytest.raises(rulings.RulingRefusedError, match="give `energy`"):
        rulings.Wanted(start, start + timedelta(hours=1), verdict, "read on site")
