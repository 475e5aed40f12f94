"""What the alarms duty evaluates with: how it begins, what it leaves out, and what it puts right."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analytics.alarms.change import Change
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import Instance
from services.alarms import evaluation, keeping
from services.database import Connection
from tests.alarms import kept_plant, plant
from tests.alarms.plant import Device

ONE = [Device("comp-1", ("outlet_degc",))]
HOT = """
    [hot]
    signal = "outlet_degc"
    levels = [{ at = "H", limit = 105, priority = "high" }]
"""
CIRCLE = (
    HOT
    + """
    suppressed_by = [{ rule = "hotter" }]
    [hotter]
    signal = "outlet_degc"
    levels = [{ at = "H", limit = 110, priority = "high" }]
    suppressed_by = [{ rule = "hot" }]
"""
)


async def test_nothing_long_is_done_while_a_transaction_is_open(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends a session that idles in a transaction for 5 s; ten thousand rules may take longer than that."""
    was_open: list[bool] = []

    class Watched(Evaluator):
        def __init__(self, instances: Sequence[Instance]) -> None:
            was_open.append(connection.is_in_transaction())
            super().__init__(instances)

        def memory(self) -> bytes:
            was_open.append(connection.is_in_transaction())
            return super().memory()

    monkeypatch.setattr(evaluation, "Evaluator", Watched)
    site = await plant.begin(connection, ONE, HOT)
    await site.restart(orderly=True)
    await evaluation.begin_anew(connection, plant.at(1))
    assert len(was_open) > 5
    assert not any(was_open)


async def test_a_link_that_would_close_a_circle_is_told(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    await plant.begin(connection, ONE, CIRCLE)
    (told,) = [record.getMessage() for record in caplog.records if "circle" in record.getMessage()]
    assert told.startswith("rule hotter of plant is not kept quiet by hot,")


async def test_an_alarm_that_was_left_quiet_by_mistake_is_heard(connection: Connection) -> None:
    site = await plant.begin(connection, ONE, HOT)
    await site.send(10, "comp-1", outlet_degc=106)
    (instance,) = site.evaluation.instances.values()
    # Somebody else kept it by what only a clock told.
    lost = Change(instance.key, kept_plant.us(plant.at(500)), "H", 106.0, "communication_lost")
    async with connection.transaction():
        await keeping.apply(connection, [lost], site.evaluation.instances)
    assert list((await site.states()).values()) == ["suppressed"]
    assert await site.evaluation.put_right(connection, plant.at(600)) == 1
    assert list((await site.states()).values()) == ["unacknowledged"]
    assert await site.evaluation.put_right(connection, plant.at(700)) == 0
    await site.send(20, "comp-1", outlet_degc=100)
    assert list((await site.states()).values()) == ["returned_unacknowledged"]
