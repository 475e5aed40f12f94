"""The weather over Kunshan: a monsoon climate of hot wet summers and cool winters, from the seed.

    month's mean + passing fronts (days) + day and night + gusts (minutes) --> dry bulb
    month's humidity + fronts                                              --> dew point --> wet bulb
    fronts + broken clouds (minutes)                                       --> sunlight

Monthly means are rounded figures for the Suzhou area; they are a climate, not a record of any year.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from simulators.factory.clock import local_date, local_hour
from simulators.factory.moist_air import (
    dew_point_degc,
    enthalpy_kj_kg,
    humidity_ratio,
    relative_humidity_percent,
    wet_bulb_degc,
)
from simulators.factory.noise import Noise
from simulators.factory.signals import Readings, fleet_of, gauges
from simulators.factory.sun import Sun, sun_at

_MEAN_DEGC = (4.2, 6.1, 10.2, 16.0, 21.3, 25.0, 29.2, 28.8, 24.6, 19.1, 13.0, 6.5)
_MEAN_HUMIDITY_PERCENT = (72, 72, 71, 70, 71, 78, 76, 77, 75, 72, 73, 70)
_HALF_RANGE_DEGC = (3.9, 4.1, 4.5, 4.9, 4.7, 3.7, 3.9, 3.7, 3.9, 4.5, 4.7, 4.5)
_MEAN_CLOUD = (0.66, 0.7, 0.7, 0.68, 0.7, 0.82, 0.68, 0.64, 0.68, 0.6, 0.62, 0.6)

_CHANNELS = gauges(
    30,
    {
        "temperature_degc": 1, "humidity_percent": 1, "dew_point_degc": 1, "wet_bulb_degc": 1, "irradiance_w_m2": 0,
        "wind_speed_m_s": 1, "pressure_hpa": 1,
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weather:
    """The air outside and the sun above it."""

    dry_bulb_degc: float
    humidity_percent: float
    ratio: float
    """Humidity ratio, kg of water in a kg of dry air."""
    wet_bulb_degc: float
    enthalpy_kj_kg: float
    sun: Sun
    wind_m_s: float
    pressure_hpa: float


class Climate:
    """Makes the weather of any instant."""

    fleet = fleet_of("weather_station", _CHANNELS, "gw-campus", ("weather-1",))

    def __init__(self, seed: int) -> None:
        self._fronts = Noise(seed, "fronts", 3, 3.2 * 86_400)
        self._hours = Noise(seed, "weather hours", 4, 5400.0)
        self._minutes = Noise(seed, "weather minutes", 3, 240.0)

    def at(self, time_s: float) -> Weather:
        """Return the weather at a Unix time."""
        fronts, hours, minutes = self._fronts.at(time_s), self._hours.at(time_s), self._minutes.at(time_s)
        day = local_date(time_s)
        cloud = _clipped(_of_month(_MEAN_CLOUD, day) + 0.3 * fronts[0] + 0.12 * hours[0], 0.0, 1.0)
        # Fronts that swing the winter by ten degrees hardly move the summer.
        winter = 0.5 + 0.5 * math.cos(2.0 * math.pi * (day.timetuple().tm_yday - 20) / 365.0)
        # The day is coolest before sunrise and warmest at half past two; clouds flatten it.
        swing = math.cos(2.0 * math.pi * (local_hour(time_s) - 14.5) / 24.0)
        dry_bulb = (
            _of_month(_MEAN_DEGC, day) + (1.6 + 1.4 * winter) * fronts[1] + 0.5 * hours[1] + 0.12 * minutes[0]
            + _of_month(_HALF_RANGE_DEGC, day) * (1.15 - 0.6 * cloud) * swing
        )  # fmt: skip
        mean_ratio = humidity_ratio(_of_month(_MEAN_DEGC, day), _of_month(_MEAN_HUMIDITY_PERCENT, day))
        ratio = mean_ratio * math.exp(
            (0.05 + 0.12 * winter) * fronts[1] + (0.06 + 0.1 * winter) * fronts[2] + 0.03 * hours[2]
        )
        ratio = min(ratio, humidity_ratio(float(dry_bulb), 98.5))
        humidity = float(relative_humidity_percent(dry_bulb, ratio))
        # Broken clouds pass in minutes where the sky is neither clear nor overcast.
        broken = _clipped(cloud + 0.9 * cloud * (1.0 - cloud) * minutes[1], 0.0, 1.0)
        return Weather(
            dry_bulb_degc=float(dry_bulb),
            humidity_percent=humidity,
            ratio=float(ratio),
            wet_bulb_degc=min(wet_bulb_degc(float(dry_bulb), humidity), float(dry_bulb)),
            enthalpy_kj_kg=float(enthalpy_kj_kg(dry_bulb, ratio)),
            sun=sun_at(time_s, broken),
            wind_m_s=max(0.0, 2.6 + 1.2 * float(hours[3]) + 0.7 * float(minutes[2]) + 0.8 * swing),
            pressure_hpa=1016.0 - 0.35 * (float(dry_bulb) - 16.0) - 4.0 * float(fronts[0]),
        )


def readings(weather: Weather) -> Readings:
    """Return what the weather station shows."""
    return {
        "temperature_degc": np.array([weather.dry_bulb_degc]),
        "humidity_percent": np.array([weather.humidity_percent]),
        "dew_point_degc": np.array([float(dew_point_degc(weather.ratio))]),
        "wet_bulb_degc": np.array([weather.wet_bulb_degc]),
        "irradiance_w_m2": np.array([weather.sun.global_w_m2]),
        "wind_speed_m_s": np.array([weather.wind_m_s]),
        "pressure_hpa": np.array([weather.pressure_hpa]),
    }


def _of_month(means: tuple[float, ...], day: date) -> float:
    """Glide from the middle of one month to the middle of the next."""
    place = day.month - 1 + (day.day - 15.5) / 31.0
    low = math.floor(place)
    fraction = place - low
    return means[low % 12] * (1.0 - fraction) + means[(low + 1) % 12] * fraction


def _clipped(value: float, low: float, high: float) -> float:
    return min(max(float(value), low), high)
