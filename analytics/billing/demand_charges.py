"""What being able to draw power costs in a month, after 发改办价格〔2016〕1583号 (attested by a second source).

    capacity    price x connected kVA, whatever was drawn
    contract    C = the contracted kW, but at least 40 % of the connected kVA (transformers and high-voltage motors);
                C at the price, and what the highest demand exceeds 105 % of C by at twice the price
    actual      price x the highest demand of the month

Each charge is one line, or two where an excess is billed, so that the excess is seen. Nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from analytics.billing.rounding import product

ChargeKind = Literal["fixed", "capacity", "demand", "demand_excess"]

LEAST_SHARE_OF_CONNECTED = Decimal("0.40")
TOLERATED_SHARE_OF_CONTRACT = Decimal("1.05")
EXCESS_PRICE_FACTOR = Decimal(2)


@dataclass(frozen=True, slots=True)
class Charge:
    """So many kW or kVA, or the month itself, at a price per month."""

    kind: ChargeKind
    quantity: Decimal
    unit: Literal["kW", "kVA", "month"]
    price: Decimal
    detail: str = ""

    @property
    def amount(self) -> Decimal:
        """Not rounded."""
        return product(self.quantity, self.price)


def capacity(price_per_kva: Decimal, transformer_kva: Decimal, motor_kva: Decimal = Decimal(0)) -> list[Charge]:
    """The charge by connected capacity."""
    return [Charge("capacity", transformer_kva + motor_kva, "kVA", price_per_kva)]


def billed_contract_kw(contract_kw: Decimal, transformer_kva: Decimal, motor_kva: Decimal = Decimal(0)) -> Decimal:
    """C: the contracted demand, but at least 40 % of what is connected."""
    return max(contract_kw, product(LEAST_SHARE_OF_CONNECTED, transformer_kva + motor_kva))


def contract(
    price_per_kw: Decimal,
    contract_kw: Decimal,
    peak_kw: Decimal,
    transformer_kva: Decimal,
    motor_kva: Decimal = Decimal(0),
) -> list[Charge]:
    """The charge by contracted demand, and that of an excess over 105 % of it."""
    billed_kw = billed_contract_kw(contract_kw, transformer_kva, motor_kva)
    tolerated_kw = product(TOLERATED_SHARE_OF_CONTRACT, billed_kw)
    least = "" if billed_kw == contract_kw else f"40 % of {transformer_kva + motor_kva:f} kVA, contract {contract_kw:f}"
    charges = [Charge("demand", billed_kw, "kW", price_per_kw, least)]
    if peak_kw > tolerated_kw:
        detail = f"highest demand {peak_kw:f} kW over 105 % of {billed_kw:f} kW"
        excess = Charge("demand_excess", peak_kw - tolerated_kw, "kW", EXCESS_PRICE_FACTOR * price_per_kw, detail)
        charges.append(excess)
    return charges


def actual(price_per_kw: Decimal, peak_kw: Decimal) -> list[Charge]:
    """The charge by the highest demand of the month."""
    return [Charge("demand", peak_kw, "kW", price_per_kw)]


def total(charges: Sequence[Charge]) -> Decimal:
    """What charges come to, not rounded."""
    return sum((charge.amount for charge in charges), Decimal(0))
