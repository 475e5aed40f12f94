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
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field

from simulators.broker_address import BrokerAddress
from simulators.factory import state_file
from simulators.factory.clock import iso_local
from simulators.factory.control import ControlLine
from simulators.factory.factory import Factory
from simulators.factory.fault import BadFaultError, check, parse
from simulators.factory.fault_effects import FaultBook
from simulators.factory.gateways import STAMPS
from simulators.factory.outlets import GatewayOutlet, Outlet
from simulators.factory.pace import Pace
from simulators.factory.packing import Packing
from simulators.factory.settings import BadSettingsError, Settings
from simulators.factory.telemetry import Sample, Telemetry
from simulators.factory.transmission import Transmission
from simulators.factory.truth import Truth

Say = Callable[[str], None]
_SAVE_EVERY_S = 60.0
_WARM_UP_S, _WARM_UP_STEP_S = 3600, 60


@dataclass(slots=True)
class Counts:
    """What a run has done."""

    steps: int = 0
    messages: int = 0
    values: int = 0


@dataclass(frozen=True, slots=True)
class Leg:
    """How a stretch of time is simulated: seconds of a step, shortest interval, samples in a message."""

    step_s: int
    interval_s: int
    pack: int


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
    _saved_s: float = field(init=False, default=0.0)
    _resumed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        settings = self.settings
        self.factory = Factory(settings.seed)
        self.telemetry = Telemetry(self.factory.fleets, settings.seed)
        self.faults = FaultBook(self.factory, self.telemetry)
        self._transmission = Transmission(settings.seed)
        self.factory.time_s = self._start_s()
        if not self._resumed:
            self._warm_up()
        for command in settings.faults:
            self.order(command)

    def _start_s(self) -> int:
        settings, now_s = self.settings, self.wall()
        ended_s = None
        if settings.state is not None:
            ended_s = state_file.load(settings.state, self.factory, self.telemetry, settings.seed)
            self._resumed = ended_s is not None
        if settings.start_s is not None:
            start_s = settings.start_s
        elif settings.history_s:
            start_s = max(now_s - settings.history_s, ended_s or 0)
        else:
            start_s = now_s
        step_s = max(settings.main_step_s, settings.history_step_s if settings.history_s else 1)
        start_s = math.floor(start_s / step_s) * step_s
        if ended_s is not None and ended_s > start_s:
            # The last step may have ended within the second in which this run begins; more is another clock.
            if ended_s > start_s + step_s:
                raise BadSettingsError(
                    f"{settings.state} ended at {iso_local(ended_s)}, after this run's start: its counters would run "
                    "in the past. Give a later --start, or remove the file to begin with a new factory."
                )
            start_s = math.ceil(ended_s / step_s) * step_s
        return start_s

    def _warm_up(self) -> None:
        """Let a new factory run unseen for a while: tanks, rooms and oil have to find their temperatures."""
        start_s = self.factory.time_s
        for time_s in range(start_s - _WARM_UP_S, start_s, _WARM_UP_STEP_S):
            self.factory.step(time_s + _WARM_UP_STEP_S, _WARM_UP_STEP_S)
        self.factory.take_changes()

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
                stream = files.enter_context(settings.truth.open("a", encoding="utf-8"))
                self._truth = Truth(
                    stream, self.factory, site=settings.site, seed=settings.seed, start_s=self.factory.time_s,
                    step_s=settings.main_step_s,
                )  # fmt: skip
            if settings.history_s:
                await self._catch_up(outlet, stop)
            pace = Pace(self.factory.time_s, self.wall(), settings.speed, time.monotonic, self.say)
            leg = Leg(settings.main_step_s, settings.main_interval_s, settings.main_pack)
            while not stop.is_set() and self.factory.time_s < settings.stop_s:
                await pace.until(self.factory.time_s + leg.step_s, stop)
                if not stop.is_set():
                    await self._step(outlet, leg)
            await self._send(outlet, self._packing.pack(self._transmission.rest(), leg.pack))
            await self._send(outlet, self._packing.rest())
            if self._truth is not None:
                self._truth.close(self.factory.time_s)
            self._save()

    async def _catch_up(self, outlet: Outlet, stop: asyncio.Event) -> None:
        settings = self.settings
        self.say(f"history since {iso_local(self.factory.time_s)} first, then real time")
        pace = Pace(self.factory.time_s, self.wall(), math.inf, time.monotonic, self.say)
        # The last stretch in short steps, or real time would begin with being late.
        for leg in (
            Leg(settings.history_step_s, settings.history_interval_s, settings.history_pack),
            Leg(settings.main_step_s, settings.main_interval_s, settings.main_pack),
        ):
            while not stop.is_set() and self.factory.time_s + leg.step_s <= min(self.wall(), settings.stop_s):
                await pace.until(self.factory.time_s + leg.step_s, stop)
                await self._step(outlet, leg)
            await self._send(outlet, self._packing.rest())
        self.say(f"caught up at {iso_local(self.factory.time_s)} after {self.counts.messages} messages")

    async def _step(self, outlet: Outlet, leg: Leg) -> None:
        factory, faults, step_s = self.factory, self.faults, leg.step_s
        active = faults.before_step(factory.time_s)
        time_s = factory.time_s + step_s
        factory.step(time_s, step_s)
        faults.after_step(time_s, step_s)
        events, faults.events = faults.events, []
        changes = factory.take_changes()
        if self._truth is not None:
            self._truth.step(time_s, changes, events)
        due = self.telemetry.due(time_s, step_s, leg.interval_s)
        samples = self.telemetry.samples(time_s, due, factory.readings()) if due else ()
        await self._send(outlet, self._packing.pack(self._transmission.send(samples, active), leg.pack))
        self.counts.steps += 1
        if time.monotonic() - self._saved_s > _SAVE_EVERY_S:
            self._save()

    async def _send(self, outlet: Outlet, batches: Iterable[list[Sample]]) -> None:
        for batch in batches:
            self.counts.messages += 1
            self.counts.values += sum(len(sample.values) for sample in batch)
            await outlet.send(batch)

    def _save(self) -> None:
        self._saved_s = time.monotonic()
        if self.settings.state is not None:
            state_file.save(self.settings.state, self.factory, self.telemetry, self.settings.seed)


async def simulate(settings: Settings, broker: BrokerAddress, stop: asyncio.Event, say: Say) -> int:
    """Be the factory at a broker until `stop` is set or the simulated span ends; return how much went unconfirmed."""
    run = Run(settings, say)
    devices: dict[str, list[str]] = {gateway: [] for gateway in STAMPS}
    for fleet in run.factory.fleets:
        for device in fleet.devices:
            devices[device.gateway].append(device.code)
    outlet = GatewayOutlet(broker, settings.site, devices)
    control = ControlLine(broker, settings.site, run.order)
    unconfirmed = 0
    try:
        await outlet.open()
        say(f"{sum(map(len, devices.values()))} devices of {settings.site} speak to {broker}")
        await run.play(outlet, stop)
        await _unless_stopped(outlet.flush(), stop)
    finally:
        control.close()
        unconfirmed = await outlet.close()
        say(f"stopped: {run.counts.messages} messages, {run.counts.values} values; {unconfirmed} unconfirmed")
    return unconfirmed


async def _unless_stopped(work: Coroutine[None, None, None], stop: asyncio.Event) -> None:
    """Finish some work, or leave it when `stop` is set."""
    tasks = {asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())}
    _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
