"""A month's bill of a contract: lines worked out from inputs, each rounded, and a total that is their sum.

    energy         quantity x price, by component, band and stretch; a component that is the same in every band once
    tier           of tiered carriers: what of the stretch falls into each tier
    unbilled       energy that no tariff covers: a line without a price, never left out
    export         what was delivered, as a credit, where the tariff prices it
    fixed, capacity, demand, demand_excess
                   a month's charge; where terms or prices change within the month each part costs its share of days,
                   by the highest demand of its own days
    power_factor   percentage of the lines that are in its base

Amounts are rounded half up to the tariff's decimals, line by line; nothing is rounded before or after. What cannot be
worked out (a power-factor standard without a reactive register) stands among the notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Literal

from analytics.billing import demand_charges, power_factor
from analytics.billing.demand_charges import Charge
from analytics.billing.inputs import BillInputs, MonthlyCharges, Peak, Stretch
from analytics.billing.notes import NO_PEAK, NO_REACTIVE, notes
from analytics.billing.rounding import EXACT, half_up, product
from analytics.billing.tiers import tier_quantities
from analytics.tariffs.bands import Band

LineKind = Literal[
    "energy", "tier", "unbilled", "export", "fixed", "capacity", "demand", "demand_excess", "power_factor"
]


@dataclass(frozen=True, slots=True)
class Line:
    """One item: so much of something at a price. Days [from_day, until_day) are those it is for."""

    kind: LineKind
    component: str
    name: str
    band: Band | None
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    from_day: date
    until_day: date
    in_power_factor_base: bool = True
    name_zh: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines in the order they are shown, and what a reader has to know of them."""

    currency: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal(0))


def bill(inputs: BillInputs) -> Bill:
    """Work out the bill of a contract's month."""
    lines = [line for stretch in inputs.stretches for line in _energy_lines(inputs, stretch)]
    lines += _tier_lines(inputs)
    lines += _monthly_lines(inputs)
    if inputs.power_factor_standard is not None and inputs.reactive is not None:
        lines += _power_factor_line(inputs, lines)
    return Bill(inputs.currency, tuple(lines), (*notes(inputs), *left_out(inputs)))


def left_out(inputs: BillInputs) -> list[str]:
    """Notes of what the contract charges and cannot be worked out."""
    said = [NO_REACTIVE] if inputs.power_factor_standard is not None and inputs.reactive is None else []
    if any(
        charges.demand_mode in {"contract", "actual"} and peak is None for charges, _, peak in _charged_parts(inputs)
    ):
        said.append(NO_PEAK)
    return said


def units(micro: Decimal | int) -> Decimal:
    """Millionths as a number of units, exactly."""
    return Decimal(micro).scaleb(-6, EXACT)


def _energy_lines(inputs: BillInputs, stretch: Stretch) -> Iterator[Line]:
    drawn = {energy.band: energy.total_micro for energy in stretch.energies}
    billed_micro = sum(micro for band, micro in drawn.items() if band is not Band.UNBILLED)
    for price in stretch.prices:
        micro = billed_micro if price.band is None else drawn.get(price.band, 0)
        if micro:
            yield Line(
                kind="energy",
                component=price.component,
                name=price.name,
                name_zh=price.name_zh,
                band=price.band,
                quantity=units(micro),
                unit=inputs.unit,
                price=price.price,
                amount=half_up(product(units(micro), price.price), inputs.amount_decimals),
                from_day=stretch.from_day,
                until_day=stretch.until_day,
                in_power_factor_base=price.in_power_factor_base,
                detail=price.detail,
            )
    if drawn.get(Band.UNBILLED):
        yield _unbilled(inputs, stretch, units(drawn[Band.UNBILLED]))
    if stretch.export_price is not None and stretch.exported_micro:
        yield _credit(inputs, stretch, -units(stretch.exported_micro), stretch.export_price)


def _unbilled(inputs: BillInputs, stretch: Stretch, quantity: Decimal) -> Line:
    return Line(
        kind="unbilled",
        component="unbilled",
        name="Energy that no tariff covers",
        name_zh="无电价覆盖的用量",
        band=Band.UNBILLED,
        quantity=quantity,
        unit=inputs.unit,
        price=Decimal(0),
        amount=Decimal(0),
        from_day=stretch.from_day,
        until_day=stretch.until_day,
        in_power_factor_base=False,
    )


def _credit(inputs: BillInputs, stretch: Stretch, quantity: Decimal, price: Decimal) -> Line:
    return Line(
        kind="export",
        component="export",
        name="Delivered energy",
        name_zh="上网电量",
        band=None,
        quantity=quantity,
        unit=inputs.unit,
        price=price,
        amount=half_up(product(quantity, price), inputs.amount_decimals),
        from_day=stretch.from_day,
        until_day=stretch.until_day,
        in_power_factor_base=False,
    )


