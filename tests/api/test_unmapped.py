"""What came under an unknown name is kept, mapped, and stored once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from services.batch import UnmappedSample
from services.database import Connection
from services.points import directory
from tests.api.plant import ENERGY, NOON, NOON_US, POWER, SECOND_US, STATE, store
from tests.api.test_problems import check

MAP, REPLAY = "/api/v1/unmapped/map", "/api/v1/unmapped/replay"
NAME = {"site": "kunshan", "device": "m-999", "key": "p_kw"}


def sample(second: int, value: float | str | bool, key: str = "p_kw", site: str = "kunshan") -> UnmappedSample:
    return UnmappedSample(site, "m-999", key, NOON_US + second * SECOND_US, value)


async def names(client: httpx.AsyncClient) -> list[str]:
    return [item["id"] for item in (await client.get("/api/v1/unmapped")).json()["items"]]


async def values_of(connection: Connection, point: int) -> list[float]:
    found = await connection.fetch("SELECT value FROM reading WHERE point_id = $1 ORDER BY time", point)
    return [row["value"] for row in found]


async def test_a_name_is_listed_with_what_is_kept_under_it(client: httpx.AsyncClient, connection: Connection) -> None:
    await store(connection, unmapped=[sample(0, 1.0), sample(1, "hot"), sample(1, "hot")])
    [item] = (await client.get("/api/v1/unmapped")).json()["items"]
    assert (item["id"], item["samples"], item["kept"], item["leads_to"]) == ("kunshan/m-999/p_kw", 3, 2, None)
    assert (item["last_value"], item["last_time"]) == ("hot", (NOON + timedelta(seconds=1)).isoformat()[:-6] + "Z")


async def test_a_mapped_name_is_stored_and_leads_to_its_point_from_then_on(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    # 12,000 samples: more than one transaction's worth.
    await store(connection, {(points[POWER], NOON_US): 0.0, (points[POWER], NOON_US + SECOND_US): 99.0})
    await store(connection, unmapped=[sample(second, float(second)) for second in range(12_000)] + [sample(-1, "x")])
    answer = await client.post(MAP, json={**NAME, "point": POWER})
    assert answer.json() == {
        "name": "kunshan/m-999/p_kw",
        "stored": 11_998,
        "duplicate": 1,
        "refused": {"conflict": 1, "wrong_type": 1},
    }
    assert await values_of(connection, points[POWER]) == [0.0, 99.0, *map(float, range(2, 12_000))]
    assert await names(client) == []
    found = await directory(connection)
    place = found.devices["kunshan", "m-999"].places["p_kw"]
    assert found.point_ids[place.index] == points[POWER]
    events = (await client.get("/api/v1/events?kind=registry.changed")).json()["items"]
    assert [event["payload"]["revision"] for event in events] == [1]
    letters = (await client.get("/api/v1/dead-letters?reason=wrong_type")).json()["items"]
    assert '"p_kw":"x"' in letters[0]["payload_text"]
    assert [worker["name"] for worker in (await client.get("/api/v1/ingest")).json()["workers"]] == ["test"]


async def test_mapping_again_stores_only_what_came_meanwhile(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    await store(connection, unmapped=[sample(0, 1.0)])
    assert (await client.post(MAP, json={**NAME, "point": POWER})).json()["stored"] == 1
    # A worker that had not heard of the mapping yet keeps one more, and one that it kept before.
    await store(connection, unmapped=[sample(0, 1.0), sample(1, 2.0)])
    [item] = (await client.get("/api/v1/unmapped")).json()["items"]
    assert item["leads_to"] == POWER
    again = (await client.post(REPLAY, json=NAME)).json()
    assert (again["stored"], again["duplicate"]) == (1, 1)
    assert await values_of(connection, points[POWER]) == [1.0, 2.0]


async def test_replays_at_once_share_the_work(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    await store(connection, unmapped=[sample(0, 0.0)])
    await client.post(MAP, json={**NAME, "point": POWER})
    await store(connection, unmapped=[sample(second, float(second)) for second in range(1, 6000)])
    answers = await asyncio.gather(*(client.post(REPLAY, json=NAME) for _ in range(4)))
    stored = sum(answer.json()["stored"] for answer in answers if answer.status_code == 200)
    assert stored == 5999
    assert await values_of(connection, points[POWER]) == list(map(float, range(6000)))
    assert await names(client) == []


async def test_texts_become_numbers_where_the_point_is_a_state(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    texts: list[float | str | bool] = ["loaded", "stopped", True, 2.0, "on fire"]
    await store(connection, unmapped=[sample(second, value, "mode") for second, value in enumerate(texts)])
    answer = await client.post(MAP, json={**NAME, "key": "mode", "point": STATE})
    assert (answer.json()["stored"], answer.json()["refused"]) == (4, {"unknown_state": 1})
    assert await values_of(connection, points[STATE]) == [2.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("point", "kept", "says"),
    [
        (POWER, "loaded", "wrong_type"),
        (STATE, "on fire", "unknown_state"),
        (ENERGY, -5.0, "out_of_range"),
        ("york/m-1/active_power_kw", 1.0, "its own site"),
    ],
)
async def test_a_point_that_cannot_be_meant_is_refused_and_nothing_is_used_up(
    client: httpx.AsyncClient, connection: Connection, point: str, kept: float | str, says: str
) -> None:
    await store(connection, unmapped=[sample(0, kept)])
    assert says in check(await client.post(MAP, json={**NAME, "point": point}), "mapping-refused").detail
    [item] = (await client.get("/api/v1/unmapped")).json()["items"]
    assert (item["kept"], item["leads_to"]) == (1, None)


async def test_a_name_that_leads_elsewhere_already_is_not_moved(
    client: httpx.AsyncClient, connection: Connection
) -> None:
    await store(connection, unmapped=[sample(0, 1.0)])
    await client.post(MAP, json={**NAME, "point": POWER})
    await store(connection, unmapped=[sample(1, 1.0)])
    other = {**NAME, "point": "kunshan/m-2/active_power_kw"}
    assert "another point" in check(await client.post(MAP, json=other), "mapping-refused").detail
    assert await names(client) == ["kunshan/m-999/p_kw"]


async def test_a_name_that_leads_nowhere_is_not_replayed(client: httpx.AsyncClient, connection: Connection) -> None:
    await store(connection, unmapped=[sample(0, 1.0)])
    assert "map it" in check(await client.post(REPLAY, json=NAME), "mapping-refused").detail
