"""The storage unit: charges while electricity is cheap, discharges at the peak, and never feeds the public grid.

    hour and month -> wish (charge, rest, discharge) -> limited by state of charge, rating and the site's own demand

Charge counts on the battery's side: d(charge)/dt = power x efficiency while charging, power / efficiency while
discharging. Positive power is charging. The windows follow the Jiangsu tariff of 2025 (valley and peak by season); a
real unit would be told by its operator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.clock import local_date, local_hour
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.noise import Noise
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state

CODE = "ess-1"
RACKS = tuple(f"ess-1-rack-{number}" for number in range(1, 5))
CAPACITY_KWH = 1075.0
RATED_KW = 500.0
EFFICIENCY = 0.955  # one way, battery and converter
_AUXILIARY_KW = 3.5
_LOW, _HIGH = 0.08, 0.95
# (valley windows, peak windows) in hours of the local day.
_SUMMER_WINTER = (((0.0, 6.0), (11.0, 13.0)), ((14.0, 22.0),))
_SPRING_AUTUMN = (((2.0, 6.0), (10.0, 14.0)), ((15.0, 22.0),))
_SUMMER_WINTER_MONTHS = frozenset({12, 1, 2, 6, 7, 8})

_CHANNELS = (
    *gauges(5, {"active_power_kw": 2, "soc_percent": 1, "dc_voltage_v": 1, "dc_current_a": 1}),
    *gauges(30, {"cell_maximum_degc": 1, "cell_minimum_degc": 1}),
    state("state", 5, "idle", "charging", "discharging"),
    counter("import_energy_kwh", 30, 0.1, 1e8, 420_000.0),
    counter("export_energy_kwh", 30, 0.1, 1e8, 378_000.0),
)
_RACK_CHANNELS = gauges(
    30,
    {"soc_percent": 1, "voltage_v": 1, "current_a": 1, "cell_maximum_v": 3, "cell_minimum_v": 3, "temperature_degc": 1},
)


@dataclass(slots=True)
class StorageMemory:
    """Charge, warmth and true energy at the terminals."""

    charge_kwh: float
    cells_degc: float
    power_kw: float
    import_kwh: float
    export_kwh: float


class Storage:
    """One battery container with its converter."""

    fleet = fleet_of("storage_unit", _CHANNELS, "gw-renewables", (CODE,))
    racks = fleet_of("storage_rack", _RACK_CHANNELS, "gw-renewables", RACKS)

    def __init__(self, seed: int) -> None:
        self.memory = StorageMemory(0.45 * CAPACITY_KWH, 25.0, 0.0, 0.0, 0.0)
        self._uneven = Noise(seed, "rack differences", len(RACKS), 30 * 86_400.0)

    @property
    def soc(self) -> float:
        """State of charge, 0 to 1."""
        return self.memory.charge_kwh / CAPACITY_KWH

    def step(self, time_s: float, step_s: float, site_without_kw: float, room_degc: float) -> MachinePower:
        """Advance one step; `site_without_kw` is what the site would draw from the grid without the storage."""
        memory, step_h = self.memory, step_s / 3600.0
        wish_kw = self._wish_kw(time_s, site_without_kw)
        # The converter takes ten seconds from one end of its range to the other.
        ramp_kw = 0.2 * RATED_KW * step_s
        power_kw = memory.power_kw + min(max(wish_kw - memory.power_kw, -ramp_kw), ramp_kw)
        power_kw = min(power_kw, max(_HIGH * CAPACITY_KWH - memory.charge_kwh, 0.0) / (step_h * EFFICIENCY))
        power_kw = max(power_kw, -max(memory.charge_kwh - _LOW * CAPACITY_KWH, 0.0) * EFFICIENCY / step_h)
        memory.power_kw = power_kw
        memory.charge_kwh += step_h * (power_kw * EFFICIENCY if power_kw > 0.0 else power_kw / EFFICIENCY)
        warm_degc = 22.0 + 0.15 * (room_degc - 22.0) + 9.0 * abs(power_kw) / RATED_KW
        memory.cells_degc += (warm_degc - memory.cells_degc) * -math.expm1(-step_s / 5400.0)
        terminals_kw = power_kw + _AUXILIARY_KW
        memory.import_kwh += max(terminals_kw, 0.0) * step_h
        memory.export_kwh += max(-terminals_kw, 0.0) * step_h
        return at_power_factor(np.array([terminals_kw]), 0.995, 0.03)

    def _wish_kw(self, time_s: float, site_without_kw: float) -> float:
        hour, summer_or_winter = local_hour(time_s), local_date(time_s).month in _SUMMER_WINTER_MONTHS
        valley, peak = _SUMMER_WINTER if summer_or_winter else _SPRING_AUTUMN
        if _within(hour, valley) and self.soc < _HIGH:
            # Constant power, then tapering as the cells fill up.
            return 0.5 * RATED_KW * min(1.0, (_HIGH - self.soc) / 0.06 + 0.05)
        if _within(hour, peak) and self.soc > _LOW:
            return -min(0.56 * RATED_KW, max(0.85 * site_without_kw, 0.0))
        return 0.0

    def readings(self) -> Readings:
        """Return what the converter shows."""
        memory = self.memory
        volts = _volts(self.soc, memory.power_kw)
        mode = 0.0 if abs(memory.power_kw) < 1.0 else 1.0 if memory.power_kw > 0.0 else 2.0
        one = {
            "active_power_kw": memory.power_kw + _AUXILIARY_KW, "soc_percent": 100.0 * self.soc, "dc_voltage_v": volts,
            "dc_current_a": memory.power_kw * 1000.0 / volts, "state": mode,
            "cell_maximum_degc": memory.cells_degc + 1.8, "cell_minimum_degc": memory.cells_degc - 1.4,
            "import_energy_kwh": memory.import_kwh, "export_energy_kwh": memory.export_kwh,
        }  # fmt: skip
        return {key: np.array([value]) for key, value in one.items()}

    def rack_readings(self, time_s: float) -> Readings:
        """Return what the racks show; they differ a little, and sum to the unit."""
        lean: Floats = self._uneven.at(time_s)
        lean = lean - lean.mean()
        soc = np.clip(self.soc + 0.004 * lean, 0.0, 1.0)
        volts = _volts(self.soc, self.memory.power_kw)
        cell_v = volts / 240.0
        current_a = self.memory.power_kw * 1000.0 / volts / len(RACKS) * (1.0 + 0.01 * lean)
        return {
            "soc_percent": 100.0 * soc,
            "voltage_v": np.full(len(RACKS), volts),
            "current_a": current_a,
            "cell_maximum_v": np.full(len(RACKS), cell_v + 0.008) + 0.002 * np.abs(lean),
            "cell_minimum_v": np.full(len(RACKS), cell_v - 0.009) - 0.002 * np.abs(lean),
            "temperature_degc": self.memory.cells_degc + 0.4 * lean,
        }


def _within(hour: float, windows: tuple[tuple[float, float], ...]) -> bool:
    return any(start <= hour < stop for start, stop in windows)


def _volts(soc: float, power_kw: float) -> float:
    """Return the voltage of 240 LFP cells in series: flat in the middle, steep at the ends, bent by current."""
    rest_v = 240.0 * (3.22 + 0.1 * soc + 0.06 * math.tanh((soc - 0.97) * 30.0) + 0.08 * math.tanh((soc - 0.02) * 25.0))
    return rest_v * (1.0 + 0.012 * power_kw / RATED_KW)
