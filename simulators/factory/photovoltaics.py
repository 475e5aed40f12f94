"""Rooftop PV: eight inverters, four on each production building, on roofs that face east, south and west.

    sunlight on tilted modules -> cell temperature -> direct current -> inverter -> active power (negative: fed in)

Cell temperature after the NOCT method and the linear temperature coefficient of power (Duffie & Beckman, 23.3); the
inverter has a constant, a linear and a square loss (Schmidt & Sauer 1996) and a limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.noise import Noise, spread
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state
from simulators.factory.sun import tilted_w_m2
from simulators.factory.weather import Weather

CODES = tuple(f"pv-{number}" for number in range(1, 9))
_KWP = np.array([176.0, 176.0, 164.0, 164.0, 176.0, 176.0, 158.0, 158.0])
_FACING_RAD = np.radians([-90.0, 90.0, 0.0, 0.0, -90.0, 90.0, 0.0, 0.0])
_TILT_RAD = math.radians(8.0)
_RATED_KW = 150.0
_POWER_PER_K = -0.0035
_NOCT_RISE_K_M2_W = (45.0 - 20.0) / 800.0
_LOSS = (0.0035, 0.005, 0.012)  # of the rating: constant, linear, square
_NIGHT_KW = 0.012
_WAKES_AT_KW = 0.5

_CHANNELS = (
    *gauges(10, {"active_power_kw": 3, "dc_power_kw": 3, "dc_voltage_v": 1, "dc_current_a": 2, "cabinet_degc": 1}),
    state("state", 10, "standby", "running"),
    counter("export_energy_kwh", 30, 0.1, 1e8, 260_000.0),
    counter("import_energy_kwh", 30, 0.1, 1e8, 120.0),
)


@dataclass(slots=True)
class PhotovoltaicsMemory:
    """True energy since the beginning, and the cabinets' warmth."""

    export_kwh: Floats
    import_kwh: Floats
    cabinet_degc: Floats


class Photovoltaics:
    """The inverters of both roofs."""

    fleet = fleet_of("pv_inverter", _CHANNELS, "gw-renewables", CODES)

    def __init__(self, seed: int) -> None:
        size = len(CODES)
        self.memory = PhotovoltaicsMemory(np.zeros(size), np.zeros(size), np.full(size, 25.0))
        self._soiling = np.array([spread(seed, f"soiling of {code}", 0.94, 0.99) for code in CODES])
        self._shade = Noise(seed, "cloud edges", size, 45.0)
        self._dc_kw = np.zeros(size)
        self._ac_kw = np.zeros(size)

    def step(self, time_s: float, step_s: float, weather: Weather) -> MachinePower:
        """Advance one step and return the power fed in."""
        light = np.array([tilted_w_m2(weather.sun, _TILT_RAD, facing) for facing in _FACING_RAD])
        light *= np.clip(1.0 + 0.03 * self._shade.at(time_s), 0.0, 1.2)
        cell_degc = weather.dry_bulb_degc + _NOCT_RISE_K_M2_W * light * (1.0 - 0.03 * min(weather.wind_m_s, 8.0))
        self._dc_kw = _KWP * self._soiling * light / 1000.0 * (1.0 + _POWER_PER_K * (cell_degc - 25.0))
        share = self._dc_kw / _RATED_KW
        lost_kw = _RATED_KW * (_LOSS[0] + _LOSS[1] * share + _LOSS[2] * share * share)
        fed_kw = np.minimum(self._dc_kw - lost_kw, _RATED_KW)
        self._ac_kw = np.where(self._dc_kw > _WAKES_AT_KW, -np.maximum(fed_kw, 0.0), _NIGHT_KW)
        memory, step_h = self.memory, step_s / 3600.0
        memory.export_kwh += np.maximum(-self._ac_kw, 0.0) * step_h
        memory.import_kwh += np.maximum(self._ac_kw, 0.0) * step_h
        warm_degc = weather.dry_bulb_degc + 3.0 + 22.0 * share
        memory.cabinet_degc += (warm_degc - memory.cabinet_degc) * -math.expm1(-step_s / 1200.0)
        return at_power_factor(self._ac_kw, 0.999, 0.025)

    def readings(self) -> Readings:
        """Return what the inverters show."""
        running = self._ac_kw < 0.0
        # Strings of 18 modules: voltage falls with warmth and is held at the maximum power point.
        volts = np.where(running, 690.0 - 1.6 * (self.memory.cabinet_degc - 25.0), 40.0)
        return {
            "active_power_kw": self._ac_kw,
            "dc_power_kw": self._dc_kw,
            "dc_voltage_v": volts,
            "dc_current_a": self._dc_kw * 1000.0 / volts,
            "cabinet_degc": self.memory.cabinet_degc,
            "state": running.astype(float),
            "export_energy_kwh": self.memory.export_kwh,
            "import_energy_kwh": self.memory.import_kwh,
        }
