"""Rules over the API: looking, changing with versions and overrides, refusals, trials within bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from analytics.batches import Columns
from services.batch import Batch
from services.database import Connection
from services.readings import Recorder
from tests.alarms.rule_plant import build, rule_document

pytestmark = pytest.mark.usefixtures("points")

RULE = "/api/v1/alarm-rules/plant/outlet-high"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 11, 16, tzinfo=UTC)
HIGH = [{"at": "H", "limit": 105, "priority": "high"}]


@pytest.fixture
async def points(connection: Connection) -> dict[str, int]:
    return await build(connection)


async def put(client: httpx.AsyncClient, reason: str = "first", **fields: Any) -> httpx.Response:  # noqa: ANN401
    return await client.put(RULE, json={"rule": rule_document(**fields), "reason": reason})


async def heat(connection: Connection, points: dict[str, int]) -> None:
    """An hour at 80, ten minutes of it from 00:20 on at 110."""
    seconds = np.arange(0, 3600, 10)
    times = (START - EPOCH) // timedelta(microseconds=1) + seconds * 1_000_000
    values = np.where((seconds >= 1200) & (seconds < 1800), 110.0, 80.0)
    ids = np.full(len(seconds), points["comp-1/outlet_degc"], dtype=np.int32)
    await Recorder(connection).record(Batch("ingest-1", datetime.now(UTC), Columns(ids, times, values), messages=1))


async def test_a_rule_has_its_versions_and_its_machines(client: httpx.AsyncClient) -> None:
    assert (await put(client)).status_code == 200
    assert (await put(client, "said again")).json()["version"] == 1
    changed = (await put(client, "hot summer", levels=[{"at": "H", "limit": 100, "priority": "high"}])).json()
    assert [(each["version"], each["actor"], each["reason"], each["changes"]) for each in changed["versions"]] == [
        (2, "local", "hot summer", ["level H 105 high -> 100 high"]),
        (1, "local", "first", ["new"]),
    ]
    assert (await client.get(RULE)).json() == changed
    assert changed["rule"]["levels"] == [{"at": "H", "limit": 100, "priority": "high"}]
    assert (changed["origin"], changed["machines"], changed["on"]) == ("entered", 1, ["comp-1"])
    assert changed["not_on"] == [
        {
            "rule": "plant/outlet-high",
            "machine": "comp-2",
            "reason": "comp-2 has no point 'outlet_degc'; it has power_kw, state",
        }
    ]
    assert (await client.get("/api/v1/alarm-rules/unbound?site=plant")).json()["items"] == changed["not_on"]
    # What was answered can be put again as it is.
    again = await client.put(RULE, json={"rule": changed["rule"], "reason": "the same"})
    assert again.json()["version"] == 2


async def test_a_version_that_another_platform_stored_is_told_beside_the_others(
    client: httpx.AsyncClient, connection: Connection
) -> None:
    await put(client)
    await connection.execute("UPDATE alarm_rule_version SET document = document || '{\"levels\": []}'::jsonb")
    await put(client, "hot summer", deadband=3)
    detail = (await client.get(RULE)).json()
    assert [each["changes"] for each in detail["versions"]] == [
        ["version 1 cannot be read by this version of the platform: no comparison"],
        ["version 1 cannot be read by this version of the platform: no comparison"],
    ]
    await connection.execute("UPDATE alarm_rule SET document = document || '{\"levels\": []}'::jsonb")
    unread = await client.get(RULE)
    assert unread.status_code == 404
    assert "no rule 'outlet-high' of plant that can be read" in unread.json()["detail"]
    assert (await put(client, "anew", deadband=3)).json()["version"] == 3


async def test_the_list_is_filtered_and_paged(client: httpx.AsyncClient) -> None:
    for code, system in (("a-high", "water"), ("b-high", "gas"), ("c-high", "gas")):
        document = rule_document(code, system=system)
        assert (
            await client.put(f"/api/v1/alarm-rules/plant/{code}", json={"rule": document, "reason": "x"})
        ).is_success
    first = (await client.get("/api/v1/alarm-rules?site=plant&limit=2")).json()
    assert [each["id"] for each in first["items"]] == ["plant/a-high", "plant/b-high"]
    assert first["items"][0]["levels"] == HIGH
    rest = (
        await client.get("/api/v1/alarm-rules", params={"site": "plant", "limit": 2, "cursor": first["next"]})
    ).json()
    assert ([each["code"] for each in rest["items"]], rest["next"]) == (["c-high"], None)
    gas = (await client.get("/api/v1/alarm-rules?system=gas&search=B-HI")).json()
    assert [each["code"] for each in gas["items"]] == ["b-high"]
    assert (await client.get("/api/v1/alarm-rules?site=service")).json()["items"] == []
    assert (await client.get("/api/v1/alarm-rules?site=gone")).status_code == 404
    unbound = "/api/v1/alarm-rules/unbound?site=plant&limit=2"
    first = (await client.get(unbound)).json()
    rest = (await client.get(f"{unbound}&cursor={first['next']}")).json()
    assert [each["rule"] for each in (*first["items"], *rest["items"])] == [
        "plant/a-high",
        "plant/b-high",
        "plant/c-high",
    ]
    assert rest["next"] is None


async def test_a_rule_with_mistakes_is_refused_with_all_of_them(client: httpx.AsyncClient) -> None:
    answer = await put(client, deadbnd=2, on_delay_s="soon")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/rule-refused")
    assert answer.json()["mistakes"] == [
        "'deadbnd' is not known here: did you mean 'deadband'?",
        "'on_delay_s' must be a number, not 'soon'",
    ]
    assert "at character 7: a comparison is written ==" in (await put(client, when="state = 1")).json()["detail"]
    assert (await put(client, code="other")).json()["detail"].startswith("The address says 'outlet-high'")
    elsewhere = await client.put("/api/v1/alarm-rules/gone/x", json={"rule": rule_document("x"), "reason": "x"})
    assert elsewhere.status_code == 404
    assert (await client.get(RULE)).json()["type"] == "/problems/rule-not-found"


async def test_one_machine_has_other_figures_until_they_are_taken_away(client: httpx.AsyncClient) -> None:
    await put(client)
    address = f"{RULE}/overrides/comp-1"
    (made,) = (await client.put(address, json={"limits": {"H": 98}, "deadband": 1, "reason": "old machine"})).json()
    assert (made["machine"], made["limits"], made["deadband"], made["is_enabled"]) == ("comp-1", {"H": 98}, 1, True)
    assert (made["actor"], made["reason"]) == ("local", "old machine")
    assert (await client.get(RULE)).json()["overrides"] == [made]
    refused = await client.put(address, json={"limits": {"LL": 1}, "reason": "x"})
    assert refused.json()["mistakes"] == ["rule 'outlet-high' has no level LL: it has H"]
    assert (await client.put(f"{RULE}/overrides/header", json={"deadband": 1, "reason": "x"})).status_code == 422
    assert (await client.delete(address)).status_code == 422
    assert (await client.delete(f"{address}?reason=replaced")).json() == []
    assert (await client.delete(f"{address}?reason=replaced")).json() == []


async def test_a_rule_is_tried_before_it_is_stored(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    await heat(connection, points)
    span = {"from": "2026-11-16T00:00:00Z", "to": "2026-11-16T01:00:00Z"}
    answer = (
        await client.post("/api/v1/alarm-rules/try", json={"site": "plant", "rule": rule_document(), **span})
    ).json()
    assert answer["alarms"] == [
        {
            "machine": "comp-1",
            "raised_at": "2026-11-16T00:20:00Z",
            "returned_at": "2026-11-16T00:30:00Z",
            "duration_s": 600.0,
            "level": "H",
            "value": 110.0,
        }
    ]
    assert (answer["count"], answer["alarms_a_day"], answer["on"]) == (1, 24.0, ["comp-1"])
    assert (await client.get(RULE)).status_code == 404
    await put(client, on_delay_s=900)
    stored = (await client.post(f"{RULE}/try", json={**span, "machines": ["comp-1"]})).json()
    assert (stored["count"], stored["readings"]) == (0, 360)
    await client.put(f"{RULE}/overrides/comp-1", json={"limits": {"H": 120}, "reason": "for the trial"})
    posted = {"site": "plant", "rule": rule_document(), **span}
    counts = [
        (await client.post("/api/v1/alarm-rules/try", json={**posted, "as_given": as_given})).json()["count"]
        for as_given in (False, True)
    ]
    assert counts == [0, 1]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"from": "2026-11-16T00:00:00Z", "to": "2026-11-16T00:00:20Z"}, 422, "The period is empty"),
        ({"from": "2999-01-01T00:00:00Z", "to": "2999-01-02T00:00:00Z"}, 422, "The period has not begun yet"),
        ({"from": "2026-10-16T00:00:00Z", "to": "2026-11-16T00:00:00Z"}, 409, "A trial may span 15 days at most"),
        ({"from": "2026-11-16T00:00:00", "to": "2026-11-16T01:00:00Z"}, 422, ""),
        (
            {"from": "2026-11-16T00:00:00Z", "to": "2026-11-16T01:00:00Z", "machines": ["header"]},
            409,
            "is not for header",
        ),
    ],
)
async def test_a_trial_that_cannot_be_is_refused(
    client: httpx.AsyncClient, body: dict[str, object], status: int, detail: str
) -> None:
    await put(client)
    answer = await client.post(f"{RULE}/try", json=body)
    assert (answer.status_code, detail in answer.json()["detail"]) == (status, True)


async def test_a_trial_of_too_many_readings_says_how_many_are_too_many(
    client: httpx.AsyncClient, connection: Connection
) -> None:
    await put(client)
    await connection.execute("UPDATE point SET expected_interval_s = 0.1")
    answer = await client.post(f"{RULE}/try", json={"from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z"})
    assert answer.status_code == 409
    assert "about 6,048,000 readings, and 4,000,000 are the most" in answer.json()["detail"]
