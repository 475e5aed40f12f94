"""A tariff of OpenEI's utility rate database (URDB, version 8) as one of ours, and what ours cannot say of it.

    energyweekdayschedule, energyweekendschedule   12 months x 24 hours of period numbers   -> seasons
    energyratestructure[period][0]                 rate + adj                               -> prices of their bands
    flatdemandstructure, fixedchargefirstmeter     per kW, per month                        -> demand price, fixed

The periods of one kind of months are ranked by price: the bands are names, and what a period costs stands as it is
published, once for each set of months. URDB knows no holidays, so they are as weekdays here. Nothing is left out in
silence: every field that has a value and no place is named with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeAlias

from analytics.tariffs.bands import Band
from analytics.tariffs.model import Component, DayKind, DemandCharges, Period, Season, Tariff, Tier

#: 12 months of 24 hours, each the number of a period.
Schedule: TypeAlias = Sequence[Sequence[int]]

#: Names for so many prices, the dearest first.
_NAMES: Mapping[int, tuple[Band, ...]] = {
    1: (Band.INTERMEDIATE,),
    2: (Band.PEAK, Band.OFF_PEAK),
    3: (Band.PEAK, Band.INTERMEDIATE, Band.OFF_PEAK),
    4: (Band.CRITICAL_PEAK, Band.PEAK, Band.INTERMEDIATE, Band.OFF_PEAK),
    5: (Band.CRITICAL_PEAK, Band.PEAK, Band.INTERMEDIATE, Band.OFF_PEAK, Band.DEEP_OFF_PEAK),
}
#: Fields that say what a tariff is, not what it costs.
_ABOUT = frozenset(
    (
        *("label", "uri", "revisions", "approved", "is_default", "utility", "eiaid", "name", "startdate", "supersedes"),
        *(
            "sector",
            "servicetype",
            "description",
            "source",
            "sourceparent",
            "country",
            "energycomments",
            "demandcomments",
        ),
        *("basicinformationcomments", "dgrules", "phasewiring", "voltagecategory"),
    )
)
#: Fields that are looked at by name below.
_READ = frozenset(
    (
        *("energyratestructure", "energyweekdayschedule", "energyweekendschedule", "flatdemandstructure"),
        *(
            "flatdemandmonths",
            "flatdemandunit",
            "demandratestructure",
            "demandweekdayschedule",
            "demandweekendschedule",
        ),
        *("demandrateunit", "fixedchargefirstmeter", "fixedchargeunits"),
    )
)
_WHY = {
    "demandunits": "",
    "demandreactivepowercharge": "a charge for reactive power by the kvar: ours is the power-factor adjustment",
    "demandwindow": "the minutes of the demand window: ours are always 15",
    "peakkwcapacitymin": "who may have this tariff: it is not checked",
    "peakkwcapacitymax": "who may have this tariff: it is not checked",
    "peakkwhusagemin": "who may have this tariff: it is not checked",
    "peakkwhusagemax": "who may have this tariff: it is not checked",
    "voltageminimum": "who may have this tariff: it is not checked",
    "voltagemaximum": "who may have this tariff: it is not checked",
    "mincharge": "a least charge",
    "lookbackpercent": "a ratchet: demand of earlier months",
    "lookbackrange": "a ratchet: demand of earlier months",
    "lookbackmonths": "a ratchet: demand of earlier months",
    "coincidentratestructure": "demand at the hour of the grid's peak",
    "coincidentrateschedule": "demand at the hour of the grid's peak",
    "fixedchargeeaaddl": "a charge for each further meter",
    "fueladjustmentsmonthly": "an adjustment month by month",
    "enddate": "until when it holds: a contract's next term says it",
}


class NotUrdbError(Exception):
    """The document is no tariff of URDB, or its hours cannot be expressed; the message says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The tariff as far as ours can say it, and each thing that it cannot, by the field of URDB."""

    tariff: Tariff
    left_out: Sequence[str]


def read_urdb(document: Mapping[str, Any], code: str, *, currency: str = "USD") -> Imported:
    """Import one item of URDB, or the first of its `items`. Raises NotUrdbError."""
    item: Mapping[str, Any] = document["items"][0] if document.get("items") else document
    left_out: list[str] = []
    structure = item.get("energyratestructure")
    weekday, weekend = item.get("energyweekdayschedule"), item.get("energyweekendschedule")
    if not (isinstance(structure, list) and _is_matrix(weekday) and _is_matrix(weekend)):
        raise NotUrdbError("no URDB tariff: energyratestructure and the two 12 x 24 schedules of energy are needed")
    prices = [_price(number, tiers, left_out) for number, tiers in enumerate(structure)]
    groups = _groups(weekday or (), weekend or ())
    seasons: list[Season] = []
    components: list[Component] = []
    for number, (months, hours) in enumerate(groups, 1):
        bands = _bands(months, hours, prices)
        seasons += _seasons(months, hours, bands)
        components.append(
            Component(
                code="energy" if len(groups) == 1 else f"energy-{number}",
                name=f"Energy, months {_listed(months)}",
                price=Decimal(0),
                floats=False,
                months=frozenset() if len(groups) == 1 else months,
                band_prices={band: prices[period] for period, band in bands.items()},
                attested="V2: OpenEI URDB",
            )
        )
    tiers = _tiers(structure, left_out)
    left_out.append("holidays: URDB has none; they are billed as weekdays")
    left_out += _others(item)
    tariff = Tariff(
        code=code,
        name=str(item.get("name") or code),
        carrier="electricity",
        currency=currency,
        unit="kWh",
        valid_from=_day(item.get("startdate")),
        seasons=tuple(seasons),
        overlays=(),
        ratios={},
        components=() if tiers else tuple(components),
        tiers=tiers,
        demand=_demand(item, left_out),
        fixed_per_month=_fixed(item, left_out),
        source=" ".join(str(item[name]) for name in ("utility", "uri") if item.get(name)),
        attested="V2: OpenEI URDB",
    )
    return Imported(tariff, left_out)


def _is_matrix(value: object) -> bool:
    return (
        isinstance(value, list) and len(value) == 12 and all(isinstance(row, list) and len(row) == 24 for row in value)
    )


def _day(seconds: object) -> date:
    return datetime.fromtimestamp(seconds, UTC).date() if isinstance(seconds, int) else date(1970, 1, 1)


def _figure(value: object) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, int | float) else Decimal(0)


def _price(number: int, tiers: Sequence[Mapping[str, Any]], left_out: list[str]) -> Decimal:
    first = tiers[0]
    if first.get("sell"):
        left_out.append(
            f"energyratestructure[{number}].sell: a price for delivered energy by period; ours is one price"
        )
    return _figure(first.get("rate")) + _figure(first.get("adj"))


def _tiers(structure: Sequence[Sequence[Mapping[str, Any]]], left_out: list[str]) -> tuple[Tier, ...]:
    """Tiers where one period has them; of several periods only the first tier of each is taken."""
    stepped = [number for number, tiers in enumerate(structure) if len(tiers) > 1]
    if not stepped:
        return ()
    if len(structure) == 1 and all(tier.get("unit", "kWh") == "kWh" for tier in structure[0]):
        return tuple(
            Tier(_figure(tier["max"]) if tier.get("max") is not None else None, _price(0, [tier], left_out))
            for tier in structure[0]
        )
    why = "tiers of a period of its own, or not by kWh: the first is taken"
    left_out.extend(f"energyratestructure[{number}]: {why}" for number in stepped)
    return ()


def _groups(
    weekday: Schedule, weekend: Schedule
) -> list[tuple[frozenset[int], tuple[tuple[int, ...], tuple[int, ...]]]]:
    """Months with the same hours."""
    months: dict[tuple[tuple[int, ...], tuple[int, ...]], set[int]] = {}
    for month in range(12):
        months.setdefault((tuple(weekday[month]), tuple(weekend[month])), set()).add(month + 1)
    return [(frozenset(numbers), hours) for hours, numbers in months.items()]


def _bands(
    months: frozenset[int], hours: tuple[tuple[int, ...], tuple[int, ...]], prices: Sequence[Decimal]
) -> Mapping[int, Band]:
    """The band of each period of some months: by rank of its price; periods of one price are one band."""
    periods = sorted({*hours[0], *hours[1]})
    if periods[-1] >= len(prices):
        raise NotUrdbError(f"the schedules name period {periods[-1]}, and energyratestructure has {len(prices)}")
    ranked = sorted({prices[period] for period in periods}, reverse=True)
    if len(ranked) not in _NAMES:
        raise NotUrdbError(f"months {_listed(months)} have {len(ranked)} prices of energy: there are five bands")
    names = dict(zip(ranked, _NAMES[len(ranked)], strict=True))
    return {period: names[prices[period]] for period in periods}


def _seasons(
    months: frozenset[int], hours: tuple[tuple[int, ...], tuple[int, ...]], bands: Mapping[int, Band]
) -> list[Season]:
    kinds: list[tuple[frozenset[DayKind], tuple[int, ...]]] = [
        (frozenset({"weekday", "holiday"}), hours[0]),
        (frozenset({"weekend"}), hours[1]),
    ]
    if hours[0] == hours[1]:
        kinds = [(frozenset({"weekday", "weekend", "holiday"}), hours[0])]
    return [Season(months, days, _periods([bands[period] for period in row]), "V2: OpenEI URDB") for days, row in kinds]


def _periods(bands: Sequence[Band]) -> tuple[Period, ...]:
    found: list[Period] = []
    hour = 0
    for band, run in groupby(bands):
        length = len(list(run))
        found.append(Period(hour * 60, (hour + length) * 60, band))
        hour += length
    return tuple(found)


def _demand(item: Mapping[str, Any], left_out: list[str]) -> DemandCharges:
    """The flat demand price where it is one for all months; what depends on the hour has no place."""
    timed = [number for number, tiers in enumerate(item.get("demandratestructure", ())) if any(map(_price_of, tiers))]
    for number in timed:
        price = _price_of(item["demandratestructure"][number][0])
        left_out.append(f"demandratestructure[{number}]: {price} per kW of demand in certain hours; ours has no hours")
    structure, months = item.get("flatdemandstructure", ()), item.get("flatdemandmonths", ())
    used = sorted(set(months)) if months else []
    if not structure or not used:
        return DemandCharges()
    if len(used) > 1 or len(structure[used[0]]) > 1 or item.get("flatdemandunit", "kW") != "kW":
        left_out.append("flatdemandstructure: by month, in tiers or not by kW; ours is one price per kW")
        return DemandCharges()
    return DemandCharges(demand_price_per_kw=_price_of(structure[used[0]][0]), attested="V2: OpenEI URDB")


def _price_of(tier: Mapping[str, Any]) -> Decimal:
    return _figure(tier.get("rate")) + _figure(tier.get("adj"))


def _fixed(item: Mapping[str, Any], left_out: list[str]) -> Decimal:
    charge = _figure(item.get("fixedchargefirstmeter"))
    if charge and item.get("fixedchargeunits") != "$/month":
        left_out.append(f"fixedchargefirstmeter: {charge} {item.get('fixedchargeunits')}; ours is by month")
        return Decimal(0)
    return charge


def _others(item: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for name in sorted(set(item) - _ABOUT - _READ):
        if item[name] in (None, "", [], {}, 0):
            continue
        why = _WHY.get(name, "there is no place for it")
        if why:
            found.append(f"{name}: {why}")
    return found


def _listed(months: frozenset[int]) -> str:
    return ", ".join(map(str, sorted(months)))
