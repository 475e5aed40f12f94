"""What chillers, pumps, towers and heat meters of the chilled-water plant show."""

from __future__ import annotations

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.chilled_water import (
    CHILLED_M3_H,
    CHILLED_PUMP_KW,
    CODES,
    CONDENSER_M3_H,
    CONDENSER_PUMP_KW,
    CP_KWH_M3_K,
    ChilledWater,
)
from simulators.factory.chiller import saturation_bar
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.noise import Noise, spread
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state

PUMPS = tuple(f"{stem}-{number}" for stem in ("chw-pump", "cw-pump") for number in range(1, 5))
TOWERS = tuple(f"tower-{number}" for number in range(1, 5))
METERS = ("chw-main", "chw-b1", "chw-b2", "chw-office")
_FULL_SPEED_RPM = 1480.0
_PUMP_RATED_KW = np.concatenate([CHILLED_PUMP_KW, CONDENSER_PUMP_KW])
_PUMP_M3_H = np.concatenate([CHILLED_M3_H, CONDENSER_M3_H])
_PUMP_HEAD_BAR = np.repeat([3.2, 2.4], 4)

_CHANNELS = (
    *gauges(5, {
        "chw_inlet_degc": 2, "chw_outlet_degc": 2, "cw_inlet_degc": 2, "cw_outlet_degc": 2, "chw_flow_m3_h": 1,
        "cw_flow_m3_h": 1, "active_power_kw": 2, "cooling_power_kw": 1, "load_percent": 1, "cop": 2,
    }),
    *gauges(10, {
        "evaporating_degc": 2, "condensing_degc": 2, "evaporator_pressure_bar": 3, "condenser_pressure_bar": 3,
        "evaporator_approach_k": 2, "condenser_approach_k": 2, "motor_current_a": 1,
    }),
    state("state", 5, "stopped", "running"),
    counter("run_hours_h", 30, 0.1, 1e6, 17_000.0),
    counter("start_count", 30, 1.0, 1e6, 2_600.0),
    counter("cooling_energy_kwh", 30, 1.0, 1e9, 9_400_000.0),
)  # fmt: skip
_PUMP_CHANNELS = (
    *gauges(10, {
        "active_power_kw": 2, "motor_current_a": 1, "speed_rpm": 0, "flow_m3_h": 1, "differential_bar": 2,
        "vibration_mm_s": 2, "bearing_degc": 1,
    }),
    state("state", 10, "stopped", "running"),
    counter("import_energy_kwh", 30, 0.1, 1e7, 240_000.0),
    counter("run_hours_h", 60, 0.1, 1e6, 17_500.0),
)  # fmt: skip
_TOWER_CHANNELS = (
    *gauges(10, {"active_power_kw": 2, "fan_frequency_hz": 1, "inlet_degc": 2, "basin_degc": 2, "approach_k": 2}),
    state("state", 10, "stopped", "running"),
    counter("import_energy_kwh", 30, 0.1, 1e7, 88_000.0),
)
_METER_CHANNELS = (
    *gauges(10, {"supply_degc": 2, "return_degc": 2, "flow_m3_h": 1, "cooling_power_kw": 1}),
    counter("cooling_energy_kwh", 30, 1.0, 1e9, 12_000_000.0),
)


