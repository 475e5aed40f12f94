"""The receiver's pressure is what supply and demand leave in it; machines follow the pressure, and trip when hot."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.factory.compressed_air import CODES, MODELS, RECEIVER_M3, CompressedAir, bands_of
from simulators.factory.compressor import Band, Compressor, Mode
from simulators.factory.occupancy import Profile
from tests.simulators.factory.living import instant

START = instant("2026-11-20T10:00")
BUSY = np.ones(len(Profile))
QUIET = np.zeros(len(Profile))


def settled(activity: np.ndarray, seed: int = 1) -> CompressedAir:
    air = CompressedAir(seed)
    air.step(START, 1800, activity, 15.0)
    return air


SETTLED = settled(BUSY * 0.5)


@given(busy=st.floats(0, 1.2), leak=st.floats(0, 60), start_bar=st.floats(2, 8), step_s=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_the_air_in_the_receiver_is_conserved(busy: float, leak: float, start_bar: float, step_s: int) -> None:
    air = copy.deepcopy(SETTLED)
    air.memory.header_bar = start_bar
    air.added_leak_m3_min = np.array([leak, 0.0])
    supplied_m3, delivered_m3 = air.memory.supplied_m3, air.memory.delivered_m3.sum()
    air.step(START + step_s, step_s, BUSY * busy, 15.0)
    into_receiver_m3 = (air.memory.supplied_m3 - supplied_m3) - (air.memory.delivered_m3.sum() - delivered_m3)
    assert into_receiver_m3 == pytest.approx((air.memory.header_bar - start_bar) * RECEIVER_M3, abs=1e-6)


def test_the_pressure_stays_in_the_bands_and_power_follows_the_halls() -> None:
    busy, quiet = settled(BUSY), settled(QUIET)
    assert 6.2 < busy.memory.header_bar < 7.3
    assert 6.2 < quiet.memory.header_bar < 7.3
    assert busy.last.power_kw.sum() > 2.5 * quiet.last.power_kw.sum()


def test_a_leak_takes_pressure_first_and_kilowatt_hours_for_as_long_as_it_lasts() -> None:
    tight, leaking = settled(BUSY * 0.6), settled(BUSY * 0.6)
    leaking.added_leak_m3_min = np.array([35.0, 0.0])
    lowest = {}
    for name, air in (("tight", tight), ("leaking", leaking)):
        before = air.memory.supplied_m3
        pressures, power = [], 0.0
        for second in range(900):
            air.step(START + second, 1, BUSY * 0.6, 15.0)
            pressures.append(air.memory.header_bar)
            power += float(air.last.power_kw.sum()) / 3600.0
        lowest[name] = (min(pressures[:120]), power, air.memory.supplied_m3 - before)
    assert lowest["leaking"][0] < lowest["tight"][0] - 0.05
    assert lowest["leaking"][1] > 1.2 * lowest["tight"][1]
    assert lowest["leaking"][2] > lowest["tight"][2] + 0.8 * 35.0 * 15.0


def test_a_fouled_oil_cooler_heats_the_element_until_it_trips_and_another_machine_takes_over() -> None:
    air = settled(BUSY)
    place = next(place for place in range(4) if air.memory.compressors[place].mode == Mode.LOADED)
    hot = air.memory.compressors[place]
    before_degc = hot.element_degc
    hot.cooler_fouling = 2.0
    air.step(START, 100, BUSY, 25.0)
    assert hot.element_degc > before_degc + 20.0
    air.step(START, 600, BUSY, 25.0)
    assert hot.mode == Mode.FAULT
    assert [change.state for change in air.changes if change.machine == CODES[place]][-1] == "fault"
    assert air.memory.header_bar > 5.5  # the others carry on
    hot.cooler_fouling = 0.0
    air.step(START, 5400, BUSY, 25.0)
    assert hot.mode != Mode.FAULT


def test_a_fixed_machine_delivers_all_or_nothing_and_stops_after_idling() -> None:
    machine, model, band = Compressor(), MODELS[0], Band(6.5, 7.0, 0.0)
    flows = [machine.step(model, band, 6.4, 20.0)[0] for _ in range(60)]
    assert set(flows) == {0.0, model.flow_m3_min}
    assert machine.starts == machine.loadings == 1
    for _ in range(601):
        machine.step(model, band, 7.1, 20.0)
    assert machine.mode == Mode.UNLOADED
    idling_kw = machine.step(model, band, 7.1, 20.0)[1]
    assert idling_kw == pytest.approx(model.unloaded_kw, rel=0.05) or machine.mode == Mode.STOPPED
    machine.step(model, band, 7.1, 20.0)
    assert machine.mode == Mode.STOPPED
    assert machine.run_h > machine.loaded_h > 0.0


def test_a_variable_machine_slows_down_as_the_pressure_rises() -> None:
    machine, model, band = Compressor(), MODELS[4], Band(6.9, 7.3, 6.5)
    speeds = []
    for header_bar in (6.4, 6.7, 6.9, 7.05, 7.25):
        for _ in range(40):
            machine.step(model, band, header_bar, 20.0)
        speeds.append(machine.speed)
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[0] == 1.0
    assert speeds[-1] == model.lowest_speed


def test_the_sequence_rotates_weekly_among_equals() -> None:
    weeks = [bands_of(START + week * 7 * 86_400) for week in range(4)]
    firsts = {max(range(4), key=lambda place: bands[place].load_bar) for bands in weeks}
    assert firsts == {0, 1, 2, 3}
