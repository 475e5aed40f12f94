"""The lines of a bill, its parts, its restatement and the supplier's invoice, against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.billing.bill import Bill, Line, bill
from analytics.billing.inputs import (
    BandEnergy,
    BillInputs,
    Claim,
    MonthlyCharges,
    Stretch,
    TierStep,
    UnitPrice,
    next_month,
)
from analytics.billing.invoice_difference import InvoiceLine, differences
from analytics.billing.restatement import difference
from analytics.billing.sharing import Subject, part, unallocated
from analytics.tariffs.bands import Band
from tests.billing.steel_january import january

KWH = 1_000_000


def water(*energies: BandEnergy, **more: object) -> BillInputs:
    """A month of water at 3.40 a cubic metre, as one stretch."""
    flat = UnitPrice("water", "Water", None, Decimal("3.40"))
    stretch = Stretch(date(2026, 4, 1), date(2026, 5, 1), "w", "d", (flat,), energies)
    return BillInputs(date(2026, 4, 1), "water", "m3", "CNY", (replace(stretch, **more),))  # type: ignore[arg-type]


def amounts(of: Bill) -> list[tuple[str, str | None, Decimal]]:
    return [(line.component, line.band.code if line.band is not None else None, line.amount) for line in of.lines]


def test_the_steel_works_january_by_hand() -> None:
    worked_out = bill(january())
    assert amounts(worked_out) == [  # tests/data/steel/worksheet.md, January 2018
        ("purchase", "critical_peak", Decimal("26497.49")),
        ("purchase", "peak", Decimal("17013.29")),
        ("purchase", "intermediate", Decimal("21891.93")),
        ("purchase", "off_peak", Decimal("2645.73")),
        ("line_loss", None, Decimal("2360.66")),
        ("transmission", None, Decimal("17244.15")),
        ("system", None, Decimal("3938.63")),
        ("funds", None, Decimal("3711.41")),
        ("demand", None, Decimal("25600.00")),
        ("demand_excess", None, Decimal("8966.14")),
        ("power_factor", None, Decimal("630.79")),
    ]
    assert worked_out.total == Decimal("130500.22")
    assert worked_out.notes == ()


def test_what_is_unbilled_estimated_missing_or_quarantined_is_said() -> None:
    inputs = replace(
        water(BandEnergy(Band.INTERMEDIATE, 80 * KWH, 0, 15 * KWH), BandEnergy(Band.UNBILLED, 5 * KWH)),
        missing_us=5_400_000_000,
        quarantined_micro=7 * KWH,
        quarantined_entries=2,
    )
    worked_out = bill(inputs)
    assert amounts(worked_out) == [
        ("water", None, Decimal("323.00")),
        ("unbilled", "unbilled", Decimal(0)),
    ]  # 95 x 3.40
    assert worked_out.lines[1].quantity == 5
    assert worked_out.notes == (
        "15.00 % of the energy is estimated.",
        "Energy of 1.50 hours is missing.",
        "7.000 m3 in 2 increments are quarantined and not billed until they are ruled upon.",
        "No tariff covers 5.000 m3 of the energy.",
    )


def test_charges_and_prices_that_change_within_the_month() -> None:
    # April has 30 days: 10 at 30.00 a kVA and 20 at 33.00, on 100 kVA: 1,000.00 + 2,200.00. The price of energy changes
    # once more on the 21st, which does not split the second charge.
    def stretch(from_day: int, until_day: date, price: str, kva_price: str) -> Stretch:
        return Stretch(
            date(2026, 4, from_day),
            until_day,
            "t",
            "d",
            (UnitPrice("energy", "Energy", None, Decimal(price)),),
            (BandEnergy(Band.PEAK, 10 * KWH),),
            charges=MonthlyCharges(
                demand_mode="capacity",
                capacity_price_per_kva=Decimal(kva_price),
                transformer_kva=Decimal(80),
                motor_kva=Decimal(20),
            ),
        )

    inputs = BillInputs(
        date(2026, 4, 1),
        "electricity",
        "kWh",
        "CNY",
        (
            stretch(1, date(2026, 4, 11), "0.5", "30"),
            stretch(11, date(2026, 4, 21), "0.5", "33"),
            stretch(21, date(2026, 5, 1), "0.6", "33"),
        ),
    )
    worked_out = bill(inputs)
    assert [(line.component, line.amount, line.detail) for line in worked_out.lines] == [
        ("energy", Decimal("5.00"), ""),
        ("energy", Decimal("5.00"), ""),
        ("energy", Decimal("6.00"), ""),
        ("capacity", Decimal("1000.00"), "10 of 30 days"),
        ("capacity", Decimal("2200.00"), "20 of 30 days"),
    ]


def test_tiers_of_a_year_go_on_where_the_months_before_ended() -> None:
    # 170 m3 used since January; tiers up to 180, up to 260, above. 100 m3 in April: 10 at 3.00, 80 at 4.00, 10 at 5.00.
    tiers = (
        TierStep(Decimal(180), Decimal(3)),
        TierStep(Decimal(260), Decimal(4)),
        TierStep(None, Decimal(5)),
    )
    inputs = replace(
        water(BandEnergy(Band.INTERMEDIATE, 100 * KWH), prices=(), tiers=tiers, tier_period="year"),
        used_before_micro=170 * KWH,
    )
    assert [(line.component, line.quantity, line.amount) for line in bill(inputs).lines] == [
        ("tier_1", Decimal(10), Decimal("30.00")),
        ("tier_2", Decimal(80), Decimal("320.00")),
        ("tier_3", Decimal(10), Decimal("50.00")),
    ]


def test_delivered_energy_is_a_credit() -> None:
    inputs = water(BandEnergy(Band.PEAK, 10 * KWH), exported_micro=4 * KWH, export_price=Decimal("0.391"))
    credit = bill(inputs).lines[1]
    assert (credit.kind, credit.quantity, credit.amount) == ("export", Decimal(-4), Decimal("-1.56"))  # 1.564


def test_a_standard_without_reactive_register_and_demand_without_a_peak_are_said() -> None:
    worked_out = bill(replace(january(), reactive=None, peak=None))
    assert not {"power_factor", "demand", "demand_excess"} & {line.component for line in worked_out.lines}
    assert len(worked_out.notes) == 2


def test_units_below_units_and_what_nobody_claims() -> None:
    # The unit a has 30 of 100 m3 itself and 20 in a/x, b has 33.333333; 16.666667 belong to nobody. 340.00 to divide:
    # a 102.00, a/x 68.00, b 113.33(3), nobody 56.66(6); the cent that is left goes to the greatest loss, nobody's.
    claims = (
        Claim("org_unit", "a", Band.PEAK, Decimal(30 * KWH)),
        Claim("org_unit", "a/x", Band.PEAK, Decimal(20 * KWH)),
        Claim("org_unit", "b", Band.PEAK, Decimal(33_333_333)),
        Claim("space", "hall", Band.PEAK, Decimal(100 * KWH)),
    )
    inputs = water(BandEnergy(Band.PEAK, 100 * KWH), claims=claims)
    whole = bill(inputs)
    assert whole.total == Decimal("340.00")
    assert part(whole, inputs, Subject("org_unit", "a")).total == Decimal("170.00")
    assert part(whole, inputs, Subject("org_unit", "a/x")).total == Decimal("68.00")
    assert part(whole, inputs, Subject("org_unit", "b")).total == Decimal("113.33")
    assert unallocated(whole, inputs, "org_unit") == Decimal("56.67")
    assert unallocated(whole, inputs, "space") == 0


def test_a_unit_bears_demand_in_proportion_to_its_energy() -> None:
    # 12,623.829 of 126,238.29 kWh, a tenth, all of it off peak.
    claims = (Claim("space", "hall", Band.OFF_PEAK, Decimal(12_623_829_000)),)
    inputs = january(claims=claims)
    own = {line.component: line for line in part(bill(inputs), inputs, Subject("space", "hall")).lines}
    assert own["purchase"].band is Band.OFF_PEAK
    assert own["purchase"].quantity == Decimal("12623.829")
    assert own["purchase"].amount == Decimal("2132.17")  # 2,645.73 x 12,623.829 / 15,664.46 = 2,132.1669
    assert own["demand"].amount == Decimal("2560.00")
    assert own["power_factor"].amount == Decimal("63.08")  # 63.079
    assert own["demand"].detail == "10.0000 % of 25600.00 CNY"


def test_a_restatement_names_what_changed_and_nothing_else() -> None:
    before, after = bill(water(BandEnergy(Band.PEAK, 100 * KWH))), bill(water(BandEnergy(Band.PEAK, 90 * KWH)))
    signed = difference(before, after)
    assert [(line.quantity, line.amount) for line in signed.lines] == [(Decimal(-10), Decimal("-34.00"))]
    assert signed.lines[0].detail == "was 100.000000 m3, 340.00; is 90.000000 m3, 306.00"
    assert difference(before, before).lines == ()


def test_an_invoice_line_by_line() -> None:
    ours = bill(january())
    found = differences(
        [
            InvoiceLine("purchase", Band.PEAK, Decimal("17020.00"), Decimal("24524.50"), "kWh"),
            InvoiceLine("funds", None, Decimal("3711.41")),
            InvoiceLine("service", None, Decimal("10.00")),
        ],
        [ours],
    )
    named = {(one.component, one.band): one for one in found}
    assert len(found) == len(ours.lines) + 1
    assert named["purchase", Band.PEAK].amount_difference == Decimal("6.71")  # 17,020.00 - 17,013.29
    assert named["purchase", Band.PEAK].quantity_difference == Decimal("9.67")  # 24,524.50 - 24,514.83
    assert named["funds", None].sides == "both"
    assert named["funds", None].amount_difference == 0
    assert named["funds", None].quantity_difference is None
    assert named["service", None].sides == "only_supplier"
    assert named["demand", None].sides == "only_ours"
    assert named["demand", None].amount_difference == Decimal("-25600.00")


PRICED = st.sampled_from([Band.CRITICAL_PEAK, Band.PEAK, Band.INTERMEDIATE, Band.OFF_PEAK])
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.just("org_unit"),
        st.sampled_from(["a", "a/x", "a/y", "b", "b/z"]),
        PRICED,
        st.decimals(0, 10**11, places=2),
    ),
    max_size=12,
)


@given(claims=CLAIMS)
def test_all_parts_and_the_rest_are_the_whole(claims: list[Claim]) -> None:
    inputs = january(claims=tuple(claims))
    whole = bill(inputs)
    parts = {name: part(whole, inputs, Subject("org_unit", name)).total for name in ("a", "a/x", "a/y", "b", "b/z")}
    assert parts["a"] + parts["b"] + unallocated(whole, inputs, "org_unit") == whole.total


AMOUNTS = st.decimals(Decimal("-1e6"), Decimal("1e6"), places=2)
LINES = st.dictionaries(st.sampled_from(["purchase", "funds", "demand", "power_factor"]), AMOUNTS).map(
    lambda amounts: tuple(
        Line("energy", code, code, None, amount, "kWh", Decimal(1), amount, date(2026, 1, 1), date(2026, 2, 1))
        for code, amount in amounts.items()
    )
)


@given(chain=st.lists(LINES, min_size=2, max_size=5))
def test_a_chain_of_restatements_adds_up_to_the_last_bill(chain: list[tuple[Line, ...]]) -> None:
    bills = [Bill("CNY", lines) for lines in chain]
    restated = sum((difference(a, b).total for a, b in pairwise(bills)), Decimal(0))
    assert bills[0].total + restated == bills[-1].total


def test_months_follow_each_other() -> None:
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert next_month(date(2026, 1, 1)) == date(2026, 2, 1)
