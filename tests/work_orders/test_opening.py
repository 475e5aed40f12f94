"""Orders are opened: numbers without a gap, once for a key and once for a cause, with what their job says."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from analytics.maintenance.job import Isolation, Job, JobError, JobPart, Task
from analytics.work_orders.due import due_times
from analytics.work_orders.lifecycle import Refused
from services import people
from services.database import Connection, connect
from services.people import PersonNotFoundError, TeamNotFoundError
from services.work_orders import changes, jobs, opening
from services.work_orders.opening import NewOrder, Opened, OrderRefusedError, Suspected
from services.work_orders.rows import OrderNotFoundError, OrderRef
from tests.alarms.kept_plant import at
from tests.work_orders import shop
from tests.work_orders.shop import Shop

JOB = Job(
    code="service-500h",
    name="Service after 500 hours",
    kind="maintenance",
    skill="mechanical",
    team="mechanics",
    requires_signature=True,
    takes_out_of_service=True,
    tasks=(Task("Oil level"), Task("Belt tension", kind="measure", unit="N", minimum=200, maximum=260)),
    isolations=(Isolation("electricity", "switchboard 2", "breaker 7 off"),),
    parts=(JobPart("oil-filter"), JobPart("oil", 4.5)),
)


@pytest.fixture
async def here(connection: Connection) -> Shop:
    return await shop.begin(connection, "kunshan")


async def test_an_order_has_a_number_due_times_and_the_first_line_of_its_trail(here: Shop) -> None:
    first, second = await here.open("li", priority="critical"), await here.open("li", priority="low")
    assert (first.address, second.address) == ("kunshan/1", "kunshan/2")
    row = await here.row(first)
    assert (row["state"], row["opened_at"]) == ("open", at(1))
    assert row["respond_by"] - row["opened_at"] == timedelta(minutes=30)
    assert row["due_at"] - row["opened_at"] == timedelta(hours=4)
    [entry] = await here.entries(first)
    assert (entry.event, entry.from_state, entry.to_state, entry.actor) == ("open", None, "open", "li")
    event = await here.told("opened", first)
    expected = {"order": "kunshan/1", "machine": "Compressor 1", "machine_zh": "一号空压机", "priority": "critical",
                "state": "open", "event": "opened", "actor": "li", "due_at": at(1 + 4 * 3600).isoformat()}  # fmt: skip
    assert expected.items() <= event.items()


async def test_due_times_are_those_of_the_site_s_settings(here: Shop) -> None:
    hours = {"critical": 0.25, "high": 1, "medium": 2, "low": 3}
    await here.connection.execute(
        "INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site",
        {"respond_within_h": hours, "due_within_h": {name: 2 * each for name, each in hours.items()}},
    )
    row = await here.row(await here.open(priority="high"))
    assert (row["respond_by"], row["due_at"]) == (at(1 + 3600), at(1 + 7200))
    given = await here.row(await here.open(priority="high", due_at=at(600)))
    assert (given["respond_by"], given["due_at"]) == (at(600), at(600)), "nobody begins after it has to be done"


async def test_an_order_goes_to_the_team_that_the_settings_name_for_its_machine(here: Shop) -> None:
    wished = [{"team": "ghosts", "equipment_class": "compressor"}, {"team": "mechanics"}]
    put = "INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site"
    await here.connection.execute(put, {"teams": wished})
    assert (await here.row(await here.open()))["team_id"] is None, "that team is not there, and nothing fails for it"
    await here.connection.execute("UPDATE maintenance_settings SET document = $1", {"teams": wished[1:]})
    ref = await here.open()
    team = await here.connection.fetchval("SELECT id FROM teams WHERE code = 'mechanics'")
    row = await here.row(ref)
    assert (row["team_id"], row["state"]) == (team, "open"), "nobody in particular has it"


def test_due_times_follow_priority() -> None:
    assert due_times(at(0), "low", {"low": 1}, {"low": 2.5}) == (at(3600), at(9000))


async def test_a_request_waits_until_it_is_accepted_and_its_time_counts_from_then(here: Shop) -> None:
    ref = await here.open(origin="request", requested_by="somebody", title="It howls")
    row = await here.row(ref)
    assert (row["state"], row["due_at"]) == ("requested", None)
    assert row["respond_by"] == at(1) + timedelta(hours=24), "somebody has to look at it all the same"
    here.seconds = 1000
    await here.go(ref, "accept", by="li")
    row = await here.row(ref)
    assert (row["respond_by"], row["due_at"]) == (at(1001) + timedelta(hours=24), at(1001) + timedelta(hours=168))


async def test_an_order_keeps_copies_of_what_its_job_said(here: Shop) -> None:
    put = "INSERT INTO job (site_id, code, version, document) SELECT id, $1, 3, $2 FROM site"
    await here.connection.execute(put, JOB.code, msgspec.to_builtins(JOB))
    ref = await here.open(job=JOB.code, kind=None, tasks=(Task("And look at the drain"),))
    await here.connection.execute("UPDATE job SET version = 4, document = $1", msgspec.to_builtins(
        msgspec.structs.replace(JOB, tasks=(), isolations=(), parts=())))  # fmt: skip
    row = await here.row(ref)
    assert (row["kind"], row["skill"], row["job_version"]) == ("maintenance", "mechanical", 3)
    assert row["requires_signature"]
    assert row["takes_out_of_service"]
    assert row["planned_parts"] == [{"part": "oil-filter", "quantity": 1}, {"part": "oil", "quantity": 4.5}]
    team = await here.connection.fetchval("SELECT code::text FROM teams WHERE id = $1", row["team_id"])
    assert team == "mechanics"
    read = "SELECT document FROM {} WHERE order_id = $1 ORDER BY position"
    tasks = [
        each["document"]["text"] for each in await here.connection.fetch(read.format("work_order_task"), row["id"])
    ]
    assert tasks == ["Oil level", "Belt tension", "And look at the drain"]
    [energy] = await here.connection.fetch(read.format("work_order_isolation"), row["id"])
    assert energy["document"]["energy"] == "electricity"


async def test_what_is_sent_twice_is_one_order(here: Shop) -> None:
    key = uuid4()
    first = await here.opened("li", client_key=key)
    again = await here.opened("li", client_key=key, title="Another text")
    assert first.is_new
    assert again == Opened(first.id, first.ref, is_new=False)
    assert len(await here.entries(first.ref)) == 1
    assert (await here.open()).number == 2, "the repeat took no number"


async def test_one_cause_on_one_machine_has_one_order_until_it_is_over(here: Shop) -> None:
    worn = {"origin": "alarm", "kind": "repair", "suspected": Suspected("worn-belt", "Worn belt")}
    first = await here.opened(None, **worn)
    assert (await here.opened(None, **worn)).ref == first.ref
    other = {**worn, "suspected": Suspected("dirty-cooler", "Dirty cooler")}
    assert (await here.opened(None, **other)).ref.number == 2
    await here.go(first.ref, "cancel", comment="it was the clock")
    assert (await here.opened(None, **worn)).ref.number == 3


async def test_what_cannot_be_opened_takes_no_number(here: Shop) -> None:
    wrong = {
        "There is no equipment 'comp-9' at kunshan": {"subject": "comp-9"},
        "There is no meter 'comp-1' at kunshan": {"subject_kind": "meter"},
        "There is no job 'no-such' at kunshan": {"job": "no-such"},
        "There is nobody with the code 'nobody'": {"assignee": "nobody"},
        "There is no team 'nobodies'": {"team": "nobodies"},
    }
    for refusal, more in wrong.items():
        with pytest.raises((OrderRefusedError, PersonNotFoundError, TeamNotFoundError), match=refusal):
            await here.open(**more)
    assert (await here.open()).number == 1


async def test_a_job_is_given_once_also_one_that_is_nothing_but_parts(here: Shop) -> None:
    job = Job("grease", "Grease", parts=(JobPart("grease", 2),))
    await here.connection.execute(
        "INSERT INTO job (site_id, code, version, document) SELECT id, 'grease', 1, $1 FROM site",
        msgspec.to_builtins(job),
    )
    ref, li = await here.open(), await here.actor("li")
    assert await jobs.give(here.connection, ref, "grease", li, here.now) is None
    refused = await jobs.give(here.connection, ref, "grease", li, here.now)
    assert isinstance(refused, Refused)
    assert refused.reason == "has_job"
    assert [part["quantity"] for part in (await here.row(ref))["planned_parts"]] == [2]


async def test_an_order_is_not_opened_for_somebody_who_has_not_its_skill_nor_overdue(here: Shop) -> None:
    with pytest.raises(OrderRefusedError, match="wang has not the skill 'electrical'"):
        await here.open(skill="electrical", assignee="wang")
    here.seconds = 100
    with pytest.raises(OrderRefusedError, match="overdue at once"):
        await here.open(due_at=at(60))
    assert (await here.open(skill="electrical", assignee="li", due_at=at(600))).number == 1


async def test_a_due_time_that_was_set_for_a_request_is_still_there_once_it_is_accepted(here: Shop) -> None:
    ref = await here.open(origin="request")
    async with here.connection.transaction():
        refused = await changes.set_due(
            here.connection, ref, at(7200), "before the shift", await here.actor("li"), here.now
        )
    assert refused is None
    await here.go(ref, "accept", by="li")
    assert (await here.row(ref))["due_at"] == at(7200)


async def test_an_order_needs_a_site_that_there_is(here: Shop) -> None:
    new = NewOrder("nowhere", "hand", "site", "nowhere", "x")
    with pytest.raises(OrderRefusedError, match="There is no site 'nowhere'"):
        await opening.open_order(here.connection, new, None, at(0))


async def test_of_many_who_open_orders_at_once_each_has_a_number_and_none_is_left_out(
    here: Shop, database_url: str
) -> None:
    """Eight open five orders each, every third of which is given up at the last moment, and all send one key too."""
    key = uuid4()

    async def one(worker: int) -> list[int]:
        own = await connect(database_url, name=f"worker-{worker}")
        try:
            actor = await people.actor(own, None)
            opened = [
                await _open_or_give_up(own, actor, worker + number, key if number == 0 else None) for number in range(5)
            ]
        finally:
            await own.close()
        return [number for number in opened if number is not None]

    async with asyncio.timeout(60), asyncio.TaskGroup() as all_of_them:
        workers = [all_of_them.create_task(one(worker)) for worker in range(8)]
    given = [number for worker in workers for number in worker.result()]
    stored = [row["number"] for row in await here.connection.fetch("SELECT number FROM work_order ORDER BY number")]
    assert stored == list(range(1, len(stored) + 1))
    assert set(given) == set(stored)
    keys = await here.connection.fetchval("SELECT count(*) FROM work_order WHERE client_key = $1", key)
    assert keys == 1


async def _open_or_give_up(own: Connection, actor: people.Actor, number: int, key: UUID | None) -> int | None:
    new = NewOrder("kunshan", "hand", "equipment", "comp-1", f"order {number}", client_key=key)
    transaction = own.transaction()
    await transaction.start()
    opened = await opening.open_order(own, new, actor, at(0))
    if number % 3 == 0 and key is None:
        await transaction.rollback()
        return None
    await transaction.commit()
    return opened.ref.number


@pytest.mark.parametrize(
    "address", ["kunshan", "kunshan/", "kunshan/x", "/4", "kunshan/-1", "kunshan/٤", "a/99999999999"]
)
def test_what_is_no_name_of_an_order_is_none(address: str) -> None:
    with pytest.raises(OrderNotFoundError, match="an order is named site/number"):
        OrderRef.of(address)


def test_a_job_that_cannot_be_carried_out_is_refused() -> None:
    for wrong in ({"unit": "bar"}, {"maximum": 3.0}, {"kind": "photo", "minimum": 1.0}):
        with pytest.raises(JobError, match="is not measured"):
            Task("look", **wrong)
    with pytest.raises(JobError, match="above its maximum"):
        Task("pressure", kind="measure", minimum=3, maximum=2)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"code": "x", "name": "x", "tasks": [{"text": ""}]}, Job)
