"""Who takes the chilled water: the air handlers of both buildings, the moulding machines, the office's fan coils."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.noise import Noise
from simulators.factory.occupancy import Profile

BUILDINGS = ("b1", "b2", "office")
_MOULDS_KW = 340.0  # oil and moulds of the injection machines, whatever the weather
_OFFICE_KW_K = 16.0
_OFFICE_BALANCE_DEGC = 19.0
_PIPES_KW = 14.0  # pumps' work and warm pipes, always


@dataclass(slots=True)
class CoolingMemory:
    """True cooling energy by building."""

    delivered_kwh: Floats


class CoolingLoads:
    """Adds up what the plant has to deliver."""

    def __init__(self, seed: int) -> None:
        self.memory = CoolingMemory(np.zeros(len(BUILDINGS)))
        self.by_building_kw = np.zeros(len(BUILDINGS))
        self._moulds = Noise(seed, "mould cooling", 1, 400.0)

    def step(self, time_s: float, step_s: float, rooms_kw: Floats, activity: Floats, outdoor_degc: float) -> float:
        """Advance one step and return the load of the plant."""
        moulds_kw = (
            _MOULDS_KW * activity[Profile.THREE_SHIFT] * max(1.0 + 0.08 * float(self._moulds.at(time_s)[0]), 0.3)
        )
        office_kw = _OFFICE_KW_K * max(outdoor_degc - _OFFICE_BALANCE_DEGC, 0.0) * float(activity[Profile.OFFICE])
        half = len(rooms_kw) // 2
        self.by_building_kw = np.array(
            [rooms_kw[:half].sum() + _PIPES_KW, rooms_kw[half:].sum() + float(moulds_kw) + _PIPES_KW, office_kw]
        )
        self.memory.delivered_kwh += self.by_building_kw * step_s / 3600.0
        return float(self.by_building_kw.sum())
