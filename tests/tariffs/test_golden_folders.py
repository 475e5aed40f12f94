"""Folders of tariffs and the mistakes that must be found in them.

To add a case: make `golden/<case>/folder/` with the files, run this test, read what it says, and when it says the
right thing to the right person, save that as `golden/<case>/expected.txt`. An empty one stands for a good folder.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.tariff_folder.read import read_tariff_folder
from tests.tariffs import shipped

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.name for path in GOLDEN.iterdir())
SITES = shipped.SITE.parent
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_is_named_with_its_line_and_its_mend(case: str) -> None:
    checked = read_tariff_folder(GOLDEN / case / "folder", shipped.LIBRARY, TODAY)
    expected = (GOLDEN / case / "expected.txt").read_text("utf-8").splitlines()
    assert [str(mistake) for mistake in checked.mistakes] == expected
    assert (checked.documents is None) == bool(expected)


@pytest.mark.parametrize("site", sorted(path.name for path in SITES.iterdir()))
def test_the_sites_that_come_with_the_project_have_no_mistakes(site: str) -> None:
    checked = read_tariff_folder(SITES / site, shipped.LIBRARY, TODAY)
    assert [str(mistake) for mistake in checked.mistakes] == []
    assert checked.warnings == []


def test_years_without_holidays_are_warned_of() -> None:
    checked = read_tariff_folder(GOLDEN / "good" / "folder", shipped.LIBRARY, TODAY)
    (warning,) = checked.warnings
    assert warning.startswith("the holiday calendar 'china' does not know 2021, 2022: plain weekdays and weekends")
    # From a month before, the next year is missed as well.
    (warning,) = read_tariff_folder(GOLDEN / "good" / "folder", shipped.LIBRARY, date(2026, 12, 5)).warnings
    assert "2021, 2022, 2027" in warning


def test_a_figure_in_quotes_keeps_all_its_digits() -> None:
    documents = read_tariff_folder(GOLDEN / "good" / "folder", shipped.LIBRARY, TODAY).documents
    assert documents is not None
    assert documents.tariffs["own"].components[0].price == Decimal("0.1234567890123456")
