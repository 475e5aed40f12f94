"""Cooling towers: how cold the condenser water gets, what the fans take for it and how much water is lost.

    effectiveness = range / (hot water - wet bulb) = 1 - exp(-NTU x air share ^ 0.62)

The effectiveness-NTU view of a tower (Braun, Klein & Mitchell 1989, ASHRAE Trans. 95(2)) with a constant exponent for
the air flow. Fans run at the speed that holds the basin a few kelvin above the wet bulb, but not below a floor that
chillers like, where a by-pass around the fill helps; at full speed the basin simply follows the weather. Fan power goes
with the cube of the speed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FAN_KW = 15.0
_NTU = 1.35
_EXPONENT = 0.62
_APPROACH_K = 3.0
_LOWEST_BASIN_DEGC = 20.0
_LOWEST_FAN = 0.2
_EVAPORATION_PER_K = 0.00153  # share of the circulating water (Perry's Chemical Engineers' Handbook, 12)
_DRIFT = 0.00002
_CYCLES = 4.0  # of concentration before blow-down


@dataclass(frozen=True, slots=True)
class TowerStep:
    """What the towers reach with the present load."""

    basin_degc: float
    """Toward which the basin moves."""
    fan_share: float
    makeup_m3_h: float


def towers(range_k: float, water_m3_h: float, wet_bulb_degc: float) -> TowerStep:
    """Return basin temperature, fan speed and make-up for water that comes back warmer by `range_k`."""
    if water_m3_h <= 0.0 or range_k <= 0.0:
        return TowerStep(max(wet_bulb_degc, 4.0), 0.0, 0.0)
    wished_degc = max(wet_bulb_degc + _APPROACH_K, _LOWEST_BASIN_DEGC)
    needed = range_k / (range_k + wished_degc - wet_bulb_degc)
    fan_share = (-math.log(1.0 - min(needed, 0.999)) / _NTU) ** (1.0 / _EXPONENT)
    fan_share = min(max(fan_share, _LOWEST_FAN), 1.0)
    effectiveness = 1.0 - math.exp(-_NTU * fan_share**_EXPONENT)
    basin_degc = max(wet_bulb_degc + range_k * (1.0 / effectiveness - 1.0), _LOWEST_BASIN_DEGC)
    evaporated = _EVAPORATION_PER_K * range_k * water_m3_h
    return TowerStep(basin_degc, fan_share, evaporated * _CYCLES / (_CYCLES - 1.0) + _DRIFT * water_m3_h)
