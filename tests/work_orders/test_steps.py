"""What each step brings with it: four eyes, lock-out, alarms in and out of service, the check, reopening."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from analytics.maintenance.job import Isolation, Task
from analytics.work_orders.lifecycle import Refused
from services import people
from services.database import Connection, connect
from services.people import PersonNotFoundError, TeamNotFoundError
from services.work_orders import steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderNotFoundError, OrderRef
from services.work_orders.steps import Taken
from tests.alarms.kept_plant import at
from tests.work_orders import shop
from tests.work_orders.shop import Shop


@pytest.fixture
async def here(connection: Connection) -> Shop:
    return await shop.begin(connection, "kunshan")


async def test_whoever_did_the_work_does_not_verify_it(here: Shop) -> None:
    for did, same, other in (("li", "li", None), (None, None, "li"), ("li", "li", "wang")):
        ref = await here.open()
        await here.go(ref, "start", "complete", by=did)
        assert await here.reason(ref, "verify", by=same) == "same_person"
        assert await here.go(ref, "verify", by=other) == "verified"
        row = await here.row(ref)
        assert row["verified_by"] != row["done_by"]
        assert await here.reason(ref, "reopen", by=other, comment="no") == "not_now"


async def test_the_whole_life_is_in_the_trail(here: Shop) -> None:
    ref = await here.open("zhao")
    await here.go(ref, "assign", by="zhao", assignee="li", team="mechanics")
    await here.go(ref, "start", by="li")
    await here.go(ref, "hold", by="li", comment="the seal comes tomorrow")
    await here.go(ref, "resume", "complete", by="li", resolution="new seal")
    await here.go(ref, "verify", by="wang")
    lines = [(e.event, e.from_state, e.to_state, e.actor, e.comment) for e in await here.entries(ref)]
    assert lines == [
        ("open", None, "open", "zhao", ""),
        ("assign", "open", "assigned", "zhao", ""),
        ("start", "assigned", "in_progress", "li", ""),
        ("hold", "in_progress", "on_hold", "li", "the seal comes tomorrow"),
        ("resume", "on_hold", "in_progress", "li", ""),
        ("complete", "in_progress", "done", "li", ""),
        ("verify", "done", "verified", "wang", ""),
    ]
    kinds = [row["kind"] for row in await here.connection.fetch("SELECT kind FROM event WHERE subject = $1 ORDER BY id",
                                                                ref.address)]  # fmt: skip
    assert [kind.removeprefix("work_order.") for kind in kinds] == [
        "opened", "assigned", "started", "held", "resumed", "done", "verified",
    ]  # fmt: skip
    assigned = await here.told("assigned", ref)
    assert (assigned["assignee"], assigned["team"], assigned["state"]) == ("li", "mechanics", "assigned")
    with pytest.raises(Exception, match="not changed afterwards"):
        await here.connection.execute("UPDATE work_order_entry SET comment = ''")


async def test_an_order_goes_to_somebody_with_its_skill_unless_it_shall_be_so_anyway(here: Shop) -> None:
    ref = await here.open(skill="electrical")
    assert await here.reason(ref, "assign") == "assignee_missing"
    assert await here.reason(ref, "assign", assignee="wang") == "skill_missing"
    assert await here.reason(ref, "assign", assignee="wang", anyway=True) == "skill_missing", "without a reason"
    assert await here.reason(ref, "assign", team="mechanics") == "skill_missing"
    await here.go(ref, "assign", assignee="wang", anyway=True, comment="li helps")
    assert (await here.entries(ref))[-1].detail == {"assignee": "wang", "team": None, "anyway": True}
    await here.go(ref, "assign", assignee="li")
    await here.connection.execute("INSERT INTO team_member SELECT t.id, u.id FROM teams AS t, users AS u "
                                  "WHERE u.code = 'li'")  # fmt: skip
    await here.go(ref, "assign", team="mechanics")
    row = await here.row(ref)
    assert (row["assignee_id"], row["state"]) == (None, "assigned"), "the team has it, nobody in particular"
    for error, given in ((PersonNotFoundError, {"assignee": "ghost"}), (TeamNotFoundError, {"team": "ghosts"})):
        with pytest.raises(error, match="ghost"):
            await here.take(ref, "assign", **given)


async def test_whoever_is_there_no_more_gets_no_work(here: Shop) -> None:
    ref = await here.open(skill="mechanical")
    await here.connection.execute("UPDATE users SET retired_at = now() WHERE code = 'wang'")
    await here.connection.execute("UPDATE teams SET skills = '{mechanical}', retired_at = now()")
    for error, given in ((PersonNotFoundError, {"assignee": "wang"}), (TeamNotFoundError, {"team": "mechanics"})):
        with pytest.raises(error):
            await here.take(ref, "assign", **given)
        with pytest.raises(error):
            await here.open(**given)
    assert (await here.row(ref))["state"] == "open"


async def test_whoever_starts_what_nobody_has_has_it(here: Shop) -> None:
    ref = await here.open()
    await here.go(ref, "start", by="li")
    row = await here.row(ref)
    li = await here.actor("li")
    assert (row["assignee_id"], row["first_started_at"], row["escalates_at"]) == (li.user_id, here.now, None)
    await here.go(ref, "complete", by="li")
    assert await here.go(ref, "reopen", by="wang", comment="it drips") == "assigned"
    nobody_s = await here.open()
    await here.go(nobody_s, "start", "complete")
    assert await here.go(nobody_s, "reopen", by="wang", comment="it drips") == "open"


async def test_a_machine_is_locked_out_before_a_start_and_free_before_the_end(here: Shop) -> None:
    ref = await here.open(isolations=(Isolation("electricity"), Isolation("compressed air")))
    await here.lock(ref, 1)
    assert await here.reason(ref, "start", by="li") == "isolation_open"
    await here.lock(ref, 2)
    await here.go(ref, "start", "hold", by="li", comment="test run")
    await here.unlock(ref, 1)
    assert await here.reason(ref, "resume", by="li") == "isolation_open"
    assert await here.reason(ref, "cancel", by="li", comment="x") == "isolation_open", "a padlock hangs"
    await here.lock(ref, 1)
    await here.go(ref, "resume", by="li")
    assert await here.reason(ref, "complete", by="li") == "isolation_open"
    await here.unlock(ref, 1)
    await here.unlock(ref, 2)
    assert await here.go(ref, "complete", by="li") == "done"


async def test_reopening_begins_lock_out_signature_and_times_anew_and_keeps_results(here: Shop) -> None:
    ref = await here.open(isolations=(Isolation("electricity"),), tasks=(Task("clean"), Task("dry", required=False)))
    await here.lock(ref)
    await here.go(ref, "start", by="li")
    await here.give(ref, 1, "passed")
    await here.unlock(ref)
    await here.go(ref, "complete", by="li", cause="wear", resolution="cleaned")
    before = await here.row(ref)
    assert (before["done_at"], before["checked_at"]) == (here.now, here.now), "without alarms there is nothing to check"
    here.seconds = 5000
    assert await here.reason(ref, "reopen", by="wang") == "reason_missing"
    await here.go(ref, "reopen", by="wang", comment="still dirty")
    row = await here.row(ref)
    assert (row["done_at"], row["done_by"], row["checked_at"], row["reopened"]) == (None, None, None, 1)
    assert row["due_at"] == here.now + timedelta(hours=168)
    assert row["escalates_at"] == row["respond_by"] == here.now + timedelta(hours=24)
    assert await here.reason(ref, "start", by="li") == "isolation_open"
    results = "SELECT result FROM work_order_task WHERE order_id = $1 ORDER BY position"
    assert [each["result"] for each in await here.connection.fetch(results, row["id"])] == ["passed", None]
    await here.lock(ref)
    await here.go(ref, "start", by="li")
    await here.unlock(ref)
    await here.go(ref, "complete", by="li")
    await here.go(ref, "reopen", by="wang", comment="all of it again", keep_results=False)
    assert [each["result"] for each in await here.connection.fetch(results, row["id"])] == [None, None]


async def test_a_repair_ends_with_its_true_cause_and_an_inspection_without(here: Shop) -> None:
    repair, inspection = await here.open(kind="repair"), await here.open(kind="inspection")
    await here.go(repair, "start", by="li")
    await here.go(inspection, "start", "complete", by="li")
    assert await here.reason(repair, "complete", by="li") == "cause_missing"
    assert await here.reason(repair, "complete", by="li", cause="gremlins") == "cause_unknown"
    await here.go(repair, "complete", by="li", cause="not-reproducible", cause_note="ran for an hour")
    row = await here.row(repair)
    assert (row["cause"], row["cause_note"]) == ("not-reproducible", "ran for an hour")


async def test_a_signature_that_the_job_asks_for_is_there_at_the_end(here: Shop) -> None:
    ref = await here.open()
    await here.connection.execute("UPDATE work_order SET requires_signature = true")
    await here.go(ref, "start", by="li")
    assert await here.reason(ref, "complete", by="li") == "signature_missing"
    await here.connection.execute(
        """WITH made AS (
             INSERT INTO attachment (site_id, media_type, name, size_bytes, sha256, content, actor_id)
             SELECT site.id, 'image/png', 'signature.png', 1, '', 'x', actor.id FROM site, actor LIMIT 1 RETURNING id
           ) UPDATE work_order SET signature_id = made.id FROM made"""
    )
    assert await here.go(ref, "complete", by="li") == "done"


async def test_alarms_are_out_of_service_while_somebody_works_and_looked_at_afterwards(here: Shop) -> None:
    await here.hot("H")
    ref = await here.open()
    await here.attach(ref)
    await here.go(ref, "start", by="li", out_of_service=True)
    assert await here.alarm() == "out_of_service"
    assert (await here.entries(ref))[-1].detail == {"out_of_service": 1}
    await here.go(ref, "hold", "resume", by="li", comment="lunch")
    assert await here.alarm() == "out_of_service"
    await here.connection.execute("UPDATE alarm_rule SET document = document || jsonb_build_object('off_delay_s', 90)")
    await here.go(ref, "complete", by="li", cause="dirt")
    assert await here.alarm() == "unacknowledged", "what holds now is heard now"
    row = await here.row(ref)
    assert (row["check_at"], row["checked_at"]) == (here.now + timedelta(seconds=90), None)
    assert await here.reason(ref, "verify", by="wang") == "not_checked"
    await here.connection.execute("UPDATE work_order SET checked_at = now()")
    assert await here.reason(ref, "verify", by="wang") == "condition_stands"
    await here.hot(None)
    assert await here.go(ref, "verify", by="wang") == "verified"


async def test_the_check_waits_an_hour_at_most(here: Shop) -> None:
    await here.hot("H")
    ref = await here.open()
    await here.attach(ref)
    rule = "UPDATE alarm_rule SET document = document || jsonb_build_object('off_delay_s', 90000)"
    await here.connection.execute(rule)
    await here.go(ref, "start", "complete", by="li", cause="dirt")
    assert (await here.row(ref))["check_at"] == here.now + timedelta(hours=1)


async def test_of_two_orders_on_a_machine_the_last_one_brings_its_alarms_back(here: Shop) -> None:
    await here.hot("H")
    first, second = await here.open(takes_out_of_service=True), await here.open(takes_out_of_service=True)
    await here.go(first, "start", by="li")
    await here.go(second, "start", by="wang")
    await here.go(first, "complete", by="li")
    assert await here.alarm() == "out_of_service", "wang has his hands in it"
    await here.go(second, "hold", "cancel", by="wang", comment="not needed")
    assert await here.alarm() == "unacknowledged"


async def test_what_a_person_took_out_of_service_before_stays_out(here: Shop) -> None:
    await here.hot("H")
    await here.connection.execute("UPDATE alarm SET state = 'out_of_service'")
    ref = await here.open()
    await here.go(ref, "start", "complete", by="li", out_of_service=True)
    assert await here.alarm() == "out_of_service"
    told_not_to = await here.open(takes_out_of_service=True)
    await here.connection.execute("UPDATE alarm SET state = 'unacknowledged'")
    await here.go(told_not_to, "start", by="li", out_of_service=False)
    assert await here.alarm() == "unacknowledged"


async def test_the_service_reopens_with_what_it_saw(here: Shop) -> None:
    ref = await here.open("li")
    await here.go(ref, "start", "complete", by="li")
    evidence = ({"alarm": "kunshan/hot/comp-1", "level": "H", "value": 106.0},)
    async with here.connection.transaction():
        taken = await steps.take(
            here.connection, ref, "reopen", None, at(99), Given(comment="It still stands.", evidence=evidence)
        )
    assert isinstance(taken, Taken)
    entry = (await here.entries(ref))[-1]
    assert (entry.actor, entry.comment, entry.detail) == (None, "It still stands.", {"evidence": list(evidence)})


async def test_there_is_no_step_of_an_order_that_is_not(here: Shop) -> None:
    with pytest.raises(OrderNotFoundError, match="no work order kunshan/7"):
        await here.take(OrderRef("kunshan", 7), "start")


async def test_of_two_who_ask_for_the_same_step_at_once_one_takes_it(here: Shop, database_url: str) -> None:
    ref = await here.open()

    async def start(by: str, own: Connection) -> Taken | Refused:
        async with own.transaction():
            return await steps.take(own, ref, "start", await people.actor(own, by), at(10), Given())

    both = [await connect(database_url, name=by) for by in ("li", "wang")]
    try:
        async with asyncio.timeout(60):
            results = await asyncio.gather(*(start(by, own) for by, own in zip(("li", "wang"), both, strict=True)))
    finally:
        for own in both:
            await own.close()
    [refused] = [each for each in results if isinstance(each, Refused)]
    assert refused.why == "it is started already"
    assert [entry.event for entry in await here.entries(ref)] == ["open", "start"]
