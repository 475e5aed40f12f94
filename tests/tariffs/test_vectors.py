"""Every time-of-use vector, half hour by half hour of whole years, against the shipped files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics.tariffs.bands import Band
from analytics.tariffs.clock import midnight_us
from analytics.tariffs.expansion import expand
from analytics.tariffs.prices import bands_of, price_in_band, unit_price
from tests.tariffs import shipped
from tests.tariffs.reading import band_of_minute, minutes, time_of_use

#: The days off of the three major holidays, as the notices say them, independent of the shipped calendar.
MAJOR = {
    2018: [("02-15", "02-21"), ("04-29", "05-01"), ("10-01", "10-07")],
    2024: [("02-10", "02-17"), ("05-01", "05-05"), ("10-01", "10-07")],
    2026: [("02-15", "02-23"), ("05-01", "05-05"), ("10-01", "10-07")],
}


def is_major(day: date) -> bool:
    return any(first <= f"{day:%m-%d}" <= last for first, last in MAJOR[day.year])


@pytest.mark.parametrize(
    ("vector", "tariff", "customer_class", "kva"),
    [
        ("jiangsu_2025_426", "jiangsu-2025-426", "two-part", 1000),
        ("jiangsu_2025_426", "jiangsu-2025-426", "single-ge100kva", 200),
        ("jiangsu_2025_426", "jiangsu-2025-426", "single-lt100kva", 0),
        ("jiangsu_2023_555", "jiangsu-2023-555", "two-part", 315),
        ("jiangsu_2023_555", "jiangsu-2023-555", "two-part", 250),
        ("guangdong_2021_331", "guangdong-2021-331", "industry", 1000),
    ],
)
@pytest.mark.parametrize("year", [2018, 2024, 2026])
def test_each_half_hour_of_a_year_has_the_band_of_the_vector(
    vector: str, tariff: str, customer_class: str, kva: int, year: int
) -> None:
    wanted = time_of_use(vector)
    plan = shipped.plan(tariff, customer_class, kva=kva)
    start, stop = midnight_us(plan.zone, date(year, 1, 1)), midnight_us(plan.zone, date(year + 1, 1, 1))
    # All edges of the vectors are on half hours; a second after each tells the band that begins there.
    halves = np.arange(start, stop, 1_800_000_000, dtype=np.int64)
    found = expand(plan, start, stop).bands_at(halves + 1_000_000)
    known: dict[tuple[int, int, bool], str] = {}
    at = datetime(year, 1, 1)  # noqa: DTZ001 - Shanghai's wall clock, which never changes
    for band in found.tolist():
        key = at.month, at.hour * 60 + at.minute, is_major(at.date())
        if key not in known:
            known[key] = band_of_minute(wanted, *key[:2], large=kva >= 315, deep=key[2])
        assert Band(band).code == known[key], at
        at += timedelta(minutes=30)


def test_the_hours_before_2023_are_those_of_1183() -> None:
    wanted = time_of_use("jiangsu_2023_555")["base_2020_1183"]
    plan = shipped.plan("jiangsu-2020-1183", "two-part")
    start = midnight_us(plan.zone, date(2022, 5, 10))
    found = expand(plan, start, start + 86_400_000_000)
    for minute in range(1440):
        names = {"peak": "peak", "flat": "intermediate", "valley": "off_peak"}
        expected = next(names[key] for key in names if minute in minutes(wanted[key]))
        assert Band(int(found.bands_at(np.array([start + minute * 60_000_000]))[0])).code == expected


def test_ratios_are_those_of_the_vectors() -> None:
    tariffs = shipped.documents().tariffs
    names = {"peak": Band.PEAK, "flat": Band.INTERMEDIATE, "valley": Band.OFF_PEAK, "sharp": Band.CRITICAL_PEAK}
    jiangsu = time_of_use("jiangsu_2025_426")
    classes = {"two_part": "two-part", "single_ge100kVA": "single-ge100kva", "single_lt100kVA": "single-lt100kva"}
    for given, ours in classes.items():
        for key, ratio in jiangsu["ratio"][given].items():
            assert tariffs["jiangsu-2025-426"].ratios[ours][names[key]] == Decimal(str(ratio))
    two_part = tariffs["jiangsu-2025-426"].ratios["two-part"]
    assert two_part[Band.CRITICAL_PEAK] == Decimal("2.16")  # 1.8 x 1.2
    assert two_part[Band.DEEP_OFF_PEAK] == Decimal("0.28")  # 0.35 x 0.8
    guangdong = time_of_use("guangdong_2021_331")["ratio"]
    for key, ratio in guangdong.items():
        assert tariffs["guangdong-2021-331"].ratios["industry"][names[key]] == Decimal(str(ratio))
    older = time_of_use("jiangsu_2023_555")["ratio_large_industry"]
    for key in ("peak", "flat", "valley"):
        assert tariffs["jiangsu-2023-555"].ratios["two-part"][names[key]] == Decimal(str(older[key]))


def test_guangdong_rounds_to_a_hundredth_of_a_fen() -> None:
    tariff = shipped.documents().tariffs["guangdong-2021-331"]
    energy = tariff.components[0]
    assert energy.price == Decimal("0.6025")
    # 0.6025 x 1.7 = 1.02425, a half that goes up; x 0.38 = 0.22895; x 2.125 = 1.2803125.
    wanted = {"peak": "1.0243", "intermediate": "0.6025", "off_peak": "0.2290", "critical_peak": "1.2803"}
    for band in bands_of(tariff):
        assert price_in_band(tariff, energy, "industry", band) == Decimal(wanted[band.code])
    # Government funds do not float.
    assert unit_price(tariff, "industry", Band.PEAK, date(2026, 1, 1)) == Decimal("1.0243") + Decimal("0.0294")


def test_in_jiangsu_2025_only_the_purchase_price_floats() -> None:
    tariff = shipped.documents().tariffs["jiangsu-2025-426"]
    assert [component.code for component in tariff.components if component.floats] == ["purchase"]
    # 0.4036 x 2.16 = 0.871776 -> 0.8718, and 0.0187 + 0.1366 + 0.0312 + 0.0294 = 0.2159 beside it.
    assert unit_price(tariff, "two-part", Band.CRITICAL_PEAK, date(2026, 1, 1)) == Decimal("1.0877")


def test_every_figure_of_the_library_says_how_well_it_is_attested() -> None:
    found = shipped.documents()
    for tariff in found.tariffs.values():
        assert tariff.attested, tariff.code
        assert tariff.source, tariff.code
        assert all(season.attested for season in tariff.seasons), tariff.code
        assert all(overlay.attested for overlay in tariff.overlays), tariff.code
        assert all(component.attested for component in tariff.components), tariff.code
        assert all(tariff.ratios_attested[name] for name in tariff.ratios), tariff.code
        assert tariff.demand.attested or tariff.demand.demand_price_per_kw is None, tariff.code
    china = found.holidays["china"]
    assert china.years == {2018, 2023, 2024, 2025, 2026}
    assert all(china.sources[year].startswith("V: ") for year in china.years)


def test_a_holiday_swaps_days_with_weekends() -> None:
    # Each weekday off beyond the statutory days is worked on a weekend day; days off and worked are never the same.
    china = shipped.documents().holidays["china"]
    assert not set(china.holidays) & china.workdays
    assert all(day.weekday() >= 5 for day in china.workdays)
    counts = {year: sum(day.year == year for day in china.workdays) for year in china.years}
    assert counts == {2018: 6, 2023: 7, 2024: 8, 2025: 5, 2026: 6}
    assert datetime(2026, 2, 14, tzinfo=UTC).date() in china.workdays
