"""Jobs, plans, the due list, the calendar and the settings over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.database import Connection
from tests.plans.shop import JOB, ZONE, open_shop

MONTHLY = {"kind": "calendar", "every": "1 month"}
NOW = datetime.now(UTC)


def day(days: int) -> str:
    """A local day so many days from today."""
    return (NOW.astimezone(ZONE) + timedelta(days=days)).date().isoformat()


def instant(days: int) -> str:
    """An instant so many days from now."""
    return (NOW + timedelta(days=days)).isoformat()


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> Any:  # noqa: ANN401 - JSON
    answer = await client.get(f"/api/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_due_list_and_the_calendar(client: httpx.AsyncClient, connection: Connection) -> None:
    weekly = {"kind": "calendar", "every": "2 weeks"}
    hours = {"code": "hours", "triggers": [{"kind": "run_hours", "hours": 100}], "machines": ["fan-1"]}
    shop = await open_shop(
        connection,
        [
            {"code": "late", "triggers": [weekly], "machines": ["pump-1"], "begins": day(-30), "slack_days": 7},
            {"code": "soon", "triggers": [weekly], "machines": ["pump-2"], "begins": day(-4), "lead_days": 1},
            hours,
        ],
    )
    await shop.look(NOW)
    listed = (await asked(client, "maintenance-due", site="shop"))["items"]
    assert [(each["plan"], each["due_on"], each["is_due"], each["is_overdue"], each["order"]) for each in listed] == [
        ("late", day(-16), True, True, "shop/1"),
        ("soon", day(10), False, False, None),
        ("hours", None, False, False, None),
    ]
    assert (listed[0]["unit"], listed[0]["allowed"], listed[0]["job_name_zh"]) == ("d", 14, "保养")
    assert listed[0]["due_at"].endswith("T16:00:00Z")
    calendar = (await asked(client, "maintenance-due", **{"from": instant(0), "to": instant(45)}))["items"]
    assert [(each["plan"], each["due_on"], each["is_repeat"]) for each in calendar if each["plan"] == "soon"] == [
        ("soon", day(10), False),
        ("soon", day(24), True),
        ("soon", day(38), True),
    ]
    # What is due already is in every calendar; of its repeats those within.
    assert next(each["due_on"] for each in calendar if each["plan"] == "late") == day(-16)
    overdue = (await asked(client, "maintenance-due", overdue="true"))["items"]
    assert [each["plan"] for each in overdue] == ["late"]
    assert [each["plan"] for each in (await asked(client, "maintenance-due", machine="pump-2"))["items"]] == ["soon"]
    page = await asked(client, "maintenance-due", limit=2)
    rest = await asked(client, "maintenance-due", limit=2, cursor=page["next"])
    assert [each["plan"] for each in (*page["items"], *rest["items"])] == ["late", "soon", "hours"]


async def test_a_plan_is_changed_with_a_reason(client: httpx.AsyncClient, connection: Connection) -> None:
    await open_shop(connection, [{"code": "weekly", "triggers": [MONTHLY], "machines": ["pump-1"]}])
    found = await asked(client, "maintenance-plans/shop/weekly")
    assert (found["version"], found["triggers"], found["changes"]) == (1, [MONTHLY], [])
    changed = {
        "name": "Oftener",
        "job": "service",
        "machines": ["pump-1"],
        "triggers": [{**MONTHLY, "every": "1 week"}],
    }
    answer = await client.put(
        "/api/v1/maintenance-plans/shop/weekly",
        json={"plan": changed, "reason": "it leaked", "version": 1, "by": "li"},
    )
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["name"]) == (2, "Oftener")
    change = answer.json()["changes"][0]
    assert (change["actor"], change["reason"], change["before"]["name"], change["after"]["name"]) == (
        *("li", "it leaked", "Plan weekly", "Oftener"),
    )
    again = await client.put("/api/v1/maintenance-plans/shop/weekly", json={"plan": changed, "reason": "again"})
    assert again.json()["version"] == 2
    moved = await client.put(
        "/api/v1/maintenance-plans/shop/weekly", json={"plan": {**changed, "name": "X"}, "reason": "x", "version": 1}
    )
    assert (moved.status_code, moved.json()["type"]) == (409, "/problems/version-moved")
    told = await connection.fetchval("SELECT count(*) FROM event WHERE kind = 'maintenance.changed'")
    assert told == 1


async def test_what_cannot_be_stored_says_why(client: httpx.AsyncClient, connection: Connection) -> None:
    await open_shop(connection, [])
    wrong: dict[str, tuple[dict[str, Any], str]] = {
        "a": ({"name": "A", "job": "servise", "triggers": [MONTHLY], "machines": ["pump-3"]}, "did you mean 'service'"),
        "b": (
            {"name": "B", "job": "service", "triggers": [{**MONTHLY, "every": "1 moon"}], "machines": ["pump-1"]},
            "3 months",
        ),
        "c": ({"name": "C", "job": "service", "triggers": [], "machines": ["pump-1"]}, "length >= 1"),
        "d": ({"code": "e", "name": "D"}, "leave one of the two"),
        "f": (
            {
                "name": "F",
                "job": "service",
                "triggers": [MONTHLY],
                "machines": ["pump-1"],
                "done": {"pump-2": "2026-05-01"},
            },
            "done: this plan is not for 'pump-2'",
        ),
        "g": (
            {
                "name": "G",
                "job": "service",
                "triggers": [MONTHLY],
                "machines": ["pump-1"],
                "begins": "0001-01-01",
            },
            "give a day from 1950-01-01",
        ),
    }
    for code, (plan, says) in wrong.items():
        answer = await client.put(f"/api/v1/maintenance-plans/shop/{code}", json={"plan": plan, "reason": "new"})
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/maintenance-refused"), answer.text
        assert any(says in mistake for mistake in answer.json()["mistakes"]), answer.json()["mistakes"]
    assert (await asked(client, "maintenance-plans"))["items"] == []
    for path, kind in (("maintenance-plans/shop/x", "plan-not-found"), ("jobs/shop/x", "job-not-found")):
        missing = await client.get(f"/api/v1/{path}")
        assert (missing.status_code, missing.json()["type"]) == (404, f"/problems/{kind}")
    unknown = await client.put("/api/v1/jobs/nowhere/x", json={"job": {"name": "X"}, "reason": "x"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/site-not-found")


async def test_jobs(client: httpx.AsyncClient, connection: Connection) -> None:
    await open_shop(connection, [{"code": "weekly", "triggers": [MONTHLY], "machines": ["pump-1"]}])
    [job] = (await asked(client, "jobs", site="shop"))["items"]
    assert (job["id"], job["plans"], len(job["tasks"]), job["isolations"][0]["where"]) == (
        *("shop/service", ["weekly"], 2, "MCC 3"),
    )
    new = {key: value for key, value in JOB.items() if key != "parts"}
    answer = await client.put(
        "/api/v1/jobs/shop/service", json={"job": {**new, "estimated_h": 2}, "reason": "measured"}
    )
    assert (answer.status_code, answer.json()["version"], answer.json()["estimated_h"]) == (200, 2, 2)
    wrong = await client.put("/api/v1/jobs/shop/service", json={"job": {**JOB, "team": "crew"}, "reason": "x"})
    assert wrong.json()["mistakes"] == ["there is no team 'crew'", "there is no part 'seal'"]
    assert (await asked(client, "jobs", search="bearing"))["items"] == []


async def test_settings_are_the_defaults_until_the_folder_says_otherwise(
    client: httpx.AsyncClient, connection: Connection
) -> None:
    await open_shop(connection, [])
    found = await asked(client, "maintenance-settings/shop")
    assert (found["orders_from"], found["respond_within_h"]["critical"], found["teams"]) == ("high", 0.5, [])
    await connection.execute(
        """INSERT INTO maintenance_settings
           SELECT id, '{"orders_from": "low", "teams": [{"team": "crew", "system": "power"}]}' FROM site"""
    )
    found = await asked(client, "maintenance-settings/shop")
    assert (found["orders_from"], found["teams"]) == (
        "low",
        [{"team": "crew", "system": "power", "equipment_class": ""}],
    )
