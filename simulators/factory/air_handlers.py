"""Twelve air handlers that keep production rooms at 23 degC and 50 % humidity, summer and winter.

    outdoor air --+                     coil               reheat      steam
                  +-- mixed air --> (cool, dry out) --> (warm up) --> (wet) --> fan --> room
    room air -----+                                                             gains, walls

Heat and moisture balances of each room are solved in closed form over a step, so any step is stable. The controllers
are proportional-integral. Drying needs a coil below the room's dew point and usually cools too much: the reheat makes
up for it, which is why these rooms burn so much energy. Moist-air relations as in `moist_air`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulators.factory.arrays import Floats
from simulators.factory.moist_air import dew_point_degc, enthalpy_kj_kg, humidity_ratio, saturated_ratio
from simulators.factory.noise import Noise, spread
from simulators.factory.occupancy import Profile
from simulators.factory.weather import Weather

CODES = tuple(f"ahu-{number}" for number in range(1, 13))
SET_DEGC = 23.0
SET_HUMIDITY_PERCENT = 50.0
_SET_RATIO = float(humidity_ratio(SET_DEGC, SET_HUMIDITY_PERCENT))
_CP_KJ_KG_K = 1.006
# Six zones of building 1 (electronics, then assembly and machining metrology), six of building 2.
_PROFILE = np.array(
    [Profile.THREE_SHIFT] * 4 + [Profile.TWO_SHIFT] * 2 + [Profile.THREE_SHIFT] * 3 + [Profile.TWO_SHIFT] * 3
)
AIR_KG_S = np.array([9.5, 9.5, 8.5, 8.5, 7.5, 7.0, 10.0, 9.0, 9.0, 8.0, 7.5, 7.0])
_OUTDOOR_SHARE = np.array([0.22, 0.22, 0.2, 0.2, 0.18, 0.18, 0.16, 0.16, 0.16, 0.2, 0.2, 0.18])
_GAIN_KW = 8.5 * AIR_KG_S  # machines, lights and people of a fully manned zone
_MOISTURE_KG_S = 0.00022 * AIR_KG_S
_WALL_KW_K = 0.12 * AIR_KG_S
_ROOM_KJ_K = 2400.0 * AIR_KG_S  # air, machines and the inner skin of the walls
_ROOM_AIR_KG = 520.0 * AIR_KG_S
_FAN_KW = 2.1 * AIR_KG_S
_NIGHT_FLOW = 0.5
_COIL_APPROACH_K = 3.6
_WARMEST_SUPPLY_DEGC = 34.0


@dataclass(slots=True)
class RoomMemory:
    """Rooms, controllers' integrals and filters."""

    room_degc: Floats
    room_ratio: Floats
    warmth_integral: Floats
    moisture_integral: Floats
    filter_h: Floats
    run_h: Floats
    energy_kwh: Floats


@dataclass(slots=True)
class AirHandlerStep:
    """What the last step needed, for each air handler."""

    cooling_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    reheat_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    steam_kg_s: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    fan_kw: Floats = field(default_factory=lambda: np.zeros(len(CODES)))
    flow_share: Floats = field(default_factory=lambda: np.ones(len(CODES)))
    mixed_degc: Floats = field(default_factory=lambda: np.full(len(CODES), SET_DEGC))
    coil_degc: Floats = field(default_factory=lambda: np.full(len(CODES), 12.0))
    supply_degc: Floats = field(default_factory=lambda: np.full(len(CODES), 18.0))


