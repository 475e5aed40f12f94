"""Alarms become orders: one for a cause on a machine, whatever comes, however often it is looked at."""

from __future__ import annotations

from itertools import product

import pytest

from services.database import Connection
from tests.maintenance import yard as yards
from tests.maintenance.yard import Yard


@pytest.fixture
async def yard(connection: Connection) -> Yard:
    return await yards.make(connection, ["comp-1", "comp-2"])


async def test_forty_alarms_of_one_cause_are_one_order_and_another_cause_is_a_second(connection: Connection) -> None:
    devices = [f"probe-{number}" for number in range(1, 21)]
    yard = await yards.make(connection, devices, ["air-1"] * 20)
    for number, (rule, device) in enumerate(product(("hot", "oil-hot"), devices)):
        await yard.raised(rule, device, number)
        if number % 7 == 0:
            await yard.round(number)
    await yard.round(40)
    assert await yard.orders() == ["1 air-1 cooler-dirty open high"]
    assert await yard.alarms(1) == 40
    await yard.raised("pressure", "probe-3", 50)
    await yard.round(51)
    assert await yard.orders() == ["1 air-1 cooler-dirty open high", "2 air-1 valve open high"]
    assert (await yard.alarms(1), await yard.alarms(2)) == (40, 1)
    order = await yard.row(1)
    assert (order["title"], order["title_zh"]) == ("Compressor air-1: Hot", "")
    assert (order["origin"], order["kind"], order["suspected_name"]) == ("alarm", "repair", "Oil cooler dirty")
    assert (order["action"], order["action_zh"]) == ("Clean the cooler.", "清洗冷却器。")
    assert order["opened_by"] is None
    opened = await connection.fetch("SELECT subject, payload FROM event WHERE kind = 'work_order.opened' ORDER BY id")
    assert [(row["subject"], row["payload"]["machine"]) for row in opened] == [
        ("kunshan/1", "Compressor air-1"),
        ("kunshan/2", "Compressor air-1"),
    ]


async def test_the_same_cause_on_another_machine_is_another_order(yard: Yard) -> None:
    await yard.raised("hot", "comp-1", 1)
    await yard.raised("oil-hot", "comp-2", 1)
    await yard.round(2)
    assert await yard.orders() == ["1 air-1 cooler-dirty open high", "2 air-2 cooler-dirty open high"]


async def test_a_rule_without_causes_is_a_cause_of_its_own(yard: Yard) -> None:
    await yard.raised("noisy", "comp-1", 1)
    await yard.round(2)
    assert await yard.orders() == ["1 air-1 rule:noisy open high"]
    assert (await yard.row(1))["suspected_name"] == "Noisy"


async def test_handing_over_again_changes_nothing(yard: Yard, connection: Connection) -> None:
    await yard.raised("hot", "comp-1", 1)
    await yard.round(2)
    before = await yard.orders(), await yard.alarms(1), await yard.trail(1)
    for seconds in (3, 30, 300):
        await yard.round(seconds)
    assert (await yard.orders(), await yard.alarms(1), await yard.trail(1)) == before
    assert await connection.fetchval("SELECT count(*) FROM alarm_occurrence WHERE handed_over_at IS NULL") == 0


async def test_what_is_not_urgent_makes_no_order_but_belongs_to_one(yard: Yard) -> None:
    await yard.raised("warm", "comp-1", 1)
    await yard.round(2)
    assert await yard.orders() == []
    await yard.raised("hot", "comp-1", 3)
    await yard.round(4)
    assert await yard.orders() == ["1 air-1 cooler-dirty open high"]
    await yard.raised("warm", "comp-1", 5, "L")
    await yard.gone("warm", "comp-1", 6)
    await yard.raised("warm", "comp-2", 7)
    await yard.round(8)
    assert await yard.orders() == ["1 air-1 cooler-dirty open high"]


async def test_an_alarm_that_becomes_urgent_gets_its_order_then(yard: Yard) -> None:
    await yard.raised("warm", "comp-1", 1)
    await yard.round(2)
    await yard.tell("warm", "comp-1", 3, "HH", value=100.0)
    await yard.round(4)
    assert await yard.orders() == ["1 air-1 cooler-dirty open critical"]
    assert await yard.alarms(1) == 1


