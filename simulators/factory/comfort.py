"""Air conditioning of office and dormitory: heat pumps that follow the weather and the people."""

from __future__ import annotations

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.loads import MachinePower, at_power_factor
from simulators.factory.noise import Noise
from simulators.factory.occupancy import Profile

CODES = ("me-office-ac", "me-dorm-ac")
_RATED_KW = np.array([95.0, 180.0])
_PROFILES = np.array([Profile.OFFICE, Profile.DORMITORY])
_COOL_ABOVE_DEGC, _COOL_SPAN_K = 23.0, 13.0
_HEAT_BELOW_DEGC, _HEAT_SPAN_K = 14.0, 18.0
_STANDBY_SHARE = 0.012


class Comfort:
    """Two groups of split units."""

    def __init__(self, seed: int) -> None:
        self._cycling = Noise(seed, "split units", len(CODES), 300.0)

    def power(self, time_s: float, activity: Floats, outdoor_degc: float) -> MachinePower:
        """Return the electric power: people present times how far it is too warm or too cold outside."""
        cooling = min(max((outdoor_degc - _COOL_ABOVE_DEGC) / _COOL_SPAN_K, 0.0), 1.0)
        heating = min(max((_HEAT_BELOW_DEGC - outdoor_degc) / _HEAT_SPAN_K, 0.0), 1.0)
        wanted = activity[_PROFILES] * max(cooling, 0.8 * heating)
        cycling = np.clip(1.0 + 0.15 * self._cycling.at(time_s), 0.3, 1.6)
        return at_power_factor(_RATED_KW * (_STANDBY_SHARE + wanted * cycling), 0.94, 0.2)
