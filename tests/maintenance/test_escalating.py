"""Nobody begins, or it is not done in time: each next one is called once, at the time it should have come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.maintenance.settings import Escalation, MaintenanceSettings
from services.alarms import facts_maintenance
from services.database import Connection
from services.work_orders.escalating import Step, step
from tests.alarms.kept_plant import START, at
from tests.maintenance import yard as yards
from tests.maintenance.facts import figures
from tests.maintenance.yard import Yard

HOUR = 3600.0
RESPOND, DUE = 2 + 4 * HOUR, 2 + 24 * HOUR
STEPS = (Escalation({"critical": 0.0, "high": 1.0}, "leads"), Escalation({"high": 3.0}, "managers"))


@pytest.fixture
async def yard(connection: Connection) -> Yard:
    made = await yards.make(connection, ["comp-1", "comp-2"])
    await made.keep(escalation=STEPS)
    await made.raised("hot", "comp-1", 1)
    await made.round(2)
    return made


async def told(connection: Connection, event: str) -> list[Any]:
    found = await connection.fetch("SELECT payload FROM event WHERE kind = $1 ORDER BY id", f"work_order.{event}")
    return [row["payload"] for row in found]


async def test_nobody_begins(yard: Yard, connection: Connection) -> None:
    await yard.round(RESPOND - 1)
    assert await yard.trail(1, "escalated") == []
    for hours in (0.0, 0.5, 1.0, 2.0, 3.0, 10.0):
        await yard.round(RESPOND + hours * HOUR)
    assert [
        (at_s - RESPOND, detail["step"], detail["team"]) for at_s, _, _, detail in await yard.trail(1, "escalated")
    ] == [
        (0.0, 1, None),
        (1 * HOUR, 2, "leads"),
        (3 * HOUR, 3, "managers"),
    ]
    assert [(each["order"], each["detail"]["team"]) for each in await told(connection, "escalated")] == [
        ("kunshan/1", None),
        ("kunshan/1", "leads"),
        ("kunshan/1", "managers"),
    ]
    assert (await yard.row(1))["escalates_at"] is None


async def test_whoever_starts_ends_it(yard: Yard) -> None:
    await yard.round(RESPOND)
    await yard.step(1, "start", RESPOND + 60, "wang")
    await yard.round(RESPOND + 5 * HOUR)
    assert len(await yard.trail(1, "escalated")) == 1


async def test_after_a_day_without_the_duty_each_step_is_told_once_with_its_own_time(yard: Yard) -> None:
    for seconds in range(6):
        await yard.round(DUE + HOUR + 2 * seconds)
    assert [at_s for at_s, *_ in await yard.trail(1, "escalated")] == [RESPOND, RESPOND + HOUR, RESPOND + 3 * HOUR]
    assert [(at_s, event) for at_s, event, *_ in await yard.trail(1, "overdue")] == [(DUE, "overdue")]


async def test_overdue_is_told_once_whatever_state_it_is_in(yard: Yard, connection: Connection) -> None:
    await yard.step(1, "start", 100, "wang")
    await yard.round(DUE - 1)
    assert await yard.trail(1, "overdue") == []
    for seconds in (0, 2, 100):
        await yard.round(DUE + seconds)
    assert [at_s for at_s, *_ in await yard.trail(1, "overdue")] == [DUE]
    assert [each["state"] for each in await told(connection, "overdue")] == ["in_progress"]


async def test_an_order_that_gets_worse_is_called_for_by_its_new_times(yard: Yard) -> None:
    await yard.tell("hot", "comp-1", HOUR, "HH", value=112.0)
    await yard.round(HOUR)
    await yard.round(HOUR + 2)
    assert [(at_s, d["step"], d["team"]) for at_s, _, _, d in await yard.trail(1, "escalated")] == [
        (2 + 1800, 1, "leads")
    ]


async def test_a_person_says_how_urgent_it_is_until_an_alarm_comes_after_it(yard: Yard, connection: Connection) -> None:
    async with connection.transaction():
        await yards.judge(connection, 1, "low", at(10))
    await yard.round(20)
    assert (await yard.row(1))["priority"] == "low"
    await yard.raised("oil-hot", "comp-1", 30)
    await yard.round(31)
    assert (await yard.row(1))["priority"] == "high"


async def test_figures_for_rules_count_what_is_left_undone(yard: Yard, connection: Connection) -> None:
    await yard.raised("hot", "comp-2", 1)
    await yard.round(4)
    of = ("orders_overdue", "orders_unanswered", "plans_overdue")

    async def counted(seconds: float) -> list[float]:
        found = await facts_maintenance.maintenance(connection, figures(of), at(seconds))
        return [found[each.key] for each in figures(of)]

    assert await counted(10) == [0.0, 0.0, 0.0]
    assert await counted(RESPOND + 10) == [0.0, 2.0, 0.0]
    await yard.step(1, "start", RESPOND + 20, "wang")
    assert await counted(RESPOND + 30) == [0.0, 1.0, 0.0]
    assert await counted(DUE + 30) == [2.0, 1.0, 0.0]
    await yard.done_from_started(1, DUE + 40)
    assert await counted(DUE + 50) == [1.0, 1.0, 0.0]


hours = st.dictionaries(st.sampled_from(["critical", "high"]), st.floats(0, 48), min_size=1)


@given(st.lists(hours, max_size=4))
def test_steps_begin_at_respond_by_and_name_each_team_once(given_hours: list[dict[str, float]]) -> None:
    said = MaintenanceSettings(escalation=tuple(Escalation(each, f"t{n}") for n, each in enumerate(given_hours)))
    steps: list[Step] = []
    while (found := step(said, "high", START, len(steps))) is not None:
        steps.append(found)
    teams = [each.team for each in steps if each.team is not None]
    assert teams == [f"t{n}" for n, each in enumerate(given_hours) if "high" in each]
    assert steps[0].at == START
    assert [each.team for each in steps].count(None) <= 1
