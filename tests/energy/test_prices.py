"""What a unit costs: components by band, the month's average of tiers, and nothing where no tariff says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from analytics.tariffs.bands import Band
from analytics.tariffs.expansion import Plan
from analytics.tariffs.model import Component, Period, Season, Tariff, Terms, Tier
from services.energy.prices import PriceBook

EVERY_MONTH = frozenset(range(1, 13))
DAY = date(2026, 7, 15)


def tariff(tiers: tuple[Tier, ...] = (), period: Literal["month", "year"] = "month") -> Tariff:
    whole = Season(EVERY_MONTH, frozenset(("weekday", "weekend", "holiday")), (Period(0, 1440, Band.PEAK),))
    return Tariff(
        "t", "T", "electricity", "CNY", "kWh", date(2026, 1, 1), (whole,), (),
        {"industry": {Band.PEAK: Decimal("1.7"), Band.OFF_PEAK: Decimal("0.4")}},
        (
            Component("purchase", "Purchase", Decimal("0.5"), floats=True),
            Component("grid", "Grid", Decimal("0.1"), floats=False),
        ),
        tiers=tiers, tier_period=period, export_price=Decimal("0.3"),
    )  # fmt: skip


def book(known: Tariff, use: dict[tuple[int, date], int]) -> PriceBook:
    terms = Terms(date(2026, 3, 1), "t", "industry")
    return PriceBook({1: Plan(ZoneInfo("Asia/Shanghai"), (terms,), {"t": known}), 2: Plan(ZoneInfo("UTC"))}, use)


def test_a_price_that_is_published_for_some_months_moves_when_they_begin_and_end() -> None:
    published = Component(
        "extra", "Extra", Decimal("0.02"), floats=False, from_month=date(2026, 5, 1), until_month=date(2026, 7, 1)
    )
    base = tariff()
    prices = book(replace(base, components=(*base.components, published)), {})
    months = [date(2026, 3, 17), *(date(2026, number, 1) for number in range(4, 10))]
    assert prices.moves(months, flow="import") == [date(2026, 5, 1), date(2026, 7, 1)]
    assert prices.moves(months, flow="export") == []
    # Tiers: each month has an average of its own.
    tiers = (Tier(Decimal(100), Decimal("3.00")), Tier(None, Decimal("4.00")))
    drawn = {(1, date(2026, number, 1)): kwh * 1_000_000 for number, kwh in ((3, 50), (4, 80), (5, 200), (6, 200))}
    assert book(tariff(tiers), drawn).moves(months[:4], flow="import") == [date(2026, 5, 1)]


def test_only_what_floats_follows_the_band() -> None:
    prices = book(tariff(), {})
    assert prices.price(1, Band.PEAK, DAY, flow="import") == Decimal("0.95")  # 0.5 x 1.7 + 0.1
    assert prices.price(1, Band.OFF_PEAK, DAY, flow="import") == Decimal("0.3")  # 0.5 x 0.4 + 0.1
    assert prices.price(1, Band.PEAK, DAY, flow="export") == Decimal("-0.3")
    assert prices.currency(1, DAY) == "CNY"
    assert prices.changes() == {date(2026, 3, 1)}


@pytest.mark.parametrize(
    ("calendar", "band", "day", "flow"),
    [
        (1, Band.UNBILLED, DAY, "import"),
        (1, Band.PEAK, date(2026, 2, 28), "import"),  # before the first terms
        (1, Band.INTERMEDIATE, DAY, "import"),  # the class has no ratio for it
        (1, Band.PEAK, DAY, "reactive_import"),
        (2, Band.PEAK, DAY, "import"),  # no contract
    ],
)
def test_what_no_tariff_says_has_no_price(calendar: int, band: Band, day: date, flow: str) -> None:
    assert book(tariff(), {}).price(calendar, band, day, flow=flow) is None


def test_in_a_tiered_month_every_unit_costs_the_average() -> None:
    tiers = (Tier(Decimal(100), Decimal(3)), Tier(None, Decimal(4)))
    drawn = {(1, date(2026, 7, 1)): 150_000_000}
    price = book(tariff(tiers), drawn).price(1, Band.PEAK, DAY, flow="import")
    assert price is not None
    # (100 x 3 + 50 x 4) / 150 = 3.3333; thirty units by tier alone are 100.
    assert ((price - Decimal("0.95")) * 30).quantize(Decimal("0.0001")) == 100
    by_year = book(tariff(tiers, "year"), {**drawn, (1, date(2026, 5, 1)): 60_000_000})
    price = by_year.price(1, Band.PEAK, DAY, flow="import")
    assert price is not None
    # 60 were used before: 40 x 3 + 110 x 4 = 560 for 150.
    assert ((price - Decimal("0.95")) * 150).quantize(Decimal("0.0001")) == 560
    assert book(tariff(tiers), {}).price(1, Band.PEAK, DAY, flow="import") == Decimal("3.95")  # nothing drawn yet
