"""What is true now: newest values, their age, and the power of each space."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.database import Connection
from services.live_values import age_s, is_stale
from tests.api.plant import NOON, POWER, SECOND_US, STATE, store

YORK = "york/m-1/active_power_kw"


def now_us() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)


async def live(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    return {item["id"]: item for item in (await client.get(f"/api/v1/live{query}")).json()["items"]}


async def test_each_point_comes_with_its_newest_value_and_its_age(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    now = now_us()
    await store(
        connection,
        {(points[POWER], now - SECOND_US): 12.5, (points[YORK], now - 60 * SECOND_US): 1.0, (points[STATE], now): 2.0},
    )
    found = await live(client)
    assert len(found) == len(points)
    assert (found[POWER]["value"], found[POWER]["unit"], found[POWER]["stale"]) == (12.5, "kW", False)
    assert 1 <= found[POWER]["age_s"] < 15
    assert (found[YORK]["value"], found[YORK]["stale"]) == (1.0, True)
    assert (found[STATE]["state"], found[STATE]["value"]) == ("loaded", 2.0)
    silent = found["york/m-1/import_energy_kwh"]
    assert (silent["value"], silent["time"], silent["age_s"], silent["stale"]) == (None, None, None, True)


async def test_filters_narrow_the_list(client: httpx.AsyncClient) -> None:
    assert set(await live(client, "?site=york")) == {"york/m-1/active_power_kw", "york/m-1/import_energy_kwh"}
    assert set(await live(client, "?site=kunshan&space=b1/f1&quantity=active_power")) == {"kunshan/m-2/active_power_kw"}
    assert set(await live(client, f"?point={POWER}&point={YORK}")) == {POWER, YORK}
    assert len(await live(client, "?device=kunshan/m-1&device=kunshan/m-3")) == 5


async def test_the_power_of_a_space_is_the_sum_of_its_meters(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    now = now_us()

    async def power() -> dict[str | None, Any]:
        spaces = (await client.get("/api/v1/live/power?site=kunshan")).json()["spaces"]
        return {space["space"]: space for space in spaces}

    assert {space: each["power_kw"] for space, each in (await power()).items()} == {
        None: None,
        "b1": None,
        "b1/f1": None,
    }
    readings = {(points[f"kunshan/m-{number}/active_power_kw"], now): 10.0 * number for number in (1, 2, 3)}
    await store(connection, readings)
    found = await power()
    assert {space: each["power_kw"] for space, each in found.items()} == {None: 30.0, "b1": 10.0, "b1/f1": 20.0}
    assert found["b1"]["points"] == [POWER]
    assert not any(each["stale"] for each in found.values())


@pytest.mark.parametrize(
    ("measured_s", "received_s", "age"),
    [(5, 4, 5), (5, 90, 90), (90, 1, 90), (-200, 30, 30), (-200, -1, 0)],
)
def test_age_is_by_the_older_of_both_clocks_and_never_negative(measured_s: int, received_s: int, age: int) -> None:
    assert age_s(NOON, NOON - timedelta(seconds=measured_s), NOON - timedelta(seconds=received_s)) == age


@pytest.mark.parametrize(
    ("age", "interval_s", "stale"), [(15, 1, False), (15.1, 1, True), (30, 10, False), (31, 10, True)]
)
def test_stale_after_three_intervals_and_never_before_15_s(age: float, interval_s: float, stale: bool) -> None:
    assert is_stale(age, interval_s) is stale
