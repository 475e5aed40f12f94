"""A tariff: when each band holds and what each component of the price costs.

    Tariff
      Season     months -> periods of the day, each a band, over 24 hours    the base
      Overlay    months, kinds of day, periods -> a band in their place      critical peak, deep off-peak
      Component  a price per unit; floats with the band or not
    Contract     who supplies a site with a carrier
      Terms      what it chose: tariff, class, capacity, contract demand, power-factor standard
    Holidays     holidays by name and the weekend days that are worked (调休), for the years that it knows

Times of day are minutes of the local day, [start, stop), 0 to 1440; a period that wraps over midnight is written as
two. Local days begin at local midnight of the site; minutes are wall-clock minutes, so a day on which the clock
changes has more or fewer of them. Money and ratios are Decimal. Figures of a shipped tariff say how well they are
attested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from analytics.tariffs.bands import Band

DayKind = Literal["weekday", "weekend", "holiday", "critical"]
DAY_KINDS: tuple[DayKind, ...] = ("weekday", "weekend", "holiday", "critical")
DemandMode = Literal["none", "capacity", "contract", "actual"]


@dataclass(frozen=True, slots=True)
class Period:
    """Minutes of a local day, [start, stop), and their band."""

    start_minute: int
    stop_minute: int
    band: Band


@dataclass(frozen=True, slots=True)
class Season:
    """The base bands of some months on some kinds of day; the first season that matches a day holds."""

    months: frozenset[int]
    days: frozenset[DayKind]
    periods: tuple[Period, ...]
    attested: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Periods that replace the base band, for a class of customer; a later overlay wins over an earlier one.

    `holidays`: names of the holidays on which it holds (empty: all of them), where `days` has `holiday`.
    """

    months: frozenset[int]
    days: frozenset[DayKind]
    periods: tuple[Period, ...]
    classes: frozenset[str] = frozenset()
    minimum_kva: Decimal = Decimal(0)
    holidays: frozenset[str] = frozenset()
    attested: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """One price per unit of energy. `floats`: multiplied by the band's ratio.

    `band_prices`: prices published for each band; one that stands here is not worked out of price and ratio.
    `months`: the months of every year in which the component is charged (empty: all of them).
    `from_month` to before `until_month`: prices published for some months only (month is a first day; None: open).
    `in_power_factor_base`: government funds are not.
    """

    code: str
    name: str
    price: Decimal
    floats: bool
    in_power_factor_base: bool = True
    name_zh: str | None = None
    from_month: date | None = None
    until_month: date | None = None
    classes: frozenset[str] = frozenset()
    attested: str = ""
    months: frozenset[int] = frozenset()
    band_prices: Mapping[Band, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to `up_to` (None: all further ones) of a contract's `tier_period` cost `price` instead."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class DemandCharges:
    """What being able to draw power costs, in currency per kW or kVA and month."""

    capacity_price_per_kva: Decimal | None = None
    demand_price_per_kw: Decimal | None = None
    attested: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """One tariff document. `ratios`: class of customer -> band -> ratio to the base price, overlays included."""

    code: str
    name: str
    carrier: str
    currency: str
    unit: str
    valid_from: date
    seasons: tuple[Season, ...]
    overlays: tuple[Overlay, ...]
    ratios: Mapping[str, Mapping[Band, Decimal]]
    components: tuple[Component, ...]
    tiers: tuple[Tier, ...] = ()
    tier_period: Literal["month", "year"] = "month"
    demand: DemandCharges = field(default_factory=DemandCharges)
    fixed_per_month: Decimal = Decimal(0)
    holidays: str | None = None
    #: Decimals of a price per unit after the ratio, rounded half up (None: not rounded), and those of an amount.
    price_decimals: int | None = None
    amount_decimals: int = 2
    name_zh: str | None = None
    source: str = ""
    attested: str = ""
    ratios_attested: Mapping[str, str] = field(default_factory=dict)
    #: What a unit that is delivered to the supplier earns (None: nothing).
    export_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the customer of a contract chose, from `valid_from` on."""

    valid_from: date
    tariff: str
    customer_class: str
    transformer_kva: Decimal = Decimal(0)
    motor_kva: Decimal = Decimal(0)
    demand_mode: DemandMode = "none"
    contract_kw: Decimal | None = None
    demand_window: Literal["fixed", "sliding"] = "sliding"
    power_factor_standard: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """Who supplies a site with a carrier; `is_default`: all meters of the carrier that name no other contract."""

    code: str
    name: str
    carrier: str
    currency: str
    terms: tuple[Terms, ...]
    is_default: bool = True
    name_zh: str | None = None


@dataclass(frozen=True, slots=True)
class Holidays:
    """Dates by name of the holiday, and weekend days that are worked; `years` says which years it knows."""

    code: str
    years: frozenset[int]
    holidays: Mapping[date, str]
    workdays: frozenset[date]
    source: str = ""
    #: Where each year's dates come from, and how well they are attested.
    sources: Mapping[int, str] = field(default_factory=dict)
