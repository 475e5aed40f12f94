"""An order is done: what stands reopens it, with the evidence; what is gone lets it be verified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from analytics.work_orders.lifecycle import Event, Refused
from services import people
from services.database import Connection
from services.maintenance.engine import Rounds
from services.work_orders import steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderRef
from services.work_orders.steps import Taken
from tests.alarms import kept_plant
from tests.alarms import plant as plants
from tests.alarms.plant import Device
from tests.maintenance import yard as yards
from tests.maintenance.yard import Yard


@pytest.fixture
async def yard(connection: Connection) -> Yard:
    made = await yards.make(connection, ["comp-1", "comp-2"])
    await made.raised("hot", "comp-1", 1)
    await made.round(2)
    return made


async def test_done_while_the_condition_stands_is_reopened_with_the_evidence(yard: Yard) -> None:
    await yard.done(1, 100)
    refused = await yard.step(1, "verify", 101, "li")
    assert isinstance(refused, Refused)
    assert refused.reason == "not_checked"
    await yard.round(102)
    assert await yard.orders() == ["1 air-1 cooler-dirty assigned high"]
    ((seconds, _, comment, detail),) = await yard.trail(1, "reopen")
    assert (seconds, comment) == (102, "It still stands: Hot: 106 degC / 105 degC")
    assert detail["evidence"] == [
        {
            "alarm": "kunshan/hot/comp-1",
            "level": "H",
            "value": 106.0,
            "limit": 105.0,
            "unit": "degC",
            "since": kept_plant.at(1).isoformat(),
        }
    ]
    row = await yard.row(1)
    assert (row["reopened"], row["done_at"], row["verified_at"]) == (1, None, None)


async def test_done_and_gone_is_checked_and_verified_by_somebody_else(yard: Yard) -> None:
    await yard.gone("hot", "comp-1", 90)
    await yard.done(1, 100)
    await yard.round(102)
    ((_, _, _, detail),) = await yard.trail(1, "checked")
    assert detail == {"alarms": ["kunshan/hot/comp-1"]}
    assert (await yard.step(1, "verify", 103, "wang")).reason == "same_person"
    assert isinstance(await yard.step(1, "verify", 104, "li"), Taken)
    await yard.round(200)
    assert await yard.orders() == ["1 air-1 cooler-dirty verified high"]


async def test_an_alarm_that_comes_again_reopens_it_at_once(yard: Yard) -> None:
    await yard.gone("hot", "comp-1", 90)
    await yard.done(1, 100)
    await yard.round(102)
    await yard.raised("oil-hot", "comp-1", 200)
    await yard.round(201)
    ((seconds, _, comment, detail),) = await yard.trail(1, "reopen")
    assert (seconds, comment) == (201, "It came again: Oil-hot: 106 degC / 105 degC")
    assert [each["alarm"] for each in detail["evidence"]] == ["kunshan/oil-hot/comp-1"]
    assert await yard.alarms(1) == 2


async def test_an_alarm_from_before_it_was_done_is_looked_at_and_not_held_against_it(yard: Yard) -> None:
    await yard.gone("hot", "comp-1", 90)
    await yard.raised("oil-hot", "comp-1", 95)
    await yard.done(1, 100)  # nobody handed it over yet
    await yard.gone("oil-hot", "comp-1", 101)
    await yard.round(102)
    assert await yard.alarms(1) == 2
    assert await yard.trail(1, "reopen") == []
    assert (await yard.row(1))["checked_at"] is not None


async def test_an_older_one_that_stands_is_found_though_the_order_was_checked(
    yard: Yard, connection: Connection
) -> None:
    await yard.gone("hot", "comp-1", 90)
    await yard.done(1, 100)
    await yard.round(102)
    await yard.raised("oil-hot", "comp-1", 95)  # told late
    await yard.round(103)
    assert len(await yard.trail(1, "reopen")) == 1
    assert await connection.fetchval("SELECT count(*) FROM work_order") == 1


async def test_of_a_lost_machine_nobody_can_know(yard: Yard) -> None:
    await yard.tell("hot", "comp-1", 90, None, value=None, quiet="communication_lost")
    await yard.done(1, 100)
    hour = int(timedelta(hours=1).total_seconds())
    looks = [102, 130, 170, 100 + hour - 1]
    for seconds in looks:
        await yard.round(seconds)
    assert await yard.trail(1, "reopen", "checked") == []
    await yard.round(102 + hour + 60)
    ((_, _, comment, detail),) = await yard.trail(1, "reopen")
    assert comment.startswith("Nobody can know whether it is gone: kunshan/hot/comp-1")
    assert detail["evidence"][0]["unknown"] == "communication_lost"


async def test_a_machine_that_speaks_again_settles_it(yard: Yard) -> None:
    await yard.tell("hot", "comp-1", 90, None, value=None, quiet="communication_lost")
    await yard.done(1, 100)
    await yard.round(102)
    await yard.gone("hot", "comp-1", 110)
    await yard.round(130)
    assert await yard.trail(1, "checked") == []  # looked at each minute
    await yard.round(163)
    assert len(await yard.trail(1, "checked")) == 1


async def test_while_nobody_evaluates_alarms_a_done_order_waits(yard: Yard, connection: Connection) -> None:
    await yard.gone("hot", "comp-1", 90)
    await yard.done(1, 100)
    await connection.execute("UPDATE duty SET detail = '{}' WHERE name = 'alarms'")  # it began just now
    await yard.round(102)
    await yards.evaluates(connection, "2020-01-01T00:00:00Z")  # it ended long ago
    await yard.round(104)
    await yards.evaluates(connection, behind_s=200 * 365 * 86400.0)  # it is far behind
    await yard.round(2 * 3600)
    assert await yard.trail(1, "checked", "reopen") == []
    await yard.raised("oil-hot", "comp-1", 95)  # what it finds where it goes on
    await yards.evaluates(connection)
    await yard.round(2 * 3600 + 2)
    assert len(await yard.trail(1, "reopen")) == 1


async def test_from_readings_to_done_and_back(connection: Connection) -> None:
    """The whole way: hot readings, the alarm out of service while somebody works, done, and it is still hot."""
    plant = await plants.begin(connection, [Device("comp-1", ("outlet_degc",))], HOT, site=yards.SITE)
    await connection.execute("INSERT INTO users (code, name) VALUES ('wang', 'Wang Wei')")
    await yards.evaluates(connection)
    rounds, order = Rounds(), OrderRef(yards.SITE, 1)

    async def hot(degc: float, *seconds: int) -> None:
        for second in seconds:
            await plant.send(second, "comp-1", outlet_degc=degc)

    async def step(event: Event, **given: Any) -> None:  # noqa: ANN401
        async with connection.transaction():
            wang = await people.actor(connection, "wang")
            taken = await steps.take(connection, order, event, wang, plants.at(plant.clock_s), Given(**given))
        assert isinstance(taken, Taken), taken

    async def entries(event: str) -> list[Any]:
        found = await connection.fetch("SELECT detail FROM work_order_entry WHERE event = $1 ORDER BY id", event)
        return [row["detail"] for row in found]

    async def look(seconds: float) -> None:
        await plant.pass_to(seconds)
        await rounds.round(connection, plants.at(seconds))

    await hot(106.0, 0, 10, 20)
    await look(30)
    await step("start", out_of_service=True)
    assert await plant.states() == {"comp-1/hot": "out_of_service"}
    await hot(107.0, 40, 50)
    await step("complete", cause="dirt")
    assert await plant.states() == {"comp-1/hot": "unacknowledged"}
    await hot(107.5, 60)
    await look(75)
    assert await entries("reopen") == []  # such an alarm takes 30 s to go
    await look(81)
    (reopened,) = await entries("reopen")
    assert [(each["alarm"], each["value"]) for each in reopened["evidence"]] == [("kunshan/hot/comp-1", 106.0)]
    await hot(90.0, 90, 100, 110, 120, 130)
    await step("start")
    await step("complete", cause="dirt")
    await look(165)
    assert len(await entries("checked")) == 1
    assert await connection.fetchval("SELECT string_agg(state, ' ') FROM work_order") == "done"


HOT = """
[hot]
signal = "outlet_degc"
levels = [{ at = "H", limit = 105, priority = "high" }]
off_delay_s = 30
"""
