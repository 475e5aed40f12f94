"""What is written down while somebody works: the checklist, padlocks, hours, downtime, remarks, another priority."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.maintenance.job import Isolation, Task
from analytics.work_orders.lifecycle import Refused
from services.database import Connection
from services.work_orders import changes, comments, downtime, labour
from services.work_orders.rows import OrderRef
from services.work_orders.tasks import Found
from tests.alarms.kept_plant import at
from tests.work_orders import shop
from tests.work_orders.shop import Shop

PRESSURE = Task(
    "Oil pressure", "油压", "measure", unit="bar", minimum=2.0, maximum=5.0, opens_order=True, priority="high"
)


@pytest.fixture
async def here(connection: Connection) -> Shop:
    return await shop.begin(connection, "kunshan")


async def started(here: Shop, *tasks: Task) -> OrderRef:
    """An order that li works on."""
    ref = await here.open("zhao", tasks=tasks, skill="mechanical")
    await here.go(ref, "start", by="li")
    return ref


def reason(refused: object) -> str:
    """Why it was refused, which it has to be."""
    assert isinstance(refused, Refused), refused
    assert refused.why
    return refused.reason


async def test_a_measured_value_decides_for_itself(here: Shop) -> None:
    ref = await started(here, PRESSURE, Task("Belt", opens_order=False), Task("Noise", kind="measure", unit="dB"))
    for value in (2.0, 5.0, 3.3):
        assert await here.give(ref, 1, value=value) == Found("passed", None)
    assert reason(await here.give(ref, 1)) == "value_missing"
    assert reason(await here.give(ref, 2, "passed", value=3.0)) == "not_measured"
    assert reason(await here.give(ref, 1, value=float("nan"))) == "not_measured"
    assert reason(await here.give(ref, 4, "passed")) == "no_such_position"
    assert reason(await here.give(ref, 2)) == "value_missing"
    assert await here.give(ref, 3, value=200.0) == Found("passed", None), "no limits"
    assert await here.give(ref, 3, "failed", value=60.0) == Found("failed", None), "worse than its figure"
    assert await here.give(ref, 2, "failed", note="frayed") == Found("failed", None)


async def test_a_failed_task_opens_one_order_and_each_names_the_other(here: Shop) -> None:
    ref = await started(here, PRESSURE)
    found = await here.give(ref, 1, "passed", value=5.01, note="at idle")
    follow_up = OrderRef("kunshan", 2)
    assert found == Found("failed", follow_up), "whatever was said"
    row = await here.row(follow_up)
    expected = {
        "origin": "checklist", "kind": "repair", "title": "Oil pressure", "title_zh": "油压", "priority": "high",
        "description": "5.01 > 5 bar\nat idle", "subject": "comp-1", "skill": "mechanical", "state": "open",
        "parent_id": (await here.row(ref))["id"],
    }  # fmt: skip
    assert expected.items() <= row.items()
    assert (await here.entries(ref))[-1].detail["follow_up"] == "kunshan/2"
    assert await here.give(ref, 1, value=6.0) == Found("failed", follow_up), "no second one"
    await here.go(follow_up, "cancel", comment="false gauge")
    assert await here.give(ref, 1, value=6.0) == Found("failed", OrderRef("kunshan", 3)), "the first one is over"
    assert await here.give(ref, 1, value=4.0) == Found("passed", OrderRef("kunshan", 3))
    await here.go(OrderRef("kunshan", 3), "cancel", comment="false again")
    await here.connection.execute("UPDATE equipment SET retired_at = now()")
    assert await here.give(ref, 1, value=1.0) == Found("failed", OrderRef("kunshan", 4)), "of a retired machine, too"
    assert await here.go(ref, "complete", by="li") == "done"


async def test_required_tasks_have_results_before_the_end(here: Shop) -> None:
    ref = await started(here, Task("Clean"), Task("Photo", kind="photo"), Task("Paint", required=False))
    assert await here.reason(ref, "complete", by="li") == "tasks_open"
    assert reason(await here.give(ref, 1, "skipped", note=" ")) == "note_missing"
    await here.give(ref, 1, "skipped", note="no water today")
    assert reason(await here.give(ref, 2, "passed")) == "photo_missing"
    await here.connection.execute(
        """WITH made AS (
             INSERT INTO attachment (site_id, media_type, name, size_bytes, sha256, content, actor_id)
             SELECT site.id, 'image/jpeg', 'a.jpg', 1, '', 'x', actor.id FROM site, actor LIMIT 1 RETURNING id
           ) INSERT INTO work_order_file (order_id, attachment_id) SELECT w.id, made.id FROM work_order AS w, made"""
    )
    assert await here.give(ref, 2, "passed") == Found("passed", None)
    assert await here.give(ref, 3, "skipped") == Found("skipped", None), "nobody has to paint"
    await here.go(ref, "hold", by="li", comment="lunch")
    assert reason(await here.give(ref, 1, "passed")) == "not_now"
    assert await here.go(ref, "resume", "complete", by="li") == "done"


async def test_padlocks_have_numbers_and_hang_once(here: Shop) -> None:
    request = await here.open(origin="request", isolations=(Isolation("electricity"),))
    assert reason(await here.lock(request)) == "not_now"
    ref = await here.open(isolations=(Isolation("electricity"),))
    assert reason(await here.unlock(ref)) == "hangs_not"
    assert reason(await here.lock(ref, lock="  ")) == "lock_missing"
    assert reason(await here.lock(ref, position=2)) == "no_such_position"
    assert await here.lock(ref, lock=" 17 ") is None
    assert reason(await here.lock(ref, lock="18")) == "hangs_already"
    assert await here.unlock(ref) is None
    trail = [(entry.event, entry.detail) for entry in (await here.entries(ref))[1:]]
    told = {"position": 1, "energy": "electricity", "lock": "17"}
    assert trail == [("isolation_confirmed", told), ("isolation_removed", told)]


async def test_a_machine_is_down_once_and_the_end_of_the_order_ends_it(here: Shop) -> None:
    ref, other = await started(here), await here.open()
    li, call = await here.actor("li"), (here.connection, ref)
    assert reason(await downtime.begin(*call, "breakdown", li, at(100), began_at=at(200))) == "bad_time"
    assert reason(await downtime.end(*call, li, at(100))) == "is_not_down"
    assert await downtime.begin(*call, "breakdown", li, at(100), began_at=at(50), note="seized") is None
    assert reason(await downtime.begin(here.connection, other, "planned", li, at(101))) == "is_down_already"
    assert reason(await downtime.end(*call, li, at(102), ended_at=at(49))) == "bad_time"
    assert await downtime.end(*call, li, at(103), ended_at=at(90)) is None
    assert (
        reason(await downtime.begin(here.connection, other, "planned", li, at(104), began_at=at(60)))
        == "is_down_already"
    )
    assert await downtime.begin(*call, "waiting_for_parts", li, at(105), began_at=at(90)) is None
    here.seconds = 200
    await here.go(ref, "complete", by="li")
    assert reason(await downtime.begin(*call, "other", li, at(300))) == "not_now"
    found = await downtime.of_order(here.connection, (await here.row(ref))["id"])
    assert [(row.began_at, row.ended_at, row.reason, row.note) for row in found] == [
        (at(50), at(90), "breakdown", "seized"), (at(90), here.now, "waiting_for_parts", ""),
    ]  # fmt: skip
    site = await here.open(subject_kind="site", subject="kunshan")
    assert reason(await downtime.begin(here.connection, site, "other", li, at(301))) == "no_machine"


async def test_hours_are_those_of_people_and_of_others_by_name(here: Shop) -> None:
    ref, li = await started(here), await here.actor("li")
    call = (here.connection, ref)
    assert await labour.add(*call, 1.5, li, at(7200), note="seal") is None
    assert await labour.add(*call, 2, li, at(7200), person="wang", began_at=at(0)) is None
    assert await labour.add(*call, 3, li, at(7200), name="Fitter of the maker", began_at=at(10)) is None
    for hours, began_at in ((0, None), (-1, None), (24.5, None), (float("nan"), None), (1, at(7201))):
        assert reason(await labour.add(*call, hours, li, at(7200), began_at=began_at)) == "bad_time"
    found = await labour.of_order(here.connection, (await here.row(ref))["id"])
    assert [(row.name, row.began_at, row.hours) for row in found] == [
        ("Wang", at(0), 2), ("Fitter of the maker", at(10), 3), ("Li", at(7200) - timedelta(hours=1.5), 1.5),
    ]  # fmt: skip
    await here.go(ref, "complete", by="li")
    await here.go(ref, "verify", by="wang")
    assert reason(await labour.add(*call, 1, li, at(9000))) == "not_now"
    await comments.add(*call, "It runs well since.", li, at(9001))
    assert (await here.entries(ref))[-1].comment == "It runs well since.", "a remark is never too late"


async def test_another_priority_has_the_times_it_would_have_had(here: Shop) -> None:
    ref, li = await here.open(priority="low"), await here.actor("li")
    opened_at = here.now
    call = (here.connection, ref)
    await here.connection.execute("UPDATE work_order SET escalated = 2, is_breach_told = true")
    assert reason(await changes.set_priority(*call, "critical", " ", li, at(600))) == "reason_missing"
    assert await changes.set_priority(*call, "critical", "production stands", li, at(600)) is None
    row = await here.row(ref)
    assert (row["priority"], row["due_at"], row["escalated"]) == ("critical", opened_at + timedelta(hours=4), 0)
    assert row["escalates_at"] == row["respond_by"] == opened_at + timedelta(minutes=30)
    assert (await here.entries(ref))[-1].detail == {"from": "low", "to": "critical"}
    assert reason(await changes.set_due(*call, at(500), "earlier", li, at(600))) == "bad_time"
    assert await changes.set_due(*call, at(99_999), "the part comes then", li, at(600)) is None
    assert (await here.row(ref))["due_at"] == at(99_999)
    await here.go(ref, "start", "complete", by="li")
    assert reason(await changes.set_priority(*call, "low", "done", li, at(700))) == "not_now"
    here.seconds = 1000
    await here.go(ref, "reopen", by="wang", comment="no")
    assert await changes.set_priority(*call, "high", "not so bad", li, at(2000)) is None
    assert (await here.row(ref))["due_at"] == here.now + timedelta(hours=24), "from when it was reopened"
