"""The demonstration factory's machines, with only their states said, held against the simulator's own truth.

    simulator (its states alone, each step and at each change) --> recorder --> batch log --> following --> states
          '--> truth.jsonl --------------------------------------------------------------------- compared ---^

What machines did is read off the truth with nothing of ours: changes of words, translated by the table below; spans
summed up one by one. States and starts agree exactly. The hours that machines count themselves may differ by one step
at either end, because the simulator counts a step by the state at its end, and a state holds from there on.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from analytics.batches import Columns
from services.batch import Batch
from services.database import Connection
from services.machine_states import reads
from services.machine_states.following import Following
from services.readings import Recorder
from services.registry.apply import apply, plan
from services.site_folder.read import read_folder
from simulators.factory.run import Run
from simulators.factory.settings import Settings
from simulators.factory.signals import Fleet
from simulators.factory.telemetry import Sample, Telemetry

SITE = Path(__file__).parents[2] / "deploy" / "sites" / "kunshan"
#: So often everything says its state; what speaks each ten seconds or faster is believed for thirty.
STEP_S = 30
MEANS = {
    "stopped": "stopped", "off": "stopped", "standby": "idle", "idle": "idle", "unloaded": "idle", "loaded": "loaded",
    "running": "running", "charging": "running", "discharging": "running", "fault": "fault",
}  # fmt: skip
ON, OFF = {"running", "loaded", "idle"}, {"stopped", "fault"}
_SAMPLES_AT_ONCE = 10_000


@dataclass(slots=True)
class Machine:
    """What the truth says of a machine, until `stop_s`; times are Unix seconds."""

    code: str
    changes: list[tuple[float, str]] = field(default_factory=list)
    counted_h: float | None = None
    """By its own counter of hours."""
    counted_starts: int | None = None

    def seconds(self, stop_s: float) -> dict[str, float]:
        """How long it was in each state."""
        found: dict[str, float] = {}
        for (at, state), (until, _) in pairwise([*self.changes, (stop_s, "")]):
            found[state] = found.get(state, 0.0) + until - at
        return found

    @property
    def starts(self) -> int:
        """How often it came on."""
        return sum(was in OFF and state in ON for (_, was), (_, state) in pairwise(self.changes))


@dataclass(slots=True)
class Store:
    """An outlet that stores what is said, and has it followed."""

    connection: Connection
    points: dict[str, tuple[int, dict[str, float]]]
    following: Following
    readings: int = 0
    _held: list[Sample] = field(default_factory=list)

    async def send(self, batch: Sequence[Sample]) -> None:
        """Take what the simulator says."""
        self._held += batch
        if len(self._held) >= _SAMPLES_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        """Store what was said and take it in."""
        held, self._held = self._held, []
        said = [(*self.points[sample.device], sample.time_s, str(sample.values["state"])) for sample in held]
        columns = Columns(
            np.array([point_id for point_id, _, _, _ in said], dtype=np.int32),
            np.array([round(time_s * 1e6) for _, _, time_s, _ in said], dtype=np.int64),
            np.array([states[word] for _, states, _, word in said], dtype=np.float64),
        )
        self.readings += len(held)
        await Recorder(self.connection).record(Batch("ingest-1", datetime.now(UTC), columns, messages=1))
        while (await self.following.step(self.connection)).is_busy:
            pass


async def live(connection: Connection, start_s: int, stop_s: int, truth: Path, *faults: str) -> Store:
    """Let the factory live through a span."""
    checked = read_folder(SITE)
    assert checked.registry is not None, checked.mistakes
    await apply(connection, await plan(connection, checked.registry))
    found = await connection.fetch(
        """SELECT d.code, p.id, p.states FROM point AS p JOIN device AS d ON d.id = p.device_id
           WHERE p.key = 'state' AND p.kind = 'state'"""
    )
    points = {row["code"]: (row["id"], row["states"]) for row in found}
    store = Store(connection, points, await Following.begin(connection))
    settings = Settings(
        start_s=start_s, stop_s=stop_s, speed=math.inf, step_s=STEP_S, interval_s=STEP_S, pack=1, truth=truth,
        on_change=True, faults=faults,
    )  # fmt: skip
    run = Run(settings, lambda _: None)
    run.telemetry = Telemetry(tuple(_states_alone(run)), settings.seed)
    await run.play(store, asyncio.Event())
    await store.flush()
    return store


def _states_alone(run: Run) -> Iterator[Fleet]:
    for fleet in run.factory.fleets:
        channels = tuple(channel for channel in fleet.channels if channel.key == "state")
        if channels:
            yield replace(fleet, channels=channels)


def true_machines(truth: Path) -> dict[str, Machine]:
    """What the truth file says of every machine."""
    found: dict[str, Machine] = {}
    with truth.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["kind"] == "state":
                machine = found.setdefault(record["machine"], Machine(record["machine"]))
                state = MEANS[record["state"]]
                if not machine.changes or machine.changes[-1][1] != state:
                    machine.changes.append((datetime.fromisoformat(record["time"]).timestamp(), state))
            elif record["kind"] == "quarter_hour":
                for code, machine in found.items():
                    amounts = record["registers"].get(code, {})
                    if "run_hours_h" in amounts:
                        machine.counted_h = (machine.counted_h or 0.0) + amounts["run_hours_h"]
                    if "start_count" in amounts:
                        machine.counted_starts = (machine.counted_starts or 0) + round(amounts["start_count"])
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """What is wrong with a machine's states; nothing: `wrong` is empty."""

    code: str
    changes: int
    starts: int
    run_h: float
    wrong: tuple[str, ...]


async def compare(connection: Connection, machines: dict[str, Machine], start_s: int, stop_s: int) -> list[Compared]:
    """Hold states, totals, run hours and starts of every machine against its truth."""
    ids = dict(await connection.fetch("SELECT code::text, id FROM device"))
    start, stop = datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(stop_s, UTC)
    found = []
    for code, machine in sorted(machines.items()):
        stored = await connection.fetch(
            "SELECT at, state FROM machine_state WHERE device_id = $1 ORDER BY at", ids[code]
        )
        changes = [(row["at"].timestamp(), row["state"]) for row in stored]
        did = (await reads.totals(connection, [ids[code]], start, stop))[ids[code]]
        seconds = {state: each for state, each in did.seconds.items() if each}
        wrong = []
        if changes != [each for each in machine.changes if each[0] <= stop_s]:
            wrong.append("changes")
        if seconds != {state: each for state, each in machine.seconds(stop_s).items() if each}:
            wrong.append(f"totals {seconds} instead of {machine.seconds(stop_s)}")
        if did.starts != machine.starts:
            wrong.append(f"{did.starts} starts instead of {machine.starts}")
        if machine.counted_h is not None and abs(did.run_h - machine.counted_h) > STEP_S / 3600 + 1e-6:
            wrong.append(f"{did.run_h} h, it counted {machine.counted_h}")
        if machine.counted_starts is not None and did.starts != machine.counted_starts:
            wrong.append(f"{did.starts} starts, it counted {machine.counted_starts}")
        found.append(Compared(code, len(changes), did.starts, did.run_h, tuple(wrong)))
    return found
