"""How the alarms duty begins: nothing long holds a transaction open, and links that are left out are told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import Instance
from services.alarms import evaluation
from services.database import connect
from tests.alarms import plant
from tests.alarms.plant import Device

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
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends a session that idles in a transaction for 5 s; ten thousand rules may take longer than that."""
    connection = await connect(database_url, name="test")
    was_open: list[bool] = []

    class Watched(Evaluator):
        def __init__(self, instances: Sequence[Instance]) -> None:
            was_open.append(connection.is_in_transaction())
            super().__init__(instances)

        def memory(self) -> bytes:
            was_open.append(connection.is_in_transaction())
            return super().memory()

    monkeypatch.setattr(evaluation, "Evaluator", Watched)
    site = await plant.begin(connection, [Device("comp-1", ("outlet_degc",))], HOT)
    await site.restart(orderly=True)
    await evaluation.begin_anew(connection, plant.at(1))
    assert len(was_open) > 5
    assert not any(was_open)
    await connection.close()


async def test_a_link_that_would_close_a_circle_is_told(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    connection = await connect(database_url, name="test")
    await plant.begin(connection, [Device("comp-1", ("outlet_degc",))], CIRCLE)
    (told,) = [record.getMessage() for record in caplog.records if "circle" in record.getMessage()]
    assert told.startswith("rule hotter of plant is not kept quiet by hot,")
    await connection.close()
