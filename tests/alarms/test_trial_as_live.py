"""A trial over what was lived through says the very alarms that were raised, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.alarms import rules, trial
from services.database import Connection
from tests.alarms.plant import START, Device, begin

STATES = {"state": {"stopped": 0.0, "loaded": 2.0}}
DEVICES = [Device("comp-1", ("outlet_degc",), states=STATES), Device("comp-2", ("outlet_degc",), states=STATES)]
RULES = """
[hot]
signal = "outlet_degc - twin.outlet_degc / 10"
levels = [ { at = "H", limit = 95, priority = "high" }, { at = "HH", limit = 105, priority = "critical" } ]
deadband = 3
on_delay_s = 25
off_delay_s = 15
when = 'state == "loaded"'
settle_s = 30
suppressed_by = [ { rule = "rising" } ]
inputs = { twin = { of = "site", kind = "compressor", others_only = true } }

[rising]
signal = { kind = "rate", of = "outlet_degc", over_s = 60 }
levels = [ { at = "H", limit = 25, priority = "high" } ]
"""
LAST = 1500
MACHINES = ("comp-1", "comp-2")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def lived(connection: Connection, seed: int) -> None:
    """Two machines for 25 minutes: figures that wander, stops now and then, and a pause in which one is not heard."""
    plant = await begin(connection, DEVICES, RULES)
    dice = np.random.default_rng(seed)
    outlet = {"comp-1": 100.0, "comp-2": 98.0}
    running = {"comp-1": 2.0, "comp-2": 2.0}
    for second in range(0, LAST, 10):
        sent: list[tuple[str, float, float]] = []
        for machine in MACHINES:
            outlet[machine] += dice.normal(0, 6) + (103 - outlet[machine]) / 20
            running[machine] = 2.0 - running[machine] if dice.random() < 0.03 else running[machine]
            if not (machine == "comp-2" and 600 <= second < 720):
                sent.append((f"{machine}/outlet_degc", second, outlet[machine]))
                sent.append((f"{machine}/state", second, running[machine]))
        await plant.store(second, sent)
        await plant.pass_to(second + 10, each_s=5)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("code", ["hot", "rising"])
async def test_a_trial_says_what_was(connection: Connection, seed: int, code: str) -> None:
    await lived(connection, seed)
    stored = await rules.one(connection, "plant", code)
    stop = START + timedelta(seconds=LAST)
    found = await trial.run(connection, await trial.prepare(connection, "plant", stored.rule), START, stop)
    # What came while it was kept quiet is told when nothing keeps it quiet any more.
    lived_through = await connection.fetch(
        """SELECT alarm.subject::text AS subject, min(step.at) AS at FROM alarm_transition AS step
           JOIN alarm ON alarm.id = step.alarm_id JOIN alarm_rule AS rule ON rule.id = alarm.rule_id
           WHERE rule.code = $1 AND step.to_state = 'unacknowledged'
           GROUP BY alarm.subject, step.occurrence_id ORDER BY 2, 1""",
        code,
    )
    assert len(lived_through) > 2
    assert [(each.key.subject, EPOCH + timedelta(microseconds=each.raised_us)) for each in found.alarms] == [
        (row["subject"], row["at"]) for row in lived_through
    ]
