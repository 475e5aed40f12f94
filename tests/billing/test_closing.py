"""A month that is closed: locked as it is, worked out again from what was kept, and restated in differences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import asyncpg
import pytest

from analytics.billing.bill import bill
from analytics.billing.sharing import Subject
from services.bills import months, stored
from services.bills.contracts import CannotBillError
from services.bills.gather import gather
from services.bills.months import ClosingRefusedError, NotClosedError
from tests.billing import billed_plant
from tests.billing.billed_plant import AFTER_APRIL, APRIL, MAIN, TARIFF, Works, total_of


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
    assert await total_of(connection, reference) == Decimal("88515.66")


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


async def test_a_month_that_is_not_over_is_not_closed(works: Works) -> None:
    connection, _, contract = works
    with pytest.raises(ClosingRefusedError, match="no draft for 2026-04"):
        await months.close(connection, contract, APRIL, AFTER_APRIL)
    await months.draft(connection, contract, APRIL, MAIN)
    last_minute = datetime(2026, 4, 30, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    with pytest.raises(ClosingRefusedError, match="not over before 2026-04-30T16:00:00"):
        await months.close(connection, contract, APRIL, last_minute)
    assert await months.close(connection, contract, APRIL, last_minute.replace(hour=16, minute=0))


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
    chain = [await total_of(connection, each) for each in (reference, second, third)]
    assert chain == [Decimal("88512.00"), Decimal("366.00"), Decimal("-2969.40")]  # 101,000 x 0.0294
    assert sum(chain) == bill(await gather(connection, contract, APRIL)).total


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
