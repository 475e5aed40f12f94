"""Shifts, nights, weekends and holidays are visible in the load."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from simulators.factory.occupancy import Profile, activity_at
from simulators.factory.photovoltaics import Photovoltaics
from simulators.factory.storage import CAPACITY_KWH, RATED_KW, Storage
from simulators.factory.weather import Climate
from simulators.factory.workdays import Day, kind_of
from tests.simulators.factory.living import grown, instant


def mean_kw(start: str, hours: float = 0.5) -> dict[str, float]:
    factory = grown(start, hours=0.1, warm_up_h=0.5)
    tree, memory = factory.electricity.tree, factory.electricity.memory
    before = memory.import_kwh - memory.export_kwh
    from_s = factory.time_s
    for time_s in range(from_s + 60, from_s + round(hours * 3600) + 1, 60):
        factory.step(time_s, 60)
    net_kwh = memory.import_kwh - memory.export_kwh - before
    return dict(zip((node.code for node in tree.nodes), (net_kwh / hours).tolist(), strict=True))


@pytest.fixture(scope="module")
def wednesday() -> dict[str, float]:
    return mean_kw("2026-11-18T09:30")


def test_a_sunday_draws_far_less_than_a_wednesday_and_a_holiday_less_again(wednesday: dict[str, float]) -> None:
    sunday, holiday = mean_kw("2026-11-22T09:30"), mean_kw("2026-10-02T09:30")
    for floor in ("me-b1-f1", "me-b1-f2", "me-b2-f1", "me-b2-f2"):
        assert holiday[floor] < sunday[floor] < 0.5 * wednesday[floor]
    assert sunday["me-incomer"] < 0.6 * wednesday["me-incomer"]


def test_nights_keep_a_base_load_and_the_dormitory_wakes_when_the_office_sleeps(wednesday: dict[str, float]) -> None:
    night, evening = mean_kw("2026-11-18T02:30"), mean_kw("2026-11-18T20:30")
    assert 0.3 * wednesday["me-incomer"] < night["me-incomer"] < wednesday["me-incomer"]
    assert night["me-b1-f2"] < 0.4 * wednesday["me-b1-f2"]  # two shifts only
    assert night["me-b1-f1"] > 0.5 * wednesday["me-b1-f1"]  # round the clock
    assert evening["me-office-f2"] < 0.5 * wednesday["me-office-f2"]
    assert evening["me-dorm-a"] > 1.5 * wednesday["me-dorm-a"]
    assert evening["me-dorm-road"] > 3.0 * wednesday["me-dorm-road"]


def test_calendar_of_holidays_and_make_up_days() -> None:
    assert kind_of(date(2026, 2, 17)) is Day.HOLIDAY  # Spring Festival
    assert kind_of(date(2026, 2, 14)) is Day.WORKDAY  # a Saturday worked in exchange
    assert kind_of(date(2026, 10, 10)) is Day.WORKDAY
    assert kind_of(date(2026, 11, 21)) is Day.SATURDAY
    assert kind_of(date(2031, 10, 1)) is Day.HOLIDAY
    assert activity_at(instant("2026-02-14T10:00"))[Profile.TWO_SHIFT] > 0.9
    assert activity_at(instant("2026-02-17T10:00"))[Profile.TWO_SHIFT] < 0.05


def test_activity_never_jumps() -> None:
    # From a Friday noon over the weekend's two midnights.
    start_s = instant("2026-11-20T12:00")
    levels = np.array([activity_at(start_s + 60 * minute) for minute in range(3 * 1440)])
    assert np.abs(np.diff(levels, axis=0)).max() < 0.09
    assert levels.min() >= 0.0
    assert levels.max() <= 1.0


def test_pv_works_by_day_and_takes_a_little_by_night() -> None:
    climate, pv = Climate(1), Photovoltaics(1)
    day_kw = pv.step(instant("2026-05-10T12:00"), 60, climate.at(instant("2026-05-10T12:00"))).active_kw.sum()
    night_kw = pv.step(instant("2026-05-10T00:00"), 60, climate.at(instant("2026-05-10T00:00"))).active_kw.sum()
    assert day_kw < -80.0
    assert 0.0 < night_kw < 1.0


def test_storage_charges_by_night_discharges_at_the_peak_never_exports_and_loses_on_the_way() -> None:
    storage, charging, discharging = Storage(1), 0.0, 0.0
    start_s = instant("2026-11-18T00:00")
    begun_kwh = storage.memory.charge_kwh
    for time_s in range(start_s + 60, start_s + 86_401, 60):
        power_kw = float(storage.step(time_s, 60, 120.0, 20.0).active_kw[0])
        hour = (time_s - start_s) / 3600
        charging += power_kw if 2 < hour < 6 else 0.0
        discharging += power_kw if 15.1 < hour < 22 else 0.0
        assert 0.0 <= storage.soc <= 1.0
        assert -120.0 <= power_kw <= RATED_KW
    assert charging > 0.0 > discharging
    memory = storage.memory
    stored_kwh = memory.charge_kwh - begun_kwh
    assert abs(stored_kwh) < CAPACITY_KWH
    assert memory.export_kwh + stored_kwh < 0.95 * memory.import_kwh


def test_on_a_clear_holiday_noon_the_roofs_feed_the_grid_and_every_meter_on_the_way_counts_it() -> None:
    factory = grown("2026-05-03T12:00", hours=0.5, warm_up_h=0.5)
    exported = dict(
        zip((node.code for node in factory.electricity.tree.nodes), factory.electricity.memory.export_kwh, strict=True)
    )
    assert exported["me-b1-pv"] > exported["me-tr-1"] > 50.0
    assert exported["me-incomer"] > 5.0
    assert exported["me-tr-4"] == 0.0
