"""A tariff as the text of its file: what an import gives to be looked over, completed and applied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from analytics.tariffs.bands import Band
from analytics.tariffs.checks import BASE_KINDS
from analytics.tariffs.model import Component, Overlay, Period, Season, Tariff
from services.tariff_folder.fields import written_hours

#: More digits than these are not told apart by a number of TOML.
_SAFE_DIGITS = 15

Value = str | int | bool | Decimal | date | Sequence[str] | Sequence[int] | Mapping[str, Decimal] | None


def tariff_text(tariff: Tariff, notes: Sequence[str] = ()) -> str:
    """The text of a tariff file; `notes` stand above it as comments."""
    lines = [*(f"# {note}" for note in notes), *([""] if notes else [])]
    lines += _fields(
        {
            "code": tariff.code,
            "name": tariff.name,
            "name_zh": tariff.name_zh,
            "carrier": tariff.carrier,
            "currency": tariff.currency,
            "unit": tariff.unit,
            "valid_from": tariff.valid_from,
            "holidays": tariff.holidays,
            "price_decimals": tariff.price_decimals,
            "amount_decimals": tariff.amount_decimals if tariff.amount_decimals != 2 else None,
            "fixed_per_month": tariff.fixed_per_month or None,
            "export_price": tariff.export_price,
            "demand_price_per_kw": tariff.demand.demand_price_per_kw,
            "capacity_price_per_kva": tariff.demand.capacity_price_per_kva,
            "demand_attested": tariff.demand.attested,
            "tier_period": tariff.tier_period if tariff.tiers else None,
            "source": tariff.source,
            "attested": tariff.attested,
        }
    )
    for season in tariff.seasons:
        lines += ["", "[[season]]", *_season(season)]
    for overlay in tariff.overlays:
        lines += ["", "[[overlay]]", *_overlay(overlay)]
    for customer_class, ratios in tariff.ratios.items():
        given: dict[str, Value] = {"class": customer_class, **_by_code(ratios)}
        given["attested"] = tariff.ratios_attested.get(customer_class)
        lines += ["", "[[ratios]]", *_fields(given)]
    for component in tariff.components:
        lines += ["", "[[component]]", *_component(component)]
    for tier in tariff.tiers:
        lines += ["", "[[tier]]", *_fields({"up_to": tier.up_to, "price": tier.price})]
    return "\n".join(lines) + "\n"


def _season(season: Season) -> Iterator[str]:
    yield from _fields({"months": _months(season.months), "days": _days(season.days)})
    yield from _fields(dict(_hours_by_band(season.periods)))
    yield from _fields({"attested": season.attested})


def _overlay(overlay: Overlay) -> Iterator[str]:
    yield from _fields(
        {
            "band": overlay.periods[0].band.code,
            "hours": written_hours(overlay.periods),
            "months": _months(overlay.months),
            "days": _days(overlay.days),
            "holidays": sorted(overlay.holidays) or None,
            "classes": sorted(overlay.classes) or None,
            "minimum_kva": overlay.minimum_kva or None,
            "attested": overlay.attested,
        }
    )


def _component(component: Component) -> Iterator[str]:
    published = bool(component.band_prices)
    yield from _fields(
        {
            "code": component.code,
            "name": component.name,
            "name_zh": component.name_zh,
            "price": component.price if component.price or not published else None,
            "floats": component.floats if component.floats or not published else None,
            "band_prices": _by_code(component.band_prices) or None,
            "months": sorted(component.months) or None,
            "from_month": component.from_month,
            "until_month": component.until_month,
            "classes": sorted(component.classes) or None,
            "in_power_factor_base": None if component.in_power_factor_base else False,
            "attested": component.attested,
        }
    )


def _months(months: frozenset[int]) -> Sequence[int] | None:
    return None if len(months) == 12 else sorted(months)


def _days(days: frozenset[str]) -> Sequence[str] | None:
    return None if days == frozenset(BASE_KINDS) else sorted(days)


def _hours_by_band(periods: Sequence[Period]) -> Iterator[tuple[str, str]]:
    for band in sorted({period.band for period in periods}):
        yield band.code, written_hours([period for period in periods if period.band == band])


def _by_code(figures: Mapping[Band, Decimal]) -> dict[str, Decimal]:
    return {band.code: figures[band] for band in sorted(figures)}


def _fields(values: Mapping[str, Value]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None and value != "":
            yield f"{name} = {_written(value)}"


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return f"{value:f}" if len(value.as_tuple().digits) <= _SAFE_DIGITS else f'"{value:f}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_written(figure)}" for name, figure in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_written(each) for each in value) + "]"
    return str(value)
