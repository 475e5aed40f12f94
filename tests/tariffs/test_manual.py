"""The examples of docs/tariff-files.md are a good folder."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from analytics.tariffs.bands import Band
from analytics.tariffs.prices import unit_price
from services.tariff_folder.read import read_tariff_folder
from tests.tariffs import shipped

MANUAL = Path(__file__).parents[2] / "docs" / "tariff-files.md"
PLACES = {"tariff": "tariffs/own.toml", "holidays": "holidays/works.toml", "contracts": "contracts.toml"}


def test_the_examples_are_a_good_folder(tmp_path: Path) -> None:
    found = re.findall(r"^```toml (\w+)\n(.*?)^```", MANUAL.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert [name for name, _ in found] == list(PLACES)
    for name, text in found:
        path = tmp_path / PLACES[name]
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    checked = read_tariff_folder(tmp_path, shipped.LIBRARY, date(2026, 11, 23))
    assert [str(mistake) for mistake in checked.mistakes] == []
    assert checked.documents is not None
    own = checked.documents.tariffs["our-supplier-2026"]
    # January: 0.4036 x 1.8 = 0.72648 -> 0.7265, and the funds; February as published by band.
    assert unit_price(own, "large", Band.PEAK, date(2026, 1, 1)) == Decimal("0.7265") + Decimal("0.0294")
    assert unit_price(own, "large", Band.PEAK, date(2026, 2, 1)) == Decimal("0.73") + Decimal("0.0294")
