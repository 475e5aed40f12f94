"""The four transformers' own measurements, and the capacitor banks at their boards.

Windings warm up toward the air around them plus a rise that goes with the load to the power 1.6 (IEC 60076-12 for
dry-type transformers), slowly; fans cool them from 100 degC on. Each bank switches 40 kvar steps to keep the power
factor of its board near 0.96, one step at a time with a pause, and never over-compensates for long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.electricity import Electricity
from simulators.factory.loads import MachinePower
from simulators.factory.noise import Noise
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state

CODES = tuple(f"tr-{number}" for number in range(1, 5))
BANKS = tuple(f"cap-{number}" for number in range(1, 5))
_RISE_K = 78.0  # of the hottest winding at rated load
_TIME_S = 3000.0
_FAN_ON_DEGC, _FAN_OFF_DEGC = 100.0, 80.0
_FAN_FACTOR = 0.72
_STEP_KVAR = 40.0
_STEPS = 16
_LOSS_KW_KVAR = 0.0018
_TARGET_TANGENT = float(np.tan(np.arccos(0.96)))
_PAUSE_S = 30.0

_CHANNELS = (
    *gauges(10, {
        "winding_a_degc": 1, "winding_b_degc": 1, "winding_c_degc": 1, "load_percent": 1, "cabinet_degc": 1,
    }),
    state("fan_state", 10, "off", "on"),
    counter("fan_hours_h", 60, 0.1, 1e6, 900.0),
)  # fmt: skip
_BANK_CHANNELS = (
    *gauges(10, {"reactive_power_kvar": 1, "power_factor": 3, "steps_count": 0, "temperature_degc": 1}),
    counter("switching_count", 60, 1.0, 1e7, 60_000.0),
)


@dataclass(slots=True)
class TransformerMemory:
    """Winding temperatures, fans and switched steps."""

    winding_degc: Floats
    fan_on: Floats
    fan_h: Floats
    bank_steps: Floats
    pause_s: Floats
    switchings: Floats


class Transformers:
    """Thermal model and compensation at the four boards."""

    fleet = fleet_of("transformer", _CHANNELS, "gw-substation", CODES)
    banks = fleet_of("capacitor_bank", _BANK_CHANNELS, "gw-substation", BANKS)

    def __init__(self, electricity: Electricity, seed: int) -> None:
        size = len(CODES)
        self.memory = TransformerMemory(
            np.full((size, 3), 55.0), np.zeros(size), np.zeros(size), np.full(size, 4.0), np.zeros(size), np.zeros(size)
        )
        tree = electricity.tree
        self._electricity = electricity
        self._places = np.array([tree.index[code] for code in CODES])
        self._boards = np.array([tree.index[f"me-{code}"] for code in CODES])
        kinds = [tree.nodes[place].transformer for place in self._places]
        self._rated_kva = np.array([kind.rated_kva for kind in kinds if kind is not None])
        self._lean = Noise(seed, "winding differences", 3 * size, 7200.0)
        self._room_degc = 25.0

    def step(self, time_s: float, step_s: float, outdoor_degc: float) -> MachinePower:
        """Advance one step from the flow of the step before; return what the capacitor banks take and give."""
        memory = self.memory
        self._room_degc = max(outdoor_degc, 8.0) + 6.0
        share = self._load_share()[:, None]
        cooled = np.where(memory.fan_on > 0.0, _FAN_FACTOR, 1.0)[:, None]
        lean = 1.0 + 0.02 * self._lean.at(time_s).reshape(-1, 3)
        toward = self._room_degc + (6.0 + _RISE_K * share**1.6 * cooled) * lean
        memory.winding_degc += (toward - memory.winding_degc) * -np.expm1(-step_s / _TIME_S)
        hottest = memory.winding_degc.max(axis=1)
        memory.fan_on = np.where(hottest > _FAN_ON_DEGC, 1.0, np.where(hottest < _FAN_OFF_DEGC, 0.0, memory.fan_on))
        memory.fan_h += memory.fan_on * step_s / 3600.0
        self._switch(step_s)
        kvar = memory.bank_steps * _STEP_KVAR
        return MachinePower(_LOSS_KW_KVAR * kvar, -kvar, 0.0)

    def _load_share(self) -> Floats:
        flow = self._electricity.flow
        active, reactive = flow.active_kw[self._places].sum(axis=1), flow.reactive_kvar[self._places].sum(axis=1)
        return np.asarray(np.hypot(active, reactive) / self._rated_kva)

    def _switch(self, step_s: float) -> None:
        memory, flow = self.memory, self._electricity.flow
        active = np.abs(flow.active_kw[self._boards].sum(axis=1))
        surplus = flow.reactive_kvar[self._boards].sum(axis=1) - _TARGET_TANGENT * active
        memory.pause_s = np.maximum(memory.pause_s - step_s, 0.0)
        free = memory.pause_s <= 0.0
        more = free & (surplus > 0.6 * _STEP_KVAR) & (memory.bank_steps < _STEPS)
        fewer = free & (surplus < -1.2 * _STEP_KVAR) & (memory.bank_steps > 0.0)
        memory.bank_steps += more.astype(float) - fewer
        switched = more | fewer
        memory.switchings += switched
        memory.pause_s = np.where(switched, _PAUSE_S, memory.pause_s)

    def readings(self) -> dict[str, Readings]:
        """Return what temperature monitors and bank controllers show, by template."""
        memory, flow = self.memory, self._electricity.flow
        active, reactive = flow.active_kw[self._boards].sum(axis=1), flow.reactive_kvar[self._boards].sum(axis=1)
        return {
            "transformer": {
                "winding_a_degc": memory.winding_degc[:, 0],
                "winding_b_degc": memory.winding_degc[:, 1],
                "winding_c_degc": memory.winding_degc[:, 2],
                "load_percent": 100.0 * self._load_share(),
                "cabinet_degc": np.full(len(CODES), self._room_degc + 3.0),
                "fan_state": memory.fan_on,
                "fan_hours_h": memory.fan_h,
            },
            "capacitor_bank": {
                "reactive_power_kvar": -memory.bank_steps * _STEP_KVAR,
                "power_factor": np.abs(active) / np.maximum(np.hypot(active, reactive), 1e-3),
                "steps_count": memory.bank_steps,
                "temperature_degc": self._room_degc + 4.0 + 1.1 * memory.bank_steps,
                "switching_count": memory.switchings,
            },
        }
