"""The worked examples of docs/tariffs-and-bills.md, run: demand, power factor, a bill, a restatement.

demand         mode, price, contract, connected, maximum; line KIND N UNIT PRICE AMOUNT, all of them; charge N
power-factor   standard, kwh, kvarh IMPORT EXPORT; average N, percent N, adjustment of BASE N
bill           energy BAND KWH; exported KWH PRICE; price COMPONENT BAND|all N [outside the pf base];
               demand contract N kW PRICE; connected, maximum, standard, kvarh;
               line COMPONENT BAND|all AMOUNT, all of them; total N
restatement    price and energy as in a bill; becomes BAND KWH; line COMPONENT BAND|all AMOUNT, all of them; total N
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from analytics.billing import demand_charges, power_factor
from analytics.billing.bill import Bill, bill
from analytics.billing.inputs import (
    BandEnergy,
    BillInputs,
    MonthlyCharges,
    Peak,
    Reactive,
    Stretch,
    UnitPrice,
    next_month,
)
from analytics.billing.restatement import difference
from analytics.billing.rounding import half_up
from analytics.tariffs.bands import BANDS
from tests.accounting_page import Example, examples, instant

MICRO = 1_000_000
BILLS = [*examples(("bill",)), *examples(("restatement",))]


def name(example: Example) -> str:
    return f"{example.page}:{example.number}"


def micro(text: str) -> int:
    return int(Decimal(text) * MICRO)


def charges(example: Example) -> list[demand_charges.Charge]:
    mode = example.one("mode", "")
    price, connected = Decimal(example.one("price", "")), Decimal(example.one("connected", "0"))
    maximum = Decimal(example.one("maximum", "0"))
    if mode == "capacity":
        return demand_charges.capacity(price, connected)
    if mode == "actual":
        return demand_charges.actual(price, maximum)
    assert mode == "contract"
    return demand_charges.contract(price, Decimal(example.one("contract", "")), maximum, connected)


@pytest.mark.parametrize("example", list(examples(("demand",))), ids=name)
def test_demand(example: Example) -> None:
    found = charges(example)
    assert [
        (charge.kind, charge.quantity, charge.unit, charge.price, half_up(charge.amount, 2)) for charge in found
    ] == [
        (kind, Decimal(quantity), unit, Decimal(price), Decimal(amount))
        for kind, quantity, unit, price, amount in (line.rest for line in example.all("line"))
    ]
    assert demand_charges.total(found) == Decimal(example.one("charge", ""))


@pytest.mark.parametrize("example", list(examples(("power-factor",))), ids=name)
def test_power_factor(example: Example) -> None:
    standard = Decimal(example.one("standard", ""))
    (kvarh,) = example.all("kvarh")
    average = power_factor.average_power_factor(micro(example.one("kwh", "")), *map(micro, kvarh.rest))
    assert average == Decimal(example.one("average", ""))
    assert power_factor.table_of(standard).percent(average) == Decimal(example.one("percent", ""))
    (adjustment,) = example.all("adjustment")
    _, base, amount = adjustment.rest
    assert power_factor.adjustment(Decimal(base), standard, average, 2) == Decimal(amount)


def inputs(example: Example, *, changed: bool = False) -> BillInputs:
    """What the example's lines are worked out from; `changed`: with what its energies became."""
    month = date.fromisoformat(f"{example.one('month', '2026-03')}-01")
    drawn = {line.rest[0]: line.rest[1] for line in example.all("energy")}
    if changed:
        drawn |= {line.rest[0]: line.rest[1] for line in example.all("becomes")}
    prices = [
        UnitPrice(
            component,
            component,
            None if band == "all" else BANDS[band],
            Decimal(price),
            in_power_factor_base=not outside,
        )
        for component, band, price, *outside in (line.rest for line in example.all("price"))
    ]
    demand = [line.rest for line in example.all("demand")]
    exported = [line.rest for line in example.all("exported")]
    stretch = Stretch(
        month,
        next_month(month),
        "example",
        "",
        tuple(prices),
        tuple(BandEnergy(BANDS[band], micro(energy)) for band, energy in drawn.items()),
        exported_micro=micro(exported[0][0]) if exported else 0,
        export_price=Decimal(exported[0][1]) if exported else None,
        charges=MonthlyCharges(
            demand_mode="contract",
            contract_kw=Decimal(demand[0][1]),
            demand_price_per_kw=Decimal(demand[0][3]),
            transformer_kva=Decimal(example.one("connected", "0")),
        )
        if demand
        else MonthlyCharges(),
    )
    reactive = [line.rest for line in example.all("kvarh")]
    maximum = example.one("maximum", "")
    standard = example.one("standard", "")
    return BillInputs(
        month,
        "electricity",
        "kWh",
        "CNY",
        (stretch,),
        peak=Peak(Decimal(maximum), "fixed", instant("12:00")) if maximum else None,
        reactive=Reactive(micro(reactive[0][0]), micro(reactive[0][1])) if reactive else None,
        power_factor_standard=Decimal(standard) if standard else None,
    )


def worked_out(example: Example) -> Bill:
    if example.language == "bill":
        return bill(inputs(example))
    return difference(bill(inputs(example)), bill(inputs(example, changed=True)))


@pytest.mark.parametrize("example", BILLS, ids=name)
def test_bill(example: Example) -> None:
    found = worked_out(example)
    assert [
        (line.component, line.band.code if line.band is not None else "all", line.amount) for line in found.lines
    ] == [(component, band, Decimal(amount)) for component, band, amount in (line.rest for line in example.all("line"))]
    assert found.total == Decimal(example.one("total", ""))


def test_the_page_has_examples() -> None:
    assert len(BILLS) >= 2
