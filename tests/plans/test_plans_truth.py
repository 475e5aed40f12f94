"""A night of the demonstration factory: hours and starts fall due when the simulator's truth says they are used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from analytics.maintenance.job import Job
from analytics.maintenance.plan import Plan
from services.database import Connection
from services.plans import looking
from tests.machine_states.simulated_states import ON, Machine, live, true_machines

START = int(datetime.fromisoformat("2026-11-18T21:00:00+08:00").timestamp())
STOP = START + 6 * 3600
LOOK_S = 900
#: A compressor stops hot, another one starts in its place, and it comes back.
TRIP = "oil-temperature-high@comp-5:start=+20m,duration=40m"
COMPRESSORS = [f"comp-{number}" for number in range(1, 7)]
PUMPS = [f"{circuit}-pump-{number}" for circuit in ("chw", "cw") for number in range(1, 5)]


@dataclass(frozen=True, slots=True)
class Said:
    """A plan of hours or starts, and the machines that it is for."""

    code: str
    trigger: dict[str, object]
    equipment_class: str
    machines: list[str]

    def is_met(self, machine: Machine, at_s: float) -> bool:
        """Whether the truth says that it is due."""
        hours, starts = true_use(machine, at_s)
        limit = self.trigger["hours" if self.trigger["kind"] == "run_hours" else "starts"]
        assert isinstance(limit, float | int)
        return (hours + 1e-9 if self.trigger["kind"] == "run_hours" else starts) >= limit


PLANS = [
    Said("hours", {"kind": "run_hours", "hours": 1.25}, "compressor", COMPRESSORS),
    Said("more-hours", {"kind": "run_hours", "hours": 4.0}, "compressor", COMPRESSORS),
    Said("pumps", {"kind": "run_hours", "hours": 2.5}, "pump", PUMPS),
    Said("starts", {"kind": "starts", "starts": 1}, "compressor", COMPRESSORS),
]


def true_use(machine: Machine, until_s: float) -> tuple[float, int]:
    """Hours run and starts up to an instant."""
    hours = starts = 0.0
    was_on: bool | None = None
    for place, (at_s, state) in enumerate(machine.changes):
        if at_s >= until_s:
            break
        ends_s = machine.changes[place + 1][0] if place + 1 < len(machine.changes) else until_s
        is_on = state in ON
        hours += (min(ends_s, until_s) - at_s) / 3600 if is_on else 0.0
        starts += is_on and was_on is False
        was_on = is_on
    return hours, int(starts)


async def test_plans_fall_due_when_the_truth_says_so(connection: Connection, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    await live(connection, START, STOP, truth, TRIP)
    job = Job(code="service", name="Service")
    await connection.execute(
        "INSERT INTO job (site_id, code, version, document) SELECT id, 'service', 1, $1::jsonb FROM site",
        msgspec.to_builtins(job),
    )
    for said in PLANS:
        more = {"lead_days": 0, "equipment_class": said.equipment_class}
        document = {"code": said.code, "name": "Plan", "job": "service", "triggers": [said.trigger], **more}
        await connection.execute(
            """INSERT INTO maintenance_plan (site_id, code, version, document)
               SELECT id, $1::text, 1, $2::jsonb FROM site""",
            said.code,
            msgspec.to_builtins(msgspec.convert(document, Plan)),
        )
    looks = range(START, STOP + 1, LOOK_S)
    for look_s in looks:
        await looking.look(connection, datetime.fromtimestamp(look_s, UTC))
    machines = true_machines(truth)
    expected = {
        (said.code, code, datetime.fromtimestamp(met_s, UTC))
        for said in PLANS
        for code in said.machines
        if (met_s := next((look_s for look_s in looks if said.is_met(machines[code], look_s)), None)) is not None
    }
    found = await connection.fetch(
        """SELECT p.code, m.subject, m.since FROM plan_machine m JOIN maintenance_plan p ON p.id = m.plan_id
           WHERE m.is_due"""
    )
    assert {(row["code"], row["subject"], row["since"]) for row in found} == expected
    # Some of them did run, some did not, and not all at the same time.
    assert len({at for _, _, at in expected}) > 2
    assert {plan for plan, _, _ in expected} == {"hours", "more-hours", "pumps", "starts"}
    assert len(expected) < sum(len(said.machines) for said in PLANS)
    orders = await connection.fetch("SELECT opened_at FROM work_order ORDER BY id")
    assert sorted(row["opened_at"] for row in orders) == sorted(at for _, _, at in expected)
