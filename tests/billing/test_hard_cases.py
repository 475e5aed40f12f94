"""Months with something awkward about them, each worked out by hand: what is charged, or why nothing can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.billing.bill import bill
from analytics.billing.inputs import TierStep
from analytics.billing.sharing import Subject
from analytics.billing.tiers import tier_quantities
from analytics.tariffs.bands import Band
from analytics.tariffs.model import Tariff, Tier
from services.bills import months, stored
from services.bills.contracts import CannotBillError, ContractRow, contract_named
from services.bills.gather import gather
from services.bills.itemised import itemised
from services.bills.months import ClosingRefusedError
from services.bills.paper import paper
from services.bills.workbook import workbook
from services.database import Connection
from tests import metered_plant
from tests.billing import billed_plant
from tests.billing.billed_plant import AFTER_APRIL, APRIL, MAIN, TARIFF, TERMS, Works
from tests.metered_plant import Meter

#: The first 100,000 kWh of a year at 0.30, the next 50,000 at 0.40, all further ones at 0.60.
TIERED = replace(
    TARIFF,
    components=(),
    tiers=(
        Tier(Decimal(100_000), Decimal("0.30")),
        Tier(Decimal(150_000), Decimal("0.40")),
        Tier(None, Decimal("0.60")),
    ),
    tier_period="year",
)


async def put_tariff(connection: Connection, tariff: Tariff) -> None:
    await billed_plant.put_tariff(connection, tariff, "digest-2")


async def draft(connection: Connection, contract: ContractRow, subject: Subject = MAIN) -> stored.Kept:
    return await stored.bill_named(connection, await months.draft(connection, contract, APRIL, subject))


async def before(connection: Connection, register_id: int, month: date, kwh: int) -> None:
    """What a register drew in an earlier month."""
    await connection.execute(
        "INSERT INTO energy_month VALUES ($1, $2, 2, $3, 0, 0, 0)", register_id, month, kwh * 1_000_000
    )


async def test_tiers_of_a_year_go_on_where_the_year_stands_and_begin_again_in_january(works: Works) -> None:
    # 70,000 kWh from January to March, 500,000 of last year do not count: 30,000 at 0.30, 50,000 at 0.40, 20,000 at
    # 0.60 = 9,000 + 20,000 + 12,000.
    connection, plant, contract = works
    await put_tariff(connection, TIERED)
    await billed_plant.put_terms(connection, plant, replace(TERMS, demand_mode="none", power_factor_standard=None))
    await before(connection, plant.registers["main"], date(2025, 12, 1), 500_000)
    await before(connection, plant.registers["main"], date(2026, 1, 1), 30_000)
    await before(connection, plant.registers["main"], date(2026, 3, 1), 40_000)
    kept = await draft(connection, contract)
    assert [(line.component, line.quantity, line.amount) for line in kept.bill.lines] == [
        ("tier_1", Decimal(30_000), Decimal("9000.00")),
        ("tier_2", Decimal(50_000), Decimal("20000.00")),
        ("tier_3", Decimal(20_000), Decimal("12000.00")),
    ]
    # Half of the energy is the hall's, three quarters of that the press shop's: 15,375 of 41,000; paint 5,125.
    divided = months.division(await gather(connection, contract, APRIL), "org_unit")
    assert divided.parts == (("paint", Decimal("5125.00")), ("press", Decimal("15375.00")))
    assert (divided.unallocated, divided.total) == (Decimal("20500.00"), Decimal("41000.00"))


async def test_a_main_meter_that_was_taken_away_has_used_its_tiers(works: Works) -> None:
    # The old main meter drew 120,000 kWh until 15 March: 30,000 are left of the second tier, 70,000 in the third.
    connection, plant, contract = works
    await put_tariff(connection, TIERED)
    await billed_plant.put_terms(connection, plant, replace(TERMS, demand_mode="none", power_factor_standard=None))
    await metered_plant.add_meter(connection, plant, Meter("old-main"))
    await connection.execute("UPDATE meter SET retired_at = '2026-03-15Z' WHERE code = 'old-main'")
    await before(connection, plant.registers["old-main"], date(2026, 2, 1), 120_000)
    kept = await draft(connection, contract)
    quantities = {line.component: line.quantity for line in kept.bill.lines}
    assert quantities == {"tier_2": Decimal(30_000), "tier_3": Decimal(70_000)}


def test_what_is_given_back_comes_from_the_tiers_it_was_in() -> None:
    # 120 used, 50 given back: 20 of the second tier, 30 of the first. And below nothing stays in the first.
    steps = [TierStep(Decimal(100), Decimal(3)), TierStep(None, Decimal(4))]
    back = [(number, micro) for number, micro, _ in tier_quantities(steps, 120_000_000, -50_000_000)]
    assert back == [(1, -30_000_000), (2, -20_000_000)]
    assert [(n, micro) for n, micro, _ in tier_quantities(steps, 0, -5_000_000)] == [(1, -5_000_000)]


async def test_prices_for_another_unit_are_refused(works: Works) -> None:
    connection, _, contract = works
    await put_tariff(connection, replace(TARIFF, unit="MWh"))
    with pytest.raises(CannotBillError, match="prices per MWh, the meters count kWh"):
        await draft(connection, contract)


async def test_a_month_whose_bands_are_not_in_hand_waits(works: Works) -> None:
    connection, plant, contract = works
    stale = "UPDATE band_calendar SET stale_since = $2, stale_at = now() WHERE id = $1"
    await draft(connection, contract)
    await connection.execute(stale, plant.calendar_id, date(2026, 4, 30))
    with pytest.raises(CannotBillError, match="from 2026-04-30 on has its old bands"):
        await months.close(connection, contract, APRIL, AFTER_APRIL, reason="in a hurry")
    await connection.execute(stale, plant.calendar_id, date(2026, 5, 1))
    assert (await draft(connection, contract)).bill.total == Decimal("88512.00")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        # The tariff's class meets no critical peak: such energy would be on no line.
        ("UPDATE energy_day SET band = 1 WHERE day = '2026-04-09' AND band = 2", "critical_peak energy"),
        (
            """UPDATE contract_term SET valid_from = '2026-04-11', terms = terms || '{"valid_from": "2026-04-11"}'""",
            "energy from 2026-04-01 on, and no tariff",
        ),
    ],
)
async def test_energy_of_a_band_without_a_price_is_refused(works: Works, spoil: str, says: str) -> None:
    connection, _, contract = works
    await connection.execute(spoil)
    with pytest.raises(CannotBillError, match=says):
        await draft(connection, contract)


async def test_a_year_without_known_holidays_is_said_and_wants_a_reason_to_close(works: Works) -> None:
    connection, _, contract = works
    await put_tariff(connection, replace(TARIFF, holidays="china"))
    kept = await draft(connection, contract)
    (note,) = kept.bill.notes
    assert note == "The holiday calendar china does not know 2026: its days were taken as plain weekdays and weekends."
    with pytest.raises(ClosingRefusedError, match="china does not know 2026"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)


async def test_a_shipped_default_is_said_and_does_not_hinder_closing(works: Works) -> None:
    connection, _, contract = works
    first, *rest = TARIFF.components
    await put_tariff(connection, replace(TARIFF, components=(replace(first, attested="M-: from memory"), *rest)))
    (note,) = (await draft(connection, contract)).bill.notes
    assert note.startswith(f"Defaults, not the supplier's prices: {first.name}.")
    await months.close(connection, contract, APRIL, AFTER_APRIL)


async def test_closing_waits_for_readings_that_are_judged_again(works: Works) -> None:
    connection, plant, contract = works
    await draft(connection, contract)
    task = """INSERT INTO recompute_task (register_id, since, until, reason) VALUES ($1, $2, $2, 'late')
              ON CONFLICT (register_id) DO UPDATE SET since = $2, until = $2"""
    await connection.execute(task, plant.registers["oven"], datetime(2026, 4, 20, tzinfo=UTC))
    with pytest.raises(ClosingRefusedError, match="readings of 1 registers are being judged again"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    # What is judged again in May is no matter of April's.
    await connection.execute(task, plant.registers["oven"], datetime(2026, 5, 1, tzinfo=UTC))
    assert await months.close(connection, contract, APRIL, AFTER_APRIL)


async def test_demand_of_two_incomers_is_that_of_their_sum_by_quarter_hours(works: Works) -> None:
    # A virtual meter has no sliding window: its highest quarter hour is 70 kWh, 280 kW; 280 - 264.6 = 15.4 kW x 80.
    connection, plant, contract = works
    await connection.execute("UPDATE meter SET kind = 'virtual', formula = 'hall + yard' WHERE code = 'main'")
    await connection.execute("DELETE FROM demand_day")
    start = datetime(2026, 4, 9, 3, tzinfo=UTC)
    for number, kwh in enumerate((50, 70, 60)):
        await connection.execute(
            "INSERT INTO energy_interval (register_id, start, measured) VALUES ($1, $2, $3)",
            plant.registers["main"],
            start + timedelta(minutes=15 * number),
            kwh * 1_000_000,
        )
    lines = {line.kind: line for line in (await draft(connection, contract)).bill.lines}
    assert lines["demand"].amount == Decimal("10080.00")
    assert (lines["demand_excess"].quantity, lines["demand_excess"].amount) == (Decimal("15.4"), Decimal("1232.00"))


async def test_a_month_without_energy_charges_what_is_due_all_the_same(works: Works) -> None:
    # Read every day, nothing drawn: 252 kW x 40. No power factor, and nobody to share it among.
    connection, _, contract = works
    await connection.execute("UPDATE energy_day SET measured = 0; UPDATE demand_day SET energy = 0")
    kept = await draft(connection, contract)
    assert [(line.kind, line.amount) for line in kept.bill.lines] == [("demand", Decimal("10080.00"))]
    assert kept.bill.notes == ()
    divided = months.division(await gather(connection, contract, APRIL), "space")
    assert (divided.parts, divided.unallocated) == ((), Decimal("10080.00"))


async def test_demand_of_exactly_105_percent_is_no_excess(works: Works) -> None:
    connection, _, contract = works
    # 252 kW x 1.05 = 264.6 kW = 66.15 kWh in a quarter hour; a millionth of a kWh more is 0.000004 kW more.
    for energy, kinds in ((66_150_000, ["demand"]), (66_150_001, ["demand", "demand_excess"])):
        await connection.execute("UPDATE demand_day SET energy = $1", energy)
        lines = (await draft(connection, contract)).bill.lines
        assert [line.kind for line in lines if line.kind.startswith("demand")] == kinds


async def test_what_is_delivered_is_a_credit_outside_the_power_factors_base(works: Works) -> None:
    # 2,500 kWh at 0.3910 = 977.50 back. 100,000 kWh and 55,000 kvarh: 0.876 -> 0.88, 1.00 % of the base without funds
    # and without the credit: 51,000 + 8,000 + 13,660 + 10,080 + 2,832 = 85,572 -> 855.72.
    connection, plant, contract = works
    await put_tariff(connection, replace(TARIFF, export_price=Decimal("0.3910")))
    plant.registers["main/export"] = await connection.fetchval(
        "INSERT INTO register (meter_id, flow, unit, calendar_id) VALUES ($1, 'export', 'kWh', $2) RETURNING id",
        plant.meters["main"], plant.calendar_id,
    )  # fmt: skip
    await billed_plant.month_of(connection, plant, "main/export", peak_kwh=2_500, off_peak_kwh=0)
    await billed_plant.month_of(connection, plant, "main/reactive_import", peak_kwh=55_000, off_peak_kwh=0)
    kept = await draft(connection, contract)
    amounts = {line.kind: line.amount for line in kept.bill.lines}
    assert (amounts["export"], amounts["power_factor"]) == (Decimal("-977.50"), Decimal("855.72"))
    assert kept.bill.total == Decimal("88512.00") - Decimal("977.50") + Decimal("855.72")


async def test_negative_energy_of_a_difference_is_money_back(works: Works) -> None:
    # A main meter that is a difference: 1,000 kWh less than nothing in peak, 3,000 kWh off peak.
    connection, plant, contract = works
    await billed_plant.put_terms(connection, plant, replace(TERMS, demand_mode="none", power_factor_standard=None))
    await billed_plant.month_of(connection, plant, "main", peak_kwh=-1_000, off_peak_kwh=3_000)
    kept = await draft(connection, contract)
    # -1,000 x 0.85 + 3,000 x 0.20; 2,000 x 0.1366 and x 0.0294
    assert [(line.component, line.band, line.amount) for line in kept.bill.lines] == [
        ("purchase", Band.PEAK, Decimal("-850.00")),
        ("purchase", Band.OFF_PEAK, Decimal("600.00")),
        ("transmission", None, Decimal("273.20")),
        ("funds", None, Decimal("58.80")),
    ]
    divided = months.division(await gather(connection, contract, APRIL), "org_unit")
    assert sum(amount for _, amount in divided.parts) + divided.unallocated == divided.total == Decimal("82.00")


async def test_a_unit_without_energy_has_a_bill_without_lines(works: Works) -> None:
    connection, plant, contract = works
    await connection.execute(
        "INSERT INTO org_unit (site_id, code, path, kind, name) VALUES ($1, 'idle', 'idle', 'department', 'Idle')",
        plant.site_id,
    )
    kept = await draft(connection, contract, Subject("org_unit", "idle"))
    assert (kept.bill.lines, kept.head.total) == ((), Decimal(0))
    shown = itemised(contract, kept)
    assert paper(shown).startswith(b"%PDF")
    assert workbook(shown).startswith(b"PK")


async def test_a_meter_with_a_contract_of_its_own_is_the_main_meter_of_that_one(works: Works) -> None:
    # The yard's 20,000 kWh peak by themselves: 17,000.00 + 2,732.00 + 588.00. The grid's bill is what main counts.
    connection, plant, contract = works
    other = await connection.fetchval(
        """INSERT INTO contract (site_id, code, name, carrier, currency, is_default)
           VALUES ($1, 'yard', 'Yard', 'electricity', 'CNY', false) RETURNING id""",
        plant.site_id,
    )
    await connection.execute("UPDATE meter SET contract_id = $1, contract = 'yard' WHERE code = 'yard'", other)
    terms = replace(TERMS, demand_mode="none", power_factor_standard=None)
    await billed_plant.put_terms(connection, replace(plant, contract_id=other), terms)
    yard = await gather(connection, await contract_named(connection, "plant", "yard"), APRIL)
    assert (yard.main_meters, bill(yard).total) == (("yard",), Decimal("20320.00"))
    assert bill(await gather(connection, contract, APRIL)).total == Decimal("88512.00")
