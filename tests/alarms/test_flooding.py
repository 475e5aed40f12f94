"""Floods as they come, through the real database: one record each, whatever pieces the alarms come in."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from analytics.alarms.flood import floods
from services.database import Connection
from tests.alarms import kept_plant
from tests.alarms.kept_plant import all_of, at, change


async def test_five_hundred_at_once_are_one_flood(connection: Connection) -> None:
    machines = [f"comp-{number}" for number in range(500)]
    plant = await kept_plant.make(connection, machines)
    steps = await plant.apply(*(change(each, n / 10, "H") for n, each in enumerate(plant.instances.values())))
    assert len(steps) == 500
    assert all(step.is_flood for step in steps)
    floods = await all_of(connection, "SELECT started_at, ended_at, alarms, peak_in_ten_minutes FROM alarm_flood")
    assert floods == [(at(1.0), None, 500, 500)]
    assert await connection.fetchval("SELECT count(*) FROM alarm_occurrence WHERE flood_id IS NOT NULL") == 500
    await plant.pass_time(600)
    assert await connection.fetchval("SELECT count(*) FROM alarm_flood WHERE ended_at IS NULL") == 1
    await plant.pass_time(10_000)
    # The last five were announced from 49.5 s on; when the first of them is ten minutes old, four are left.
    assert await all_of(connection, "SELECT ended_at FROM alarm_flood") == [(at(649.5),)]
    kinds = [kind for (kind,) in await all_of(connection, "SELECT kind FROM event ORDER BY id")]
    assert (kinds[0], kinds[-1], kinds.count("alarm.raise")) == ("alarm.flood_began", "alarm.flood_ended", 500)


async def test_a_backlog_tells_of_a_flood_before_the_one_that_goes_on(connection: Connection) -> None:
    machines = [f"comp-{number}" for number in range(60)]
    plant = await kept_plant.make(connection, machines)
    alarms = list(plant.instances.values())
    await plant.apply(*(change(each, 7200 + n, "H") for n, each in enumerate(alarms[:20])))
    await plant.apply(*(change(each, 100 + n, "H") for n, each in enumerate(alarms[20:40])))
    await plant.apply(*(change(each, 130 + n, "H") for n, each in enumerate(alarms[40:50])))
    await plant.apply(*(change(each, 7230 + n, "H") for n, each in enumerate(alarms[50:])))
    await plant.pass_time(20_000)
    floods = "SELECT started_at, ended_at IS NOT NULL, alarms FROM alarm_flood ORDER BY started_at"
    # What came after the first was on record as over does not change it: it was told of as it was known.
    assert await all_of(connection, floods) == [(at(110), True, 20), (at(7210), True, 30)]


async def test_a_flood_of_days_is_not_counted_again_from_its_beginning(connection: Connection) -> None:
    machines = [f"comp-{number}" for number in range(700)]
    plant = await kept_plant.make(connection, machines)
    alarms = list(plant.instances.values())
    await plant.apply(*(change(each, 60.0 * n, "H") for n, each in enumerate(alarms[:40])))
    assert await all_of(connection, "SELECT * FROM alarm_flood") == []
    await plant.apply(*(change(each, 10_000 + 50.0 * n, "H") for n, each in enumerate(alarms[40:-2])))
    asked: list[Any] = []
    with connection.query_logger(
        lambda said: asked.append(said.args) if "o.announced_at <= $3" in said.query else None
    ):
        await plant.apply(change(alarms[-2], 10_000 + 50.0 * 658, "H"))
        # One that comes late, by a device that was slow: counted too.
        await plant.apply(change(alarms[-1], 20_001, "H"))
    assert [(after, until) for _, after, until in asked] == [
        (at(10_000 + 50 * 657 - 600), at(10_000 + 50 * 658)),
        (at(20_000 - 600), at(20_001)),
    ]
    await plant.pass_time(100_000)
    # Twelve in ten minutes, and with the late one thirteen; it ends when of the last five, each 50 s, four are left.
    assert await all_of(connection, "SELECT started_at, ended_at, alarms, peak_in_ten_minutes FROM alarm_flood") == [
        (at(10_500), at(10_000 + 50 * 654 + 600), 660, 13)
    ]
    assert await connection.fetchval("SELECT count(*) FROM alarm_occurrence WHERE flood_id IS NOT NULL") == 660


@pytest.mark.parametrize("seed", range(4))
async def test_floods_are_the_same_however_the_alarms_come_in_pieces(connection: Connection, seed: int) -> None:
    chance = Random(seed)
    machines = [f"comp-{number}" for number in range(120)]
    plant = await kept_plant.make(connection, machines)
    bursts = [chance.uniform(0, 9000) for _ in range(5)]
    seconds = sorted(round(chance.choice(bursts) + chance.expovariate(1 / 300), 3) for _ in machines)
    alarms = list(plant.instances.values())
    done = 0
    while done < len(alarms):
        until = done + chance.randint(1, 25)
        await plant.apply(*(change(alarms[n], seconds[n], "H") for n in range(done, min(until, len(alarms)))))
        done = until
        if chance.random() < 0.5:
            await plant.pass_time(seconds[min(done, len(alarms)) - 1])
    await plant.pass_time(100_000)
    found = await all_of(
        connection, "SELECT started_at, ended_at, alarms, peak_in_ten_minutes FROM alarm_flood ORDER BY started_at"
    )
    assert found == [
        (each.started_at, each.ended_at, each.alarms, each.peak_in_ten_minutes)
        for each in floods([at(each) for each in seconds], at(100_000))
    ]
