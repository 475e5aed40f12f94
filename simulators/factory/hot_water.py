"""Hot water: waste heat of the compressors fills a tank, a gas boiler helps out, air handlers and showers empty it.

    compressors' oil --exchangers (two)--+                 +--> reheat of the air handlers
                                         +--> tank (50-66)-+
    gas boiler (only below 52 degC) -----+                 +--> showers

Balance of the tank: C dT/dt = recovered + boiler - taken - lost. A screw compressor turns nearly all its electricity
into heat, and some two thirds of it can be had from the oil at a useful temperature; the exchangers take less as the
tank fills up, and nothing from a machine that is cold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.compressed_air import CompressedAir
from simulators.factory.compressor import Mode
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state

CODES = ("heat-recovery-1", "heat-recovery-2")
BOILER = "boiler-1"
# Which compressors give their heat to which exchanger.
_SOURCES = np.array([[1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1]], dtype=float)
_RECOVERABLE = 0.66
_USEFUL_OIL_DEGC = 66.0
_TANK_KJ_K = 30_000.0 * 4.186
_FULL_DEGC, _CLOSING_K = 66.0, 4.0
_BOILER_ON_DEGC, _BOILER_OFF_DEGC = 52.0, 56.0
_BOILER_KW, _BOILER_EFFICIENCY = 420.0, 0.93
_LOST_KW_K = 0.09
_FLOW_M3_H = 24.0
_PUMP_KW = 2.2
_CP_KWH_M3_K = 1.163

_CHANNELS = (
    *gauges(10, {
        "water_inlet_degc": 1, "water_outlet_degc": 1, "flow_m3_h": 1, "thermal_power_kw": 1, "valve_percent": 0,
        "oil_degc": 1, "active_power_kw": 2,
    }),
    state("state", 10, "stopped", "running"),
    counter("thermal_energy_kwh", 30, 1.0, 1e9, 1_900_000.0),
    counter("import_energy_kwh", 60, 0.1, 1e6, 21_000.0),
)  # fmt: skip
_BOILER_CHANNELS = (
    *gauges(10, {"tank_degc": 1, "thermal_power_kw": 1}),
    state("state", 10, "stopped", "running"),
    counter("thermal_energy_kwh", 30, 1.0, 1e9, 800_000.0),
)


@dataclass(slots=True)
class HotWaterMemory:
    """Tank, boiler and true heat."""

    tank_degc: float
    boiler_on: float
    recovered_kwh: Floats
    boiler_kwh: float
    pump_kwh: Floats


@dataclass(slots=True)
class HotWaterStep:
    """Means of the last step."""

    recovered_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    valve_share: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    oil_degc: Floats = field(default_factory=lambda: np.full(len(CODES), 25.0))
    pump_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    boiler_kw: float = 0.0
    gas_kw: float = 0.0


class HotWater:
    """Physics and panel of the hot-water station."""

    fleet = fleet_of("heat_recovery", _CHANNELS, "gw-utility", CODES)
    boiler = fleet_of("hot_water_boiler", _BOILER_CHANNELS, "gw-utility", (BOILER,))

    def __init__(self, air: CompressedAir) -> None:
        size = len(CODES)
        self.memory = HotWaterMemory(58.0, 0.0, np.zeros(size), 0.0, np.zeros(size))
        self.last = HotWaterStep()
        self._air = air

    def step(self, step_s: float, taken_kw: float) -> HotWaterStep:
        """Advance one step in which this much heat is wanted; a tank below 40 degC gives less."""
        memory, step_h = self.memory, step_s / 3600.0
        machines = self._air.memory.compressors
        element_degc = np.array([machine.element_degc for machine in machines])
        useful = np.array([machine.mode == Mode.LOADED for machine in machines]) & (element_degc > _USEFUL_OIL_DEGC)
        open_share = min(max((_FULL_DEGC - memory.tank_degc) / _CLOSING_K, 0.0), 1.0)
        recovered_kw = _SOURCES @ (np.where(useful, self._air.last.power_kw, 0.0) * _RECOVERABLE) * open_share
        if memory.tank_degc < _BOILER_ON_DEGC:
            memory.boiler_on = 1.0
        elif memory.tank_degc > _BOILER_OFF_DEGC:
            memory.boiler_on = 0.0
        boiler_kw = _BOILER_KW * memory.boiler_on
        given_kw = taken_kw * min(max((memory.tank_degc - 30.0) / 10.0, 0.0), 1.0)
        lost_kw = _LOST_KW_K * (memory.tank_degc - 20.0)
        surplus_kw = float(recovered_kw.sum()) + boiler_kw - given_kw - lost_kw
        memory.tank_degc += surplus_kw * step_s / _TANK_KJ_K
        pump_kw = np.where(recovered_kw > 0.0, _PUMP_KW, 0.02)
        warmest = np.array([element_degc[row > 0.0].max() for row in _SOURCES])
        self.last = HotWaterStep(
            recovered_kw, np.where(recovered_kw > 0.0, open_share, 0.0), warmest - 4.0, pump_kw, boiler_kw,
            boiler_kw / _BOILER_EFFICIENCY,
        )  # fmt: skip
        memory.recovered_kwh += recovered_kw * step_h
        memory.boiler_kwh += boiler_kw * step_h
        memory.pump_kwh += pump_kw * step_h
        return self.last

    def power(self) -> MachinePower:
        """Return the circulation pumps' power."""
        return at_power_factor(self.last.pump_kw, 0.86, 0.08)

    def readings(self) -> dict[str, Readings]:
        """Return what exchangers and boiler show, by template."""
        memory, last = self.memory, self.last
        flow = np.where(last.recovered_kw > 0.0, _FLOW_M3_H, 0.0)
        warming = last.recovered_kw / (_CP_KWH_M3_K * _FLOW_M3_H)
        exchangers = {
            "water_inlet_degc": np.full(len(CODES), memory.tank_degc - 3.0),
            "water_outlet_degc": memory.tank_degc - 3.0 + warming,
            "flow_m3_h": flow,
            "thermal_power_kw": last.recovered_kw,
            "valve_percent": 100.0 * last.valve_share,
            "oil_degc": last.oil_degc,
            "active_power_kw": last.pump_kw,
            "state": np.where(flow > 0.0, 1.0, 0.0),
            "thermal_energy_kwh": memory.recovered_kwh,
            "import_energy_kwh": memory.pump_kwh,
        }
        boiler = {
            "tank_degc": np.array([memory.tank_degc]),
            "thermal_power_kw": np.array([last.boiler_kw]),
            "state": np.array([memory.boiler_on]),
            "thermal_energy_kwh": np.array([memory.boiler_kwh]),
        }
        return {"heat_recovery": exchangers, "hot_water_boiler": boiler}


def shower_kw(dormitory_activity: float, outdoor_degc: float) -> float:
    """Return the heat that the showers take: evenings, and more in winter when the mains are cold."""
    return (
        130.0
        * dormitory_activity
        * math.sqrt(max(dormitory_activity, 0.0))
        * (1.0 + 0.02 * max(20.0 - outdoor_degc, 0.0))
    )
