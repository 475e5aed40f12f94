"""The bands and prices of docs/tariffs-and-bills.md, run against the tariffs that are shipped.

bands    tariff, class, kva, zone; critical DATE (a day that was called); at DATE TIME BAND; hours DATE BAND N of a
         local day; price COMPONENT BAND N, of the tariff's first month
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.tariffs.bands import BANDS, Band
from analytics.tariffs.expansion import Plan, expand
from analytics.tariffs.model import Terms
from analytics.tariffs.prices import price_in_band
from services.tariff_folder.read import read_library
from tests.accounting_page import ZONE, Example, examples, instant

LIBRARY = Path(__file__).parents[1] / "deploy" / "tariffs"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = list(examples(("bands",)))


def plan(example: Example) -> Plan:
    shipped = read_library(LIBRARY)
    tariff = shipped.tariffs[example.one("tariff", "")]
    terms = Terms(
        tariff.valid_from, tariff.code, example.one("class", ""), transformer_kva=Decimal(example.one("kva", "0"))
    )
    called = frozenset(date.fromisoformat(line.rest[0]) for line in example.all("critical"))
    zone = ZoneInfo(example.one("zone", ZONE.key))
    return Plan(zone, (terms,), shipped.tariffs, shipped.holidays, called)


def band_at(of: Plan, text: str) -> Band:
    at_us = (instant(text) - EPOCH) // timedelta(microseconds=1)
    spans = expand(of, at_us, at_us + 60_000_000)
    return Band(int(spans.bands_at(np.array([at_us], dtype=np.int64))[0]))


def hours_of(of: Plan, day: date, band: Band) -> Decimal:
    """How long a band holds on a local day."""
    start, stop = (
        (datetime(each.year, each.month, each.day, tzinfo=of.zone) - EPOCH) // timedelta(minutes=1)
        for each in (day, day + timedelta(days=1))
    )
    minutes = np.arange(start, stop, dtype=np.int64) * 60_000_000
    spans = expand(of, int(minutes[0]), int(minutes[-1]) + 60_000_000)
    return Decimal(int((spans.bands_at(minutes) == band).sum())) / 60


@pytest.mark.parametrize("example", SHOWN, ids=lambda e: f"{e.page}:{e.number}")
def test_bands_and_prices(example: Example) -> None:
    known = plan(example)
    for line in example.all("at"):
        when, band = line.rest
        assert band_at(known, when).code == band, when
    for line in example.all("hours"):
        day, band, hours = line.rest
        assert hours_of(known, date.fromisoformat(day), BANDS[band]) == Decimal(hours), line
    tariff = known.tariffs[example.one("tariff", "")]
    components = {component.code: component for component in tariff.components}
    for line in example.all("price"):
        component, band, price = line.rest
        found = price_in_band(tariff, components[component], example.one("class", ""), BANDS[band])
        assert found == Decimal(price), line


def test_the_page_has_examples() -> None:
    assert len(SHOWN) >= 2
