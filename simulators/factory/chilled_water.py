"""The chilled-water plant: four chillers, their pumps and towers, and the loop whose temperature they hold.

    rooms, machines, offices --load--> loop (heat capacity) <--cooling-- chillers --heat + power--> towers --> weather

Balance of the loop: C dT/dt = load - cooling. Chillers are switched on in a sequence of growing capacity when those
that run are nearly full, or the water is too warm, for some minutes; and off again when fewer would do, with more
patience. The sequence swaps twins every week. Each running chiller has one chilled-water and one condenser-water pump.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.chiller import Chillers, condensing_degc, evaporating_degc, power_kw
from simulators.factory.clock import local_date
from simulators.factory.compressed_air import StateChange
from simulators.factory.cooling_tower import FAN_KW, TowerStep, towers

CODES = tuple(f"chiller-{number}" for number in range(1, 5))
CHILLERS = Chillers(
    rated_kw=np.array([1400.0, 1400.0, 700.0, 700.0]),
    carnot_share=np.array([0.64, 0.62, 0.57, 0.56]),  # two centrifugal, two screw machines
    lowest_share=np.array([0.2, 0.2, 0.25, 0.25]),
    best_share=np.array([0.72, 0.72, 0.65, 0.65]),
)
SET_DEGC = 7.0
CP_KWH_M3_K = 1.163
CHILLED_M3_H = CHILLERS.rated_kw / (CP_KWH_M3_K * 5.0)
CONDENSER_M3_H = 1.18 * CHILLED_M3_H
CHILLED_PUMP_KW = np.array([37.0, 37.0, 18.5, 18.5])
CONDENSER_PUMP_KW = np.array([37.0, 37.0, 18.5, 18.5])
_LOOP_KJ_K = 170_000.0
_PULL_KW_K = _LOOP_KJ_K / 300.0
_BASIN_S = 420.0
_STAGES = ((2,), (0,), (0, 2), (0, 1), (0, 1, 2), (0, 1, 2, 3))
_SWAPPED = (1, 0, 3, 2)
_UP_SHARE, _UP_S = 0.92, 300.0
_DOWN_SHARE, _DOWN_S = 0.82, 900.0
_LOWEST_FLOW = 0.55
_STANDBY_KW = 0.6  # controller and oil heater of a chiller
_DRIVE_STANDBY_KW = 0.025


@dataclass(slots=True)
class ChilledMemory:
    """Loop, basin, sequence and true totals."""

    supply_degc: float
    basin_degc: float
    condenser_outlet_degc: float
    stage: int
    wants_up_s: float
    wants_down_s: float
    on: Floats
    run_h: Floats
    starts: Floats
    cooling_kwh: Floats
    makeup_m3: float
    pump_kwh: Floats
    """Chilled-water pumps, then condenser-water pumps."""
    fan_kwh: Floats


@dataclass(slots=True)
class ChilledStep:
    """Means of the last step."""

    load_kw: float = 0.0
    cooling_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    power_kw: Floats = field(default_factory=lambda: np.full(len(CODES), _STANDBY_KW))
    part_load: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    evaporating_degc: Floats = field(default_factory=lambda: np.full(len(CODES), 10.0))
    condensing_degc: Floats = field(default_factory=lambda: np.full(len(CODES), 25.0))
    flow_share: float = 1.0
    return_degc: float = 12.0
    wet_bulb_degc: float = 20.0
    tower: TowerStep = field(default_factory=lambda: TowerStep(20.0, 0.0, 0.0))
    pump_kw: Floats = field(default_factory=lambda: np.zeros(2 * len(CODES)))
    fan_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))


class ChilledWater:
    """Physics of the plant; `changes` collects starts and stops until somebody takes them."""

    def __init__(self) -> None:
        size = len(CODES)
        self.memory = ChilledMemory(
            supply_degc=SET_DEGC + 1.0, basin_degc=22.0, condenser_outlet_degc=25.0, stage=0, wants_up_s=0.0,
            wants_down_s=0.0, on=np.zeros(size), run_h=np.zeros(size), starts=np.zeros(size),
            cooling_kwh=np.zeros(size), makeup_m3=0.0, pump_kwh=np.zeros(2 * size), fan_kwh=np.zeros(size),
        )  # fmt: skip
        self.last = ChilledStep()
        self.fouling_k = np.zeros(size)
        self.changes: list[StateChange] = []

    def step(self, time_s: int, step_s: int, load_kw: float, wet_bulb_degc: float) -> ChilledStep:
        """Advance one step of at most a minute under a cooling load."""
        memory, step_h = self.memory, step_s / 3600.0
        on = self._sequence(time_s, step_s, load_kw)
        rated_kw = float(CHILLERS.rated_kw[on].sum())
        asked_kw = load_kw + _PULL_KW_K * (memory.supply_degc - SET_DEGC)
        cooling_kw = min(max(asked_kw, 0.0), rated_kw)
        memory.supply_degc += (load_kw - cooling_kw) * step_s / _LOOP_KJ_K
        each_kw = np.where(on, CHILLERS.rated_kw * (cooling_kw / rated_kw), 0.0)
        part_load = np.where(on, cooling_kw / rated_kw, 0.0)
        flow_share = min(max(cooling_kw / rated_kw, _LOWEST_FLOW), 1.0)
        chilled_m3_h = float(CHILLED_M3_H[on].sum()) * flow_share
        condenser_m3_h = float(CONDENSER_M3_H[on].sum())
        # The condensers' outlet is that of the step before: the basin moves slowly.
        evaporating = evaporating_degc(memory.supply_degc, part_load)
        condensing = condensing_degc(memory.condenser_outlet_degc, part_load, self.fouling_k)
        electric_kw = power_kw(CHILLERS, each_kw, evaporating, condensing)
        range_k = (cooling_kw + float(electric_kw.sum())) / (CP_KWH_M3_K * condenser_m3_h)
        tower = towers(range_k, condenser_m3_h, wet_bulb_degc)
        memory.basin_degc += (tower.basin_degc - memory.basin_degc) * (1.0 - np.exp(-step_s / _BASIN_S))
        memory.condenser_outlet_degc = memory.basin_degc + range_k
        pump_kw = np.concatenate([
            np.where(on, CHILLED_PUMP_KW * 0.88 * flow_share**2.7, _DRIVE_STANDBY_KW),
            np.where(on, CONDENSER_PUMP_KW * 0.88, _DRIVE_STANDBY_KW),
        ])  # fmt: skip
        fan_kw = np.where(on, FAN_KW * tower.fan_share**3, _DRIVE_STANDBY_KW)
        self.last = ChilledStep(
            load_kw=load_kw, cooling_kw=each_kw, power_kw=electric_kw + _STANDBY_KW, part_load=part_load,
            evaporating_degc=evaporating, condensing_degc=condensing, flow_share=flow_share,
            return_degc=memory.supply_degc + load_kw / (CP_KWH_M3_K * chilled_m3_h),
            wet_bulb_degc=wet_bulb_degc, tower=tower, pump_kw=pump_kw, fan_kw=fan_kw,
        )  # fmt: skip
        memory.run_h += on * step_h
        memory.cooling_kwh += each_kw * step_h
        memory.makeup_m3 += tower.makeup_m3_h * step_h
        memory.pump_kwh += pump_kw * step_h
        memory.fan_kwh += fan_kw * step_h
        return self.last

    def _sequence(self, time_s: int, step_s: int, load_kw: float) -> Floats:
        """Decide which chillers run in this step."""
        memory = self.memory
        rated = [float(CHILLERS.rated_kw[list(stage)].sum()) for stage in _STAGES]
        short = load_kw > _UP_SHARE * rated[memory.stage] or memory.supply_degc > SET_DEGC + 1.5
        spare = memory.stage > 0 and load_kw < _DOWN_SHARE * rated[memory.stage - 1] and not short
        memory.wants_up_s = memory.wants_up_s + step_s if short else 0.0
        memory.wants_down_s = memory.wants_down_s + step_s if spare else 0.0
        if memory.wants_up_s >= _UP_S and memory.stage < len(_STAGES) - 1:
            memory.stage, memory.wants_up_s = memory.stage + 1, 0.0
        elif memory.wants_down_s >= _DOWN_S:
            memory.stage, memory.wants_down_s = memory.stage - 1, 0.0
        swapped = local_date(time_s).toordinal() // 7 % 2 == 1
        on = np.zeros(len(CODES), dtype=bool)
        on[[_SWAPPED[place] if swapped else place for place in _STAGES[memory.stage]]] = True
        for place in np.flatnonzero(on != (memory.on > 0.0)).tolist():
            self.changes.append(StateChange(time_s, CODES[place], "running" if on[place] else "stopped"))
            memory.starts[place] += float(on[place])
        memory.on = on.astype(float)
        return on
