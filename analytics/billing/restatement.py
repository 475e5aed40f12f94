"""The signed difference of two bills, line by line: what a restatement says of a bill that was closed.

Lines are the same item where kind, component, band and first day are the same. An item that is only in one of the two
counts as nothing in the other. Items that did not change are left out. Before + difference = after, to the cent.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from analytics.billing.bill import Bill, Line
from analytics.tariffs.bands import Band

Item: TypeAlias = tuple[str, str, Band | None, date]


def item(line: Line) -> Item:
    """What makes a line the same item in another bill."""
    return line.kind, line.component, line.band, line.from_day


def difference(before: Bill, after: Bill) -> Bill:
    """What has to be added to a bill to come to another one. Raises ValueError where the currencies differ."""
    if before.currency != after.currency:
        raise ValueError(f"a bill in {before.currency} cannot be restated in {after.currency}: correct the contract")
    old = {item(line): line for line in before.lines}
    new = {item(line): line for line in after.lines}
    lines = tuple(
        changed for key in dict.fromkeys((*old, *new)) if (changed := _changed(old.get(key), new.get(key))) is not None
    )
    return Bill(after.currency, lines, after.notes)


def _changed(before: Line | None, after: Line | None) -> Line | None:
    shown = after or before
    assert shown is not None
    was_quantity, was_amount = (before.quantity, before.amount) if before else (Decimal(0), Decimal(0))
    quantity, amount = (after.quantity, after.amount) if after else (Decimal(0), Decimal(0))
    if quantity == was_quantity and amount == was_amount:
        return None
    detail = f"was {was_quantity:f} {shown.unit}, {was_amount:f}; is {quantity:f} {shown.unit}, {amount:f}"
    if before and after and before.price != after.price:
        detail += f"; price was {before.price:f}, is {after.price:f}"
    return replace(shown, quantity=quantity - was_quantity, amount=amount - was_amount, detail=detail)
