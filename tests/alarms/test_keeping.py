"""Keeping alarms through the real database: told once, twice, late or in a storm, they are the same alarms."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from analytics.alarms.machine import Instance
from services.alarms import actions, keeping
from services.alarms.actions import AlarmRef
from services.database import Connection, connect
from tests.alarms import kept_plant
from tests.alarms.kept_plant import HOT, Plant, all_of, at, change


@pytest.fixture
async def plant(connection: Connection) -> Plant:
    return await kept_plant.make(connection)


TRANSITIONS = "SELECT event, from_state, to_state, reason, at FROM alarm_transition ORDER BY id"
OCCURRENCES = (
    "SELECT level, priority, value, limit_value, raised_at, returned_at, ended_at FROM alarm_occurrence ORDER BY id"
)


async def test_an_alarm_is_raised_gets_worse_and_returns(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H", 106.0)
    await plant.tell(hot, 20, "HH", 111.0)
    await plant.tell(hot, 30, "H", 107.0)
    await plant.tell(hot, 40, None, 99.0)
    assert await all_of(connection, TRANSITIONS) == [
        ("raise", "normal", "unacknowledged", "heard", at(10)),
        ("worsen", "unacknowledged", "unacknowledged", "", at(20)),
        ("clear", "unacknowledged", "returned_unacknowledged", "lets_go", at(40)),
    ]
    assert await all_of(connection, OCCURRENCES) == [("HH", "critical", 111.0, 109.0, at(10), at(40), None)]
    events = await all_of(connection, "SELECT kind, subject, payload FROM event ORDER BY id")
    assert [kind for kind, _, _ in events] == ["alarm.raise", "alarm.worsen", "alarm.clear"]
    raised = events[0][2]
    assert events[0][1] == "kunshan/hot/comp-1"
    assert (raised["state"], raised["from"], raised["priority"]) == ("unacknowledged", "normal", "high")
    assert raised["message"] == "Outlet hot: 106 degC / 105 degC"
    assert (raised["machine"], raised["at"]) == ("Machine comp-1", "2026-11-23T08:00:10+00:00")


async def test_the_log_read_again_changes_nothing(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    for seconds, level, quiet in (
        (1, "H", None),
        (2, "H", "not_running"),
        (3, "HH", "not_running"),
        (4, "HH", None),
        (5, None, None),
        (6, "H", None),
        (7, None, None),
    ):
        await plant.tell(hot, seconds, level, quiet=quiet)  # type: ignore[arg-type]
    before = await all_of(connection, TRANSITIONS), await all_of(connection, OCCURRENCES)
    told = list(plant.told)
    for each in told:
        assert await plant.apply(each) == []
    assert await plant.apply(*told) == []
    assert (await all_of(connection, TRANSITIONS), await all_of(connection, OCCURRENCES)) == before


async def test_a_reading_that_comes_behind_a_tick_is_not_lost(plant: Plant) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, None, quiet="explained")
    steps = await plant.tell(hot, 9.8, "H", quiet="explained")
    assert [step.transition.event for step in steps] == ["raise"]
    assert await plant.state(hot) == "suppressed"
    await plant.tell(hot, 11, "H")
    assert await plant.state(hot) == "unacknowledged"


async def test_a_standing_machine_makes_no_noise(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 1, None, quiet="not_running")
    assert await plant.state(hot) == "normal"
    await plant.tell(hot, 2, "H", quiet="not_running")
    assert await plant.state(hot) == "suppressed"
    await plant.tell(hot, 3, None, quiet="not_running")
    assert await plant.state(hot) == "normal"
    assert await connection.fetchval("SELECT count(announced_at) FROM alarm_occurrence") == 0
    assert await connection.fetchval("SELECT quiet FROM alarm") == "not_running"


async def test_the_first_of_a_group_is_marked(connection: Connection) -> None:
    rules = [replace(HOT, code=code, group="heat") for code in ("hot", "warm", "late")]
    plant = await kept_plant.make(connection, rules=rules)
    await plant.apply(change(plant.instance("hot", "comp-1"), 2, "H"), change(plant.instance("warm", "comp-1"), 1, "H"))
    await plant.tell(plant.instance("late", "comp-1"), 3, "H")
    found = await all_of(
        connection,
        """SELECT r.code::text, o.is_first_out, f.code::text FROM alarm_occurrence AS o
           JOIN alarm AS a ON a.id = o.alarm_id JOIN alarm_rule AS r ON r.id = a.rule_id
           LEFT JOIN alarm_occurrence AS p ON p.id = o.first_out_id LEFT JOIN alarm AS b ON b.id = p.alarm_id
           LEFT JOIN alarm_rule AS f ON f.id = b.rule_id ORDER BY o.raised_at""",
    )
    assert found == [("warm", True, None), ("hot", False, "warm"), ("late", False, "warm")]


async def test_a_rule_that_is_gone_retires_its_alarms_and_comes_back_new(plant: Plant, connection: Connection) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 1, "H")
    (step,) = await plant.settle([], 5)
    assert (step.transition.event, step.transition.to_state, step.transition.reason) == ("retire", "normal", "retired")
    assert await all_of(connection, "SELECT ended_at FROM alarm_occurrence") == [(at(5),)]
    assert await all_of(connection, "SELECT state, level, retired_at FROM alarm") == [("normal", None, at(5))]
    assert await plant.settle([hot], 6) == []
    await plant.tell(hot, 5.5, "H")
    assert await plant.state(hot) == "unacknowledged"


async def test_what_is_there_is_settled_again_without_waiting_for_whoever_holds_it(
    plant: Plant, connection: Connection, database_url: str
) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 1, "H")
    other = await connect(database_url, name="test")
    try:
        async with connection.transaction():
            await actions.acknowledge(connection, [AlarmRef("kunshan", "hot", "comp-1")], "local", "", at(2))
            async with asyncio.timeout(60), other.transaction():
                assert await keeping.settle(other, [hot], at(3)) == []
    finally:
        await other.close()


async def test_an_acknowledged_alarm_that_stands_asks_again(connection: Connection) -> None:
    plant = await kept_plant.make(connection, rules=[replace(HOT, re_alarm_s=600.0)])
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 0, "H")
    await connection.execute("UPDATE alarm SET state = 'acknowledged', since = $1", at(60))
    assert await plant.pass_time(659) == []
    (step,) = await plant.pass_time(5000)
    assert (step.transition.event, step.transition.at) == ("re_alarm", at(660))
    assert await plant.state(hot) == "unacknowledged"


async def test_what_stands_puts_right_what_an_earlier_life_knew_from_its_clock(
    plant: Plant, connection: Connection
) -> None:
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, 10, "H")
    await plant.tell(hot, 500, "H", quiet="communication_lost")  # by a tick; then the process dies
    assert await plant.tell(hot, 10, "H") == []
    async with connection.transaction():
        (step,) = await keeping.put_right(connection, [change(hot, 10, "H")], plant.instances, at(600))
    assert (step.transition.event, step.transition.at) == ("unsuppress", at(600))
    await plant.tell(hot, 520, None)  # heard again while nobody was at work, told after
    assert await plant.state(hot) == "returned_unacknowledged"
    async with connection.transaction():
        assert await keeping.put_right(connection, [change(hot, 520, None)], plant.instances, at(700)) == []


async def test_two_at_work_on_the_same_alarms_wait_for_each_other(database_url: str) -> None:
    first, second = await connect(database_url, name="test"), await connect(database_url, name="test")
    try:
        machines = [f"comp-{number}" for number in range(40)]
        one = await kept_plant.make(first, machines)
        other = Plant(second, one.instances)
        alarms = list(one.instances.values())
        for turn in range(5):
            level = "H" if turn % 2 == 0 else None
            forwards = [change(each, 10.0 * turn, level) for each in alarms]
            backwards = [change(each, 10.0 * turn, level) for each in reversed(alarms)]
            steps = await asyncio.gather(
                one.apply(*forwards), other.apply(*backwards), one_by_one(database_url, alarms, turn)
            )
            assert len(steps[0]) + len(steps[1]) == len(alarms)
        assert await first.fetchval("SELECT count(*) FROM alarm_occurrence") == 3 * len(alarms)
        assert await first.fetchval("SELECT count(*) FROM alarm_flood") == 1
    finally:
        await first.close()
        await second.close()


async def one_by_one(database_url: str, alarms: Sequence[Instance], turn: int) -> None:
    """A person who acknowledges whatever there is, in an order of their own."""
    connection = await connect(database_url, name="test")
    try:
        for each in sorted(alarms, key=lambda alarm: hash((alarm.key, turn)))[:10]:
            async with connection.transaction():
                ref = AlarmRef(each.key.site, each.key.rule, each.key.subject)
                await actions.acknowledge(connection, [ref], "local", "", at(10.0 * turn + 1))
    finally:
        await connection.close()
