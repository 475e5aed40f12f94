"""Bills of the small works on the database: gathered, kept, worked out again, divided, closed, restated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

import asyncpg
import pytest

from analytics.billing.bill import bill
from analytics.billing.sharing import Subject
from services.bills import months, stored
from services.bills.contracts import CannotBillError, ContractRow, NoSuchContractError, contract_named
from services.bills.gather import gather
from services.bills.months import ClosingRefusedError, NotClosedError
from services.database import Connection, connect
from services.registry.pages import Page
from tests.billing import billed_plant
from tests.billing.billed_plant import AFTER_APRIL, APRIL, TARIFF, TERMS
from tests.metered_plant import Plant

Works: TypeAlias = tuple[Connection, Plant, ContractRow]
MAIN = Subject("meter", "main")


@pytest.fixture
async def works(database_url: str) -> AsyncIterator[Works]:
    connection = await connect(database_url, name="test")
    plant = await billed_plant.make(connection)
    yield connection, plant, await contract_named(connection, "plant", "grid")
    await connection.close()


async def total(connection: Connection, reference: str) -> Decimal:
    return (await stored.bill_named(connection, reference)).head.total


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
    assert await total(connection, reference) == Decimal(amount)


async def test_units_and_the_unallocated_rest_are_the_whole(works: Works) -> None:
    connection, _, contract = works
    divided = months.division(await gather(connection, contract, APRIL), "org_unit")
    assert divided.parts == (("paint", Decimal("11064.00")), ("press", Decimal("33192.00")))
    assert divided.unallocated == Decimal("44256.00")
    assert divided.total == Decimal("88512.00")


async def test_a_kept_bill_is_worked_out_again_from_its_inputs_alone(works: Works) -> None:
    connection, plant, contract = works
    subjects = (MAIN, Subject("space", "b1"), Subject("org_unit", "press"), Subject("meter", "oven"))
    for subject in subjects:
        await months.draft(connection, contract, APRIL, subject)
    await months.close(connection, contract, APRIL, AFTER_APRIL)
    await billed_plant.month_of(connection, plant, "main", peak_kwh=Decimal("61234.567"), off_peak_kwh=40_000)
    await months.restate(connection, contract, APRIL, "late readings")
    # Nothing of what it came from is needed any more.
    await connection.execute(
        "DELETE FROM contract_term; DELETE FROM tariff; DELETE FROM energy_day; DELETE FROM demand_day"
    )
    found = await stored.bills_of_month(connection, contract, APRIL)
    assert len(found) == 2 * len(subjects)
    for head in found:
        kept = await stored.bill_kept(connection, head)
        assert await stored.reproduce(connection, head) == kept
        assert kept.total == head.total == sum(line.amount for line in kept.lines)


async def test_a_draft_is_made_again_and_a_closed_bill_is_not(works: Works) -> None:
    connection, plant, contract = works
    first = await months.draft(connection, contract, APRIL, MAIN)
    await billed_plant.month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=50_000)
    assert await months.draft(connection, contract, APRIL, MAIN) == first
    assert len(await stored.bills_of_month(connection, contract, APRIL)) == 1
    assert await months.close(connection, contract, APRIL, AFTER_APRIL) == [first]
    with pytest.raises(CannotBillError, match="is closed: restate"):
        await months.draft(connection, contract, APRIL, MAIN)
    with pytest.raises(ClosingRefusedError, match="closed for 2026-04 already"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    for statement in ("UPDATE bill SET total = 0", "DELETE FROM bill_line", "UPDATE bill_line SET amount = 0"):
        with pytest.raises(asyncpg.CheckViolationError, match="restate"):
            await connection.execute(statement)


async def test_closing_works_a_draft_out_once_more(works: Works) -> None:
    connection, plant, contract = works
    reference = await months.draft(connection, contract, APRIL, MAIN)
    await billed_plant.month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=40_010)
    await months.close(connection, contract, APRIL, AFTER_APRIL)
    # 10 kWh more off peak: 2.00 + 1.37 (13,661.366) + 0.29 (2,940.294)
    assert await total(connection, reference) == Decimal("88515.66")


async def test_a_bill_for_one_more_subject_of_a_closed_month_comes_from_what_was_closed(works: Works) -> None:
    connection, plant, contract = works
    await months.draft(connection, contract, APRIL, MAIN)
    await months.close(connection, contract, APRIL, AFTER_APRIL)
    await billed_plant.month_of(connection, plant, "hall", peak_kwh=1, off_peak_kwh=1)
    reference = await months.draft(connection, contract, APRIL, Subject("org_unit", "press"))
    kept = await stored.bill_named(connection, reference)
    assert (kept.head.status, kept.head.total) == ("closed", Decimal("33192.00"))
    with pytest.raises(CannotBillError, match="drafts of such meters before the month is closed"):
        await months.draft(connection, contract, APRIL, Subject("meter", "yard"))


async def test_restatements_add_up_to_what_is_so_now(works: Works) -> None:
    connection, plant, contract = works
    reference = await months.draft(connection, contract, APRIL, MAIN)
    await months.draft(connection, contract, APRIL, Subject("meter", "yard"))
    with pytest.raises(NotClosedError, match="make its drafts again"):
        await months.restate(connection, contract, APRIL, "too early")
    await months.close(connection, contract, APRIL, AFTER_APRIL)
    assert await months.restate(connection, contract, APRIL, "nothing new") == []
    await billed_plant.month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=41_000)
    second, *_ = await months.restate(connection, contract, APRIL, "a meter was read late")
    kept = await stored.bill_named(connection, second)
    assert second == "plant/grid/2026-04/meter/main/2"
    assert (kept.head.restates, kept.head.reason) == (reference, "a meter was read late")
    # 1,000 kWh off peak: 200.00 + 136.60 + 29.40. Reactive as before: the average is 0.9018.., still 0.90.
    assert [(line.component, line.quantity, line.amount) for line in kept.bill.lines] == [
        ("purchase", Decimal(1000), Decimal("200.00")),
        ("transmission", Decimal(1000), Decimal("136.60")),
        ("funds", Decimal(1000), Decimal("29.40")),
        ("power_factor", Decimal("336.60"), Decimal("0.00")),
    ]
    await billed_plant.put_tariff(
        connection,
        replace(TARIFF, components=(*TARIFF.components[:2], replace(TARIFF.components[2], price=Decimal(0)))),
        "d2",
    )
    third, *_ = await months.restate(connection, contract, APRIL, "funds were abolished")
    assert third.endswith("/main/3")
    chain = [await total(connection, each) for each in (reference, second, third)]
    assert chain == [Decimal("88512.00"), Decimal("366.00"), Decimal("-2969.40")]  # 101,000 x 0.0294
    assert sum(chain) == bill(await gather(connection, contract, APRIL)).total


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("DELETE FROM energy_day WHERE day = '2026-04-07'", "Energy of 24.00 hours is missing"),
        (
            """INSERT INTO ledger_entry (register_id, origin, kind, start, stop, quarantined, decided)
               SELECT r.id, 'judged', 'implausible', '2026-04-03Z', '2026-04-04Z', 5000000, '2026-04-04Z'
               FROM register AS r JOIN meter AS m ON m.id = r.meter_id WHERE m.code = 'main' AND r.flow = 'import'""",
            "5.000 kWh in 1 increments are quarantined",
        ),
        (  # kvarh are no kWh, and they hinder closing all the same
            """INSERT INTO ledger_entry (register_id, origin, kind, start, stop, quarantined, decided)
               SELECT r.id, 'judged', 'implausible', '2026-04-03Z', '2026-04-04Z', 5000000, '2026-04-04Z'
               FROM register AS r WHERE r.flow = 'reactive_import'""",
            "0.000 kWh in 1 increments are quarantined",
        ),
        ("UPDATE energy_day SET band = 0 WHERE day = '2026-04-07' AND band = 2", "No tariff covers 2000.000 kWh"),
        ("DELETE FROM demand_day", "no demand was measured"),
        (
            """DELETE FROM energy_day AS e USING register AS r
               WHERE e.day >= '2026-04-30' AND r.id = e.register_id AND r.flow = 'reactive_import'""",
            "Reactive energy of 24.00 hours is missing",
        ),
        ("DELETE FROM register WHERE flow = 'reactive_import'", "no reactive register"),
    ],
)
async def test_closing_a_month_with_gaps_wants_a_reason(works: Works, spoil: str, says: str) -> None:
    connection, _, contract = works
    if "DELETE FROM register" in spoil:
        await connection.execute(
            "DELETE FROM energy_day WHERE register_id IN (SELECT id FROM register WHERE flow = 'reactive_import'); "
            "DELETE FROM register_segment WHERE register_id IN (SELECT id FROM register WHERE flow = 'reactive_import')"
        )
    await connection.execute(spoil)
    reference = await months.draft(connection, contract, APRIL, MAIN)
    assert any(says in note for note in (await stored.bill_named(connection, reference)).bill.notes)
    with pytest.raises(ClosingRefusedError, match=says):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    await months.close(connection, contract, APRIL, AFTER_APRIL, reason="agreed with the supplier")
    kept = (await stored.bill_named(connection, reference)).head
    assert kept.status == "closed"
    assert kept.reason.startswith("agreed with the supplier (")
    assert says in kept.reason


async def test_parts_divided_by_a_meter_with_held_energy_want_a_reason(works: Works) -> None:
    connection, _, contract = works
    await connection.execute(
        """INSERT INTO ledger_entry (register_id, origin, kind, start, stop, quarantined, decided)
           SELECT r.id, 'judged', 'implausible', '2026-04-03Z', '2026-04-04Z', 5000000, '2026-04-04Z'
           FROM register AS r JOIN meter AS m ON m.id = r.meter_id WHERE m.code = 'oven' AND r.flow = 'import'"""
    )
    await months.draft(connection, contract, APRIL, Subject("meter", "main"))
    await months.draft(connection, contract, APRIL, Subject("org_unit", "press"))
    with pytest.raises(months.ClosingRefusedError, match="energy of oven is quarantined, by which parts"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    assert len(await months.close(connection, contract, APRIL, AFTER_APRIL, reason="the oven stood")) == 2


async def notes_of(connection: Connection, contract: ContractRow, subject: Subject) -> tuple[str, ...]:
    return (await stored.bill_named(connection, await months.draft(connection, contract, APRIL, subject))).bill.notes


async def test_a_bill_of_a_part_speaks_of_its_own_meters(works: Works) -> None:
    # hall: 50,000 kWh, 1,000 estimated: 2 %. It and the building rest on it alone; the oven's floor does not, nor does
    # the yard. main has 500 of 100,000 estimated, which is said of main only.
    connection, plant, contract = works
    await billed_plant.month_of(connection, plant, "hall", peak_kwh=30_000, off_peak_kwh=20_000, estimated_kwh=1_000)
    await billed_plant.month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=40_000, estimated_kwh=500)
    estimated = ("2.00 % of the energy is estimated.",)
    for subject in (Subject("meter", "hall"), Subject("space", "b1")):
        assert await notes_of(connection, contract, subject) == estimated
    # It was the 30th: half of the 1,000 each; press has 37,500 kWh of the month, paint 12,500.
    for name, percent in (("press", "1.33"), ("paint", "4.00")):
        said = (f"{percent} % of the energy is estimated.",)
        assert await notes_of(connection, contract, Subject("org_unit", name)) == said
    assert await notes_of(connection, contract, MAIN) == ("0.50 % of the energy is estimated.",)
    for subject in (Subject("meter", "yard"), Subject("space", "b1/f1")):
        assert await notes_of(connection, contract, subject) == ()
    # 2,500 of the oven's 10,000 kWh interpolated, and a day of it missing: the floor's, not the building's.
    await connection.execute(
        """UPDATE energy_day SET measured = measured - 2500000000, interpolated = 2500000000
           WHERE register_id = $1 AND day = '2026-04-30' AND band = 4""",
        plant.registers["oven"],
    )
    await connection.execute(
        "UPDATE energy_day SET covered_us = 0 WHERE register_id = $1 AND day = '2026-04-02'", plant.registers["oven"]
    )
    assert await notes_of(connection, contract, Subject("space", "b1/f1")) == (
        "25.00 % of the energy is interpolated.",
        "Energy of 24.00 hours of the meters of this part is missing.",
    )
    assert await notes_of(connection, contract, Subject("space", "b1")) == estimated
    # Held energy of the hall is said of whoever has the hall; that of main after it.
    await connection.execute(
        """INSERT INTO ledger_entry (register_id, origin, kind, start, stop, quarantined, decided)
           SELECT register_id, 'judged', 'implausible', '2026-04-03Z', '2026-04-04Z', micro, '2026-04-04Z'
           FROM unnest($1::int4[], $2::int8[]) AS held (register_id, micro)""",
        [plant.registers["hall"], plant.registers["main"]],
        [5_000_000, 7_000_000],
    )
    until = "are quarantined and not billed until they are ruled upon."
    assert await notes_of(connection, contract, Subject("space", "b1")) == (
        *estimated,
        f"5.000 kWh in 1 increments of the meters of this part {until}",
        f"Of the whole supply: 7.000 kWh in 1 increments {until}",
    )
    await months.close(connection, contract, APRIL, AFTER_APRIL, reason="agreed")
    for head in await stored.bills_of_month(connection, contract, APRIL):
        assert await stored.reproduce(connection, head) == await stored.bill_kept(connection, head)


async def test_parts_divided_by_a_meter_with_a_gap_want_a_reason(works: Works) -> None:
    connection, plant, contract = works
    await connection.execute(
        "DELETE FROM energy_day WHERE register_id = $1 AND day = '2026-04-02'", plant.registers["yard"]
    )
    await months.draft(connection, contract, APRIL, MAIN)
    await months.draft(connection, contract, APRIL, Subject("space", "b1"))
    with pytest.raises(months.ClosingRefusedError, match="energy of yard is missing, by which parts"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    await connection.execute("UPDATE meter SET retired_at = '2026-03-01Z' WHERE code = 'yard'")
    await connection.execute("DELETE FROM energy_day WHERE register_id = $1", plant.registers["yard"])
    assert len(await months.close(connection, contract, APRIL, AFTER_APRIL)) == 2


async def test_a_month_that_is_not_over_is_not_closed(works: Works) -> None:
    connection, _, contract = works
    with pytest.raises(ClosingRefusedError, match="no draft for 2026-04"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    await months.draft(connection, contract, APRIL, MAIN)
    last_minute = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    with pytest.raises(ClosingRefusedError, match="not over before 2026-04-30T16:00:00"):
        await months.close(connection, contract, APRIL, last_minute)
    assert await months.close(connection, contract, APRIL, last_minute.replace(hour=16, minute=0))


async def test_estimates_are_said_on_the_bill(works: Works) -> None:
    connection, plant, contract = works
    await billed_plant.month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=40_000, estimated_kwh=1_000)
    reference = await months.draft(connection, contract, APRIL, MAIN)
    assert (await stored.bill_named(connection, reference)).bill.notes == ("1.00 % of the energy is estimated.",)


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


async def test_several_main_meters_share_the_whole(works: Works) -> None:
    # Together 80,000 kWh peak and 40,000 off peak: 68,000 + 8,000, + 120,000 x (0.1366 and 0.0294): 16,392 + 3,528.
    # The yard's 20,000 peak: 17,000 + 2,732 + 588; the rest is main's.
    connection, plant, contract = works
    await connection.execute("UPDATE meter SET parent_id = NULL WHERE code = 'yard'")
    terms = replace(TERMS, demand_mode="none", power_factor_standard=None)
    await billed_plant.put_terms(connection, plant, terms)
    subjects = await months.main_subjects(connection, contract, APRIL)
    totals = [await total(connection, await months.draft(connection, contract, APRIL, each)) for each in subjects]
    assert totals == [Decimal("75600.00"), Decimal("20320.00")]
    assert bill(await gather(connection, contract, APRIL)).total == Decimal("95920.00")


async def test_bills_are_listed_page_by_page(works: Works) -> None:
    connection, _, contract = works
    for name in ("main", "hall", "oven", "yard"):
        await months.draft(connection, contract, APRIL, Subject("meter", name))
    first = await months.bills(connection, Page(3), site="plant", month=APRIL)
    assert [row.name for row in first.rows] == ["hall", "main", "oven"]
    rest = await months.bills(connection, Page(3, first.next), site="plant", month=APRIL)
    assert ([row.name for row in rest.rows], rest.next) == (["yard"], None)
    assert (await months.bills(connection, Page(), status="closed")).rows == []


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
