"""A tariff as text: its bands over 24 hours, season by season, and what a unit costs in each of them.

00    03    06    09    12    15    18    21    24
------------++++++++++----++################++++      a character for each half hour
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from analytics.tariffs.bands import Band
from analytics.tariffs.checks import BASE_KINDS, clock
from analytics.tariffs.days import DAY_MINUTES, day_periods, facts
from analytics.tariffs.model import Holidays, Overlay, Period, Season, Tariff, Terms
from analytics.tariffs.prices import NoPriceError, bands_of, unit_price

_MARKS: Mapping[Band, str] = {
    Band.UNBILLED: " ",
    Band.CRITICAL_PEAK: "!",
    Band.PEAK: "#",
    Band.INTERMEDIATE: "+",
    Band.OFF_PEAK: "-",
    Band.DEEP_OFF_PEAK: ".",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def picture(tariff: Tariff) -> Iterator[str]:
    """The whole tariff: seasons, overlays, prices, how well each is attested."""
    yield f"{tariff.code}: {tariff.name}, from {tariff.valid_from}, {tariff.currency}/{tariff.unit}"
    for said in (tariff.name_zh, tariff.source):
        if said:
            yield f"  {said}"
    if tariff.attested:
        yield f"  attested {tariff.attested}"
    for season in tariff.seasons:
        yield ""
        yield f"{_months(season.months)}{_days(season)}{_attested(season.attested)}"
        yield from (f"  {line}" for line in day_picture(season.periods))
    for overlay in tariff.overlays:
        yield ""
        yield f"in place of these: {_overlay(overlay)}{_attested(overlay.attested)}"
    yield ""
    yield from _prices(tariff)


def day_picture(periods: Sequence[Period]) -> Iterator[str]:
    """24 hours as one line, and the hours of each band."""
    marks = [" "] * 48
    for period in periods:
        for half in range(-(-period.start_minute // 30), -(-period.stop_minute // 30)):
            marks[half] = _MARKS[period.band]
    yield "".join(f"{hour:02}    " for hour in range(0, 24, 3)) + "24"
    yield "".join(marks)
    for band in sorted({period.band for period in periods}):
        hours = [period for period in periods if period.band == band]
        written = ", ".join(f"{clock(period.start_minute)}-{clock(period.stop_minute)}" for period in hours)
        total_h = sum(period.stop_minute - period.start_minute for period in hours) / 60
        yield f"{_MARKS[band]} {band.code:<13} {written}  ({total_h:g} h)"


def day(tariff: Tariff, terms: Terms, holidays: Holidays | None, on: date, *, critical: bool) -> Iterator[str]:
    """The bands of a day for a customer, and what a unit costs in each."""
    of = facts(on, holidays, critical=critical)
    kind = of.kind if not of.holiday else f"holiday, {of.holiday}"
    yield f"{tariff.code} on {on:%A} {on} ({kind}{', critical' if critical else ''}), class {terms.customer_class}"
    if holidays is not None and on.year not in holidays.years:
        yield f"  the holiday calendar {holidays.code!r} does not know {on.year}: a plain {of.kind}"
    periods = day_periods(tariff, terms, of)
    yield from (f"  {line}" for line in day_picture(periods))
    assert sum(period.stop_minute - period.start_minute for period in periods) == DAY_MINUTES
    for band in sorted({period.band for period in periods}):
        try:
            price = unit_price(tariff, terms.customer_class, band, on.replace(day=1))
        except NoPriceError as error:
            yield f"  {band.code}: {error}"
        else:
            yield f"  {band.code:<13} {price:f} {tariff.currency}/{tariff.unit}"


def _prices(tariff: Tariff) -> Iterator[str]:
    for component in tariff.components:
        how = "floats with the band" if component.floats else "the same in every band"
        when = f", {_months(component.months)}" if component.months else ""
        since = f", from {component.from_month}" if component.from_month else ""
        until = f", until {component.until_month}" if component.until_month else ""
        if component.band_prices:
            listed = ", ".join(f"{band.code} {component.band_prices[band]:f}" for band in sorted(component.band_prices))
            yield f"{component.name}: {listed}{when}{since}{until}{_attested(component.attested)}"
        else:
            base = f"{component.price:f} {tariff.currency}/{tariff.unit}"
            yield f"{component.name}: {base}, {how}{when}{since}{until}{_attested(component.attested)}"
    for customer_class, ratios in tariff.ratios.items():
        listed = ", ".join(f"{band.code} {ratios[band].normalize():f}" for band in bands_of(tariff) if band in ratios)
        attested = tariff.ratios_attested.get(customer_class, "")
        yield f"ratios of {customer_class}: {listed}{_attested(attested)}"
    for tier in tariff.tiers:
        reach = "all further" if tier.up_to is None else f"up to {tier.up_to:f}"
        yield f"tier {reach} {tariff.unit} a {tariff.tier_period}: {tier.price:f} {tariff.currency}/{tariff.unit}"
    demand = tariff.demand
    for price, what in (
        (demand.demand_price_per_kw, "kW of demand"),
        (demand.capacity_price_per_kva, "kVA of capacity"),
    ):
        if price is not None:
            yield f"{price:f} {tariff.currency} per {what} and month{_attested(demand.attested)}"
    if tariff.fixed_per_month:
        yield f"{tariff.fixed_per_month:f} {tariff.currency} a month"


def _months(months: frozenset[int]) -> str:
    return "all year" if len(months) in {0, 12} else ", ".join(_MONTHS[month - 1] for month in sorted(months))


def _days(place: Season | Overlay) -> str:
    return (
        "" if place.days == frozenset(BASE_KINDS) else " on " + " and ".join(f"{kind}s" for kind in sorted(place.days))
    )


def _overlay(overlay: Overlay) -> str:
    hours = ", ".join(f"{clock(period.start_minute)}-{clock(period.stop_minute)}" for period in overlay.periods)
    scope = f", class {' or '.join(sorted(overlay.classes))}" if overlay.classes else ""
    size = f", from {overlay.minimum_kva:f} kVA" if overlay.minimum_kva else ""
    named = f" ({', '.join(sorted(overlay.holidays))})" if overlay.holidays else ""
    band = overlay.periods[0].band.code
    return f"{band} {hours}, {_months(overlay.months)}{_days(overlay)}{named}{scope}{size}"


def _attested(text: str) -> str:
    return f"   [{text}]" if text else ""
