"""Bands partition time: every instant has exactly one, whatever the zone does to its clock."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.tariffs.bands import Band
from analytics.tariffs.calendar import pieces
from analytics.tariffs.clock import DAY_US, hour_starts_us, local_days, midnight_us, to_us
from analytics.tariffs.expansion import Plan, expand
from analytics.tariffs.model import Holidays, Overlay, Period, Season, Tariff, Terms
from tests.tariffs import shipped

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kathmandu", "Australia/Lord_Howe")
MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
NAMED = [band for band in Band if band != Band.UNBILLED]


@st.composite
def days_of_bands(draw: st.DrawFn) -> tuple[Period, ...]:
    """24 hours in bands, with edges on any minute."""
    edges = sorted(draw(st.sets(st.integers(1, 1439), max_size=7)))
    bounds = [0, *edges, 1440]
    return tuple(Period(start, stop, draw(st.sampled_from(NAMED))) for start, stop in pairwise(bounds))


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    """A tariff with its own bands for summer, for weekends and for holidays, and an overlay."""
    summer = frozenset(draw(st.sets(st.integers(1, 12), min_size=1, max_size=11)))
    rest = frozenset(range(1, 13)) - summer
    start = draw(st.integers(0, 1438))
    overlay = Overlay(
        months=summer,
        days=frozenset(draw(st.sets(st.sampled_from(("weekday", "weekend", "holiday", "critical")), min_size=1))),
        periods=(Period(start, draw(st.integers(start + 1, 1440)), Band.CRITICAL_PEAK),),
    )
    seasons = tuple(
        Season(months, frozenset(kinds), draw(days_of_bands()))
        for months in (summer, rest)
        for kinds in (("weekday",), ("weekend",), ("holiday",))
    )
    return Tariff(
        "drawn", "Drawn", "electricity", "EUR", "kWh", date(1970, 1, 1), seasons, (overlay,), {}, (), holidays="drawn"
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, date, int]:
    """A plan, and some days to look at, wherever between 2000 and 2030."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    first = draw(st.dates(date(2000, 1, 1), date(2030, 1, 1)))
    count = draw(st.integers(1, 400))
    around = st.dates(first, first + timedelta(days=count))
    holidays = Holidays(
        "drawn",
        frozenset(range(2000, 2032)),
        dict.fromkeys(draw(st.sets(around, max_size=5)), "feast"),
        frozenset(day for day in draw(st.sets(around, max_size=5)) if day.weekday() >= 5),
    )
    terms = [Terms(date(1970, 1, 1), "drawn", "standard")]
    if draw(st.booleans()):
        terms = [Terms(draw(around), "drawn", "standard")]
    plan = Plan(
        zone,
        tuple(terms),
        {"drawn": draw(tariffs())},
        {"drawn": holidays},
        frozenset(draw(st.sets(around, max_size=3))),
    )
    return plan, first, count


