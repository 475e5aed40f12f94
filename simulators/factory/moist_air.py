"""Properties of moist air: saturation, humidity ratio, enthalpy, wet bulb. All functions take numbers or arrays.

Saturation pressure after Magnus with the coefficients of the WMO Guide to Instruments (2018, annex 4.B); humidity ratio
and enthalpy after ASHRAE Fundamentals (2017), chapter 1; wet bulb after Stull (2011), J. Appl. Meteor. Climatol. 50.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from simulators.factory.arrays import Floats

Number = TypeVar("Number", float, Floats)

PRESSURE_KPA = 101.3
"""At the site's height of a few metres; the weather moves it by too little to matter here."""
_MASS_RATIO = 0.621945


def saturation_kpa(temperature_degc: Number) -> Number:
    """Return the pressure of saturated water vapour."""
    pressure: Number = 0.6112 * np.exp(17.62 * temperature_degc / (243.12 + temperature_degc))
    return pressure


def humidity_ratio(temperature_degc: Number, humidity_percent: Number) -> Number:
    """Return kg of water in a kg of dry air."""
    vapour_kpa = saturation_kpa(temperature_degc) * humidity_percent / 100.0
    return _MASS_RATIO * vapour_kpa / (PRESSURE_KPA - vapour_kpa)


def saturated_ratio(temperature_degc: Number) -> Number:
    """Return the humidity ratio of saturated air."""
    vapour_kpa = saturation_kpa(temperature_degc)
    return _MASS_RATIO * vapour_kpa / (PRESSURE_KPA - vapour_kpa)


def relative_humidity_percent(temperature_degc: Number, ratio: Number) -> Number:
    """Return the relative humidity of air with this humidity ratio, at most 100."""
    vapour_kpa = PRESSURE_KPA * ratio / (_MASS_RATIO + ratio)
    humidity: Number = np.minimum(100.0 * vapour_kpa / saturation_kpa(temperature_degc), 100.0)
    return humidity


def dew_point_degc(ratio: Number) -> Number:
    """Return the temperature at which air with this humidity ratio is saturated."""
    vapour_kpa = PRESSURE_KPA * ratio / (_MASS_RATIO + ratio)
    logarithm = np.log(vapour_kpa / 0.6112)
    temperature: Number = 243.12 * logarithm / (17.62 - logarithm)
    return temperature


def enthalpy_kj_kg(temperature_degc: Number, ratio: Number) -> Number:
    """Return the enthalpy of a kg of dry air with its water, zero at 0 degC and dry."""
    return 1.006 * temperature_degc + ratio * (2501.0 + 1.86 * temperature_degc)


def wet_bulb_degc(temperature_degc: float, humidity_percent: float) -> float:
    """Return what a wetted thermometer shows; within 0.65 K between -20 and 50 degC above 5 % humidity."""
    temperature, humidity = temperature_degc, humidity_percent
    return float(
        temperature * np.arctan(0.151977 * np.sqrt(humidity + 8.313659))
        + np.arctan(temperature + humidity)
        - np.arctan(humidity - 1.676331)
        + 0.00391838 * humidity**1.5 * np.arctan(0.023101 * humidity)
        - 4.686035
    )
