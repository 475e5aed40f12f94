"""One order from the alarm to the verification, through the API alone.

A compressor is hot for five hours. The duty opens an order and, since nobody begins, escalates it. Then people work:
each through the API of a running server, by their own codes. Whatever the table refuses on the way is asked for first,
and answered with the reason. At the end the trail and the machine's record tell all of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from analytics.alarms.change import Change
from analytics.maintenance.job import Isolation, Job, JobPart, Task
from services.database import Connection
from tests.alarms.kept_plant import us
from tests.api.test_problems import check
from tests.attachments.pictures import file_of, picture
from tests.maintenance.yard import Escalation, Yard, make

ORDER = "/api/v1/work-orders/kunshan/1"
NOW = datetime.now(UTC)
JOB = Job(
    "clean-cooler",
    "Clean the oil cooler",
    skill="pneumatics",
    requires_signature=True,
    takes_out_of_service=True,
    tasks=(
        Task("Fins are clean"),
        Task("Fan current", kind="measure", unit="A", maximum=6.5, opens_order=True, priority="low"),
        Task("Photo of the cooler", kind="photo"),
    ),
    isolations=(Isolation("400 V", "Panel P1", "Switch off Q1 and lock it"),),
    parts=(JobPart("oil-filter", 1),),
)

#: What, who, from where to where.
TRAIL = [
    ("open", None, None, "open"),
    ("alarm_attached", None, None, None),
    ("escalated", None, "open", "open"),
    ("job", "wang", None, None),
    ("assign", "wang", "open", "assigned"),
    ("isolation_confirmed", "li", None, None),
    ("start", "li", "assigned", "in_progress"),
    ("downtime_began", "li", None, None),
    ("comment", "li", None, None),
    ("part", "li", None, None),
    ("part", "li", None, None),
    ("labour", "li", None, None),
    ("hold", "li", "in_progress", "on_hold"),
    ("resume", "li", "on_hold", "in_progress"),
    ("task", "li", None, None),
    ("task", "li", None, None),
    ("photo", "li", None, None),
    ("task", "li", None, None),
    ("isolation_removed", "li", None, None),
    ("signature", "li", None, None),
    ("complete", "li", "in_progress", "done"),
    ("checked", None, "done", "done"),
    ("verify", "wang", "done", "verified"),
]


@pytest.fixture
async def yard(connection: Connection) -> Yard:
    """Compressor air-1, two people of whom one has the skill, the job and its part."""
    yard = await make(connection, ["comp-1"])
    await yard.keep(escalation=(Escalation({"high": 0.0}, "air"),))
    await connection.execute(
        """UPDATE users SET skills = '{pneumatics}' WHERE code = 'li';
           INSERT INTO teams (code, name) VALUES ('air', 'Compressed air');
           INSERT INTO part (site_id, code, name, unit, location, stock, minimum, unit_cost, currency)
           SELECT id, 'oil-filter', 'Oil filter', 'pcs', 'Shelf 3', 0, 2, 85.5, 'CNY' FROM site;"""
    )
    await connection.execute(
        "INSERT INTO job (site_id, code, version, document) SELECT id, $1, 1, $2 FROM site",
        JOB.code,
        msgspec.to_builtins(JOB),
    )
    return yard


class Worker:
    """Somebody with a phone: asks for steps by their own code."""

    def __init__(self, client: httpx.AsyncClient, by: str) -> None:
        self._client, self._by = client, by

    async def does(self, step: str, *, put: bool = False, **given: object) -> Any:  # noqa: ANN401 - an order as JSON
        """Do something that is possible; gives the order as it is then."""
        answer = await self._ask(step, put=put, **given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def cannot(self, step: str, *, put: bool = False, **given: object) -> tuple[str, str]:
        """Ask for something that is refused; gives the reason and the sentence."""
        before = (await self._client.get(ORDER)).json()
        answer = await self._ask(step, put=put, **given)
        assert (await self._client.get(ORDER)).json() == before, "what is refused changes nothing"
        problem = check(answer, "work-order-step-refused")
        assert problem.detail.startswith("kunshan/1: ")
        return answer.json()["reason"], problem.detail.removeprefix("kunshan/1: ")

    async def _ask(self, step: str, *, put: bool, **given: object) -> httpx.Response:
        return await self._client.request("PUT" if put else "POST", f"{ORDER}/{step}", json={"by": self._by, **given})


async def hot(yard: Yard, level: str | None, at: datetime) -> None:
    """What the evaluation says of the compressor."""
    instance = yard.plant.instance("hot", "comp-1")
    await yard.plant.apply(Change(instance.key, us(at), level, 106.0 if level else 80.0, None))


async def round_at(yard: Yard, now: datetime) -> None:
    """A round of the duty `maintenance`."""
    assert await yard.rounds.round(yard.connection, now)


async def alarm_state(yard: Yard) -> str:
    return await yard.plant.state(yard.plant.instance("hot", "comp-1"))


async def test_an_order_from_the_alarm_to_verified(client: httpx.AsyncClient, yard: Yard) -> None:
    li, wang = Worker(client, "li"), Worker(client, "wang")
    await it_is_raised_and_nobody_begins(client, yard)
    await it_is_planned_and_assigned(client, wang)
    await it_is_locked_out_and_started(yard, li, wang)
    await it_is_worked_on(client, li)
    await its_checklist_finds_something(client, li)
    await it_is_completed(client, yard, li)
    order = await it_is_verified_by_somebody_else(yard, li, wang)
    assert [(each["event"], each["actor"], each["from"], each["to"]) for each in order["trail"]] == TRAIL
    assert next(each["comment"] for each in order["trail"] if each["event"] == "comment").startswith("<b>Fins</b>")
    (follow_up,) = (await client.get("/api/v1/work-orders")).json()["items"]
    assert (follow_up["order"], follow_up["parent"], follow_up["origin"]) == ("kunshan/2", "kunshan/1", "checklist")
    timeline = (await client.get("/api/v1/equipment/kunshan/air-1/timeline")).json()["items"]
    told = {(each["kind"], each["event"], each["actor"]) for each in timeline}
    assert told >= {
        ("repair", "opened", None), ("repair", "started", "li"), ("repair", "done", "li"),
        ("repair", "verified", "wang"), ("repair", "opened", "li"), ("part", "used", "li"), ("document", "photo", "li"),
    }  # fmt: skip
    assert {"alarm", "downtime"} <= {kind for kind, _, _ in told}


async def it_is_raised_and_nobody_begins(client: httpx.AsyncClient, yard: Yard) -> None:
    raised_at = NOW - timedelta(hours=5)
    await hot(yard, "H", raised_at)
    await round_at(yard, raised_at + timedelta(seconds=1))
    (order,) = (await client.get("/api/v1/work-orders?site=kunshan&machine=air-1")).json()["items"]
    assert (order["order"], order["origin"], order["state"], order["priority"]) == (
        "kunshan/1",
        "alarm",
        "open",
        "high",
    )
    assert order["suspected"] == {"code": "cooler-dirty", "name": "Oil cooler dirty", "name_zh": "油冷却器脏"}
    assert (order["machine"], order["alarms"], order["alarms_standing"]) == ("Compressor air-1", 1, 1)

    # Nobody begins within the four hours that the site's settings give: the next team is called.
    await round_at(yard, NOW - timedelta(minutes=50))
    order = (await client.get(ORDER)).json()
    assert order["escalated"] == 1
    assert [each["event"] for each in order["trail"]] == ["open", "alarm_attached", "escalated"]
    assert order["trail"][0]["actor"] is None


async def it_is_planned_and_assigned(client: httpx.AsyncClient, wang: Worker) -> None:
    order = await wang.does("job", put=True, job="clean-cooler")
    assert (order["skill"], order["job"], order["tasks"], order["isolations_open"]) == (
        "pneumatics",
        "clean-cooler",
        3,
        1,
    )
    candidates = (await client.get(f"{ORDER}/candidates")).json()["items"]
    assert [(each["code"], each["has_skill"]) for each in candidates] == [("li", True), ("wang", False)]
    assert (await wang.cannot("assign", assignee="wang"))[0] == "skill_missing"
    assert (await wang.cannot("assign"))[0] == "assignee_missing"
    order = await wang.does("assign", assignee="li", team="air")
    assert (order["state"], order["assignee"]) == ("assigned", {"code": "li", "name": "Li Na"})
    assert {each["event"]: each["refused"] and each["refused"]["reason"] for each in order["possible"]} == {
        "assign": None, "release": None, "start": "isolation_open", "cancel": None,
    }  # fmt: skip


async def it_is_locked_out_and_started(yard: Yard, li: Worker, wang: Worker) -> None:
    reason, why = await li.cannot("start")
    assert (reason, "padlock" in why) == ("isolation_open", True)
    assert (await li.cannot("isolations/1/confirm"))[0] == "lock_missing"
    assert (await li.cannot("isolations/2/confirm", lock="7"))[0] == "no_such_position"
    order = await li.does("isolations/1/confirm", lock="LOTO-7")
    assert (order["isolation_list"][0]["confirmed_by"], order["isolation_list"][0]["lock"]) == ("li", "LOTO-7")
    order = await li.does("start")
    assert order["state"] == "in_progress"
    assert await alarm_state(yard) == "out_of_service"
    assert (await wang.cannot("cancel", comment="never mind"))[0] == "not_now"


async def it_is_worked_on(client: httpx.AsyncClient, li: Worker) -> None:
    order = await li.does("downtime", reason="breakdown", note="cooling down")
    assert order["downtime"][0]["ended_at"] is None
    await li.does("comments", comment="<b>Fins</b> are full of dust\n=HYPERLINK(1)")
    received = await client.post("/api/v1/parts/kunshan/oil-filter/receive", json={"quantity": 3, "by": "wang"})
    assert received.status_code in (200, 201), received.text
    check(await client.post(f"{ORDER}/parts", json={"part": "oil-filter", "quantity": 9}), "part-refused")
    order = await li.does("parts", part="oil-filter", quantity=2)
    order = await li.does("parts", part="oil-filter", quantity=1, returned=True)
    assert [(each["part"], each["planned"], each["used"], each["stock"]) for each in order["parts"]] == [
        ("oil-filter", 1, 1, 2)
    ]
    await li.does("labour", hours=0.5, note="dismantling")
    assert (await li.cannot("hold"))[0] == "reason_missing"
    await li.does("hold", comment="waiting for the brush")
    assert (await li.cannot("complete", cause="cooler-dirty"))[0] == "not_now"
    await li.does("resume")


async def its_checklist_finds_something(client: httpx.AsyncClient, li: Worker) -> None:
    assert (await li.cannot("complete", cause="cooler-dirty"))[0] == "tasks_open"
    await li.does("tasks/1", put=True, result="passed")
    assert (await li.cannot("tasks/2", put=True))[0] == "value_missing"
    order = await li.does("tasks/2", put=True, result="passed", value=7.2, note="one phase is hot")
    failed = order["task_list"][1]
    assert (failed["result"], failed["value"], failed["follow_up"]) == ("failed", 7.2, "kunshan/2")
    assert (await li.cannot("tasks/3", put=True, result="passed"))[0] == "photo_missing"
    photo = await client.post(
        f"{ORDER}/photos?by=li&name=cooler.png&title=After", content=file_of(picture(), "PNG"),
        headers={"content-type": "image/png"},
    )  # fmt: skip
    assert photo.status_code == 201, photo.text
    shown = photo.json()["files"][0]
    assert (shown["title"], shown["media_type"]) == ("After", "image/jpeg")
    kept = await client.get(f"/api/v1/attachments/{shown['key']}")
    assert (kept.status_code, kept.content[:3]) == (200, b"\xff\xd8\xff")
    await li.does("tasks/3", put=True, result="passed")


async def it_is_completed(client: httpx.AsyncClient, yard: Yard, li: Worker) -> None:
    assert (await li.cannot("complete", cause="cooler-dirty"))[0] == "isolation_open"
    await li.does("isolations/1/remove")
    assert (await li.cannot("complete", cause="cooler-dirty"))[0] == "signature_missing"
    signed = await client.post(
        f"{ORDER}/signature?by=li&title=Li%20Na", files={"file": ("s.png", file_of(picture(), "PNG"))}
    )
    assert (signed.status_code, signed.json()["is_signed"]) == (201, True), signed.text
    assert (await li.cannot("complete"))[0] == "cause_missing"
    assert (await li.cannot("complete", cause="ghosts"))[0] == "cause_unknown"
    await hot(yard, None, datetime.now(UTC))
    order = await li.does("complete", cause="cooler-dirty", resolution="Cooler cleaned, filter changed")
    assert (order["state"], order["done_by"], order["checked_at"]) == ("done", "li", None)
    assert order["downtime"][0]["ended_at"] is not None
    assert await alarm_state(yard) == "normal"


async def it_is_verified_by_somebody_else(yard: Yard, li: Worker, wang: Worker) -> Any:  # noqa: ANN401 - as JSON
    assert (await wang.cannot("verify"))[0] == "not_checked"
    await round_at(yard, datetime.now(UTC) + timedelta(seconds=2))
    assert (await li.cannot("verify"))[0] == "same_person"
    order = await wang.does("verify", comment="runs cool")
    assert (order["state"], order["verified_by"], order["possible"]) == ("verified", "wang", [])
    for step in ("start", "complete", "reopen", "cancel", "accept", "verify", "hold", "resume", "release", "assign"):
        assert (await wang.cannot(step, comment="x"))[0] == "not_now", step

    return order
