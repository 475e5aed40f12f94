"""Rounding of money: half up, as suppliers do, and the division of a sum so that its parts add up to it again.

Division is by largest remainder: each part is first rounded down to the smallest coin, the coins that are left go one
each to the parts that lost most, the earlier one where two lost the same. Weights may be negative (a correction) as
long as they do not cancel out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import floor

#: Wide enough that nothing but the rounding asked for is rounded: 28 digits, Python's default, hold no product of two.
EXACT = Context(prec=120, rounding=ROUND_HALF_UP)


def half_up(value: Decimal | Fraction, decimals: int) -> Decimal:
    """The nearest amount with so many decimals; a half goes away from zero."""
    scaled = abs(Fraction(value)) * 10**decimals
    whole = floor(scaled + Fraction(1, 2))
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals, EXACT)


def product(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity times price, not rounded."""
    return EXACT.multiply(quantity, price)


def split(amount: Decimal, weights: Sequence[Fraction], decimals: int) -> list[Decimal]:
    """Divide an amount of so many decimals in proportion to weights; the parts sum to it exactly.

    Raises ValueError where the weights sum to nothing: then nobody has a claim, and the caller says who bears it.
    """
    whole = sum(weights, Fraction(0))
    if whole == 0:
        raise ValueError("the weights sum to nothing: an amount cannot be divided in proportion to them")
    coins = int(amount.scaleb(decimals, EXACT))
    exact = [coins * weight / whole for weight in weights]
    parts = [floor(part) for part in exact]
    by_loss = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_loss[: coins - sum(parts)]:
        parts[place] += 1
    return [Decimal(part).scaleb(-decimals, EXACT) for part in parts]
