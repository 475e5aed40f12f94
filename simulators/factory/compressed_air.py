"""The compressed-air station: six compressors on one header whose pressure rises and falls with supply and demand.

    compressors ----+                 +---- building 1 (tools + leaks)
                    +--- receiver ----+
    (bands in       |     dp/dt       +---- building 2 (tools + leaks)
     sequence)

Mass balance of the receiver in free air at constant temperature: dp/dt = (supply - demand) x 1 bar / volume. It is
advanced second by second even when everything else takes longer steps, because compressors load and unload within
seconds. Regulated tools take what their work needs; leaks are holes, so their flow follows the absolute pressure.

Each machine has its own pressure band, a little below that of the machine before it; the order rotates every week so
that all of them age alike. The two variable-speed machines trim in between: they are the last to unload, so that on a
quiet Sunday they alone keep the pressure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.clock import local_date
from simulators.factory.compressor import Band, Compressor, Mode, Model
from simulators.factory.noise import Noise, spread
from simulators.factory.occupancy import Profile

CODES = tuple(f"comp-{number}" for number in range(1, 7))
MODELS = (*(Model(23.5, 143.0, 39.0, 1.0, 2980.0),) * 4, *(Model(27.0, 172.0, 36.0, 0.22, 3600.0),) * 2)
BUILDINGS = ("b1", "b2")
RECEIVER_M3 = 30.0
_FREE_AIR_BAR = 1.0
_LEAK_REFERENCE_BAR = 7.0
_WEEK_DAYS = 7

# What a fully manned hall's tools take, free air m3/min: building, rhythm, flow.
_TOOLS = (
    (0, Profile.THREE_SHIFT, 25.0), (0, Profile.TWO_SHIFT, 22.0), (0, Profile.THREE_SHIFT, 13.0),
    (1, Profile.THREE_SHIFT, 20.0), (1, Profile.TWO_SHIFT, 18.0),
)  # fmt: skip
_LEAKS_M3_MIN = np.array([8.5, 5.5])  # at 7 bar: what a factory of this age loses


@dataclass(frozen=True, slots=True)
class StateChange:
    """A machine changed its state at a simulated time."""

    time_s: float
    machine: str
    state: str


@dataclass(slots=True)
class AirMemory:
    """Pressure, machines and true volumes."""

    header_bar: float
    compressors: list[Compressor]
    supplied_m3: float
    delivered_m3: Floats
    """By building, free air."""


@dataclass(slots=True)
class AirStep:
    """Means of the last step: power of each machine, supply, demand by building."""

    power_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    supply_m3_min: float = 0.0
    demand_m3_min: Floats = field(default_factory=lambda: np.zeros(len(BUILDINGS)))
    room_degc: float = 25.0


class CompressedAir:
    """Physics of the station; `changes` collects the machines' state changes until somebody takes them."""

    def __init__(self, seed: int) -> None:
        self.memory = AirMemory(6.8, [Compressor() for _ in CODES], 0.0, np.zeros(len(BUILDINGS)))
        self.last = AirStep()
        self.added_leak_m3_min = np.zeros(len(BUILDINGS))
        self.changes: list[StateChange] = []
        self._tools = Noise(seed, "air tools", len(_TOOLS), 25.0)
        self._batches = Noise(seed, "air batches", len(_TOOLS), 600.0)
        self._room_k = spread(seed, "compressor room", 4.0, 7.0)

    def step(self, time_s: int, step_s: int, activity: Floats, outdoor_degc: float) -> AirStep:
        """Advance `step_s` seconds, one by one, to `time_s`."""
        memory = self.memory
        room_degc = max(outdoor_degc + self._room_k, 12.0)
        tools = self._tools_m3_min(time_s, activity)
        leaks = _LEAKS_M3_MIN + self.added_leak_m3_min
        regulated, leaking = float(tools.sum()), float(leaks.sum())
        bands = bands_of(time_s)
        header_bar = memory.header_bar
        power_kw = [0.0] * len(CODES)
        supplied = leaked = taken = 0.0
        for second in range(step_s):
            supply = 0.0
            for place, compressor in enumerate(memory.compressors):
                before = compressor.mode
                flow, kilowatts = compressor.step(MODELS[place], bands[place], header_bar, room_degc)
                supply += flow
                power_kw[place] += kilowatts
                if compressor.mode != before:
                    state = Mode(compressor.mode).name.lower()
                    self.changes.append(StateChange(time_s - step_s + second + 1, CODES[place], state))
            # Tools starve below 4.5 bar; nothing flows out of an empty receiver.
            served = min(max((header_bar - 3.0) / 1.5, 0.0), 1.0)
            leak = leaking * (header_bar + _FREE_AIR_BAR) / (_LEAK_REFERENCE_BAR + _FREE_AIR_BAR)
            leak *= min(max(header_bar, 0.0), 1.0)
            header_bar += (supply - regulated * served - leak) / 60.0 * _FREE_AIR_BAR / RECEIVER_M3
            supplied += supply
            leaked += leak
            taken += served
        demand = tools * (taken / step_s) + leaks / max(leaking, 1e-9) * leaked / step_s
        memory.header_bar = header_bar
        memory.supplied_m3 += supplied / 60.0
        memory.delivered_m3 += demand * step_s / 60.0
        self.last = AirStep(np.array(power_kw) / step_s, supplied / step_s, demand, room_degc)
        return self.last

    def _tools_m3_min(self, time_s: float, activity: Floats) -> Floats:
        busy = 1.0 + 0.10 * self._tools.at(time_s) + 0.07 * self._batches.at(time_s)
        taken = np.zeros(len(BUILDINGS))
        for place, (building, profile, flow) in enumerate(_TOOLS):
            taken[building] += flow * activity[profile] * max(float(busy[place]), 0.0)
        return taken


def bands_of(time_s: float) -> list[Band]:
    """Return each machine's band: a falling sequence for either kind, rotated weekly."""
    week = local_date(time_s).toordinal() // _WEEK_DAYS
    fixed = [place for place, model in enumerate(MODELS) if not model.variable]
    variable = [place for place, model in enumerate(MODELS) if model.variable]
    bands = [Band(0.0, 0.0, 0.0)] * len(MODELS)
    for rank in range(len(fixed)):
        bands[fixed[(rank + week) % len(fixed)]] = Band(6.64 - 0.07 * rank, 7.24 - 0.07 * rank, 0.0)
    for rank in range(len(variable)):
        bands[variable[(rank + week) % len(variable)]] = Band(
            6.92 - 0.05 * rank, 7.30 - 0.05 * rank, 6.56 - 0.05 * rank
        )
    return bands
