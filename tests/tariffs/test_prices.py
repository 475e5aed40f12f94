"""What a unit costs: components by month and class, ratios, prices published by band, rounding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.tariffs.bands import Band
from analytics.tariffs.model import Component, Period, Season, Tariff
from analytics.tariffs.prices import NoPriceError, component_prices, rounded, unit_price

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
ENERGY = Component("energy", "Energy", Decimal("0.5"), floats=True)
TARIFF = Tariff(
    "t",
    "T",
    "electricity",
    "CNY",
    "kWh",
    date(2020, 1, 1),
    (
        Season(
            frozenset(range(1, 13)),
            frozenset({"weekday", "weekend", "holiday"}),
            (Period(0, 480, Band.OFF_PEAK), Period(480, 1440, Band.PEAK)),
        ),
    ),
    (),
    {
        "big": {Band.PEAK: Decimal("1.5"), Band.OFF_PEAK: Decimal("0.333")},
        "small": {Band.PEAK: Decimal("1.2"), Band.OFF_PEAK: Decimal("0.5")},
    },
    (ENERGY,),
    price_decimals=3,
)


def cost(tariff: Tariff, customer_class: str, band: Band, month: date = JANUARY) -> str:
    return str(unit_price(tariff, customer_class, band, month))


def test_a_price_floats_by_the_ratio_of_the_class_and_is_rounded_half_up() -> None:
    assert cost(TARIFF, "big", Band.PEAK) == "0.750"
    assert cost(TARIFF, "small", Band.PEAK) == "0.600"
    # 0.5 x 0.333 = 0.1665: a half at the third decimal goes up.
    assert cost(TARIFF, "big", Band.OFF_PEAK) == "0.167"
    assert cost(replace(TARIFF, price_decimals=None), "big", Band.OFF_PEAK) == "0.1665"


@pytest.mark.parametrize(("given", "wanted"), [("0.0005", "0.001"), ("0.00049", "0.000"), ("-0.0005", "-0.001")])
def test_half_goes_away_from_zero(given: str, wanted: str) -> None:
    assert rounded(TARIFF, Decimal(given)) == Decimal(wanted)


def test_a_price_that_does_not_float_is_not_rounded_either() -> None:
    fixed = Component("loss", "Line losses", Decimal("0.01875"), floats=False)
    assert cost(replace(TARIFF, components=(fixed,)), "big", Band.PEAK) == "0.01875"
    (priced,) = component_prices(replace(TARIFF, components=(fixed,)), "big", JANUARY)
    assert (priced.band, priced.price) == (None, Decimal("0.01875"))


def test_a_month_published_by_itself_replaces_the_one_before() -> None:
    old = replace(ENERGY, until_month=FEBRUARY)
    new = replace(ENERGY, price=Decimal("0.6"), from_month=FEBRUARY)
    tariff = replace(TARIFF, components=(old, new))
    assert (cost(tariff, "big", Band.PEAK, JANUARY), cost(tariff, "big", Band.PEAK, FEBRUARY)) == ("0.750", "0.900")


def test_a_component_may_be_for_some_months_of_each_year_or_for_a_class() -> None:
    winter = Component("winter", "Winter", Decimal("0.1"), floats=False, months=frozenset({1, 12}))
    big = Component("big", "For the big", Decimal("0.01"), floats=False, classes=frozenset({"big"}))
    tariff = replace(TARIFF, components=(ENERGY, winter, big))
    assert cost(tariff, "big", Band.PEAK, JANUARY) == "0.860"
    assert cost(tariff, "big", Band.PEAK, FEBRUARY) == "0.760"
    assert cost(tariff, "small", Band.PEAK, JANUARY) == "0.700"


def test_a_price_published_by_band_stands_as_it_is() -> None:
    published = replace(ENERGY, band_prices={Band.PEAK: Decimal("0.81234")})
    tariff = replace(TARIFF, components=(published,))
    assert cost(tariff, "big", Band.PEAK) == "0.81234"
    assert cost(tariff, "big", Band.OFF_PEAK) == "0.167"


def test_unbilled_energy_costs_nothing_and_a_missing_price_is_said() -> None:
    assert cost(TARIFF, "big", Band.UNBILLED) == "0"
    with pytest.raises(NoPriceError, match="no ratios for class 'huge': it knows big, small"):
        unit_price(TARIFF, "huge", Band.PEAK, JANUARY)
    with pytest.raises(NoPriceError, match="no price of 'energy' in band critical_peak"):
        unit_price(TARIFF, "big", Band.CRITICAL_PEAK, JANUARY)
