"""Rooms keep their climate in every season; chillers, towers and pumps pay for it according to the weather."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.factory.air_handlers import SET_DEGC, AirHandlers
from simulators.factory.chilled_water import CHILLERS, ChilledWater
from simulators.factory.chilled_water import SET_DEGC as CHILLED_SET_DEGC
from simulators.factory.chiller import condensing_degc, evaporating_degc, power_kw
from simulators.factory.cooling_tower import towers
from simulators.factory.moist_air import dew_point_degc, humidity_ratio, relative_humidity_percent, wet_bulb_degc
from simulators.factory.occupancy import activity_at
from simulators.factory.sun import sun_at
from simulators.factory.weather import Climate
from tests.simulators.factory.living import instant

SEASONS = ("2026-01-21", "2026-04-15", "2026-07-22", "2026-10-21")


def electric_kw(share: float, condenser_degc: float, fouling_k: float = 0.0, place: int = 0) -> float:
    part_load = np.full(4, share)
    condensing = condensing_degc(condenser_degc, part_load, np.full(4, fouling_k))
    return float(power_kw(CHILLERS, CHILLERS.rated_kw * share, evaporating_degc(7.0, part_load), condensing)[place])


@given(share=st.floats(0.05, 1.0), warm=st.floats(29, 38), place=st.integers(0, 3), dirt=st.floats(0.5, 8))
@settings(max_examples=60, deadline=None)
def test_warm_condenser_water_and_dirt_cost_electricity(share: float, warm: float, place: int, dirt: float) -> None:
    clean = electric_kw(share, warm, 0.0, place)
    assert electric_kw(share, warm + 1.0, 0.0, place) > clean
    assert electric_kw(share, warm, dirt, place) > clean


def test_part_load_is_best_in_the_middle() -> None:
    cop = {share: 1400.0 * share / electric_kw(share, 30.0) for share in (0.1, 0.25, 0.7, 1.0)}
    assert 4.5 < cop[1.0] < 7.5
    assert cop[0.7] > cop[1.0] > cop[0.1]
    assert cop[0.7] > cop[0.25] > cop[0.1]


@given(range_k=st.floats(0.1, 10), wet_bulb=st.floats(-5, 30))
@settings(max_examples=60, deadline=None)
def test_no_tower_cools_below_the_wet_bulb(range_k: float, wet_bulb: float) -> None:
    step = towers(range_k, 500.0, wet_bulb)
    assert step.basin_degc > wet_bulb
    assert 0.0 < step.fan_share <= 1.0
    assert step.makeup_m3_h > 0.0
    assert towers(range_k * 1.2, 500.0, wet_bulb).basin_degc >= step.basin_degc - 1e-9


@given(st.floats(-5, 40), st.floats(10, 99))
@settings(max_examples=60, deadline=None)
def test_the_wet_bulb_lies_between_dew_point_and_dry_bulb(temperature: float, humidity: float) -> None:
    ratio = humidity_ratio(temperature, humidity)
    assert relative_humidity_percent(temperature, ratio) == pytest.approx(humidity, rel=1e-9)
    # The formula is good to 0.65 K at best, 1 K outside its range.
    assert dew_point_degc(ratio) - 1.0 <= wet_bulb_degc(temperature, humidity) <= temperature + 1.0


@pytest.mark.parametrize("day", SEASONS)
def test_twelve_rooms_keep_their_climate_around_the_year(day: str) -> None:
    climate, rooms = Climate(3), AirHandlers(3)
    start_s = instant(f"{day}T04:00")
    for time_s in range(start_s, start_s + 10 * 3600, 60):
        rooms.step(time_s, 60, climate.at(time_s), activity_at(time_s), 7.0)
    humidity = relative_humidity_percent(rooms.memory.room_degc, rooms.memory.room_ratio)
    assert np.abs(rooms.memory.room_degc - SET_DEGC).max() < 2.0
    assert np.abs(humidity - 50.0).max() < 6.0


def test_rooms_take_more_cold_in_summer_and_steam_in_winter() -> None:
    cooling, steam = {}, {}
    for day in SEASONS:
        climate, rooms = Climate(1), AirHandlers(1)
        start_s = instant(f"{day}T08:00")
        kilowatts = kilograms = 0.0
        for time_s in range(start_s, start_s + 4 * 3600, 60):
            last = rooms.step(time_s, 60, climate.at(time_s), activity_at(time_s), 7.0)
            kilowatts, kilograms = kilowatts + last.cooling_kw.sum(), kilograms + last.steam_kg_s.sum()
        cooling[day], steam[day] = kilowatts, kilograms
    assert cooling["2026-07-22"] > 2.0 * cooling["2026-01-21"]
    assert steam["2026-01-21"] > 4.0 * steam["2026-07-22"]


def test_the_plant_holds_seven_degrees_and_switches_machines_on_one_after_another() -> None:
    plant, start_s = ChilledWater(), instant("2026-07-22T08:00")
    running, power = [], []
    for time_s in range(start_s, start_s + 6 * 3600, 60):
        load_kw = 600.0 + 2800.0 * (time_s - start_s) / (6 * 3600)
        last = plant.step(time_s, 60, load_kw, 26.0)
        running.append(int(plant.memory.on.sum()))
        power.append(float(last.power_kw.sum()))
        assert abs(plant.memory.supply_degc - CHILLED_SET_DEGC) < 2.5
    assert running[0] == 1
    assert max(running) >= 3
    assert power[-1] > 3.0 * power[0]
    assert plant.memory.starts.sum() >= 3
    for _ in range(3):
        plant.step(start_s, 60, 300.0, 20.0)
    assert plant.memory.on.sum() == running[-1]  # patience before switching off


def test_fouling_raises_condensing_temperature_and_power() -> None:
    clean, dirty = ChilledWater(), ChilledWater()
    dirty.fouling_k = np.full(4, 5.0)
    for time_s in range(0, 3600, 60):
        clean.step(time_s, 60, 500.0, 26.0)
        dirty.step(time_s, 60, 500.0, 26.0)
    on = clean.memory.on > 0.0
    assert (dirty.last.condensing_degc - clean.last.condensing_degc)[on].min() > 2.5
    assert dirty.last.power_kw[on].sum() > 1.05 * clean.last.power_kw[on].sum()


def test_seasons_sun_and_clouds() -> None:
    climate = Climate(1)
    hot = [climate.at(instant("2026-07-20T14:00") + 3600 * hour).dry_bulb_degc for hour in range(0, 240, 24)]
    cold = [climate.at(instant("2026-01-15T05:00") + 3600 * hour).dry_bulb_degc for hour in range(0, 240, 24)]
    assert np.mean(hot) > np.mean(cold) + 20.0
    noon, midnight = instant("2026-06-21T12:00"), instant("2026-06-21T00:00")
    assert sun_at(noon, 0.0).global_w_m2 > 900.0
    assert sun_at(noon, 1.0).global_w_m2 < 0.3 * sun_at(noon, 0.0).global_w_m2
    assert sun_at(midnight, 0.0).global_w_m2 == 0.0
    # At the solstice the noon sun over Kunshan stands 31.4 - 23.4 degrees from the zenith.
    assert np.degrees(np.arccos(sun_at(noon, 0.0).cos_zenith)) == pytest.approx(7.9, abs=1.0)