class AirHandlers:
    """Physics of the twelve rooms."""

    def __init__(self, seed: int) -> None:
        size = len(CODES)
        age_h = np.array([spread(seed, f"filter of {code}", 0.0, 2400.0) for code in CODES])
        self.memory = RoomMemory(
            room_degc=np.full(size, SET_DEGC),
            room_ratio=np.full(size, _SET_RATIO),
            warmth_integral=np.zeros(size),
            moisture_integral=np.zeros(size),
            filter_h=age_h,
            run_h=np.zeros(size),
            energy_kwh=np.zeros(size),
        )
        self.last = AirHandlerStep()
        self._gains = Noise(seed, "room gains", size, 1200.0)

    def step(
        self, time_s: float, step_s: float, weather: Weather, activity: Floats, chilled_degc: float
    ) -> AirHandlerStep:
        """Advance one step; `chilled_degc` is the chilled-water supply: a coil gets no colder than that allows."""
        memory = self.memory
        busy = activity[_PROFILE]
        flow_share = _NIGHT_FLOW + (1.0 - _NIGHT_FLOW) * np.minimum(busy * 1.5, 1.0)
        air_kg_s = AIR_KG_S * flow_share
        gains_kw = _GAIN_KW * (0.15 + 0.85 * busy) * (1.0 + 0.06 * self._gains.at(time_s))
        wished_degc, wished_ratio = self._wishes(step_s)
        mixed_degc = _mixed(memory.room_degc, weather.dry_bulb_degc)
        mixed_ratio = _mixed(memory.room_ratio, weather.ratio)
        coil_degc = _coil(mixed_degc, mixed_ratio, wished_degc, wished_ratio, chilled_degc)
        coil_ratio = np.minimum(mixed_ratio, saturated_ratio(coil_degc))
        supply_degc = np.maximum(wished_degc, coil_degc)
        steam_kg_s = np.clip(wished_ratio - coil_ratio, 0.0, 0.004) * air_kg_s
        supply_ratio = coil_ratio + steam_kg_s / air_kg_s
        fan_kw = _FAN_KW * flow_share**3 * (0.85 + 0.3 * memory.filter_h / 3000.0)
        self.last = AirHandlerStep(
            cooling_kw=air_kg_s * (enthalpy_kj_kg(mixed_degc, mixed_ratio) - enthalpy_kj_kg(coil_degc, coil_ratio)),
            reheat_kw=air_kg_s * _CP_KJ_KG_K * (supply_degc - coil_degc),
            steam_kg_s=steam_kg_s,
            fan_kw=fan_kw,
            flow_share=flow_share,
            mixed_degc=mixed_degc,
            coil_degc=coil_degc,
            supply_degc=supply_degc,
        )
        self._advance_rooms(
            step_s, weather.dry_bulb_degc, gains_kw + fan_kw, _MOISTURE_KG_S * busy, air_kg_s, supply_ratio
        )
        memory.filter_h = (memory.filter_h + step_s / 3600.0) % 3000.0
        memory.run_h += step_s / 3600.0
        memory.energy_kwh += fan_kw * step_s / 3600.0
        return self.last

    def _wishes(self, step_s: float) -> tuple[Floats, Floats]:
        """Return the supply temperature and humidity ratio the controllers ask for."""
        memory = self.memory
        too_warm = memory.room_degc - SET_DEGC
        too_wet = memory.room_ratio - _SET_RATIO
        memory.warmth_integral = np.clip(memory.warmth_integral + too_warm * step_s / 500.0, -12.0, 12.0)
        memory.moisture_integral = np.clip(memory.moisture_integral + too_wet * step_s / 500.0, -0.004, 0.004)
        degc = np.clip(SET_DEGC - 3.0 * too_warm - memory.warmth_integral, 11.0, _WARMEST_SUPPLY_DEGC)
        ratio = np.clip(_SET_RATIO - 1.5 * too_wet - memory.moisture_integral, 0.0062, 0.0125)
        return degc, ratio

    def _advance_rooms(
        self, step_s: float, outdoor_degc: float, gains_kw: Floats, moisture_kg_s: Floats, air_kg_s: Floats,
        supply_ratio: Floats,
    ) -> None:  # fmt: skip
        memory = self.memory
        exchange_kw_k = air_kg_s * _CP_KJ_KG_K + _WALL_KW_K
        rest_degc = (
            air_kg_s * _CP_KJ_KG_K * self.last.supply_degc + _WALL_KW_K * outdoor_degc + gains_kw
        ) / exchange_kw_k
        memory.room_degc = rest_degc + (memory.room_degc - rest_degc) * np.exp(-exchange_kw_k * step_s / _ROOM_KJ_K)
        rest_ratio = supply_ratio + moisture_kg_s / air_kg_s
        memory.room_ratio = rest_ratio + (memory.room_ratio - rest_ratio) * np.exp(-air_kg_s * step_s / _ROOM_AIR_KG)


def _mixed(room: Floats, outdoor: float) -> Floats:
    return room + _OUTDOOR_SHARE * (outdoor - room)


def _coil(
    mixed_degc: Floats, mixed_ratio: Floats, wished_degc: Floats, wished_ratio: Floats, chilled_degc: float
) -> Floats:
    """Temperature behind the cooling coil: cold enough for temperature and for moisture, as far as the water allows."""
    for_moisture = np.where(mixed_ratio > wished_ratio, dew_point_degc(wished_ratio), mixed_degc)
    wanted = np.minimum(np.minimum(wished_degc, for_moisture), mixed_degc)
    return np.minimum(np.maximum(wanted, chilled_degc + _COIL_APPROACH_K), mixed_degc)
