"""Where the sun stands over Kunshan and what it sends through the clouds.

Position after Spencer (1971) as given in Duffie & Beckman, Solar Engineering of Thermal Processes, 4th ed., 1.5-1.6;
clear sky after Haurwitz (1945); clouds after Kasten & Czeplak (1980), Solar Energy 24; diffuse share after Erbs et al.
(1982), Solar Energy 28.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

LATITUDE_RAD = math.radians(31.3856)
LONGITUDE_DEG = 120.9807
_SOLAR_CONSTANT_W_M2 = 1361.0
_LOWEST_COSINE = 0.01


@dataclass(frozen=True, slots=True)
class Sun:
    """Direction and strength of the sunlight."""

    cos_zenith: float
    azimuth_rad: float
    """From south, west positive."""
    global_w_m2: float
    """On the horizontal."""
    diffuse_w_m2: float


def sun_at(time_s: float, cloud_cover: float) -> Sun:
    """Return the sunlight at a Unix time under a cloud cover from 0 (clear) to 1 (overcast)."""
    moment = datetime.fromtimestamp(time_s, UTC)
    year_rad = 2.0 * math.pi * (moment.timetuple().tm_yday - 1) / 365.0
    declination = _declination_rad(year_rad)
    solar_h = (time_s % 86_400) / 3600.0 + LONGITUDE_DEG / 15.0 + _equation_of_time_h(year_rad)
    hour_rad = math.radians(15.0 * (solar_h - 12.0))
    cos_zenith = math.sin(LATITUDE_RAD) * math.sin(declination) + math.cos(LATITUDE_RAD) * math.cos(
        declination
    ) * math.cos(hour_rad)
    if cos_zenith < _LOWEST_COSINE:
        return Sun(max(cos_zenith, 0.0), 0.0, 0.0, 0.0)
    azimuth = math.atan2(
        math.cos(declination) * math.sin(hour_rad),
        math.sin(LATITUDE_RAD) * math.cos(declination) * math.cos(hour_rad)
        - math.cos(LATITUDE_RAD) * math.sin(declination),
    )
    clear = 1098.0 * cos_zenith * math.exp(-0.057 / cos_zenith)
    on_ground = clear * (1.0 - 0.75 * cloud_cover**3.4)
    return Sun(cos_zenith, azimuth, on_ground, on_ground * _diffuse_share(on_ground, cos_zenith, year_rad))


def tilted_w_m2(sun: Sun, tilt_rad: float, facing_rad: float) -> float:
    """Return the light on a plane under an isotropic sky (Liu & Jordan 1963); facing from south, west positive."""
    if sun.cos_zenith < _LOWEST_COSINE:
        return 0.0
    sin_zenith = math.sqrt(1.0 - sun.cos_zenith**2)
    cos_incidence = sun.cos_zenith * math.cos(tilt_rad) + sin_zenith * math.sin(tilt_rad) * math.cos(
        sun.azimuth_rad - facing_rad
    )
    beam = (sun.global_w_m2 - sun.diffuse_w_m2) * max(cos_incidence, 0.0) / max(sun.cos_zenith, 0.06)
    ground = 0.2 * sun.global_w_m2 * (1.0 - math.cos(tilt_rad)) / 2.0
    return beam + sun.diffuse_w_m2 * (1.0 + math.cos(tilt_rad)) / 2.0 + ground


def _declination_rad(year_rad: float) -> float:
    return (
        0.006918 - 0.399912 * math.cos(year_rad) + 0.070257 * math.sin(year_rad) - 0.006758 * math.cos(2 * year_rad)
        + 0.000907 * math.sin(2 * year_rad) - 0.002697 * math.cos(3 * year_rad) + 0.00148 * math.sin(3 * year_rad)
    )  # fmt: skip


def _equation_of_time_h(year_rad: float) -> float:
    minutes = 229.2 * (
        0.000075 + 0.001868 * math.cos(year_rad) - 0.032077 * math.sin(year_rad) - 0.014615 * math.cos(2 * year_rad)
        - 0.04089 * math.sin(2 * year_rad)
    )  # fmt: skip
    return minutes / 60.0


def _diffuse_share(global_w_m2: float, cos_zenith: float, year_rad: float) -> float:
    extraterrestrial = _SOLAR_CONSTANT_W_M2 * (1.0 + 0.033 * math.cos(year_rad)) * cos_zenith
    clearness = min(global_w_m2 / extraterrestrial, 1.0)
    if clearness <= 0.22:
        return 1.0 - 0.09 * clearness
    if clearness <= 0.8:
        return 0.9511 - 0.1604 * clearness + 4.388 * clearness**2 - 16.638 * clearness**3 + 12.336 * clearness**4
    return 0.165
