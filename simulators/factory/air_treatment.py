"""Between the compressors and the halls: three refrigerated dryers, the header's sensors and the air meters.

A dryer's dew point rises with the flow it gets and with the warmth of its room; it is switched on while air flows.
Volumes are free air (ISO 1217: 20 degC, 1 bar), and the main meter shows exactly the sum of the two buildings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.compressed_air import BUILDINGS, CompressedAir
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.noise import Noise
from simulators.factory.signals import Readings, counter, fleet_of, gauges, state

DRYERS = ("dryer-1", "dryer-2", "dryer-3")
METERS = ("air-main", *(f"air-{building}" for building in BUILDINGS))
_RATED_M3_MIN = 55.0
# One dryer suffices below the first figure, two below the second; they follow the flow with some patience.
_STAGES_M3_MIN = (42.0, 88.0)
_PATIENCE_M3_MIN = 6.0

_DRYER_CHANNELS = (
    *gauges(10, {"dew_point_degc": 1, "active_power_kw": 2, "inlet_degc": 1, "outlet_degc": 1, "differential_bar": 3}),
    state("state", 10, "stopped", "running"),
    counter("run_hours_h", 60, 0.1, 1e6, 26_000.0),
)
_HEADER_CHANNELS = gauges(2, {"pressure_bar": 3, "temperature_degc": 1, "dew_point_degc": 1})
_METER_CHANNELS = (
    *gauges(5, {"flow_m3_min": 2, "pressure_bar": 2}),
    counter("volume_m3", 15, 1.0, 1e9, 84_000_000.0),
)


@dataclass(slots=True)
class TreatmentMemory:
    """How many dryers run, how dry the air is, and their hours."""

    dryers_on: int
    dew_point_degc: Floats
    run_h: Floats


class AirTreatment:
    """Dryers, header and meters."""

    dryers = fleet_of("air_dryer", _DRYER_CHANNELS, "gw-utility", DRYERS)
    header = fleet_of("air_header", _HEADER_CHANNELS, "gw-utility", ("air-header",))
    meters = fleet_of("air_meter", _METER_CHANNELS, "gw-utility", METERS)

    def __init__(self, air: CompressedAir, seed: int) -> None:
        size = len(DRYERS)
        self.memory = TreatmentMemory(2, np.full(size, 4.0), np.zeros(size))
        self._air = air
        self._power_kw = np.zeros(size)
        self._wander = Noise(seed, "dew point", size, 180.0)

    def step(self, time_s: float, step_s: float) -> MachinePower:
        """Advance one step and return the dryers' power."""
        memory, last = self.memory, self._air.last
        memory.dryers_on = _stage(memory.dryers_on, last.supply_m3_min)
        on = np.arange(len(DRYERS)) < memory.dryers_on
        share = last.supply_m3_min / (memory.dryers_on * _RATED_M3_MIN)
        self._power_kw = np.where(on, 2.2 + 3.6 * share, 0.08)
        reached = 2.6 + 2.2 * share**2 + 0.12 * max(last.room_degc - 25.0, 0.0) + 0.25 * self._wander.at(time_s)
        toward = np.where(on, reached, last.room_degc)
        memory.dew_point_degc += (toward - memory.dew_point_degc) * np.where(on, -math.expm1(-step_s / 240.0), 0.0)
        memory.run_h += on * (step_s / 3600.0)
        return at_power_factor(self._power_kw, 0.82, 0.05)

    def readings(self) -> dict[str, Readings]:
        """Return what dryers, header and meters show, by template."""
        memory, last = self.memory, self._air.last
        header_bar = self._air.memory.header_bar
        on = np.arange(len(DRYERS)) < memory.dryers_on
        share = last.supply_m3_min / (memory.dryers_on * _RATED_M3_MIN)
        mixed_dew_point = float(memory.dew_point_degc[on].mean())
        outlet_degc = last.room_degc + 4.0
        return {
            "air_dryer": {
                "dew_point_degc": memory.dew_point_degc,
                "active_power_kw": self._power_kw,
                "inlet_degc": np.full(len(DRYERS), last.room_degc + 9.0),
                "outlet_degc": np.full(len(DRYERS), outlet_degc),
                "differential_bar": np.where(on, 0.14 * share**2, 0.0),
                "state": on.astype(float),
                "run_hours_h": memory.run_h,
            },
            "air_header": {
                "pressure_bar": np.array([header_bar]),
                "temperature_degc": np.array([outlet_degc]),
                "dew_point_degc": np.array([mixed_dew_point]),
            },
            "air_meter": {
                "flow_m3_min": _with_sum(last.demand_m3_min),
                "pressure_bar": header_bar - 0.0004 * _with_sum(last.demand_m3_min) * np.array([0.0, 2.0, 2.0]),
                "volume_m3": _with_sum(self._air.memory.delivered_m3),
            },
        }


def _stage(running: int, supply_m3_min: float) -> int:
    wanted = 1 + sum(supply_m3_min > limit for limit in _STAGES_M3_MIN)
    if wanted < running and supply_m3_min > _STAGES_M3_MIN[running - 2] - _PATIENCE_M3_MIN:
        return running
    return wanted


def _with_sum(by_building: Floats) -> Floats:
    return np.concatenate([[by_building.sum()], by_building])
