"""The power-factor adjustment of a bill, after (83)水电财字第215号: a percentage by the month's average power factor.

    average    kWh / sqrt(kWh^2 + kvarh^2) with kvarh = |import| + |export|, rounded half up to two decimals
    table      by the standard the customer is held to (0.90, 0.85, 0.80): better is rewarded, worse is charged
    amount     percentage x (demand or capacity charge + energy charge without government funds)

A table is written as slopes: from the standard up to a power factor each hundredth gives so many percent, and down to
one each hundredth costs so many. The average is found without a root: 200 x average, rounded down, is the integer root
of 40,000 kWh^2 / (kWh^2 + kvarh^2), so that 0.895 is rounded up whatever the digits behind it are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from types import MappingProxyType

from analytics.billing.rounding import EXACT, half_up, product

SOURCE = "(83)水电财字第215号"


@dataclass(frozen=True, slots=True)
class Slope:
    """From where the slope before ends to this power factor, in hundredths, each hundredth is worth so many percent."""

    to_hundredths: int
    percent_per_hundredth: Decimal


@dataclass(frozen=True, slots=True)
class Table:
    """What each average power factor is worth against a standard, and how well that is attested.

    Rewards end with the last slope upwards; charges go on down to 0.
    """

    standard_hundredths: int
    rewards: tuple[Slope, ...]
    charges: tuple[Slope, ...]
    attested: str

    def percent(self, average: Decimal) -> Decimal:
        """The adjustment in percent of an average with two decimals: negative is a reward."""
        hundredths = int(average * 100)
        if hundredths >= self.standard_hundredths:
            return -self._along(self.rewards, hundredths - self.standard_hundredths)
        return self._along(self.charges, self.standard_hundredths - hundredths)

    def _along(self, slopes: tuple[Slope, ...], distance: int) -> Decimal:
        percent, begins = Decimal(0), self.standard_hundredths
        for slope in slopes:
            steps = min(distance, abs(slope.to_hundredths - begins))
            percent += steps * slope.percent_per_hundredth
            distance -= steps
            begins = slope.to_hundredths
        return percent


_HALF, _ONE, _TWO = Decimal("0.50"), Decimal("1.00"), Decimal("2.00")

TABLES: Mapping[Decimal, Table] = MappingProxyType(
    {
        Decimal("0.90"): Table(
            90,
            (Slope(95, Decimal("0.15")),),
            (Slope(70, _HALF), Slope(65, _ONE), Slope(0, _TWO)),
            "V2: read in a second source",
        ),
        Decimal("0.85"): Table(
            85,
            (Slope(90, Decimal("0.10")), Slope(94, Decimal("0.15"))),
            (Slope(65, _HALF), Slope(60, _ONE), Slope(0, _TWO)),
            "V2: read in a second source; the highest reward, 1.10 %, from memory",
        ),
        Decimal("0.80"): Table(
            80,
            (Slope(90, Decimal("0.10")), Slope(92, Decimal("0.15"))),
            (Slope(60, _HALF), Slope(55, _ONE), Slope(0, _TWO)),
            "V2: read in a second source; the highest reward, 1.30 %, from memory",
        ),
    }
)


class UnknownStandardError(ValueError):
    """There is no table for a standard."""

    def __init__(self, standard: Decimal) -> None:
        known = ", ".join(f"{known:f}" for known in TABLES)
        super().__init__(f"there is no power-factor table for the standard {standard:f}: use one of {known}")


def average_power_factor(active_micro: int, reactive_import_micro: int, reactive_export_micro: int) -> Decimal | None:
    """The month's average with two decimals; None where there was no energy at all. Energies in any one unit."""
    reactive = abs(reactive_import_micro) + abs(reactive_export_micro)
    squares = active_micro**2 + reactive**2
    if squares == 0:
        return None
    hundredths = (isqrt(40_000 * active_micro**2 // squares) + 1) // 2
    return Decimal(hundredths).scaleb(-2)


def table_of(standard: Decimal) -> Table:
    """The table of a standard. Raises UnknownStandardError."""
    if standard not in TABLES:
        raise UnknownStandardError(standard)
    return TABLES[standard]


def adjustment(base_amount: Decimal, standard: Decimal, average: Decimal, decimals: int) -> Decimal:
    """What the adjustment comes to, half up to so many decimals. Raises UnknownStandardError."""
    return half_up(product(base_amount, table_of(standard).percent(average)).scaleb(-2, EXACT), decimals)
