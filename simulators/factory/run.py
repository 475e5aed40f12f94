"""One run of the simulated factory: step, speak, wait; until told to stop.

    +--> wait for the next step --> faults begin, end --> physics --> truth --> devices speak --> transmission --+
    |                                                                                                            |
    +------------------------------ (every minute: state file) <-- gateways' connections <-----------------------+

With a history the first leg runs as fast as possible up to the present, in longer steps and with fewer messages; the
second goes on in real time.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain

from simulators.factory import state_file
from simulators.factory.beginning import begin
from simulators.factory.clock import iso_local
from simulators.factory.factory import Factory
from simulators.factory.fault import BadFaultError, check, parse
from simulators.factory.fault_effects import FaultBook
from simulators.factory.gateways import STAMPS
from simulators.factory.machine_states import MachineStates
from simulators.factory.outlets import Outlet
from simulators.factory.pace import Pace
from simulators.factory.packing import Packing
from simulators.factory.settings import Leg, Settings
from simulators.factory.telemetry import Sample, Telemetry
from simulators.factory.transmission import Transmission
from simulators.factory.truth import Truth

Say = Callable[[str], None]


@dataclass(slots=True)
class Counts:
    """What a run has done."""

    steps: int = 0
    messages: int = 0
    values: int = 0


@dataclass(slots=True)
class Run:
    """A factory with its devices, faults and files, ready to be advanced."""

    settings: Settings
    say: Say
    wall: Callable[[], float] = time.time
    counts: Counts = field(default_factory=Counts)
    factory: Factory = field(init=False)
    telemetry: Telemetry = field(init=False)
    faults: FaultBook = field(init=False)
    _transmission: Transmission = field(init=False)
    _packing: Packing = field(init=False, default_factory=Packing)
    _truth: Truth | None = field(init=False, default=None)
    _machines: MachineStates | None = field(init=False, default=None)
    """Watched where somebody wants to know of changes."""
    _saved_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        settings = self.settings
        self.factory, self.telemetry = begin(settings, self.wall())
        self.faults = FaultBook(self.factory, self.telemetry)
        self._transmission = Transmission(settings.seed)
        for command in settings.faults:
            self.order(command)

    def order(self, command: str) -> str:
        """Carry out one command: a fault, `clear NAME`, `clear all` or `list`; return the answer."""
        verb, _, rest = command.strip().partition(" ")
        now_s = self.factory.time_s
        if verb == "list":
            return "\n".join(str(fault) for fault in self.faults.faults) or "no faults"
        if verb == "clear":
            cleared = self.faults.clear(rest.strip(), now_s)
            if not cleared:
                raise BadFaultError(f"no fault {rest.strip()!r} is ordered; `list` says which are")
            return f"cleared {cleared}"
        fault = parse(command, now_s)
        check(fault, self.factory.fleets, frozenset(STAMPS))
        self.faults.order(fault)
        return f"ordered {fault}"

    async def play(self, outlet: Outlet, stop: asyncio.Event) -> None:
        """Run until the end of the span or until `stop`."""
        settings = self.settings
        with contextlib.ExitStack() as files:
            if settings.truth is not None:
                settings.truth.parent.mkdir(parents=True, exist_ok=True)
                stream = files.enter_context(settings.truth.open("a", encoding="utf-8"))
                self._truth = Truth(
                    stream, self.factory, site=settings.site, seed=settings.seed, start_s=self.factory.time_s,
                    step_s=settings.main_leg.step_s,
                )  # fmt: skip
            if settings.on_change or self._truth is not None:
                await self._watch_machines(outlet)
            if settings.history_s:
                await self._catch_up(outlet, stop)
            pace = Pace(self.factory.time_s, self.wall(), settings.speed, time.monotonic, self.say)
            leg = settings.main_leg
            while not stop.is_set() and self.factory.time_s < settings.stop_s:
                await pace.until(leg.after(self.factory.time_s), stop)
                if not stop.is_set():
                    await self.advance(outlet, leg)
            await self._send(outlet, self._packing.pack(self._transmission.rest(), leg.pack))
            await self._send(outlet, self._packing.rest())
            if self._truth is not None:
                self._truth.close(self.factory.time_s)
            self._save(orderly=True)

    async def _watch_machines(self, outlet: Outlet) -> None:
        """Begin with what every machine is doing."""
        time_s = self.factory.time_s
        spoken = [each.fleet for each in self.telemetry.fleets]
        self._machines = MachineStates(spoken, self.factory.readings())
        stand = self._machines.now(time_s)
        if self._truth is not None:
            self._truth.states(stand)
        if self.settings.on_change:
            samples = list(self._machines.samples(stand, time_s, ()))
            await self._send(outlet, self._packing.pack(([sample] for sample in samples), self.settings.main_leg.pack))

    async def _catch_up(self, outlet: Outlet, stop: asyncio.Event) -> None:
        settings = self.settings
        self.say(f"history since {iso_local(self.factory.time_s)} first, then real time")
        pace = Pace(self.factory.time_s, self.wall(), math.inf, time.monotonic, self.say)
        # The last stretch in short steps, or real time would begin with being late.
        for leg in (settings.history_leg, settings.main_leg):
            while not stop.is_set() and leg.after(self.factory.time_s) <= min(self.wall(), settings.stop_s):
                await pace.until(leg.after(self.factory.time_s), stop)
                await self.advance(outlet, leg)
            await self._send(outlet, self._packing.rest())
        self.say(f"caught up at {iso_local(self.factory.time_s)} after {self.counts.messages} messages")

    async def advance(self, outlet: Outlet, leg: Leg | None = None) -> None:
        """Make one step, and send what is said at its end."""
        leg = leg or self.settings.main_leg
        factory, faults, time_s = self.factory, self.faults, leg.after(self.factory.time_s)
        step_s = time_s - factory.time_s
        active = faults.before_step(factory.time_s)
        factory.step(time_s, step_s)
        faults.after_step(time_s, step_s)
        events, faults.events = faults.events, []
        changes = factory.take_changes()
        due = self.telemetry.due(time_s, step_s, leg.interval_s)
        readings = factory.readings() if due or self._machines is not None else {}
        samples: Iterable[Sample] = self.telemetry.samples(time_s, due, readings) if due else ()
        if self._machines is not None:
            changes = self._machines.changes(time_s, readings, changes)
            if self.settings.on_change:
                samples = chain(self._machines.samples(changes, time_s, due), samples)
        if self._truth is not None:
            self._truth.step(time_s, changes, events)
        await self._send(outlet, self._packing.pack(self._transmission.send(samples, active), leg.pack))
        self.counts.steps += 1
        if time.monotonic() - self._saved_s > state_file.SAVE_EVERY_S:
            self._save(orderly=False)

    async def _send(self, outlet: Outlet, batches: Iterable[list[Sample]]) -> None:
        for batch in batches:
            self.counts.messages += 1
            self.counts.values += sum(len(sample.values) for sample in batch)
            await outlet.send(batch)

    def _save(self, *, orderly: bool) -> None:
        self._saved_s = time.monotonic()
        if self.settings.state is not None:
            state_file.save(self.settings.state, self.factory, self.telemetry, self.settings.seed, orderly=orderly)
