"""The worked examples of docs/tariffs-and-bills.md, run: tiers, a bill divided, the supplier's invoice, a called day.

tiers      step UP_TO|on PRICE; before N (used in the period before); drawn N; tier NUMBER N AMOUNT, all of them;
           total N; average N (what a unit costs in the analysis)
parts      price and energy as in a bill; owns NODE BAND KWH (itself, not what is below it); part NODE AMOUNT;
           unallocated AMOUNT; total AMOUNT
invoice    price and energy as in a bill; billed COMPONENT BAND|all AMOUNT; then COMPONENT BAND|all DIFFERENCE SIDES
called     tariff, class; each N (kWh each quarter hour of the day); day DATE; before BAND N and after BAND N, all
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal

import pytest

from analytics.billing.bill import bill
from analytics.billing.inputs import Claim, TierStep
from analytics.billing.invoice_difference import InvoiceLine, differences
from analytics.billing.rounding import half_up
from analytics.billing.sharing import Subject, part, unallocated
from analytics.billing.tiers import tier_quantities
from analytics.tariffs.bands import BANDS, Band
from analytics.tariffs.expansion import Plan
from analytics.tariffs.model import Contract, Terms, Tier
from services import calendars, tariff_changes
from services.database import Connection
from services.energy.prices import PriceBook
from tests import metered_plant
from tests.accounting_page import DAY, ZONE, Example, examples, instant
from tests.billing.billed_plant import TARIFF
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Plant
from tests.tariffs import shipped
from tests.test_billing_page import inputs, micro

MONTH = date.fromisoformat(DAY).replace(day=1)


def of(language: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", list(examples((language,))), ids=lambda e: f"{e.page}:{e.number}")


@of("tiers")
def test_tiers(example: Example) -> None:
    steps = [
        TierStep(None if line.rest[0] == "on" else Decimal(line.rest[0]), Decimal(line.rest[1]))
        for line in example.all("step")
    ]
    before, drawn = micro(example.one("before", "0")), micro(example.one("drawn", "0"))
    found = [
        (number, of_it, half_up(Decimal(of_it) / 1_000_000 * step.price, 2))
        for number, of_it, step in tier_quantities(steps, before, drawn)
    ]
    assert found == [
        (int(number), micro(of_it), Decimal(amount))
        for number, of_it, amount in (line.rest for line in example.all("tier"))
    ]
    assert sum((amount for _, _, amount in found), Decimal(0)) == Decimal(example.one("total", ""))
    tiers = tuple(Tier(step.up_to, step.price) for step in steps)
    tariff = replace(TARIFF, components=(), tiers=tiers, tier_period="year")
    plan = Plan(ZONE, (Terms(date(2026, 1, 1), tariff.code, "industry"),), {tariff.code: tariff}, {}, frozenset())
    book = PriceBook({1: plan}, {(1, MONTH): drawn, (1, date(2026, 1, 1)): before})
    price = book.price(1, Band.PEAK, MONTH, flow="import")
    assert price is not None
    assert half_up(price, 4) == Decimal(example.one("average", ""))


@of("parts")
def test_the_parts_of_a_bill(example: Example) -> None:
    whole_inputs = inputs(example)
    claims = tuple(
        Claim("space", node, BANDS[band], Decimal(micro(of_it)))
        for node, band, of_it in (line.rest for line in example.all("owns"))
    )
    whole_inputs = replace(
        whole_inputs, stretches=tuple(replace(each, claims=claims) for each in whole_inputs.stretches)
    )
    whole = bill(whole_inputs)
    for node, amount in (line.rest for line in example.all("part")):
        assert part(whole, whole_inputs, Subject("space", node)).total == Decimal(amount), node
    assert unallocated(whole, whole_inputs, "space") == Decimal(example.one("unallocated", ""))
    assert whole.total == Decimal(example.one("total", ""))


@of("invoice")
def test_the_suppliers_invoice(example: Example) -> None:
    billed = [
        InvoiceLine(component, None if band == "all" else BANDS[band], Decimal(amount))
        for component, band, amount in (line.rest for line in example.all("billed"))
    ]
    found = [
        (each.component, each.band.code if each.band is not None else "all", each.amount_difference, each.sides)
        for each in differences(billed, [bill(inputs(example))])
    ]
    assert found == [
        (component, band, Decimal(amount), sides)
        for component, band, amount, sides in (line.rest for line in example.all("difference"))
    ]


@of("called")
async def test_a_day_called_after_it_was_over(example: Example, connection: Connection) -> None:
    plant = await metered_plant.make(connection, contract="grid")
    terms = Terms(date(2026, 1, 1), example.one("tariff", ""), example.one("class", ""))
    library = replace(shipped.documents(), contracts=[Contract("grid", "Grid", "electricity", "CNY", (terms,))])
    await tariff_changes.apply(connection, "plant", library)
    await tariff_changes.settle(connection)
    day = date.fromisoformat(example.one("day", ""))
    start = instant(f"{day} 00:00").astimezone(UTC)
    stop = start + timedelta(days=1)
    await calendars.cover(connection, plant.calendar_id, start, stop)
    piece = Piece(micro(example.one("each", "")), 0, 0, 900_000_000)
    written = dict.fromkeys(await intervals.pieces(connection, plant, start, stop), piece)
    await intervals.replace(connection, plant, "m1", start, stop, written)
    assert await by_band(connection, plant, day) == stated(example, "before")
    assert await tariff_changes.call_critical_day(connection, "plant", "grid", day, "35 degrees were forecast")
    assert await by_band(connection, plant, day) == stated(example, "after")


def stated(example: Example, word: str) -> dict[str, int]:
    return {line.rest[0]: micro(line.rest[1]) for line in example.all(word)}


async def by_band(connection: Connection, plant: Plant, day: date) -> dict[str, int]:
    found = await connection.fetch(
        "SELECT band, measured FROM energy_day WHERE register_id = $1 AND day = $2", plant.registers["m1"], day
    )
    return {Band(row["band"]).code: row["measured"] for row in found}


def test_the_page_has_examples() -> None:
    for language in ("tiers", "parts", "invoice", "called"):
        assert list(examples((language,))), language
