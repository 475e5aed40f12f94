"""A tariff file: one tariff as people write it down from a supplier's document.

code = "jiangsu-2025-426"  name, carrier, currency, unit, valid_from ...
[[season]]     months, days, then each band with its hours       together all months x days x 24 hours
[[overlay]]    band, hours, months, days, classes, minimum_kva   in place of the season's band
[[ratios]]     class, then each band with its ratio              `critical_peak = { of = "peak", times = 1.2 }`
[[component]]  code, name, price, floats ...
[[tier]]       up_to, price
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analytics.registry.carriers import CARRIERS
from analytics.registry.quantities import QUANTITIES
from analytics.tariffs.bands import Band
from analytics.tariffs.checks import BASE_KINDS, check
from analytics.tariffs.model import (
    DAY_KINDS,
    Component,
    DayKind,
    DemandCharges,
    Overlay,
    Period,
    Season,
    Tariff,
    Tier,
)
from services.site_folder.mistakes import mend
from services.site_folder.record import Record
from services.tariff_folder import fields
from services.tariff_folder.fields import NAMED_BANDS

FIELDS = (
    *("code", "name", "name_zh", "carrier", "currency", "unit", "valid_from", "holidays", "price_decimals"),
    *("amount_decimals", "fixed_per_month", "export_price", "demand_price_per_kw", "capacity_price_per_kva"),
    *("demand_attested", "tier_period", "source", "attested", "season", "overlay", "ratios", "component", "tier"),
)
SEASON_FIELDS = ("months", "days", "attested", *NAMED_BANDS)
OVERLAY_FIELDS = ("band", "hours", "months", "days", "holidays", "classes", "minimum_kva", "attested")
COMPONENT_FIELDS = (
    *("code", "name", "name_zh", "price", "floats", "in_power_factor_base", "months", "from_month", "until_month"),
    *("classes", "band_prices", "attested"),
)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TariffEntry:
    """A tariff and the record that it was read from."""

    tariff: Tariff
    record: Record


def read_tariff(record: Record) -> TariffEntry:
    """Read a tariff and check that it says what holds at every minute."""
    record.only(FIELDS)
    before = len(record.mistakes.found)
    ratios, ratios_attested = _ratios(record)
    tariff = Tariff(
        code=record.code("code"),
        name=record.text("name"),
        name_zh=record.optional_text("name_zh"),
        carrier=record.choice("carrier", CARRIERS),
        currency=currency(record),
        unit=_unit(record),
        valid_from=fields.needed_day(record, "valid_from"),
        seasons=tuple(_season(each) for each in record.under("season")),
        overlays=tuple(_overlay(each) for each in record.under("overlay")),
        ratios=ratios,
        components=tuple(_component(each) for each in record.under("component")),
        tiers=_tiers(record),
        tier_period=_tier_period(record),
        demand=DemandCharges(
            capacity_price_per_kva=fields.decimal(record, "capacity_price_per_kva", least=_ZERO),
            demand_price_per_kw=fields.decimal(record, "demand_price_per_kw", least=_ZERO),
            attested=fields.attested(record, "demand_attested"),
        ),
        fixed_per_month=fields.decimal(record, "fixed_per_month") or _ZERO,
        holidays=record.reference("holidays"),
        price_decimals=fields.decimals(record, "price_decimals", None),
        amount_decimals=fields.decimals(record, "amount_decimals", 2) or 0,
        source=record.optional_text("source") or "",
        attested=fields.attested(record),
        ratios_attested=ratios_attested,
        export_price=fields.decimal(record, "export_price"),
    )
    # Findings about half-read hours would only repeat the mistakes noted already.
    if len(record.mistakes.found) == before:
        _note_findings(record, tariff)
    return TariffEntry(tariff, record)


def currency(record: Record) -> str:
    """Three capital letters."""
    text = record.text("currency")
    if text and not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
        record.wrong("currency", f"currency {text!r} must be three capital letters, as in CNY")
    return text


def _unit(record: Record) -> str:
    """That in which meters of the carrier count: a price per MWh would be charged for every kWh."""
    text, carrier = record.text("unit"), record.values.get("carrier")
    counted = [QUANTITIES[quantity].unit for quantity in CARRIERS.get(str(carrier), ())]
    if text and counted and text not in counted:
        record.wrong("unit", f"{carrier} is counted in {' or '.join(counted)}: give prices per {counted[0]}")
    return text


def _note_findings(record: Record, tariff: Tariff) -> None:
    classes = {each.values.get("class"): each for each in record.under("ratios")}
    for finding in check(tariff):
        if finding.place == "tariff":
            record.wrong("season", finding.text)
        elif finding.place == "ratios":
            classes[finding.at].wrong("class", finding.text)
        else:
            # A table's own line is that of its header.
            record.under(finding.place)[int(finding.at)].wrong("", finding.text)


def _season(record: Record) -> Season:
    record.only(SEASON_FIELDS)
    periods: list[Period] = []
    for code, band in NAMED_BANDS.items():
        if code in record.values:
            periods += fields.hours(record, code, band)
    return Season(
        months=fields.months(record),
        days=_days(record, BASE_KINDS, "a critical day keeps its kind; write [[overlay]] for it"),
        periods=tuple(sorted(periods, key=lambda period: period.start_minute)),
        attested=fields.attested(record),
    )


def _days(record: Record, known: tuple[DayKind, ...], why: str) -> frozenset[DayKind]:
    given = fields.words(record, "days", DAY_KINDS)
    for each in given:
        if each not in known:
            record.wrong("days", f"{each!r} cannot stand here: {why}")
    found = frozenset(kind for kind in known if kind in given)
    return found or frozenset(BASE_KINDS)


def _overlay(record: Record) -> Overlay:
    record.only(OVERLAY_FIELDS)
    band = NAMED_BANDS.get(record.choice("band", NAMED_BANDS), Band.PEAK)
    if "hours" not in record.values:
        record.wrong("hours", "'hours' is missing: when does the overlay hold, as in '10:00-14:00'?")
    holidays = frozenset(fields.words(record, "holidays"))
    days = _days(record, DAY_KINDS, "it is no kind of day")
    if holidays and "holiday" not in days:
        record.wrong("holidays", "'holidays' names some of them, so 'days' must have \"holiday\"")
    return Overlay(
        months=fields.months(record),
        days=days,
        periods=fields.hours(record, "hours", band) if "hours" in record.values else (),
        classes=frozenset(fields.words(record, "classes")),
        minimum_kva=fields.decimal(record, "minimum_kva", least=_ZERO) or _ZERO,
        holidays=holidays,
        attested=fields.attested(record),
    )


def _ratios(record: Record) -> tuple[Mapping[str, Mapping[Band, Decimal]], Mapping[str, str]]:
    found: dict[str, Mapping[Band, Decimal]] = {}
    attested: dict[str, str] = {}
    for each in record.under("ratios"):
        each.only(("class", "attested", *NAMED_BANDS))
        customer_class = each.code("class")
        if customer_class in found:
            each.wrong("class", f"class {customer_class!r} has ratios already: leave one of the two")
        ratios: dict[Band, Decimal] = {}
        for code, band in NAMED_BANDS.items():
            if code in each.values and not isinstance(each.values[code], dict):
                ratios[band] = fields.decimal(each, code) or _ZERO
        for code, band in NAMED_BANDS.items():
            if isinstance(each.values.get(code), dict):
                ratios[band] = _relative(each, code, ratios)
        found[customer_class] = ratios
        attested[customer_class] = fields.attested(each)
    return found, attested


def _relative(record: Record, code: str, ratios: Mapping[Band, Decimal]) -> Decimal:
    """A ratio given by another one: `{ of = "peak", times = 1.2 }`."""
    given = record.values[code]
    times = fields.as_decimal(given.get("times"))
    other = given.get("of")
    if set(given) != {"of", "times"} or times is None:
        record.wrong(code, f'{code!r} must be a number, or as in {{ of = "peak", times = 1.2 }}')
    elif NAMED_BANDS.get(other) not in ratios:
        plain = [band.code for band in ratios]
        record.wrong(
            code, f"{code!r} is times the ratio of {other!r}, which is no number here{mend(str(other), plain)}"
        )
    else:
        return times * ratios[NAMED_BANDS[other]]
    return Decimal(1)


def _component(record: Record) -> Component:
    record.only(COMPONENT_FIELDS)
    band_prices = fields.by_band(record, "band_prices")
    price = fields.decimal(record, "price", needed=not band_prices)
    return Component(
        code=record.code("code"),
        name=record.text("name"),
        name_zh=record.optional_text("name_zh"),
        price=price or _ZERO,
        floats=_flag(record, "floats", needed=not band_prices),
        in_power_factor_base=_flag(record, "in_power_factor_base", usual=True),
        from_month=fields.first_of_month(record, "from_month"),
        until_month=fields.first_of_month(record, "until_month"),
        classes=frozenset(fields.words(record, "classes")),
        attested=fields.attested(record),
        months=fields.months(record) if "months" in record.values else frozenset(),
        band_prices=band_prices,
    )


def _flag(record: Record, name: str, *, usual: bool = False, needed: bool = False) -> bool:
    value = record.values.get(name)
    if value is None and needed:
        record.wrong(name, f"{name!r} is missing: is this price multiplied by the band's ratio (true) or not (false)?")
    elif value is not None and not isinstance(value, bool):
        record.wrong(name, f"{name!r} must be true or false, not {value!r}")
    return value if isinstance(value, bool) else usual


def _tiers(record: Record) -> tuple[Tier, ...]:
    found: list[Tier] = []
    records = record.under("tier")
    for at, each in enumerate(records):
        each.only(("up_to", "price", "attested"))
        fields.attested(each)
        up_to = fields.decimal(each, "up_to", least=_ZERO)
        if up_to is None and at + 1 < len(records):
            each.wrong("up_to", "'up_to' is missing: only the last tier has no end")
        below = found[-1].up_to if found else None
        if up_to is not None and below is not None and up_to <= below:
            each.wrong("up_to", f"'up_to' must be above {below}, where the tier before ends")
        found.append(Tier(up_to, fields.decimal(each, "price", needed=True) or _ZERO))
    if found and found[-1].up_to is not None:
        records[-1].wrong("up_to", "the last tier must have no 'up_to': what do further units cost?")
    return tuple(found)


def _tier_period(record: Record) -> Literal["month", "year"]:
    if "tier_period" in record.values:
        given = record.choice("tier_period", ("month", "year"))
        return "year" if given == "year" else "month"
    if record.under("tier"):
        record.wrong("tier_period", '\'tier_period\' is missing: are units counted by "month" or by "year"?')
    return "month"
