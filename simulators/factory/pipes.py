"""Water and gas: main meters that show the sum of their branches, and a little more where a pipe leaks.

Consumers follow the people (halls, dormitory, canteen), the towers' evaporation, and the boilers. Small meters turn in
whole pulses, so their registers move in coarse steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.noise import Noise
from simulators.factory.occupancy import Profile
from simulators.factory.signals import Readings, counter, fleet_of, gauges

WATER = (
    "water-main", "water-b1", "water-b2", "water-towers", "water-boiler", "water-office", "water-dorm", "water-canteen"
)  # fmt: skip
GAS = ("gas-main", "gas-boiler", "gas-oven", "gas-canteen")
_WATER_LEAK_M3_H = 0.35
_GAS_KWH_M3 = 9.85  # lower heating value of pipeline gas
_STEAM_KWH_KG = 0.75 / 0.9  # to raise steam from mains water in a gas-fired generator
# Rated flow and rhythm of the branches that follow people, m3/h.
_WATER_PEOPLE = {"water-b1": (4.5, Profile.TWO_SHIFT), "water-b2": (15.0, Profile.TWO_SHIFT),
                 "water-office": (2.2, Profile.OFFICE), "water-dorm": (9.0, Profile.DORMITORY),
                 "water-canteen": (5.5, Profile.CANTEEN)}  # fmt: skip
_GAS_PEOPLE = {"gas-oven": (46.0, Profile.TWO_SHIFT), "gas-canteen": (34.0, Profile.CANTEEN)}

_WATER_CHANNELS = (*gauges(30, {"flow_m3_h": 2, "pressure_bar": 2}), counter("volume_m3", 30, 0.1, 1e6, 182_000.0))
_GAS_CHANNELS = (
    *gauges(30, {"flow_m3_h": 2, "pressure_kpa": 2, "temperature_degc": 1}),
    counter("volume_m3", 30, 0.1, 1e7, 640_000.0),
)


@dataclass(slots=True)
class PipesMemory:
    """True volumes, by meter."""

    water_m3: Floats
    gas_m3: Floats


class Pipes:
    """Both networks."""

    water = fleet_of("water_meter", _WATER_CHANNELS, "gw-campus", WATER)
    gas = fleet_of("gas_meter", _GAS_CHANNELS, "gw-campus", GAS)

    def __init__(self, seed: int) -> None:
        self.memory = PipesMemory(np.zeros(len(WATER)), np.zeros(len(GAS)))
        self.water_m3_h = np.zeros(len(WATER))
        self.gas_m3_h = np.zeros(len(GAS))
        self._taps = Noise(seed, "taps", len(WATER), 75.0)
        self._burners = Noise(seed, "burners", len(GAS), 120.0)

    def step(
        self, time_s: float, step_s: float, activity: Floats, tower_m3_h: float, steam_kg_s: float, boiler_kw: float
    ) -> None:
        """Advance one step; `boiler_kw` is the gas the hot-water boiler burns."""
        taps = np.clip(1.0 + 0.35 * self._taps.at(time_s), 0.0, 2.5)
        water = np.zeros(len(WATER))
        for code, (rated_m3_h, profile) in _WATER_PEOPLE.items():
            place = WATER.index(code)
            water[place] = rated_m3_h * activity[profile] * taps[place]
        water[WATER.index("water-towers")] = tower_m3_h
        water[WATER.index("water-boiler")] = steam_kg_s * 3.6 * 1.08  # with blow-down
        water[0] = water[1:].sum() + _WATER_LEAK_M3_H
        burners = np.clip(1.0 + 0.12 * self._burners.at(time_s), 0.0, 2.0)
        gas = np.zeros(len(GAS))
        for code, (rated_m3_h, profile) in _GAS_PEOPLE.items():
            place = GAS.index(code)
            gas[place] = rated_m3_h * activity[profile] * burners[place]
        gas[GAS.index("gas-boiler")] = (boiler_kw + steam_kg_s * 3600.0 * _STEAM_KWH_KG) / _GAS_KWH_M3
        gas[0] = gas[1:].sum()
        self.water_m3_h, self.gas_m3_h = water, gas
        self.memory.water_m3 += water * step_s / 3600.0
        self.memory.gas_m3 += gas * step_s / 3600.0

    def readings(self, outdoor_degc: float) -> dict[str, Readings]:
        """Return what the meters show, by template."""
        return {
            "water_meter": {
                "flow_m3_h": self.water_m3_h,
                "pressure_bar": 3.6 - 0.004 * self.water_m3_h[0] - 0.006 * self.water_m3_h,
                "volume_m3": self.memory.water_m3,
            },
            "gas_meter": {
                "flow_m3_h": self.gas_m3_h,
                "pressure_kpa": 12.0 - 0.012 * self.gas_m3_h,
                "temperature_degc": np.full(len(GAS), 0.7 * outdoor_degc + 5.0),
                "volume_m3": self.memory.gas_m3,
            },
        }
