"""What the compressors' controllers show beyond the physics of pressure: currents, vibration, oil and service.

Vibration has a level of its own for each machine, grows with load and with a worn bearing (a fault). The separator
element clogs with running hours; its pressure drop follows the square of the flow. Both are the makers' reasons for
service every 4,000 hours.
"""

from __future__ import annotations

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.compressed_air import CODES, MODELS, CompressedAir
from simulators.factory.compressor import Mode
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.noise import Noise, spread
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state

_SERVICE_H = 4000.0
_LINE_V = 400.0
_CHANNELS = (
    *gauges(2, {
        "discharge_pressure_bar": 2, "element_outlet_degc": 1, "motor_current_a": 1, "active_power_kw": 1,
        "speed_rpm": 0, "vibration_mm_s": 2,
    }),
    state("state", 2, *(mode.name.lower() for mode in Mode)),
    *gauges(10, {
        "oil_differential_bar": 3, "intake_differential_mbar": 1, "oil_pressure_bar": 2, "load_set_bar": 2,
        "unload_set_bar": 2,
        "service_due_h": 0,
    }),
    counter("run_hours_h", 10, 0.1, 1e6, 21_000.0),
    counter("loaded_hours_h", 10, 0.1, 1e6, 15_500.0),
    counter("start_count", 10, 1.0, 1e6, 4_100.0),
    counter("load_count", 10, 1.0, 1e7, 88_000.0),
)  # fmt: skip


class CompressorPanel:
    """The controllers of the six machines."""

    fleet = fleet_of("screw_compressor", _CHANNELS, "gw-utility", CODES)

    def __init__(self, air: CompressedAir, seed: int) -> None:
        self.added_vibration_mm_s = np.zeros(len(CODES))
        self._air = air
        self._level_mm_s = np.array([spread(seed, f"vibration of {code}", 2.1, 3.3) for code in CODES])
        self._clogged_h = np.array([spread(seed, f"service of {code}", 200.0, 3000.0) for code in CODES])
        self._shake = Noise(seed, "compressor vibration", len(CODES), 3.0)

    def power(self) -> MachinePower:
        """Return the electric power of the last step; idling motors have a poor power factor."""
        kilowatts = self._air.last.power_kw
        loading = np.clip(kilowatts / np.array([model.loaded_kw for model in MODELS]), 0.0, 1.0)
        variable = np.array([model.variable for model in MODELS])
        return at_power_factor(kilowatts, np.where(variable, 0.96, 0.45 + 0.43 * np.sqrt(loading)), 0.06)

    def readings(self, time_s: float, bands: Floats) -> Readings:
        """Return what the controllers show; `bands`: load and unload pressure of each machine."""
        air, last = self._air.memory, self._air.last
        machines = air.compressors
        mode = np.array([float(machine.mode) for machine in machines])
        speed = np.array([machine.speed for machine in machines])
        loaded = mode == Mode.LOADED
        turning = loaded | (mode == Mode.UNLOADED)
        run_h = np.array([machine.run_h for machine in machines])
        clogged_h = (self._clogged_h + run_h) % _SERVICE_H
        flow_share = np.where(loaded, speed, 0.0)
        vibration = np.where(turning, self._level_mm_s * (0.55 + 0.45 * flow_share) + self.added_vibration_mm_s, 0.08)
        factor = np.sqrt(1.0 + (self.power().reactive_kvar / np.maximum(last.power_kw, 1e-6)) ** 2)
        separator_bar = (0.16 + 0.5 * clogged_h / _SERVICE_H) * flow_share**2
        return {
            "discharge_pressure_bar": air.header_bar + 0.12 * flow_share**2,
            "element_outlet_degc": np.array([machine.element_degc for machine in machines]),
            "motor_current_a": last.power_kw * factor * 1000.0 / (np.sqrt(3.0) * _LINE_V),
            "active_power_kw": last.power_kw,
            "speed_rpm": np.where(turning, speed, 0.0) * np.array([model.rated_rpm for model in MODELS]),
            "vibration_mm_s": np.abs(vibration * (1.0 + 0.05 * self._shake.at(time_s))),
            "state": mode,
            "oil_differential_bar": separator_bar,
            "intake_differential_mbar": (18.0 + 30.0 * clogged_h / _SERVICE_H) * flow_share**2,
            "oil_pressure_bar": np.where(loaded, air.header_bar - 0.35, np.where(turning, 1.6, 0.0)),
            "load_set_bar": bands[:, 0],
            "unload_set_bar": bands[:, 1],
            "service_due_h": _SERVICE_H - clogged_h,
            "run_hours_h": run_h,
            "loaded_hours_h": np.array([machine.loaded_h for machine in machines]),
            "start_count": np.array([machine.starts for machine in machines]),
            "load_count": np.array([machine.loadings for machine in machines]),
        }
