"""The steel works' January 2018 as inputs of a bill; tests/data/steel/worksheet.md has it worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.billing.inputs import (
    BandEnergy,
    BillInputs,
    Claim,
    MonthlyCharges,
    Peak,
    Reactive,
    Stretch,
    UnitPrice,
)
from analytics.tariffs.bands import Band

BY_BAND = {
    Band.CRITICAL_PEAK: 31_817_350_000,
    Band.PEAK: 24_514_830_000,
    Band.INTERMEDIATE: 54_241_650_000,
    Band.OFF_PEAK: 15_664_460_000,
}
PURCHASE = {
    Band.CRITICAL_PEAK: Decimal("0.8328"),
    Band.PEAK: Decimal("0.6940"),
    Band.INTERMEDIATE: Decimal("0.4036"),
    Band.OFF_PEAK: Decimal("0.1689"),
}
FLAT = {"line_loss": "0.0187", "transmission": "0.1366", "system": "0.0312", "funds": "0.0294"}


def prices() -> tuple[UnitPrice, ...]:
    """Purchase by band, the others the same in every band; government funds outside the power-factor base."""
    floating = [UnitPrice("purchase", "Purchase", band, price) for band, price in PURCHASE.items()]
    flat = [UnitPrice(code, code, None, Decimal(price), code != "funds") for code, price in FLAT.items()]
    return (*floating, *flat)


def january(*, claims: tuple[Claim, ...] = ()) -> BillInputs:
    """Contract 500 kW on 800 kVA, highest demand 612.56 kW, standard 0.90."""
    charges = MonthlyCharges(
        demand_mode="contract",
        demand_price_per_kw=Decimal("51.2"),
        transformer_kva=Decimal(800),
        contract_kw=Decimal(500),
    )
    stretch = Stretch(
        date(2018, 1, 1),
        date(2018, 2, 1),
        "jiangsu-2018",
        "d1",
        prices(),
        tuple(BandEnergy(band, micro) for band, micro in BY_BAND.items()),
        charges=charges,
        claims=claims,
    )
    return BillInputs(
        date(2018, 1, 1),
        "electricity",
        "kWh",
        "CNY",
        (stretch,),
        peak=Peak(Decimal("612.56"), "fixed", datetime(2018, 1, 15, 5, 45, tzinfo=UTC)),
        reactive=Reactive(54_461_190_000, 11_675_810_000),
        power_factor_standard=Decimal("0.90"),
        main_meters=("main",),
    )
