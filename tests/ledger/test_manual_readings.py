"""A reading taken by eye is an effective reading, and a row of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.database import Connection
from services.ledger.registers import judged_ids
from services.metering import recompute
from tests import metered_plant
from tests.api.test_problems import check
from tests.ledger.judging import judge
from tests.metered_plant import Meter, Segment

START = datetime(2026, 3, 2, tzinfo=UTC)
READINGS = "/api/v1/meters/plant/m1/manual-readings"
READ = {"time": "2026-03-02T06:00:00Z", "value": 1060, "reason": "read on site"}


@pytest.fixture
async def silent(connection: Connection) -> None:
    """A register that was silent for twelve hours, over which it counted 720 kWh, one a minute."""
    segment = Segment(modulus=Decimal(100_000))
    plant = await metered_plant.make(connection, [Meter("m1", segments=(segment,)), Meter("p1", kind="power")])
    reads = [(START, 1000.0), (START + timedelta(hours=12), 1720.0)]
    await metered_plant.store(connection, plant, "m1", reads)
    await judge(connection)


async def halves(connection: Connection) -> list[int]:
    found = await connection.fetch(
        "SELECT sum(measured + interpolated + estimated)::int8 AS energy FROM energy_interval "
        "GROUP BY start < timestamptz '2026-03-02T06:00:00Z' ORDER BY min(start)"
    )
    return [row["energy"] for row in found]


@pytest.mark.usefixtures("silent")
async def test_a_reading_by_eye_divides_the_gap(connection: Connection, client: httpx.AsyncClient) -> None:
    assert await halves(connection) == [360_000_000, 360_000_000]
    answer = await client.post(READINGS, json=READ)
    assert answer.json() == {"changed": True, "meter": "plant/m1", "flow": "import"}
    ids = await judged_ids(connection, "plant", "m1")
    await recompute.request(connection, ids, START, "readings were corrected")
    await judge(connection)
    assert await halves(connection) == [60_000_000, 660_000_000]
    entered = [
        (each["origin"], each["last_value"], each["actor"], each["detail"])
        for each in (await client.get("/api/v1/meters/plant/m1/ledger?kind=manual_reading")).json()["items"]
    ]
    assert entered == [("entered", 1060.0, "local", "read on site")]
    period = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T06:00:00Z"}
    whole = (await client.get("/api/v1/meters/plant/m1/reconciliation", params=period)).json()["whole"]
    assert (whole["intervals"], whole["residual_micro"], whole["last"]["before"]["value"]) == (60.0, 0, 1060.0)
    assert (await client.post(READINGS, json=READ)).json()["changed"] is False


@pytest.mark.usefixtures("silent")
async def test_a_reading_taken_back_counts_no_more(connection: Connection, client: httpx.AsyncClient) -> None:
    for value in (1060, 1600):  # the second one is a slip
        await client.post(READINGS, json={**READ, "value": value})
    await connection.execute(
        "INSERT INTO anchor SELECT point_id, $1, 'after', $2, new_value FROM reading_correction LIMIT 1",
        START + timedelta(hours=4),
        START + timedelta(hours=6),
    )
    ids = await judged_ids(connection, "plant", "m1")
    await recompute.request(connection, ids, START, "readings were corrected")
    await judge(connection)
    assert await halves(connection) == [600_000_000, 120_000_000]
    undo = {"time": str(READ["time"]), "reason": "read off another meter"}
    answer = await client.delete(READINGS, params=undo)
    assert answer.json() == {"changed": True, "meter": "plant/m1", "flow": "import"}
    await judge(connection)
    assert await halves(connection) == [360_000_000, 360_000_000]
    period = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T12:00:00Z"}
    whole = (await client.get("/api/v1/meters/plant/m1/reconciliation", params=period)).json()["whole"]
    assert (whole["intervals"], whole["residual_micro"]) == (720.0, 0)
    # The midnight that it bracketed has the next read of that day.
    assert await connection.fetchval("SELECT time FROM anchor") == START + timedelta(hours=12)
    entered = (await client.get("/api/v1/meters/plant/m1/ledger?kind=manual_reading")).json()["items"]
    assert [(each["last_value"], each["detail"]) for each in entered] == [
        (None, "taken back: read off another meter"),
        (1600.0, "read on site"),
        (1060.0, "read on site"),
    ]
    assert (await client.delete(READINGS, params=undo)).json()["changed"] is False
    assert (await client.post(READINGS, json=READ)).json()["changed"] is True


@pytest.mark.usefixtures("silent")
async def test_a_reading_taken_back_gives_place_to_what_was_sent(
    connection: Connection, client: httpx.AsyncClient
) -> None:
    end = "2026-03-02T12:00:00Z"
    for value in (1700, 1660):
        await client.post(READINGS, json={**READ, "time": end, "value": value})
    await judge(connection)
    await client.delete(READINGS, params={"time": end, "reason": "a slip"})
    await judge(connection)
    assert sum(await halves(connection)) == 720_000_000
    point = await connection.fetchval("SELECT point_id FROM reading_correction LIMIT 1")
    told = await connection.fetch(
        "SELECT old_value, new_value FROM reading_correction WHERE point_id = $1 ORDER BY id", point
    )
    assert [tuple(row) for row in told] == [(1720, 1700), (1700, 1660), (1660, 1720)]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"time": "2199-01-01T00:00:00Z"}, "in the future"),
        ({"value": -1}, "from 0 to below 100000"),
        ({"value": 100_000}, "from 0 to below 100000"),
    ],
)
@pytest.mark.usefixtures("silent")
async def test_what_no_register_shows_is_refused(client: httpx.AsyncClient, wanted: dict[str, Any], says: str) -> None:
    answer = await client.post(READINGS, json={**READ, **wanted})
    assert says in check(answer, "manual-reading-refused").detail


@pytest.mark.usefixtures("silent")
async def test_a_power_meter_has_no_register_to_be_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/meters/plant/p1/manual-readings", json=READ)
    assert "no register" in check(answer, "manual-reading-refused").detail
    period = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T06:00:00Z"}
    check(await client.get("/api/v1/meters/plant/p1/reconciliation", params=period), "not-reconcilable")


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": "  "}, "at least 1 character"),
        ({"reason": "read\0on site"}, "NUL"),
        ({"time": "0001-01-01T00:00:00Z"}, "outside the years 1900 to 2999"),
    ],
)
async def test_what_cannot_be_kept_is_refused(client: httpx.AsyncClient, changed: dict[str, object], says: str) -> None:
    assert says in check(await client.post(READINGS, json={**READ, **changed}), "invalid-request").detail
