"""What came under an unknown name is kept, mapped, and stored once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.batch import UnmappedSample
from services.points import directory
from tests.api.conftest import Corner
from tests.api.plant import NOON, NOON_US, SECOND_US, store
from tests.api.test_problems import check

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAP, REPLAY = "/api/v1/unmapped/map", "/api/v1/unmapped/replay"


def name(corner: Corner, key: str = "p_kw") -> dict[str, str]:
    """A name that no point has: of a device `x-...` for each corner's own device."""
    return {"site": "kunshan", "device": f"x-{corner.device}", "key": key}


def mapping(corner: Corner, key: str = "active_power_kw") -> dict[str, str]:
    return {**name(corner), "point": corner.name(key)}


async def keep(corner: Corner, values: dict[int, float | str | bool], key: str = "p_kw") -> None:
    """Let samples come in under the name, by second."""
    sent = [
        UnmappedSample("kunshan", f"x-{corner.device}", key, NOON_US + second * SECOND_US, value)
        for second, value in values.items()
    ]
    await store(corner.connection, unmapped=sent)


async def listed(corner: Corner) -> list[dict[str, Any]]:
    items = (await corner.client.get("/api/v1/unmapped?limit=1000")).json()["items"]
    return [item for item in items if item["device"] == f"x-{corner.device}"]


async def values_of(corner: Corner, key: str = "active_power_kw") -> list[float]:
    found = await corner.connection.fetch(
        "SELECT value FROM reading WHERE point_id = $1 ORDER BY time", corner.points[key]
    )
    return [row["value"] for row in found]


async def test_a_name_is_listed_with_what_is_kept_under_it(corner: Corner) -> None:
    await keep(corner, {0: 1.0, 1: "hot"})
    await keep(corner, {1: "hot"})
    [item] = await listed(corner)
    assert (item["id"], item["samples"], item["kept"]) == (f"kunshan/x-{corner.device}/p_kw", 3, 2)
    assert item["leads_to"] is None
    assert (item["last_value"], item["last_time"]) == ("hot", (NOON + timedelta(seconds=1)).isoformat()[:-6] + "Z")


async def test_a_mapped_name_is_stored_and_leads_to_its_point_from_then_on(corner: Corner) -> None:
    point = corner.points["active_power_kw"]
    await store(corner.connection, {(point, NOON_US): 0.0, (point, NOON_US + SECOND_US): 99.0})
    # 6,000 samples: more than one transaction's worth.
    await keep(corner, {**{second: float(second) for second in range(6000)}, -1: "x"})
    before = (await corner.client.get("/api/v1/events?kind=registry.changed&limit=1")).json()["items"]
    answer = await corner.client.post(MAP, json=mapping(corner))
    assert answer.json() == {
        "name": f"kunshan/x-{corner.device}/p_kw",
        "stored": 5998,
        "duplicate": 1,
        "refused": {"conflict": 1, "wrong_type": 1},
    }
    assert await values_of(corner) == [0.0, 99.0, *map(float, range(2, 6000))]
    assert await listed(corner) == []
    found = await directory(corner.connection)
    place = found.devices["kunshan", f"x-{corner.device}"].places["p_kw"]
    assert found.point_ids[place.index] == point
    after = (await corner.client.get("/api/v1/events?kind=registry.changed&limit=1")).json()["items"]
    assert after != before
    letters = (await corner.client.get("/api/v1/dead-letters?reason=wrong_type&limit=1")).json()["items"]
    assert '"p_kw":"x"' in letters[0]["payload_text"]
    assert [worker["name"] for worker in (await corner.client.get("/api/v1/ingest")).json()["workers"]] == ["test"]


async def test_mapping_again_stores_only_what_came_meanwhile(corner: Corner) -> None:
    await keep(corner, {0: 1.0})
    assert (await corner.client.post(MAP, json=mapping(corner))).json()["stored"] == 1
    # A worker that had not heard of the mapping yet keeps one more, and one that it kept before.
    await keep(corner, {0: 1.0, 1: 2.0})
    [item] = await listed(corner)
    assert item["leads_to"] == corner.name("active_power_kw")
    again = (await corner.client.post(REPLAY, json=name(corner))).json()
    assert (again["stored"], again["duplicate"]) == (1, 1)
    assert await values_of(corner) == [1.0, 2.0]


async def test_replays_at_once_share_the_work(corner: Corner) -> None:
    await keep(corner, {0: 0.0})
    await corner.client.post(MAP, json=mapping(corner))
    await keep(corner, {second: float(second) for second in range(1, 6000)})
    answers = await asyncio.gather(*(corner.client.post(REPLAY, json=name(corner)) for _ in range(4)))
    assert sum(answer.json()["stored"] for answer in answers if answer.status_code == 200) == 5999
    assert await values_of(corner) == list(map(float, range(6000)))
    assert await listed(corner) == []


async def test_texts_become_numbers_where_the_point_is_a_state(corner: Corner) -> None:
    await keep(corner, {0: "loaded", 1: "stopped", 2: True, 3: 2.0, 4: "on fire"})
    answer = (await corner.client.post(MAP, json=mapping(corner, "state"))).json()
    assert (answer["stored"], answer["refused"]) == (4, {"unknown_state": 1})
    assert await values_of(corner, "state") == [2.0, 0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("key", "kept", "says"),
    [
        ("active_power_kw", "loaded", "wrong_type"),
        ("state", "on fire", "unknown_state"),
        ("import_energy_kwh", -5.0, "out_of_range"),
    ],
)
async def test_a_point_that_cannot_be_meant_is_refused_and_nothing_is_used_up(
    corner: Corner, key: str, kept: float | str, says: str
) -> None:
    await keep(corner, {0: kept})
    assert says in check(await corner.client.post(MAP, json=mapping(corner, key)), "mapping-refused").detail
    [item] = await listed(corner)
    assert (item["kept"], item["leads_to"]) == (1, None)


async def test_a_point_of_another_site_or_a_name_with_a_slash_is_refused(corner: Corner) -> None:
    await keep(corner, {0: 1.0})
    foreign = {**mapping(corner), "point": "york/m-1/active_power_kw"}
    assert "its own site" in check(await corner.client.post(MAP, json=foreign), "mapping-refused").detail
    await keep(corner, {0: 1.0}, "p/kw")
    slashed = {**mapping(corner), "key": "p/kw"}
    assert "slash" in check(await corner.client.post(MAP, json=slashed), "mapping-refused").detail
    assert len(await listed(corner)) == 2


async def test_a_name_that_leads_elsewhere_already_is_not_moved(corner: Corner) -> None:
    await keep(corner, {0: 1.0})
    await corner.client.post(MAP, json=mapping(corner))
    await keep(corner, {1: 1.0})
    other = mapping(corner, "import_energy_kwh")
    assert "another point" in check(await corner.client.post(MAP, json=other), "mapping-refused").detail
    assert len(await listed(corner)) == 1


async def test_a_name_that_leads_nowhere_is_not_replayed(corner: Corner) -> None:
    await keep(corner, {0: 1.0})
    assert "map it" in check(await corner.client.post(REPLAY, json=name(corner)), "mapping-refused").detail