def _tier_lines(inputs: BillInputs) -> Iterator[Line]:
    used_micro = inputs.used_before_micro
    for stretch in inputs.stretches:
        drawn_micro = sum(energy.total_micro for energy in stretch.energies if energy.band is not Band.UNBILLED)
        for number, micro, step in tier_quantities(stretch.tiers, used_micro, drawn_micro):
            yield Line(
                kind="tier",
                component=f"tier_{number}",
                name=f"Tier {number}",
                name_zh=f"第{number}档",
                band=None,
                quantity=units(micro),
                unit=inputs.unit,
                price=step.price,
                amount=half_up(product(units(micro), step.price), inputs.amount_decimals),
                from_day=stretch.from_day,
                until_day=stretch.until_day,
                detail="" if step.up_to is None else f"up to {step.up_to:f} {inputs.unit} a {stretch.tier_period}",
            )
        used_micro += drawn_micro


_CHARGE_NAMES = {
    "fixed": ("Fixed charge", "固定费用"),
    "capacity": ("Capacity charge", "容量电费"),
    "demand": ("Demand charge", "需量电费"),
    "demand_excess": ("Demand above 105 % of the contract", "超需量电费"),
}


def _monthly_lines(inputs: BillInputs) -> Iterator[Line]:
    for charges, stretches, peak in _charged_parts(inputs):
        yield from _charge_lines(inputs, charges, peak, stretches[0].from_day, stretches[-1].until_day)


def _charged_parts(inputs: BillInputs) -> Iterator[tuple[MonthlyCharges, list[Stretch], Peak | None]]:
    """Stretches with the same charges, and their highest demand: nobody pays for what was drawn under other terms."""
    for charges, group in groupby(inputs.stretches, key=lambda stretch: stretch.charges):
        stretches = list(group)
        peaks = [stretch.peak for stretch in stretches if stretch.peak is not None]
        highest = max(peaks, key=lambda peak: peak.power_kw, default=None)
        yield charges, stretches, inputs.peak if len(stretches) == len(inputs.stretches) else highest


def _charge_lines(
    inputs: BillInputs, charges: MonthlyCharges, peak: Peak | None, from_day: date, until_day: date
) -> Iterator[Line]:
    days = (until_day - from_day).days
    part = Fraction(days, inputs.days)
    some = "" if part == 1 else f"{days} of {inputs.days} days"
    charged = [Charge("fixed", Decimal(1), "month", charges.fixed)] if charges.fixed else []
    for charge in (*charged, *_charged(charges, peak)):
        name, name_zh = _CHARGE_NAMES[charge.kind]
        yield Line(
            kind=charge.kind,
            component=charge.kind,
            name=name,
            name_zh=name_zh,
            band=None,
            quantity=charge.quantity,
            unit=charge.unit,
            price=charge.price,
            amount=half_up(Fraction(charge.quantity) * Fraction(charge.price) * part, inputs.amount_decimals),
            from_day=from_day,
            until_day=until_day,
            in_power_factor_base=charge.kind != "fixed",
            detail="; ".join(text for text in (charge.detail, some) if text),
        )


def _charged(charges: MonthlyCharges, peak: Peak | None) -> list[Charge]:
    price = charges.demand_price_per_kw
    if charges.demand_mode == "capacity" and charges.capacity_price_per_kva is not None:
        return demand_charges.capacity(charges.capacity_price_per_kva, charges.transformer_kva, charges.motor_kva)
    if price is None or peak is None:
        return []
    if charges.demand_mode == "contract" and charges.contract_kw is not None:
        connected = charges.transformer_kva, charges.motor_kva
        return demand_charges.contract(price, charges.contract_kw, peak.power_kw, *connected)
    return demand_charges.actual(price, peak.power_kw) if charges.demand_mode == "actual" else []


def _power_factor_line(inputs: BillInputs, lines: Sequence[Line]) -> list[Line]:
    standard, reactive = inputs.power_factor_standard, inputs.reactive
    assert standard is not None
    assert reactive is not None
    average = power_factor.average_power_factor(inputs.active_micro, reactive.import_micro, reactive.export_micro)
    if average is None:
        return []
    amount_in_base = sum((line.amount for line in lines if line.in_power_factor_base), Decimal(0))
    percent = power_factor.table_of(standard).percent(average)
    return [
        Line(
            kind="power_factor",
            component="power_factor",
            name="Power-factor adjustment",
            name_zh="力调电费",
            band=None,
            quantity=amount_in_base,
            unit=inputs.currency,
            price=percent.scaleb(-2, EXACT),
            amount=power_factor.adjustment(amount_in_base, standard, average, inputs.amount_decimals),
            from_day=inputs.stretches[0].from_day,
            until_day=inputs.stretches[-1].until_day,
            in_power_factor_base=False,
            detail=f"average {average:f} against {standard:f}: {percent:+f} %",
        )
    ]
