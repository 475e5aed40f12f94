"""Bills of the small works on the database, each worked out by hand: gathered, kept, divided, listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from analytics.billing.bill import bill
from analytics.billing.sharing import Subject
from services.bills import months, stored
from services.bills.contracts import CannotBillError, NoSuchContractError, contract_named
from services.bills.gather import gather
from services.registry.pages import Page
from tests.billing import billed_plant
from tests.billing.billed_plant import APRIL, MAIN, TERMS, Works, total_of


async def test_a_month_by_hand(works: Works) -> None:
    # purchase    peak 60,000 x 0.8500 = 51,000.00      off peak 40,000 x 0.2000 = 8,000.00
    # transmission 100,000 x 0.1366 = 13,660.00         funds 100,000 x 0.0294 = 2,940.00
    # demand      C = max(250, 40 % of 630 = 252) = 252 kW x 40 = 10,080.00; 105 % are 264.6 kW,
    #             75 kWh in a quarter hour are 300 kW: 35.4 kW x 80 = 2,832.00
    # power factor 100,000 / sqrt(100,000^2 + 48,432.21^2) = 0.90000.. = 0.90: 0 %
    connection, _, contract = works
    reference = await months.draft(connection, contract, APRIL, MAIN)
    assert reference == "plant/grid/2026-04/meter/main/1"
    kept = await stored.bill_named(connection, reference)
    assert [(line.component, line.band and line.band.code, line.amount) for line in kept.bill.lines] == [
        ("purchase", "peak", Decimal("51000.00")),
        ("purchase", "off_peak", Decimal("8000.00")),
        ("transmission", None, Decimal("13660.00")),
        ("funds", None, Decimal("2940.00")),
        ("demand", None, Decimal("10080.00")),
        ("demand_excess", None, Decimal("2832.00")),
        ("power_factor", None, Decimal("0.00")),
    ]
    assert (kept.head.status, kept.head.total, kept.bill.notes) == ("draft", Decimal("88512.00"), ())
    assert kept.bill.lines[0].detail == "0.5 x 1.7"


@pytest.mark.parametrize(
    ("kind", "name", "amount"),
    [
        # Lines by hand: peak 51,000 a 60,000 kWh, off peak 8,000 a 40,000, the rest 29,512 a 100,000 kWh.
        # b1 30,000 peak + 20,000 off peak:  25,500 + 4,000 + 14,756.00
        ("space", "b1", "44256.00"),
        # b1/f1 10,000 off peak:              2,000 + 2,951.20
        ("space", "b1/f1", "4951.20"),
        # press has all of b1 (the oven is nobody's else) for 15 days, half of it for the other 15: three quarters
        ("org_unit", "press", "33192.00"),
        ("org_unit", "paint", "11064.00"),
        ("meter", "yard", "22902.40"),  # 17,000 + 5,902.40
        ("meter", "hall", "44256.00"),
    ],
)
async def test_the_parts_of_a_month_by_hand(works: Works, kind: str, name: str, amount: str) -> None:
    connection, _, contract = works
    reference = await months.draft(connection, contract, APRIL, Subject(kind, name))  # type: ignore[arg-type]
    assert await total_of(connection, reference) == Decimal(amount)


async def test_units_and_the_unallocated_rest_are_the_whole(works: Works) -> None:
    connection, _, contract = works
    divided = months.division(await gather(connection, contract, APRIL), "org_unit")
    assert divided.parts == (("paint", Decimal("11064.00")), ("press", Decimal("33192.00")))
    assert divided.unallocated == Decimal("44256.00")
    assert divided.total == Decimal("88512.00")


async def test_terms_that_change_within_the_month(works: Works) -> None:
    # From the 11th on capacity: 20 of 30 days x 630 kVA x 25 = 10,500.00; 10 days of demand: 3,360.00. The 300 kW of
    # the 20th are nobody's excess any more; 276.6 kW on the 9th are: 12 kW x 80 x 10 / 30 = 320.00.
    connection, plant, contract = works
    await billed_plant.put_terms(
        connection, plant, replace(TERMS, valid_from=date(2026, 4, 11), demand_mode="capacity")
    )
    await connection.execute(
        "INSERT INTO demand_day VALUES ($1, '2026-04-09', 69150000, '2026-04-09 03:00Z')", plant.registers["main"]
    )
    reference = await months.draft(connection, contract, APRIL, MAIN)
    lines = (await stored.bill_named(connection, reference)).bill.lines
    assert [(line.kind, line.amount, line.detail[-13:]) for line in lines if line.unit in {"kW", "kVA"}] == [
        ("demand", Decimal("3360.00"), "10 of 30 days"),
        ("demand_excess", Decimal("320.00"), "10 of 30 days"),
        ("capacity", Decimal("10500.00"), "20 of 30 days"),
    ]
    # Energy is billed by stretch: 20,000 and 40,000 kWh peak.
    assert [line.quantity for line in lines if line.component == "purchase" and line.band == 2] == [20_000, 40_000]


async def test_several_main_meters_share_the_whole(works: Works) -> None:
    # Together 80,000 kWh peak and 40,000 off peak: 68,000 + 8,000, + 120,000 x (0.1366 and 0.0294): 16,392 + 3,528.
    # The yard's 20,000 peak: 17,000 + 2,732 + 588; the rest is main's.
    connection, plant, contract = works
    await connection.execute("UPDATE meter SET parent_id = NULL WHERE code = 'yard'")
    terms = replace(TERMS, demand_mode="none", power_factor_standard=None)
    await billed_plant.put_terms(connection, plant, terms)
    subjects = await months.main_subjects(connection, contract, APRIL)
    totals = [await total_of(connection, await months.draft(connection, contract, APRIL, each)) for each in subjects]
    assert totals == [Decimal("75600.00"), Decimal("20320.00")]
    assert bill(await gather(connection, contract, APRIL)).total == Decimal("95920.00")


async def test_demand_by_fixed_quarter_hours(works: Works) -> None:
    # 66 kWh in the quarter hour from 11:00 local time, in two pieces: 264 kW, within 105 % of 252 kW. On 1 May more.
    connection, plant, contract = works
    await connection.executemany(
        "INSERT INTO energy_interval (register_id, start, measured) VALUES ($1, $2, $3)",
        [
            (plant.registers["main"], datetime(2026, 4, 9, 3, 0, tzinfo=UTC), 40_000_000),
            (plant.registers["main"], datetime(2026, 4, 9, 3, 5, tzinfo=UTC), 26_000_000),
            (plant.registers["main"], datetime(2026, 4, 30, 16, 0, tzinfo=UTC), 90_000_000),
        ],
    )
    await billed_plant.put_terms(connection, plant, replace(TERMS, demand_window="fixed"))
    peak = (await gather(connection, contract, APRIL)).peak
    assert peak is not None
    assert peak.power_kw == 264
    assert (peak.window, peak.stop) == ("fixed", datetime(2026, 4, 9, 3, 15, tzinfo=UTC))


async def test_what_cannot_be_billed_says_why(works: Works) -> None:
    connection, plant, contract = works
    with pytest.raises(NoSuchContractError, match="no contract 'gas'"):
        await contract_named(connection, "plant", "gas")
    with pytest.raises(CannotBillError, match="no space 'b9'"):
        await months.draft(connection, contract, APRIL, Subject("space", "b9"))
    await billed_plant.put_terms(connection, plant, replace(TERMS, customer_class="home"))
    with pytest.raises(CannotBillError, match="no ratios for class 'home'"):
        await months.draft(connection, contract, APRIL, MAIN)
    await billed_plant.put_terms(connection, plant, replace(TERMS, tariff="unknown"))
    with pytest.raises(CannotBillError, match="never applied"):
        await months.draft(connection, contract, APRIL, MAIN)
    await billed_plant.put_terms(connection, plant, TERMS)
    await connection.execute("UPDATE meter SET parent_id = NULL WHERE code = 'yard'")
    with pytest.raises(CannotBillError, match=r"several meters \(main, yard\)"):
        await months.draft(connection, contract, APRIL, MAIN)
    await connection.execute("UPDATE meter SET contract = 'other'")
    with pytest.raises(CannotBillError, match="no meter of electricity"):
        await months.draft(connection, contract, APRIL, MAIN)


async def test_bills_are_listed_page_by_page(works: Works) -> None:
    connection, _, contract = works
    for name in ("main", "hall", "oven", "yard"):
        await months.draft(connection, contract, APRIL, Subject("meter", name))
    first = await months.bills(connection, Page(3), site="plant", month=APRIL)
    assert [row.name for row in first.rows] == ["hall", "main", "oven"]
    rest = await months.bills(connection, Page(3, first.next), site="plant", month=APRIL)
    assert ([row.name for row in rest.rows], rest.next) == (["yard"], None)
    assert (await months.bills(connection, Page(), status="closed")).rows == []
