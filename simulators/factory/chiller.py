"""One chiller: how much electricity a cooling load costs at these water temperatures.

    COP = share of Carnot x T_evaporating / (T_condensing - T_evaporating)

The share of Carnot that a compressor reaches depends on its part load: best between half and three quarters, worse at
both ends, where fixed losses or friction weigh more (the form of the part-load curves in ASHRAE Guideline 14 and in
Gordon & Ng, Cool Thermodynamics, fitted here by a parabola). Refrigerant and water differ by an approach that grows
with the load; dirt on the condenser's tubes adds to it, which raises the condensing temperature and with it the power.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats

_KELVIN = 273.15
_EVAPORATOR_APPROACH_K = 1.6
_CONDENSER_APPROACH_K = 1.3
_LOWEST_LIFT_K = 15.0  # less does not carry the oil nor hold the expansion valve; colder water saves nothing more
# Saturation pressure of R134a as ln p = a - b / T, within 0.5 % between 0 and 50 degC.
_R134A_LN_A, _R134A_B_K = 10.819, 2661.8


@dataclass(frozen=True, slots=True)
class Chillers:
    """The machines of a plant, one entry for each."""

    rated_kw: Floats
    """Cooling at design water temperatures."""
    carnot_share: Floats
    """At the best part load."""
    lowest_share: Floats
    """Below this part load it bypasses hot gas and does not get cheaper."""
    best_share: Floats


def condensing_degc(condenser_outlet_degc: float, part_load: Floats, fouling_k: Floats) -> Floats:
    """Return the saturation temperature in the condensers."""
    return condenser_outlet_degc + (_CONDENSER_APPROACH_K + fouling_k) * np.maximum(part_load, 0.15)


def evaporating_degc(chilled_degc: float, part_load: Floats) -> Floats:
    """Return the saturation temperature in the evaporators."""
    return chilled_degc - _EVAPORATOR_APPROACH_K * np.maximum(part_load, 0.15)


def power_kw(chillers: Chillers, cooling_kw: Floats, evaporating: Floats, condensing: Floats) -> Floats:
    """Return the compressors' electric power for a cooling load; zero where there is none."""
    share = cooling_kw / chillers.rated_kw
    working = np.maximum(share, chillers.lowest_share)
    off_best = (working - chillers.best_share) / (1.0 - chillers.lowest_share)
    reached = chillers.carnot_share * (1.0 - 0.55 * off_best * off_best)
    lift_k = np.maximum(condensing - evaporating, _LOWEST_LIFT_K)
    cop = reached * (evaporating + _KELVIN) / lift_k
    return np.where(cooling_kw > 0.0, working * chillers.rated_kw / cop, 0.0)


def saturation_bar(temperature_degc: Floats) -> Floats:
    """Return the gauge pressure of R134a at saturation."""
    return np.asarray(np.exp(_R134A_LN_A - _R134A_B_K / (temperature_degc + _KELVIN)) - 1.0)
