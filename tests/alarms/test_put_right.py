"""An evaluation puts alarms right that somebody else kept by what only a clock told."""

from __future__ import annotations

from analytics.alarms.change import Change
from services.alarms import keeping
from services.database import connect
from tests.alarms import kept_plant, plant
from tests.alarms.plant import Device

HOT = """
    [[rule]]
    code = "hot"
    name = "Hot"
    for = { kind = "compressor" }
    signal = "outlet_degc"
    levels = [{ at = "H", limit = 105, priority = "high" }]
"""


async def test_an_alarm_that_was_left_quiet_by_mistake_is_heard(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        site = await plant.begin(connection, [Device("comp-1", ("outlet_degc",))], HOT)
        await site.send(10, "comp-1", outlet_degc=106)
        (instance,) = site.evaluation.instances.values()
        lost = Change(instance.key, kept_plant.us(plant.at(500)), "H", 106.0, "communication_lost")
        async with connection.transaction():
            await keeping.apply(connection, [lost], site.evaluation.instances, plant.at(500))
        assert list((await site.states()).values()) == ["suppressed"]
        assert await site.evaluation.put_right(connection, plant.at(600)) == 1
        assert list((await site.states()).values()) == ["unacknowledged"]
        assert await site.evaluation.put_right(connection, plant.at(700)) == 0
        await site.send(20, "comp-1", outlet_degc=100)
        assert list((await site.states()).values()) == ["returned_unacknowledged"]
    finally:
        await connection.close()
