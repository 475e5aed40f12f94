"""Energy that is missing, held or estimated: what a bill says of it, and closing that wants a reason."""

from __future__ import annotations

import pytest

from analytics.billing.sharing import Subject
from services.bills import months, stored
from services.bills.contracts import ContractRow
from services.bills.months import ClosingRefusedError
from services.database import Connection
from tests.billing import billed_plant
from tests.billing.billed_plant import AFTER_APRIL, APRIL, MAIN, Works


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


async def test_estimates_are_said_on_the_bill(works: Works) -> None:
    connection, plant, contract = works
    await billed_plant.month_of(connection, plant, "main", peak_kwh=60_000, off_peak_kwh=40_000, estimated_kwh=1_000)
    reference = await months.draft(connection, contract, APRIL, MAIN)
    assert (await stored.bill_named(connection, reference)).bill.notes == ("1.00 % of the energy is estimated.",)
