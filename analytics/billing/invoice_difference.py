"""The supplier's invoice against our bill, line by line.

Lines are matched by component and band; several of one component and band (a price that changed within the month) are
summed up on each side first. A line that only one side has is named as such, never dropped. Difference is the
supplier's figure minus ours: positive means that the supplier asks for more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analytics.billing.bill import Bill
from analytics.tariffs.bands import Band

Sides = Literal["both", "only_supplier", "only_ours"]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of the supplier's; quantity and price are None where the invoice does not say them."""

    component: str
    band: Band | None
    amount: Decimal
    quantity: Decimal | None = None
    unit: str | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineDifference:
    """A component and band: what each side says of it."""

    component: str
    band: Band | None
    sides: Sides
    supplier_quantity: Decimal | None
    our_quantity: Decimal | None
    unit: str | None
    supplier_amount: Decimal
    our_amount: Decimal

    @property
    def amount_difference(self) -> Decimal:
        """What the supplier asks for beyond ours."""
        return self.supplier_amount - self.our_amount

    @property
    def quantity_difference(self) -> Decimal | None:
        """None where one side has no quantity."""
        if self.supplier_quantity is None or self.our_quantity is None:
            return None
        return self.supplier_quantity - self.our_quantity


@dataclass(slots=True)
class _Side:
    amount: Decimal = Decimal(0)
    quantity: Decimal | None = None
    unit: str | None = None

    def add(self, amount: Decimal, quantity: Decimal | None, unit: str | None) -> None:
        self.amount += amount
        self.unit = unit or self.unit
        if quantity is not None:
            self.quantity = quantity + (self.quantity or 0)


def differences(invoice: Sequence[InvoiceLine], ours: Iterable[Bill]) -> list[LineDifference]:
    """Every component and band of either side, the supplier's order first. `ours`: a bill and its restatements."""
    theirs: dict[tuple[str, Band | None], _Side] = {}
    for line in invoice:
        theirs.setdefault((line.component, line.band), _Side()).add(line.amount, line.quantity, line.unit)
    own: dict[tuple[str, Band | None], _Side] = {}
    for bill in ours:
        for item in bill.lines:
            own.setdefault((item.component, item.band), _Side()).add(item.amount, item.quantity, item.unit)
    return [_difference(*key, theirs.get(key), own.get(key)) for key in dict.fromkeys((*theirs, *own))]


def _difference(component: str, band: Band | None, supplier: _Side | None, ours: _Side | None) -> LineDifference:
    sides: Sides = "both" if supplier and ours else "only_supplier" if supplier else "only_ours"
    their, our = supplier or _Side(), ours or _Side()
    return LineDifference(
        component, band, sides, their.quantity, our.quantity, their.unit or our.unit, their.amount, our.amount
    )