class ChillerPanel:
    """The plant's controllers and meters; the meters' true totals are kept here."""

    chillers = fleet_of("chiller", _CHANNELS, "gw-utility", CODES)
    pumps = fleet_of("water_pump", _PUMP_CHANNELS, "gw-utility", PUMPS)
    towers = fleet_of("cooling_tower", _TOWER_CHANNELS, "gw-utility", TOWERS)
    meters = fleet_of("cooling_meter", _METER_CHANNELS, "gw-utility", METERS)

    def __init__(self, plant: ChilledWater, seed: int) -> None:
        self.added_vibration_mm_s = np.zeros(len(PUMPS))
        self._plant = plant
        self._level_mm_s = np.array([spread(seed, f"vibration of {code}", 1.1, 2.2) for code in PUMPS])
        self._shake = Noise(seed, "pump vibration", len(PUMPS), 5.0)

    def chiller_power(self) -> MachinePower:
        """Return the compressors' power; the two screw machines have no frequency drive."""
        return at_power_factor(self._plant.last.power_kw, np.array([0.95, 0.95, 0.88, 0.88]), 0.05)

    def pump_power(self) -> MachinePower:
        """Return the pumps' power, chilled water first."""
        return at_power_factor(self._plant.last.pump_kw, 0.93, 0.25)

    def fan_power(self) -> MachinePower:
        """Return the towers' power."""
        return at_power_factor(self._plant.last.fan_kw, 0.95, 0.3)

    def readings(self, time_s: float, loads_kw: Floats, delivered_kwh: Floats) -> dict[str, Readings]:
        """Return everything by template; `loads_kw` and `delivered_kwh`: cooling by building."""
        return {
            "chiller": self._chillers(),
            "water_pump": self._pumps(time_s),
            "cooling_tower": self._towers(),
            "cooling_meter": self._meters(loads_kw, delivered_kwh),
        }

    def _chillers(self) -> Readings:
        memory, last = self._plant.memory, self._plant.last
        on = memory.on > 0.0
        power = self.chiller_power()
        kilovolt_amperes = np.hypot(power.active_kw, power.reactive_kvar)
        resting = np.where(on, 0.0, 1.0)
        return {
            "chw_inlet_degc": last.return_degc + 2.0 * resting,
            "chw_outlet_degc": memory.supply_degc + 2.5 * resting,
            "cw_inlet_degc": np.full(len(CODES), memory.basin_degc),
            "cw_outlet_degc": np.where(on, memory.condenser_outlet_degc, memory.basin_degc),
            "chw_flow_m3_h": CHILLED_M3_H * last.flow_share * memory.on,
            "cw_flow_m3_h": CONDENSER_M3_H * memory.on,
            "active_power_kw": power.active_kw,
            "cooling_power_kw": last.cooling_kw,
            "load_percent": 100.0 * last.part_load,
            "cop": np.where(on, last.cooling_kw / power.active_kw, 0.0),
            "evaporating_degc": last.evaporating_degc,
            "condensing_degc": last.condensing_degc,
            "evaporator_pressure_bar": saturation_bar(last.evaporating_degc),
            "condenser_pressure_bar": saturation_bar(last.condensing_degc),
            "evaporator_approach_k": np.where(on, memory.supply_degc - last.evaporating_degc, 0.0),
            "condenser_approach_k": np.where(on, last.condensing_degc - memory.condenser_outlet_degc, 0.0),
            "motor_current_a": kilovolt_amperes * 1000.0 / (np.sqrt(3.0) * 400.0),
            "state": memory.on,
            "run_hours_h": memory.run_h,
            "start_count": memory.starts,
            "cooling_energy_kwh": memory.cooling_kwh,
        }

    def _pumps(self, time_s: float) -> Readings:
        memory, last = self._plant.memory, self._plant.last
        on = np.tile(memory.on, 2)
        speed = np.concatenate([np.full(len(CODES), last.flow_share), np.ones(len(CODES))]) * on
        power = self.pump_power()
        quiet = np.where(on > 0.0, self._level_mm_s * (0.4 + 0.6 * speed) + self.added_vibration_mm_s, 0.05)
        return {
            "active_power_kw": power.active_kw,
            "motor_current_a": np.hypot(power.active_kw, power.reactive_kvar) * 1000.0 / (np.sqrt(3.0) * 400.0),
            "speed_rpm": _FULL_SPEED_RPM * speed,
            "flow_m3_h": _PUMP_M3_H * speed,
            "differential_bar": _PUMP_HEAD_BAR * speed**2,
            "vibration_mm_s": np.abs(quiet * (1.0 + 0.06 * self._shake.at(time_s))),
            # Bearings run 25 K above the plant room at full load, more when they shake.
            "bearing_degc": 24.0 + 25.0 * last.pump_kw / _PUMP_RATED_KW + 2.0 * self.added_vibration_mm_s * on,
            "state": on,
            "import_energy_kwh": memory.pump_kwh,
            "run_hours_h": np.tile(memory.run_h, 2),
        }

    def _towers(self) -> Readings:
        memory, last = self._plant.memory, self._plant.last
        on = memory.on
        wet_bulb = last.wet_bulb_degc
        return {
            "active_power_kw": last.fan_kw,
            "fan_frequency_hz": 50.0 * last.tower.fan_share * on,
            "inlet_degc": np.where(on > 0.0, memory.condenser_outlet_degc, memory.basin_degc),
            "basin_degc": np.full(len(TOWERS), memory.basin_degc),
            "approach_k": np.full(len(TOWERS), memory.basin_degc - wet_bulb),
            "state": on,
            "import_energy_kwh": memory.fan_kwh,
        }

    def _meters(self, loads_kw: Floats, delivered_kwh: Floats) -> Readings:
        memory, last = self._plant.memory, self._plant.last
        load_kw = np.concatenate([[loads_kw.sum()], loads_kw])
        spread_k = np.full(len(METERS), max(last.return_degc - memory.supply_degc, 0.1))
        return {
            "supply_degc": np.full(len(METERS), memory.supply_degc),
            "return_degc": memory.supply_degc + spread_k,
            "flow_m3_h": load_kw / (CP_KWH_M3_K * spread_k),
            "cooling_power_kw": load_kw,
            "cooling_energy_kwh": np.concatenate([[delivered_kwh.sum()], delivered_kwh]),
        }
