"""How the alarms duty begins: nothing that takes long holds a transaction open."""

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
    [[rule]]
    code = "hot"
    name = "Hot"
    for = { kind = "compressor" }
    signal = "outlet_degc"
    levels = [{ at = "H", limit = 105, priority = "high" }]
"""


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
