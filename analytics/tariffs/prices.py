"""What a unit costs in a band: each component by itself, rounded where the tariff rounds.

    floats             price x the band's ratio for the class, half up to `price_decimals`
    published by band  the price that stands there, in place of that product
    neither            the same in every band, as it is published

    Guangdong, peak: 0.60253 x 1.7 = 1.024301 -> 1.0243 CNY/kWh (0.01 fen)

The ratio of an overlay is its own ratio to the base price (critical peak = 1.2 x peak's), so a price needs only its
band. Nothing is charged by any component for unbilled energy: that is shown by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from analytics.tariffs.bands import Band
from analytics.tariffs.model import Component, Tariff

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class NoPriceError(Exception):
    """A tariff does not say what a band costs a class of customer; the message says what to add."""


@dataclass(frozen=True, slots=True)
class ComponentPrice:
    """What a unit costs by one component in a band; `band` None: the same in all of them."""

    component: Component
    band: Band | None
    price: Decimal


def in_force(component: Component, customer_class: str, month: date) -> bool:
    """Whether a component is charged to a class in a month (its first day)."""
    return (
        (not component.classes or customer_class in component.classes)
        and (not component.months or month.month in component.months)
        and (component.from_month is None or component.from_month <= month)
        and (component.until_month is None or month < component.until_month)
    )


def bands_of(tariff: Tariff) -> tuple[Band, ...]:
    """Every band that the tariff's seasons and overlays use, the dearest first."""
    periods = [period for season in tariff.seasons for period in season.periods]
    periods += [period for overlay in tariff.overlays for period in overlay.periods]
    return tuple(sorted({period.band for period in periods}))


def component_prices(tariff: Tariff, customer_class: str, month: date) -> Iterator[ComponentPrice]:
    """The prices of each component in force in a month, by band where they differ by band. Raises NoPriceError."""
    for component in tariff.components:
        if not in_force(component, customer_class, month):
            continue
        if not component.floats and not component.band_prices:
            yield ComponentPrice(component, None, component.price)
            continue
        for band in bands_of(tariff):
            price = price_in_band(tariff, component, customer_class, band)
            if price is not None:
                yield ComponentPrice(component, band, price)


def price_in_band(tariff: Tariff, component: Component, customer_class: str, band: Band) -> Decimal | None:
    """What a component costs in a band; None: the class never meets the band. Raises NoPriceError."""
    if band in component.band_prices:
        return component.band_prices[band]
    if not component.floats:
        return component.price if not component.band_prices else None
    ratios = tariff.ratios.get(customer_class)
    if ratios is None:
        known = ", ".join(sorted(tariff.ratios)) or "none"
        raise NoPriceError(f"tariff {tariff.code} has no ratios for class {customer_class!r}: it knows {known}")
    return None if band not in ratios else rounded(tariff, _EXACT.multiply(component.price, ratios[band]))


def unit_price(tariff: Tariff, customer_class: str, band: Band, month: date) -> Decimal:
    """What a unit costs in a band by all components together, before demand, tiers and taxes. Raises NoPriceError."""
    if band == Band.UNBILLED:
        return Decimal(0)
    total = Decimal(0)
    for component in tariff.components:
        if in_force(component, customer_class, month):
            price = price_in_band(tariff, component, customer_class, band)
            if price is None:
                raise NoPriceError(
                    f"tariff {tariff.code} has no price of {component.code!r} in band {band.code} for class "
                    f"{customer_class!r}: add the ratio or the price"
                )
            total = _EXACT.add(total, price)
    return total


def rounded(tariff: Tariff, price: Decimal) -> Decimal:
    """A price as the tariff rounds it: half up, away from zero."""
    if tariff.price_decimals is None:
        return price
    return price.quantize(Decimal(1).scaleb(-tariff.price_decimals), context=_EXACT)
