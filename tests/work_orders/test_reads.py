"""Lists of orders in pages, what filters leave, and one order with all that is known of it."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.maintenance.job import Isolation, JobPart, Task
from analytics.work_orders.lifecycle import Refused
from services import people
from services.database import Connection
from services.people import PersonNotFoundError
from services.work_orders import reads
from services.work_orders.opening import Suspected
from services.work_orders.reads import Detail, Wanted
from services.work_orders.rows import OrderNotFoundError, OrderRef
from tests.alarms.kept_plant import at
from tests.work_orders import shop
from tests.work_orders.shop import Shop


@pytest.fixture
async def here(connection: Connection) -> Shop:
    return await shop.begin(connection, "kunshan")


async def numbers(here: Shop, seconds: float = 0, **wanted: Any) -> list[int]:  # noqa: ANN401 - filters
    """The numbers of orders in the list, a page of two at a time."""
    found: list[int] = []
    after = None
    while True:
        page, after = await reads.listed(here.connection, Wanted(**wanted), at(seconds), 2, after)
        found += [each.order.number for each in page]
        if after is None:
            return found
        assert len(page) == 2


async def test_the_most_urgent_come_first_in_pages_that_leave_nothing_out(here: Shop) -> None:
    for priority in ("low", "medium", "critical", "medium", "high"):
        await here.open(priority=priority)
    await here.open(priority="critical", due_at=at(60))
    await here.open(origin="request", title="It howls", priority="medium")
    assert await numbers(here) == [6, 3, 5, 2, 4, 7, 1]
    await here.go(OrderRef("kunshan", 3), "start", "complete", by="li")
    await here.go(OrderRef("kunshan", 5), "cancel", comment="no")
    await here.go(OrderRef("kunshan", 4), "cancel", comment="no")
    assert await numbers(here) == [6, 2, 7, 1, 3], "what waits to be verified comes last, what is over not at all"
    assert await numbers(here, with_over=True) == [6, 2, 7, 1, 3, 4, 5], "the newest of what is over first"


async def test_filters_leave_what_is_asked_for(here: Shop) -> None:
    other = await shop.begin(here.connection, "suzhou")
    await other.open(title="Elsewhere")
    await here.open(title="Oil leaks", priority="high", assignee="li")
    await here.open(title="皮带松", description="belt slips", team="mechanics")
    await here.open(None, origin="alarm", suspected=Suspected("dirt", "Dirty cooler", "冷却器脏"), due_at=at(50))
    await here.open(subject_kind="site", subject="kunshan", title="Lamp")
    await here.open(subject_kind="device", subject="comp-1", title="Sensor")
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"site": "kunshan"}, [1, 3, 2, 4, 5]),
        ({"site": "suzhou"}, [1]),
        ({"assignee": "li"}, [1]),
        ({"team": "mechanics"}, [2]),
        ({"states": ["assigned"]}, [1]),
        ({"states": ["verified", "cancelled"]}, []),
        ({"priorities": ["high", "low"]}, [1]),
        ({"origins": ["alarm"]}, [3]),
        ({"site": "kunshan", "machine": "comp-1"}, [1, 3, 2, 5]),
        ({"machine": "kunshan"}, [4]),
        ({"search": "BELT"}, [2]),
        ({"search": "皮带"}, [2]),
        ({"search": "cooler"}, [3]),
        ({"search": "kunshan/4"}, [4]),
        ({"search": "100%_"}, []),
        ({"search": "compressor 1", "site": "kunshan"}, [1, 3, 2, 5]),
    ]
    for wanted, found in cases:
        assert await numbers(here, **wanted) == found, wanted
    assert await numbers(here, 51, is_overdue=True) == [3]
    assert await numbers(here, 50, is_overdue=True) == [], "due at an instant is not late at it"
    [overdue], _ = await reads.listed(here.connection, Wanted(origins=["alarm"]), at(51), 10)
    assert overdue.order.is_overdue(at(51))
    assert not overdue.order.is_overdue(at(50))


async def test_one_order_with_all_that_is_known_of_it(here: Shop) -> None:
    await here.hot("H")
    await here.connection.execute(
        "UPDATE alarm_occurrence SET causes = $1",
        [{"code": "dirt-on-fins", "name": "Dirty fins", "name_zh": "翅片脏", "likelihood": 0.7, "evidence": []}],
    )
    await here.connection.execute(
        """INSERT INTO part (site_id, code, name, unit_cost, currency, stock, location)
           SELECT id, 'oil-filter', 'Oil filter', 120, 'CNY', 3, 'A-1' FROM site"""
    )
    ref = await here.open(
        "zhao",
        kind="repair",
        tasks=(Task("Clean"), Task("Dry")),
        isolations=(Isolation("electricity"),),
        parts=(JobPart("oil-filter", 2), JobPart("no-such-part")),
    )
    await here.attach(ref)
    await here.connection.execute(
        """INSERT INTO part_movement (part_id, kind, quantity, stock, order_id, actor_id)
           SELECT part.id, x.kind, x.quantity, 3, w.id, actor.id FROM part, work_order AS w, actor,
                  (VALUES ('used', -2.5), ('returned', 1)) AS x (kind, quantity) WHERE actor.code = 'local'"""
    )
    await here.lock(ref)
    await here.go(ref, "start", by="li")
    await here.give(ref, 1, "passed")
    found = await reads.detail(here.connection, ref, await here.actor("li"))
    counts = found.counts
    assert (counts.alarms, counts.alarms_standing, counts.tasks_done, counts.tasks) == (1, 1, 1, 2)
    assert (counts.isolations_open, counts.photos) == (1, 0)
    [alarm] = found.alarms
    assert (alarm.alarm, alarm.level, alarm.is_standing) == ("kunshan/hot/comp-1", "H", True)
    assert [(row.task.text, row.result, row.by) for row in found.tasks] == [
        ("Clean", "passed", "li"),
        ("Dry", None, None),
    ]
    [energy] = found.isolations
    assert (energy.isolation.energy, energy.lock, energy.confirmed_by, energy.hangs) == (
        "electricity",
        "17",
        "li",
        True,
    )
    assert [(row.part, row.name, float(row.planned), float(row.used), float(row.stock)) for row in found.parts] == [
        ("no-such-part", "no-such-part", 1, 0, 0), ("oil-filter", "Oil filter", 2, 1.5, 3),
    ]  # fmt: skip
    assert [row.event for row in found.trail] == ["open", "isolation_confirmed", "start", "task"]
    assert found.cause_choices[0].code == "dirt-on-fins", "what the alarm suspects comes first"
    assert {"wear", "not-reproducible", "other"} <= {row.code for row in found.cause_choices}
    assert offers(found) == {"assign": None, "hold": None, "complete": "tasks_open"}
    needs = {offer.event: offer.needs for offer in found.possible}
    assert needs == {"assign": ("assignee",), "hold": ("comment",), "complete": ("cause",)}


def offers(found: Detail) -> dict[str, str | None]:
    """What can be done, and what stands in its way."""
    return {offer.event: None if offer.refused is None else offer.refused.reason for offer in found.possible}


async def test_what_can_be_done_depends_on_who_asks(here: Shop) -> None:
    ref = await here.open()
    await here.go(ref, "start", "complete", by="li")
    for by, refused in (("li", "same_person"), ("wang", None)):
        found = await reads.detail(here.connection, ref, await here.actor(by))
        assert offers(found) == {"reopen": None, "verify": refused}
        assert isinstance(await here.take(ref, "verify", by), Refused) == (refused is not None)
    found = await reads.detail(here.connection, ref)
    assert (offers(found), found.order.state, found.order.verified_by) == ({}, "verified", "wang")


async def test_an_order_that_is_not_cannot_be_read(here: Shop) -> None:
    with pytest.raises(OrderNotFoundError, match="no work order kunshan/9"):
        await reads.detail(here.connection, OrderRef("kunshan", 9))


async def test_how_often_a_cause_was_true_stands_beside_it(here: Shop) -> None:
    for number in range(3):
        await here.hot("H")
        ref = await here.open(kind="repair")
        await here.attach(ref)
        await here.hot(None)
        await here.go(ref, "start", "complete", by="li", cause="dirt" if number else "leak")
        await here.connection.execute("UPDATE work_order SET checked_at = now()")
        await here.go(ref, "verify", by="wang")
        await here.connection.execute("UPDATE alarm SET state = 'normal', occurrence_id = NULL, is_announced = false")
        await here.connection.execute("UPDATE alarm_occurrence SET ended_at = raised_at WHERE ended_at IS NULL")
    await here.hot("H")
    ref = await here.open(kind="repair")
    await here.attach(ref)
    choices = (await reads.detail(here.connection, ref)).cause_choices
    assert {row.code: row.times_true for row in choices if row.times_true} == {"dirt": 2, "leak": 1}


async def test_people_act_by_their_code_and_are_asked_by_skill_shift_and_work(here: Shop) -> None:
    assert (await here.actor(None)).code == "local"
    li = await here.actor("li")
    assert await here.actor("li") == li
    await here.connection.execute("UPDATE users SET retired_at = now() WHERE code = 'zhao'")
    for gone in ("zhao", "ghost"):
        with pytest.raises(PersonNotFoundError, match=f"nobody with the code '{gone}'"):
            await here.actor(gone)
    await here.connection.execute(
        """WITH day AS (
             INSERT INTO shift (site_id, code, name, hours)
             SELECT id, 'day', 'Day', '{mon-fri 08:00-20:00}' FROM site RETURNING id
           ) INSERT INTO shift_member SELECT day.id, u.id FROM day, users AS u WHERE u.code = 'wang'"""
    )
    await here.open(assignee="li")
    monday_evening = at(0).replace(hour=11, minute=59)  # 19:59 in Shanghai
    found = await people.candidates(here.connection, "kunshan", monday_evening, skill="mechanical")
    assert [(each.code, each.has_skill, each.is_here, each.orders) for each in found] == [
        ("wang", True, True, 0), ("li", True, None, 1),
    ]  # fmt: skip
    found = await people.candidates(here.connection, "kunshan", monday_evening.replace(hour=12), skill="electrical")
    assert [(each.code, each.has_skill, each.is_here) for each in found] == [("li", True, None), ("wang", False, False)]
    await here.connection.execute(
        "INSERT INTO team_member SELECT t.id, u.id FROM teams AS t, users AS u WHERE u.code = 'li'"
    )
    [only] = await people.candidates(here.connection, "kunshan", at(0), team="mechanics")
    assert (only.code, only.teams) == ("li", ["mechanics"])


def test_hours_over_midnight_are_those_of_the_day_they_begin_on() -> None:
    night = ["fri 22:00-06:00"]
    shanghai = "Asia/Shanghai"
    friday = at(0).replace(day=27, hour=14)  # 22:00 in Shanghai
    saturday = friday.replace(hour=21, minute=59)
    assert people.is_within(night, shanghai, friday)
    assert people.is_within(night, shanghai, saturday)
    assert not people.is_within(night, shanghai, saturday.replace(hour=22, minute=0))
    assert not people.is_within(night, shanghai, friday.replace(hour=13, minute=59))
