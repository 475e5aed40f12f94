"""What is made of sums of energy, where some of it has no tariff."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.tariffs.bands import Band
from services.energy.figures import Figures
from services.energy.sums import Piece


def figures(energies: dict[Band, int]) -> Figures:
    whole = Figures()
    for band, kwh in energies.items():
        micro = Decimal(kwh * 1_000_000)
        piece = Piece(0, datetime(2026, 4, 1, tzinfo=UTC), date(2026, 4, 1), band, micro, Decimal(0), Decimal(0), 0)
        whole.add(piece, None if band is Band.UNBILLED else Decimal("0.50"))
    return whole


def test_the_peak_share_is_that_of_energy_with_a_band() -> None:
    # A tariff since the middle of the month: 50 of 100 kWh are peak, whatever was drawn before it.
    known = {Band.CRITICAL_PEAK: 10, Band.PEAK: 40, Band.OFF_PEAK: 50}
    assert figures(known).peak_share == figures({**known, Band.UNBILLED: 300}).peak_share == Decimal("0.5")
    assert figures({Band.UNBILLED: 300}).peak_share is figures({}).peak_share is None


def test_the_average_price_is_that_of_what_is_charged_for() -> None:
    mixed = figures({Band.PEAK: 100, Band.UNBILLED: 300})
    assert (mixed.cost, mixed.average_price, mixed.unbilled) == (Decimal(50), Decimal("0.5"), Decimal(300))
