"""A tariff of OpenEI's database: what it says is billed so at every hour, what ours cannot say is named."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.tariffs.bands import Band
from analytics.tariffs.clock import midnight_us
from analytics.tariffs.expansion import Plan, expand
from analytics.tariffs.model import Terms
from analytics.tariffs.prices import unit_price
from analytics.tariffs.urdb import NotUrdbError, read_urdb
from services.tariff_folder.read import read_one
from services.tariff_folder.writing import tariff_text
from tests.tariffs import shipped

FILE = Path(__file__).parent / "vectors" / "sce_tou-8_option-d_under-2kv.json"


def item() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))["items"][0]
    return found


def test_every_hour_of_a_year_costs_what_the_matrices_say() -> None:
    given = item()
    tariff = read_urdb({"items": [given]}, "sce-tou-8").tariff
    plan = Plan(
        ZoneInfo("America/Los_Angeles"), (Terms(date(2024, 1, 1), "sce-tou-8", "standard"),), {"sce-tou-8": tariff}
    )
    for month in range(1, 13):
        # 2024 has no change of the clock in the first week of a month but that of November, on the 3rd: left out.
        for day in (1, 2, 4, 5, 6, 7):
            at = date(2024, month, day)
            schedule = given["energyweekendschedule" if at.isoweekday() >= 6 else "energyweekdayschedule"]
            start = midnight_us(plan.zone, at)
            bands = expand(plan, start, start + 86_400_000_000).bands_at(
                start + np.arange(24, dtype=np.int64) * 3_600_000_000 + 1
            )
            for hour, band in enumerate(bands.tolist()):
                rate = given["energyratestructure"][schedule[month - 1][hour]][0]
                wanted = Decimal(str(rate["rate"])) + Decimal(str(rate["adj"]))
                assert unit_price(tariff, "standard", Band(band), at.replace(day=1)) == wanted


def test_demand_and_fixed_charges_are_taken() -> None:
    tariff = read_urdb(item(), "sce-tou-8").tariff
    assert tariff.demand.demand_price_per_kw == Decimal("25.36")
    assert tariff.fixed_per_month == Decimal("447.44")
    assert tariff.valid_from == date(2024, 10, 1)


def test_what_cannot_be_said_is_named() -> None:
    left_out = read_urdb(item(), "sce-tou-8").left_out
    assert [text.partition(":")[0] for text in left_out] == [
        "holidays",
        "demandreactivepowercharge",
        "peakkwcapacitymin",
        "voltagemaximum",
        "demandratestructure[1]",
        "demandratestructure[2]",
    ]
    assert "29.54 per kW" in left_out[-1]


def test_an_unknown_field_with_a_value_is_named_too() -> None:
    left_out = read_urdb({**item(), "newfangled": 3, "empty": []}, "x").left_out
    assert "newfangled: there is no place for it" in left_out
    assert not any(text.startswith("empty") for text in left_out)


def test_one_period_with_tiers_becomes_tiers() -> None:
    flat = [[0] * 24 for _ in range(12)]
    tiers = [{"max": 500, "rate": 0.10, "unit": "kWh"}, {"rate": 0.15, "adj": 0.01, "unit": "kWh"}]
    given = {"energyratestructure": [tiers], "energyweekdayschedule": flat, "energyweekendschedule": flat}
    tariff = read_urdb(given, "steps").tariff
    assert [(tier.up_to, tier.price) for tier in tariff.tiers] == [
        (Decimal(500), Decimal("0.1")),
        (None, Decimal("0.16")),
    ]
    by_power = {**given, "energyratestructure": [[{**tier, "unit": "kWh/kW"} for tier in tiers]]}
    assert any("tiers" in text for text in read_urdb(by_power, "steps").left_out)


def test_six_prices_at_once_are_refused() -> None:
    rows = [[hour % 6 for hour in range(24)] for _ in range(12)]
    structure = [[{"rate": number / 10}] for number in range(6)]
    with pytest.raises(NotUrdbError, match="6 prices of energy"):
        read_urdb({"energyratestructure": structure, "energyweekdayschedule": rows, "energyweekendschedule": rows}, "x")
    with pytest.raises(NotUrdbError, match="12 x 24"):
        read_urdb({"energyratestructure": structure}, "x")


def test_the_written_file_reads_as_the_same_tariff(tmp_path: Path) -> None:
    imported = read_urdb(item(), "sce-tou-8")
    for tariff in (imported.tariff, *shipped.documents().tariffs.values()):
        path = tmp_path / "tariffs" / f"{tariff.code}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(tariff_text(tariff, ["a note"]), "utf-8")
        checked = read_one(path, shipped.LIBRARY)
        assert checked.mistakes == ()
        assert checked.documents is not None
        assert checked.documents.tariffs[tariff.code] == tariff
