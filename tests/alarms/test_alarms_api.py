"""Alarms over HTTP, as a console and an integrator read them and act on them."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta

import httpx
import pytest

from api import pages
from deploy.embedded.database import OWNER
from deploy.embedded.stack import Stack
from services.alarms import keeping
from services.database import Connection, connect
from tests.alarms import kept_plant
from tests.alarms.kept_plant import Plant, at
from tests.api.serving import DEADLINE_S

pytestmark = pytest.mark.usefixtures("plant")

ALARM = "/api/v1/alarms/kunshan/hot/comp-1"
_WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"


@pytest.fixture
async def plant(connection: Connection) -> Plant:
    return await kept_plant.make(connection, machines=["comp-1", "comp-2", "comp-3"])


async def listed(client: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/api/v1/alarms{query}")
    assert answer.status_code == 200, answer.text
    return [item["alarm"].removeprefix("kunshan/hot/") for item in answer.json()["items"]]


async def test_the_list_has_the_worst_first_a_page_at_a_time(client: httpx.AsyncClient, plant: Plant) -> None:
    assert await listed(client) == []
    await plant.tell(plant.instance("hot", "comp-1"), 10, "H")
    await plant.tell(plant.instance("hot", "comp-2"), 20, "HH", 112.0)
    assert await listed(client) == ["comp-2", "comp-1"]
    assert await listed(client, "?include=normal&site=kunshan") == ["comp-2", "comp-1", "comp-3"]
    assert await listed(client, "?state=normal") == ["comp-3"]
    assert await listed(client, "?priority=high&priority=low") == ["comp-1"]
    assert await listed(client, "?machine=comp-2&system=other") == ["comp-2"]
    assert await listed(client, "?site=service") == []
    first = (await client.get("/api/v1/alarms?include=normal&limit=2")).json()
    rest = (await client.get(f"/api/v1/alarms?include=normal&limit=2&cursor={first['next']}")).json()
    assert [item["subject"] for item in (*first["items"], *rest["items"])] == ["comp-2", "comp-1", "comp-3"]
    assert rest["next"] is None
    for query in ("state=angry", "priority=urgent", "system=steam", "include=retired", "colour=red", "site=nowhere"):
        assert (await client.get(f"/api/v1/alarms?{query}")).status_code in (404, 422), query


@pytest.mark.parametrize("path", ["alarms", "alarm-occurrences", "alarm-figures"])
async def test_a_machine_that_no_rule_is_on_is_no_calm_one(
    client: httpx.AsyncClient, plant: Plant, connection: Connection, path: str
) -> None:
    async with connection.transaction():
        await keeping.settle(connection, [plant.instance("hot", "comp-1")], at(20))
    for machine in ("comp-1", "comp-2"):  # of comp-2, whose alarm is retired, there is a history
        assert (await client.get(f"/api/v1/{path}?machine={machine}")).status_code == 200
    for query in ("machine=comp-9", "machine=comp-1&site=service"):
        answer = await client.get(f"/api/v1/{path}?{query}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/machine-not-found"), query
    if path != "alarms":
        assert (await client.get(f"/api/v1/{path}?rule=hot")).status_code == 200
        answer = await client.get(f"/api/v1/{path}?rule=hto")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/rule-not-found")


async def test_one_alarm_has_its_figures_words_steps_and_occurrences(client: httpx.AsyncClient, plant: Plant) -> None:
    hot = plant.instance("hot", "comp-1")
    unknown = (await client.get(ALARM)).json()
    assert (unknown["state"], unknown["condition"], unknown["since"]) == ("normal", "unknown", None)
    await plant.tell(hot, 10, "H", 106.25)
    await plant.tell(hot, 30, "HH", 111.0)
    found = (await client.get(f"{ALARM}?time_zone=Asia/Shanghai")).json()
    assert (found["level"], found["value"], found["limit"], found["unit"]) == ("HH", 111.0, 109.0, "degC")
    assert (found["priority"], found["condition"], found["machine"]) == ("critical", "active", "Machine comp-1")
    assert found["message"] == "Outlet hot: 111 degC / 109 degC"
    assert found["raised_at"] == "2026-11-23T16:00:10+08:00"
    assert [(step["event"], step["from"], step["to"]) for step in found["transitions"]] == [
        ("worsen", "unacknowledged", "unacknowledged"),
        ("raise", "normal", "unacknowledged"),
    ]
    assert [each["priority"] for each in found["occurrences"]] == ["critical"]
    assert found["now"]["level"] == "HH"
    missing = await client.get("/api/v1/alarms/kunshan/hot/comp-9")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/alarm-not-found")


async def test_people_act_and_are_told_why_not(client: httpx.AsyncClient, plant: Plant) -> None:
    refused = await client.post(f"{ALARM}/acknowledge", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/alarm-action-refused")
    assert "nothing to acknowledge" in refused.json()["detail"]
    await plant.tell(plant.instance("hot", "comp-1"), 10, "H")
    acknowledged = (await client.post(f"{ALARM}/acknowledge", json={"comment": " fan "})).json()
    assert (acknowledged["state"], acknowledged["acknowledged_by"]) == ("acknowledged", "local")
    assert acknowledged["transitions"][0]["comment"] == "fan"
    shelved = (await client.post(f"{ALARM}/shelve", json={"minutes": 30, "one_shot": True})).json()
    until = datetime.fromisoformat(shelved["shelved_until"])
    since = datetime.fromisoformat(shelved["since"])
    assert (until - since, shelved["one_shot"]) == (timedelta(minutes=30), True)
    assert (await client.post(f"{ALARM}/shelve", json={"minutes": 481})).status_code == 409
    assert (await client.post(f"{ALARM}/shelve", json={"minutes": 5, "until": shelved["since"]})).status_code == 422
    assert (await client.post(f"{ALARM}/unshelve", json={})).json()["state"] == "unacknowledged"
    assert (await client.post(f"{ALARM}/remove-from-service", json={})).status_code == 422
    out = (await client.post(f"{ALARM}/remove-from-service", json={"comment": "overhaul"})).json()
    assert out["state"] == "out_of_service"
    assert (await client.post(f"{ALARM}/return-to-service", json={})).json()["state"] == "unacknowledged"
    assert (await client.post(f"{ALARM}/reset", json={})).status_code == 409


async def test_of_many_each_is_told_what_became_of_it(
    client: httpx.AsyncClient, plant: Plant, connection: Connection
) -> None:
    for machine in ("comp-2", "comp-3"):
        await plant.tell(plant.instance("hot", machine), 10, "H")
    async with connection.transaction():
        await keeping.settle(connection, [plant.instance("hot", each) for each in ("comp-1", "comp-2")], at(20))
    wanted = {"alarms": [f"kunshan/hot/comp-{n}" for n in (1, 2, 3, 9)], "comment": "storm"}
    answer = await client.post("/api/v1/alarms/acknowledge", json=wanted)
    assert (answer.status_code, answer.json()["acknowledged"]) == (200, ["kunshan/hot/comp-2"])
    refused = {each["alarm"]: (each["type"], each["why"]) for each in answer.json()["refused"]}
    assert refused["kunshan/hot/comp-9"][0] == "/problems/alarm-not-found"
    assert refused["kunshan/hot/comp-1"] == (
        "/problems/alarm-action-refused",
        "it is normal: there is nothing to acknowledge",
    )
    retired = "it is retired since 2026-11-23T08:00:20Z, because its rule is retired, switched off or no longer for "
    assert refused["kunshan/hot/comp-3"][1].startswith(retired)
    assert len(refused) == 3
    wanted["alarms"] = ["kunshan/hot/comp-9"]
    assert (await client.post("/api/v1/alarms/acknowledge", json=wanted)).json()["acknowledged"] == []
    wanted["alarms"] = ["kunshan/hot"]
    assert (await client.post("/api/v1/alarms/acknowledge", json=wanted)).status_code == 422
    for step in ("acknowledge", "shelve", "reset"):
        gone = await client.post(f"/api/v1/alarms/kunshan/hot/comp-3/{step}", json={})
        assert (gone.status_code, gone.json()["type"]) == (409, "/problems/alarm-action-refused")
        assert retired in gone.json()["detail"]
        missing = await client.post(f"/api/v1/alarms/kunshan/hot/comp-9/{step}", json={})
        assert (missing.status_code, missing.json()["type"]) == (404, "/problems/alarm-not-found")


async def test_who_meets_another_at_the_same_rows_is_told_to_try_again(
    servers: Stack, client: httpx.AsyncClient, plant: Plant, connection: Connection, database_url: str
) -> None:
    #   another:  locks comp-2                   wants comp-1 ------- has both
    #   the API:       locks comp-1, wants comp-2 ---- finds the circle after its deadlock_timeout of 1 s, gives way
    for machine in ("comp-1", "comp-2"):
        await plant.tell(plant.instance("hot", machine), 10, "H")
    wanted = {"alarms": ["kunshan/hot/comp-1", "kunshan/hot/comp-2"]}
    lock = "SELECT FROM alarm WHERE subject = $1 FOR UPDATE"
    servers.database.query(f"GRANT SET ON PARAMETER deadlock_timeout TO {OWNER}")
    another = await connect(database_url, name="another")
    try:
        await another.execute("SET deadlock_timeout = '60s'")  # so that it is the API that finds it
        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as both, another.transaction():
            await another.execute(lock, "comp-2")
            asked = both.create_task(client.post("/api/v1/alarms/acknowledge", json=wanted))
            while not await connection.fetchval(_WAITS):
                pass
            await another.execute(lock, "comp-1")
    finally:
        await another.close()
    refused = asked.result()
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/collision")
    assert float(refused.headers["Retry-After"]) > 0
    again = (await client.post("/api/v1/alarms/acknowledge", json=wanted)).json()
    assert (again["acknowledged"], again["refused"]) == (wanted["alarms"], [])


async def test_what_was_raised_is_listed_and_comes_as_csv(client: httpx.AsyncClient, plant: Plant) -> None:
    for n in range(3):
        await plant.tell(plant.instance("hot", "comp-1"), 10 + 100 * n, "H", 106.0 + n)
        await plant.tell(plant.instance("hot", "comp-1"), 50 + 100 * n, None)
    await plant.tell(plant.instance("hot", "comp-2"), 60, "HH", 112.0, quiet="not_running")
    period = "from=2026-11-23T08:00:00Z&to=2026-11-23T09:00:00Z"
    first = (await client.get(f"/api/v1/alarm-occurrences?{period}&limit=2")).json()
    rest = (await client.get(f"/api/v1/alarm-occurrences?{period}&limit=2&cursor={first['next']}")).json()
    assert [item["value"] for item in (*first["items"], *rest["items"])] == [108.0, 107.0, 106.0]
    assert rest["next"] is None
    assert rest["items"][0]["returned_at"] == "2026-11-23T08:00:50Z"
    every = (await client.get(f"/api/v1/alarm-occurrences?{period}&include=quiet&priority=critical")).json()["items"]
    assert [(item["alarm"], item["announced_at"]) for item in every] == [("kunshan/hot/comp-2", None)]
    text = (await client.get(f"/api/v1/alarm-occurrences?{period}&machine=comp-1", headers={"Accept": "text/csv"})).text
    lines = text.splitlines()
    assert lines[0].startswith("alarm,machine,name,system,priority,level,value,limit,unit,message,raised_at")
    assert lines[1].startswith("kunshan/hot/comp-1,Machine comp-1,Outlet hot,other,high,H,108.0,105.0,degC,")
    assert len(lines) == 4
    assert (
        await client.get("/api/v1/alarm-occurrences?from=2026-11-23T08:00:00Z&to=2026-11-23T08:00:00Z")
    ).status_code == 422
    assert (await client.get("/api/v1/alarm-occurrences", headers={"Accept": "image/png"})).status_code == 406


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/api/v1/alarms", "99999999999|2026-01-01T00:00:00+00:00|kunshan/hot/comp-1"),
        ("/api/v1/alarms", "1|0001-01-01T00:00:00+14:00|kunshan/hot/comp-1"),
        ("/api/v1/alarms", "1|2026-01-01T00:00:00|kunshan/hot/comp-1"),
        ("/api/v1/alarm-floods", "2026-01-01T00:00:00+00:00|9999999999"),
        ("/api/v1/alarm-floods", "9999-12-31T23:59:59-14:00|1"),
        ("/api/v1/alarm-occurrences", "2026-01-01T00:00:00+00:00|9223372036854775808"),
        ("/api/v1/alarm-occurrences", "2026-01-01T00:00:00+00:00|-1"),
    ],
)
async def test_a_place_that_no_list_has_is_no_cursor(client: httpx.AsyncClient, path: str, place: str) -> None:
    mark = hashlib.blake2b(repr((path, [])).encode(), digest_size=6).hexdigest()
    answer = await client.get(path, params={"cursor": pages.encode(mark, place)})
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-cursor")


async def test_figures_and_floods_of_a_period(client: httpx.AsyncClient, plant: Plant) -> None:
    for n in range(12):
        await plant.tell(plant.instance("hot", f"comp-{n % 3 + 1}"), 10 * n, "H")
        await plant.tell(plant.instance("hot", f"comp-{n % 3 + 1}"), 10 * n + 5, None)
    await plant.pass_time(7200)
    period = "site=kunshan&from=2026-11-23T08:00:00Z&to=2026-11-23T20:00:00Z"
    found = (await client.get(f"/api/v1/alarm-figures?{period}&by=machine")).json()
    whole = found["figures"]
    assert (whole["alarms"], whole["alarms_per_day"], whole["worst_ten_minutes"], whole["floods"]) == (12, 24.0, 12, 1)
    assert [part["code"] for part in found["parts"]] == ["kunshan/comp-1", "kunshan/comp-2", "kunshan/comp-3"]
    missed = [each["figure"] for each in whole["missed"]]
    assert missed == ["worst_ten_minutes", "time_in_flood_percent"]
    assert "ISA-18.2" in whole["missed"][0]["source"]
    (flood,) = (await client.get(f"/api/v1/alarm-floods?{period}")).json()["items"]
    assert (flood["started_at"], flood["alarms"], flood["peak_in_ten_minutes"]) == ("2026-11-23T08:01:40Z", 12, 12)
    # Twelve at 0, 10 ... 110 s: with the eighth, of 70 s, ten minutes old, four are left.
    assert flood["ended_at"] == "2026-11-23T08:11:10Z"
