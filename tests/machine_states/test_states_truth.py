"""A night of the demonstration factory: states, run hours and starts of every machine are the simulator's truth.

The whole month, and what it measures: `python -m bench.month_states`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from services.database import Connection
from tests.machine_states.simulated_states import compare, live, true_machines

START = int(datetime.fromisoformat("2026-11-18T21:00:00+08:00").timestamp())
STOP = START + 6 * 3600
TRIP = "oil-temperature-high@comp-5:start=+20m,duration=40m"


async def test_what_the_factory_s_machines_did_in_a_night_is_its_truth(connection: Connection, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    await live(connection, START, STOP, truth, TRIP)
    found = await compare(connection, true_machines(truth), START, STOP)
    assert [each for each in found if each.wrong] == []
    assert len(found) == 49
    changes = {each.code: each.changes for each in found}
    assert changes["comp-1"] >= 6
    assert changes["comp-5"] >= 5
    assert {each.code for each in found if each.starts} >= {"comp-1", "comp-5", "dryer-3"}
    # The one local day that ended inside is summed up for each of them.
    assert await connection.fetchval("SELECT count(*) FROM machine_day") == 49
