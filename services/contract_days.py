"""A contract's local day: what kind of day it is, its bands as spans of time, and what a unit costs in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from analytics.tariffs.bands import Band
from analytics.tariffs.clock import EPOCH, local_days, midnight_us
from analytics.tariffs.expansion import Plan, expand
from analytics.tariffs.prices import NoPriceError, unit_price
from services import calendars
from services.band_plan import plan
from services.database import Connection


@dataclass(frozen=True, slots=True)
class BandSpan:
    """[start, stop) in one band; `price` None: the tariff has no single price there (tiers, or none at all)."""

    start: datetime
    stop: datetime
    band: Band
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class ContractDay:
    """A day of a contract; `tariff` None: before its first term. `known_year`: whether its holidays are known."""

    day: date
    time_zone: str
    kind: str
    holiday: str | None
    critical: bool
    known_year: bool
    tariff: str | None
    customer_class: str | None
    spans: Sequence[BandSpan]


async def day_of(connection: Connection, site: str, contract: str, day: date) -> ContractDay:
    """Work a day out from what is applied now. Raises NoSuchCalendarError, and OverflowError far from our time."""
    known = await plan(connection, (await calendars.of_contract(connection, site, contract)).id)
    terms, facts = known.terms_on(day), known.facts(day)
    tariff = None if terms is None else known.tariffs.get(terms.tariff)
    holidays = None if tariff is None or tariff.holidays is None else known.holidays.get(tariff.holidays)
    return ContractDay(
        day=day,
        time_zone=known.zone.key,
        kind=facts.kind,
        holiday=facts.holiday or None,
        critical=facts.critical,
        known_year=holidays is None or day.year in holidays.years,
        tariff=None if terms is None else terms.tariff,
        customer_class=None if terms is None else terms.customer_class,
        spans=list(_spans(known, day)),
    )


def _spans(known: Plan, day: date) -> list[BandSpan]:
    start_us = midnight_us(known.zone, day)
    found = [each for each in local_days(known.zone, start_us, start_us + 1) if each.date == day]
    if not found:
        return []
    spans = expand(known, found[0].start_us, found[0].stop_us)
    starts = [EPOCH + timedelta(microseconds=each) for each in [*spans.starts_us.tolist(), spans.stop_us]]
    bands = [Band(band) for band in spans.bands.tolist()]
    return [
        BandSpan(start, stop, band, _price(known, day, band))
        for start, stop, band in zip(starts, starts[1:], bands, strict=False)
    ]


def _price(known: Plan, day: date, band: Band) -> Decimal | None:
    terms = known.terms_on(day)
    tariff = None if terms is None else known.tariffs.get(terms.tariff)
    if terms is None or tariff is None or tariff.tiers or band == Band.UNBILLED:
        return None
    try:
        return unit_price(tariff, terms.customer_class, band, day.replace(day=1))
    except NoPriceError:
        return None