def plain_band(plan: Plan, time_us: int) -> Band:
    """What band holds at an instant, asked the slow way: by its wall clock alone."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).astimezone(plan.zone)
    day, minute = local.date(), local.hour * 60 + local.minute
    terms = [each for each in plan.terms if each.valid_from <= day]
    if not terms:
        return Band.UNBILLED
    tariff, holidays = plan.tariffs[terms[-1].tariff], plan.holidays["drawn"]
    kind = "weekend" if day.isoweekday() in {6, 7} and day not in holidays.workdays else "weekday"
    kind = "holiday" if day in holidays.holidays else kind
    found = Band.UNBILLED
    for season in tariff.seasons:
        for period in season.periods:
            if (
                day.month in season.months
                and kind in season.days
                and period.start_minute <= minute < period.stop_minute
            ):
                found = period.band
    for overlay in tariff.overlays:
        kinds = {kind, "critical"} if day in plan.critical else {kind}
        for period in overlay.periods:
            within = period.start_minute <= minute < period.stop_minute
            if within and day.month in overlay.months and kinds & overlay.days:
                found = period.band
    return found


@settings(max_examples=60)
@given(plans(), st.data())
def test_bands_partition_time(drawn: tuple[Plan, date, int], data: st.DataObject) -> None:
    plan, first, count = drawn
    start, stop = midnight_us(plan.zone, first), midnight_us(plan.zone, first + timedelta(days=count))
    spans = expand(plan, start, stop)
    # No gap and no overlap: the spans follow one another from the start to the stop, each with one band.
    assert spans.starts_us[0] == start
    assert spans.stop_us == stop
    assert np.all(np.diff(spans.starts_us) > 0)
    assert np.all(np.diff(spans.bands.astype(int)) != 0)
    # And the band is the one that the wall clock says, at any minute and on both sides of every edge nearby.
    for _ in range(20):
        at = data.draw(st.integers(start, stop - 1))
        assert spans.bands_at(np.array([at]))[0] == plain_band(plan, at)
    edges = spans.starts_us[1:].tolist()
    for edge in data.draw(st.lists(st.sampled_from(edges), max_size=10)) if edges else []:
        assert spans.bands_at(np.array([edge]))[0] == plain_band(plan, edge)
        assert spans.bands_at(np.array([edge - 1]))[0] == plain_band(plan, edge - 1)


@settings(max_examples=30)
@given(plans())
def test_pieces_are_the_quarter_hours_cut_at_band_edges(drawn: tuple[Plan, date, int]) -> None:
    plan, first, count = drawn
    start = midnight_us(plan.zone, first) // DAY_US * DAY_US
    stop = start + min(count, 60) * DAY_US
    found = pieces(plan, start, stop)
    assert found.starts_us[0] == start
    assert found.stops_us[-1] == stop
    assert np.array_equal(found.stops_us[:-1], found.starts_us[1:])
    quarters = set(range(start, stop, 15 * MINUTE_US))
    edges = set(expand(plan, start, stop).starts_us.tolist())
    assert set(found.starts_us.tolist()) == quarters | edges
    # A piece lies in one local hour, one day, one month: hours and days reach over it.
    assert np.all(found.hours_us <= found.starts_us)
    for at in range(0, len(found), 97):
        local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(found.starts_us[at]))).astimezone(
            plan.zone
        )
        assert date(1970, 1, 1) + timedelta(days=int(found.days[at])) == local.date()
        assert date(1970, 1, 1) + timedelta(days=int(found.months[at])) == local.date().replace(day=1)
        assert found.starts_us[at] - found.hours_us[at] <= (local.minute * 60 + local.second) * 1_000_000


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2023, 2024, 2028])
def test_a_year_has_all_its_days_and_hours(zone: str, year: int) -> None:
    known = ZoneInfo(zone)
    start, stop = midnight_us(known, date(year, 1, 1)), midnight_us(known, date(year + 1, 1, 1))
    days = local_days(known, start, stop)
    assert len(days) == (366 if year % 4 == 0 else 365)
    assert all(one.stop_us == two.start_us for one, two in pairwise(days))
    hours = hour_starts_us(known, start, stop)
    lengths = Counter(np.diff(np.append(hours, stop)).tolist())
    # Lord Howe moves its clock by half an hour: one hour of 30 minutes when it goes forward, one when it goes back.
    assert set(lengths) == ({HOUR_US, HOUR_US // 2} if zone == "Australia/Lord_Howe" else {HOUR_US})
    assert lengths.get(HOUR_US // 2, 0) == (2 if zone == "Australia/Lord_Howe" else 0)
    assert sum(length * count for length, count in lengths.items()) == stop - start


def hours_of(zone: str, day: date) -> list[str]:
    known = ZoneInfo(zone)
    start, stop = midnight_us(known, day), midnight_us(known, day + timedelta(days=1))
    starts = hour_starts_us(known, start, stop).tolist()
    clock = [(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=each)).astimezone(known) for each in starts]
    return [f"{each:%H:%M%z}" for each in clock]


def test_new_york_2024_11_03_has_two_hours_from_one_to_two() -> None:
    hours = hours_of("America/New_York", date(2024, 11, 3))
    assert len(hours) == 25
    assert hours[:4] == ["00:00-0400", "01:00-0400", "01:00-0500", "02:00-0500"]


def test_berlin_2024_03_31_has_no_hour_from_two_to_three() -> None:
    hours = hours_of("Europe/Berlin", date(2024, 3, 31))
    assert len(hours) == 23
    assert hours[:4] == ["00:00+0100", "01:00+0100", "03:00+0200", "04:00+0200"]


def test_lord_howe_2024_04_07_repeats_half_an_hour() -> None:
    hours = hours_of("Australia/Lord_Howe", date(2024, 4, 7))
    assert hours[:4] == ["00:00+1100", "01:00+1100", "01:30+1030", "02:00+1030"]
    assert len(hours) == 25


def test_kathmandu_begins_its_hours_at_a_quarter_past() -> None:
    assert midnight_us(ZoneInfo("Asia/Kathmandu"), date(2024, 1, 1)) == to_us(
        datetime(2023, 12, 31, 18, 15, tzinfo=UTC)
    )
    assert len(hours_of("Asia/Kathmandu", date(2024, 1, 1))) == 24


NIGHT = Tariff(
    "night", "Night", "electricity", "EUR", "kWh", date(1970, 1, 1),
    (
        Season(
            frozenset(range(1, 13)),
            frozenset({"weekday", "weekend", "holiday"}),
            (Period(0, 120, Band.OFF_PEAK), Period(120, 360, Band.PEAK), Period(360, 1440, Band.INTERMEDIATE)),
        ),
    ),
    (), {}, (),
)  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "off_peak_h", "peak_h"),
    [
        ("America/New_York", date(2024, 11, 2), 2, 4),
        # 1:00 to 2:00 comes twice: an hour more off peak.
        ("America/New_York", date(2024, 11, 3), 3, 4),
        # 2:00 to 3:00 does not come: an hour less of peak.
        ("Europe/Berlin", date(2024, 3, 31), 2, 3),
        # 1:30 to 2:00 comes twice.
        ("Australia/Lord_Howe", date(2024, 4, 7), 2.5, 4),
        # 2:00 to 2:30 does not come.
        ("Australia/Lord_Howe", date(2024, 10, 6), 2, 3.5),
    ],
)
def test_what_the_clock_repeats_counts_twice(zone: str, day: date, off_peak_h: float, peak_h: float) -> None:
    plan = Plan(ZoneInfo(zone), (Terms(date(1970, 1, 1), "night", "standard"),), {"night": NIGHT})
    start, stop = midnight_us(plan.zone, day), midnight_us(plan.zone, day + timedelta(days=1))
    spans = expand(plan, start, stop)
    lengths = Counter[int]()
    for band, length in zip(spans.bands.tolist(), np.diff(np.append(spans.starts_us, stop)).tolist(), strict=True):
        lengths[band] += length
    assert lengths[Band.OFF_PEAK] == off_peak_h * HOUR_US
    assert lengths[Band.PEAK] == peak_h * HOUR_US


def test_before_the_first_term_nothing_is_billed_and_a_term_begins_at_local_midnight() -> None:
    plan = Plan(ZoneInfo("Asia/Shanghai"), (Terms(date(2025, 6, 1), "night", "standard"),), {"night": NIGHT})
    begin = to_us(datetime(2025, 5, 31, 16, tzinfo=UTC))
    spans = expand(plan, begin - DAY_US, begin + DAY_US)
    assert spans.starts_us.tolist()[:2] == [begin - DAY_US, begin]
    assert spans.bands.tolist()[:2] == [Band.UNBILLED, Band.OFF_PEAK]


def test_scope_by_capacity_and_class() -> None:
    july = to_us(datetime(2025, 7, 1, 6, 30, tzinfo=UTC))  # 14:30 in Shanghai
    for kva, customer_class, band in (
        (315, "two-part", Band.CRITICAL_PEAK),
        (314, "two-part", Band.PEAK),
        (315, "single-lt100kva", Band.PEAK),
    ):
        plan = shipped.plan("jiangsu-2025-426", customer_class, kva=kva)
        assert expand(plan, july, july + 1).bands.tolist() == [band]


def test_a_critical_day_is_called_for_a_date_outside_the_season() -> None:
    day = date(2025, 5, 20)
    noon = to_us(datetime(2025, 5, 20, 3, 30, tzinfo=UTC))  # 11:30 in Shanghai
    plain = shipped.plan("guangdong-2021-331", "industry")
    called = shipped.plan("guangdong-2021-331", "industry", critical=frozenset({day}))
    assert expand(plain, noon, noon + 1).bands.tolist() == [Band.PEAK]
    assert expand(called, noon, noon + 1).bands.tolist() == [Band.CRITICAL_PEAK]
    assert expand(called, noon + DAY_US, noon + DAY_US + 1).bands.tolist() == [Band.PEAK]


def test_the_terms_hold_from_their_day_on() -> None:
    found = shipped.documents()
    terms = (
        Terms(date(2023, 7, 1), "jiangsu-2023-555", "two-part", transformer_kva=Decimal(800)),
        Terms(date(2025, 6, 1), "jiangsu-2025-426", "two-part", transformer_kva=Decimal(800)),
    )
    plan = Plan(ZoneInfo("Asia/Shanghai"), terms, found.tariffs, found.holidays)
    # 12:30 in Shanghai: intermediate (11-17) until May 2025, off peak (11-13) from June on.
    for day, band in ((date(2025, 5, 30), Band.INTERMEDIATE), (date(2025, 6, 5), Band.OFF_PEAK)):
        at = to_us(datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC))
        assert expand(plan, at, at + 1).bands.tolist() == [band]