async def test_settings_say_which_alarms_make_orders(yard: Yard) -> None:
    await yard.keep(orders_from="critical", also=("warm",), never=("pressure",))
    await yard.raised("hot", "comp-1", 1)
    await yard.raised("warm", "comp-2", 1)
    await yard.raised("pressure", "comp-1", 1, "HH")
    await yard.round(2)
    assert await yard.orders() == ["1 air-2 cooler-dirty open medium"]
    # Alarms that stand are of the new settings at once.
    await yard.keep(orders_from="high", never=("pressure",))
    await yard.round(3)
    assert await yard.orders() == ["1 air-2 cooler-dirty open medium", "2 air-1 cooler-dirty open high"]


async def test_a_device_that_is_retired_is_not_asked_for_in_each_round(yard: Yard, connection: Connection) -> None:
    await yard.raised("hot", "comp-1", 1)
    await connection.execute("UPDATE equipment SET retired_at = now() WHERE code = 'air-1'")
    await connection.execute("UPDATE device SET retired_at = now() WHERE code = 'comp-1'")
    for seconds in (2, 3):  # its alarm stands until somebody evaluates alarms again
        await yard.round(seconds)
    assert await yard.orders() == []
    looked_at = await connection.fetchval("SELECT handed_over_at FROM alarm_occurrence")
    assert yards.second(looked_at) == 2


async def test_an_order_becomes_as_urgent_as_its_alarm(yard: Yard) -> None:
    await yard.raised("hot", "comp-1", 0)
    await yard.round(1)
    row = await yard.row(1)
    assert (yards.second(row["respond_by"]), yards.second(row["due_at"])) == (1 + 4 * 3600, 1 + 24 * 3600)
    await yard.tell("hot", "comp-1", 100, "HH", value=112.0)
    await yard.round(101)
    row = await yard.row(1)
    assert row["priority"] == "critical"
    assert (yards.second(row["respond_by"]), yards.second(row["due_at"])) == (1 + 1800, 1 + 4 * 3600)
    assert [entry[1:] for entry in await yard.trail(1, "priority")] == [
        ("priority", "", {"from": "high", "to": "critical"})
    ]
    # What is better again is not less urgent.
    await yard.tell("hot", "comp-1", 200, "H", value=106.0)
    await yard.round(201)
    assert await yard.orders() == ["1 air-1 cooler-dirty open critical"]


async def test_an_order_that_is_over_makes_room_for_a_new_one(yard: Yard) -> None:
    await yard.raised("hot", "comp-1", 1)
    await yard.round(2)
    await yard.step(1, "cancel", 3, comment="A test of the sensor.")
    await yard.round(4)
    assert await yard.orders() == ["1 air-1 cooler-dirty cancelled high"]
    await yard.gone("hot", "comp-1", 5)
    await yard.raised("oil-hot", "comp-1", 6)
    await yard.round(7)
    assert await yard.orders() == ["1 air-1 cooler-dirty cancelled high", "2 air-1 cooler-dirty open high"]


async def test_a_team_is_asked_first_and_one_that_is_gone_hinders_nothing(yard: Yard, connection: Connection) -> None:
    await connection.execute("INSERT INTO teams (code, name) VALUES ('air', 'Air')")
    await yard.keep(
        teams=(
            yards.TeamRule("gone", "compressed_air", "pump"),
            yards.TeamRule("air", equipment_class="compressor"),
        )
    )
    await yard.raised("hot", "comp-1", 1)
    await yard.round(2)
    team = "SELECT t.code::text FROM work_order AS w LEFT JOIN teams AS t ON t.id = w.team_id WHERE w.number = $1"
    assert await connection.fetchval(team, 1) == "air"
    await yard.keep(teams=(yards.TeamRule("gone"),))
    await yard.raised("hot", "comp-2", 3)
    await yard.round(4)
    assert await connection.fetchval(team, 2) is None
