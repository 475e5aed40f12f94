"""What people do about alarms, through the real database: who, why, until when, and what is refused with what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.alarms import actions
from services.alarms.actions import AlarmRef, Done, ShelvingRefusedError
from services.database import Connection
from tests.alarms import kept_plant
from tests.alarms.kept_plant import HOT, Plant, at

HOT_1 = AlarmRef("kunshan", "hot", "comp-1")
Action = Callable[..., Awaitable[Done]]


@pytest.fixture
async def plant(connection: Connection) -> Plant:
    return await kept_plant.make(connection, machines=["comp-1", "comp-2"])


async def act(plant: Plant, action: Action, seconds: float, **more: object) -> Done:
    async with plant.connection.transaction():
        return await action(plant.connection, [HOT_1], "local", str(more.pop("comment", "")), at(seconds), **more)


async def done(plant: Plant, action: Action, seconds: float, **more: object) -> str:
    """Act on one alarm that must take the step; gives its state."""
    result = await act(plant, action, seconds, **more)
    assert not result.refused
    return await plant.state(plant.instance("hot", "comp-1"))


async def refused(plant: Plant, action: Action, seconds: float) -> str:
    """Act on one alarm that must refuse; gives why."""
    result = await act(plant, action, seconds)
    assert not result.steps
    return result.refused["kunshan/hot/comp-1"]


async def test_an_acknowledged_alarm_is_normal_when_its_condition_goes(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H")
    assert await done(plant, actions.acknowledge, 70, comment="fan is being cleaned") == "acknowledged"
    assert "acknowledged already" in await refused(plant, actions.acknowledge, 71)
    await plant.tell(hot, 80, None)
    assert await plant.state(hot) == "normal"
    row = await connection.fetchrow("SELECT acknowledged_at, returned_at, ended_at FROM alarm_occurrence")
    assert tuple(row) == (at(70), at(80), at(80))
    who = await connection.fetchrow(
        """SELECT k.code::text, t.comment FROM alarm_transition AS t JOIN actor AS k ON k.id = t.actor_id
           WHERE t.event = 'acknowledge'"""
    )
    assert tuple(who) == ("local", "fan is being cleaned")
    assert "nothing to acknowledge" in await refused(plant, actions.acknowledge, 90)


async def test_worse_again_asks_again_and_the_first_answer_is_kept(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H")
    await done(plant, actions.acknowledge, 70)
    await plant.tell(hot, 80, "HH", 112.0)
    assert await plant.state(hot) == "unacknowledged"
    await done(plant, actions.acknowledge, 95)
    row = await connection.fetchrow("SELECT first_acknowledged_at, acknowledged_at, level FROM alarm_occurrence")
    assert tuple(row) == (at(70), at(95), "HH")


async def test_shelving_ends_at_its_time_also_when_nobody_was_there_to_see(plant: Plant) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H")
    assert await done(plant, actions.shelve, 20, until=at(620), comment="known") == "shelved"
    event = await plant.connection.fetchval("SELECT payload FROM event WHERE kind = 'alarm.shelve'")
    assert (event["shelved_until"], event["comment"]) == ("2026-11-23T08:10:20+00:00", "known")
    await plant.tell(hot, 30, "HH", 112.0)
    assert await plant.state(hot) == "shelved"
    assert await plant.pass_time(619.9) == []
    (step,) = await plant.pass_time(50_000)
    assert (step.transition.event, step.transition.at) == ("shelf_expired", at(620))
    assert await plant.state(hot) == "unacknowledged"


async def test_what_comes_after_shelving_is_over_is_heard_also_before_anybody_looked_at_the_clock(
    plant: Plant, connection: Connection
) -> None:
    hot = plant.instance("hot", "comp-1")
    await done(plant, actions.shelve, 0, until=at(600))
    steps = await plant.tell(hot, 700, "H")  # of a log that is read again, or in the second before time is looked at
    assert [(step.transition.event, step.transition.at) for step in steps] == [
        ("shelf_expired", at(600)),
        ("raise", at(700)),
    ]
    assert await plant.state(hot) == "unacknowledged"
    await plant.tell(hot, 800, None)
    assert await plant.pass_time(1000) == []
    row = await connection.fetchrow("SELECT raised_at, announced_at, returned_at, ended_at FROM alarm_occurrence")
    assert tuple(row) == (at(700), at(700), at(800), None)


async def test_an_occurrence_is_in_order_where_clocks_are_not(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    order = "SELECT raised_at, announced_at, first_acknowledged_at, returned_at, ended_at FROM alarm_occurrence"
    await plant.tell(hot, 10, "H")
    await done(plant, actions.acknowledge, 9)  # the device's clock is a second ahead
    await plant.tell(hot, 20, None)
    assert tuple(await connection.fetchrow(order)) == (at(10), at(10), at(10), at(20), at(20))
    await plant.tell(hot, 30, "H")
    await done(plant, actions.acknowledge, 42)
    await plant.tell(hot, 40, None)  # was over when somebody answered, and came in two seconds late
    assert tuple(await connection.fetchrow(order + " ORDER BY id DESC")) == (at(30), at(30), at(42), at(40), at(42))


async def test_one_shot_shelving_ends_when_the_condition_goes(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    assert await done(plant, actions.shelve, 5, one_shot=True) == "shelved"
    await plant.tell(hot, 10, "H")
    assert await plant.state(hot) == "shelved"
    await plant.tell(hot, 20, None)
    assert await plant.state(hot) == "normal"
    row = await connection.fetchrow("SELECT announced_at, ended_at FROM alarm_occurrence")
    assert tuple(row) == (None, at(20))
    assert await connection.fetchval("SELECT shelved_until FROM alarm WHERE subject = 'comp-1'") is None


async def test_shelving_is_an_hour_and_at_most_a_shift(plant: Plant, connection: Connection) -> None:
    await done(plant, actions.shelve, 0)
    assert await connection.fetchval("SELECT shelved_until FROM alarm WHERE subject = 'comp-1'") == at(3600)
    await done(plant, actions.shelve, 60, until=at(60) + timedelta(hours=8))
    with pytest.raises(ShelvingRefusedError, match="8 hours at most"):
        await act(plant, actions.shelve, 60, until=at(61) + timedelta(hours=8))
    with pytest.raises(ShelvingRefusedError, match="past"):
        await act(plant, actions.shelve, 60, until=at(60))
    await done(plant, actions.shelve, 60, until=at(60) + timedelta(hours=9), at_most=timedelta(hours=10))
    assert await done(plant, actions.unshelve, 70) == "normal"
    assert "not shelved" in await refused(plant, actions.unshelve, 71)


async def test_out_of_service_is_silent_until_somebody_returns_it(plant: Plant) -> None:
    hot = plant.instance("hot", "comp-1")
    assert await done(plant, actions.remove_from_service, 0, comment="overhaul") == "out_of_service"
    await plant.tell(hot, 10, "HH")
    assert await plant.state(hot) == "out_of_service"
    for action in (actions.acknowledge, actions.reset):
        assert "return it to service first" in await refused(plant, action, 20)
    assert "out of service" in await refused(plant, actions.shelve, 20)
    assert await done(plant, actions.return_to_service, 30) == "unacknowledged"
    assert "not out of service" in await refused(plant, actions.return_to_service, 31)


async def test_a_latched_alarm_waits_for_its_reset_also_when_it_was_shelved(connection: Connection) -> None:
    plant = await kept_plant.make(connection, rules=[replace(HOT, latching=True)])
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H")
    assert "condition still holds" in await refused(plant, actions.reset, 11)
    await plant.tell(hot, 20, None)
    assert await plant.state(hot) == "latched_unacknowledged"
    assert "acknowledge it first" in await refused(plant, actions.reset, 21)
    assert await done(plant, actions.shelve, 22) == "shelved"
    assert await done(plant, actions.unshelve, 23) == "latched_unacknowledged"
    assert await done(plant, actions.acknowledge, 24) == "latched_acknowledged"
    await plant.tell(hot, 25, "H")
    assert await plant.state(hot) == "unacknowledged"
    await done(plant, actions.acknowledge, 26)
    await plant.tell(hot, 27, None)
    assert await done(plant, actions.reset, 28) == "normal"
    assert await connection.fetchval("SELECT count(*) FROM alarm_occurrence WHERE ended_at IS NULL") == 0


@pytest.mark.parametrize("answered", [False, True])
async def test_what_latched_stays_so_where_it_comes_and_goes_again_unheard(
    connection: Connection, *, answered: bool
) -> None:
    plant = await kept_plant.make(connection, rules=[replace(HOT, latching=True)])
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H")
    await plant.tell(hot, 20, None)
    if answered:
        await done(plant, actions.acknowledge, 21)
    await done(plant, actions.shelve, 22)
    for seconds in (30, 50):
        await plant.tell(hot, seconds, "H")
        await plant.tell(hot, seconds + 10, None)
        assert await plant.state(hot) == "shelved"
    assert await done(plant, actions.unshelve, 70) == "latched_unacknowledged"
    await plant.tell(hot, 80, "H", quiet="explained")
    assert await plant.state(hot) == "suppressed"
    await plant.tell(hot, 90, None)
    assert await plant.state(hot) == "latched_unacknowledged"
    assert await done(plant, actions.acknowledge, 100) == "latched_acknowledged"
    assert await done(plant, actions.reset, 101) == "normal"
    found = await connection.fetch("SELECT announced_at, ended_at FROM alarm_occurrence ORDER BY id")
    assert [tuple(row) for row in found] == [(at(10), at(30)), (None, at(50)), (None, at(80)), (None, at(101))]
    # Let go of, it is as new: what nobody is told of does not latch.
    await plant.tell(hot, 110, "H", quiet="explained")
    await plant.tell(hot, 120, None)
    assert await plant.state(hot) == "normal"


async def test_of_many_those_that_can_are_acknowledged(plant: Plant, connection: Connection) -> None:
    await plant.tell(plant.instance("hot", "comp-2"), 10, "H")
    refs = [HOT_1, AlarmRef("kunshan", "hot", "comp-2"), AlarmRef("kunshan", "hot", "comp-9")]
    async with connection.transaction():
        result = await actions.acknowledge(connection, refs, "local", "", at(20))
    assert [step.row.address for step in result.steps] == ["kunshan/hot/comp-2"]
    assert (list(result.refused), result.missing) == (["kunshan/hot/comp-1"], ["kunshan/hot/comp-9"])


async def test_what_happened_is_not_changed_afterwards(plant: Plant, connection: Connection) -> None:
    await plant.tell(plant.instance("hot", "comp-1"), 10, "H")
    with pytest.raises(Exception, match="not changed afterwards"):
        await connection.execute("UPDATE alarm_transition SET comment = 'it was nothing'")
