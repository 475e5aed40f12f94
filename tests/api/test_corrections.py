"""A correction is effective everywhere at once, alters nothing that was sent, and is made once."""

from __future__ import annotations

from typing import Any

import pytest

from services import batch_log
from tests.api.conftest import Corner
from tests.api.plant import NOON_US, SECOND_US, store
from tests.api.serving import streaming
from tests.api.test_problems import check

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOON, LATER = "2026-11-23T04:00:00Z", "2026-11-23T12:00:01+08:00"


def correction(corner: Corner, **values: float) -> dict[str, Any]:
    readings = [{"time": {"noon": NOON, "later": LATER}[name], "value": value} for name, value in values.items()]
    return {"point": corner.name("active_power_kw"), "reason": "misread", "readings": readings}


async def raw(corner: Corner) -> list[tuple[str, float]]:
    span = "start=2026-11-23T00:00:00Z&stop=2026-11-24T00:00:00Z"
    answer = await corner.client.get(f"/api/v1/readings?point={corner.name('active_power_kw')}&resolution=raw&{span}")
    return [(reading["time"], reading["value"]) for reading in answer.json()["readings"]]


async def test_a_correction_is_effective_in_history_live_and_stream(corner: Corner) -> None:
    point = corner.points["active_power_kw"]
    await store(corner.connection, {(point, NOON_US): 10.0})
    async with streaming(corner.client, f"?device=kunshan/{corner.device}") as stream:
        await stream.until(lambda frame: bool(frame.data["values"]))
        answer = await corner.client.post("/api/v1/corrections", json=correction(corner, noon=1.0, later=2.0))
        assert answer.json() == {"corrected": 2, "unchanged": 0}
        frames = await stream.until(lambda frame: frame.event == "values")
    assert frames[-1].data["values"] == [[corner.name("active_power_kw"), (NOON_US + SECOND_US) // 1000, 2.0]]
    assert await raw(corner) == [(NOON, 1.0), ("2026-11-23T04:00:01Z", 2.0)]
    assert await corner.connection.fetchval("SELECT value FROM reading WHERE point_id = $1", point) == 10.0
    listed = (await corner.client.get(f"/api/v1/corrections?point={corner.name('active_power_kw')}")).json()["items"]
    assert [(item["old_value"], item["new_value"], item["actor"], item["reason"]) for item in listed] == [
        (None, 2.0, "local", "misread"),
        (10.0, 1.0, "local", "misread"),
    ]


async def test_the_same_correction_again_changes_nothing(corner: Corner) -> None:
    await store(corner.connection, {(corner.points["active_power_kw"], NOON_US): 10.0})
    await corner.client.post("/api/v1/corrections", json=correction(corner, noon=1.0))
    newest = await batch_log.newest_id(corner.connection)
    again = await corner.client.post("/api/v1/corrections", json=correction(corner, noon=1.0))
    assert again.json() == {"corrected": 0, "unchanged": 1}
    assert await batch_log.newest_id(corner.connection) == newest
    back = await corner.client.post("/api/v1/corrections", json=correction(corner, noon=10.0))
    assert back.json()["corrected"] == 1
    assert await raw(corner) == [(NOON, 10.0)]


@pytest.mark.parametrize(
    ("readings", "says"),
    [
        ([], "at least 1 item"),
        ([{"time": "2026-11-23T04:00:00", "value": 1}], "not a time with offset"),
        ([{"time": 1700000000, "value": 1}], "text with offset"),
        ([{"time": NOON, "value": "NaN"}], "finite"),
        ([{"time": NOON, "value": 1}, {"time": "2026-11-23T12:00:00+08:00", "value": 2}], "more than once"),
    ],
)
async def test_a_correction_that_cannot_be_meant_is_refused(
    corner: Corner, readings: list[dict[str, Any]], says: str
) -> None:
    body = {"point": corner.name("active_power_kw"), "reason": "misread", "readings": readings}
    assert says in check(await corner.client.post("/api/v1/corrections", json=body), "invalid-request").detail


@pytest.mark.parametrize(
    ("time", "value", "why"),
    [("2199-01-01T00:00:00Z", 1.0, "in the future"), (NOON, 1e9, "outside the range")],
)
async def test_what_could_not_be_a_reading_is_refused(corner: Corner, time: str, value: float, why: str) -> None:
    await corner.connection.execute(
        "UPDATE point SET minimum = -6000, maximum = 6000 WHERE id = $1", corner.points["active_power_kw"]
    )
    wanted = {**correction(corner), "readings": [{"time": time, "value": value}]}
    answer = await corner.client.post("/api/v1/corrections", json=wanted)
    assert why in (check(answer, "invalid-request").detail or "")
    assert await raw(corner) == []
