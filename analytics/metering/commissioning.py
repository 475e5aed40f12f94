"""Is a meter put in correctly: the energy of its register held against the power that the same device measured.

    ratio = energy of the register / integrated power, over the same quarter hours

    about 1              consistent
    10, 100 ... 10^6     a unit or a decimal place is wrong, 1/10 ... alike
    K, 1/K               the CT x PT product counts twice, or not at all
    2, 1/2               a multiplier is doubled or halved
    negative             power flows backwards: a transformer is reversed, or a phase's wires are swapped

The commonest real errors are exactly such factors; a meter that is merely inexact is off by a few per cent. Each
finding says in words what is likely and what to do. Energy alone shows three more: a register that never moves, two
meters that count the same, and a meter without a rating, whose jumps can hardly be told from consumption.

Nothing is corrected here: which of the two sides is wrong only somebody on site can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Literal

FindingKind = Literal[
    "power_of_ten",
    "multiplier",
    "doubled",
    "reversed",
    "never_moves",
    "duplicate",
    "no_rating",
    "inexact",
    "not_compared",
]

#: A factor is recognised within this share of it; consistent is nearer to 1 than that.
TOLERANCE = 0.1
CONSISTENT = 0.05
#: Less than this share of what flowed forwards is noise.
_NOISE = 0.02
_TENS = tuple(exponent for exponent in range(-6, 7) if exponent)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A register against the power of its device over the same quarter hours, in the register's unit.

    `forward` and `backward` are the integrals of positive and of negative power, both as positive figures, seen in the
    direction that the register counts. `multiplier` is the register's in force.
    """

    quarters: int
    energy: float
    forward: float
    backward: float
    multiplier: float = 1.0

    @property
    def ratio(self) -> float | None:
        """Register energy over integrated power, negative where it fits what flowed backwards; None: no power.

        Where much flowed in both directions (a works with its own generation) the one that fits better counts.
        """
        least = _NOISE * (self.forward + self.backward)
        fits = [
            sign * self.energy / flowed
            for sign, flowed in ((1, self.forward), (-1, self.backward))
            if flowed > 0 and flowed >= least
        ]
        return min(fits, key=_misfit) if fits else None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: what it is, the factor found (None: not a matter of a factor), cause and mend in words."""

    kind: FindingKind
    cause: str
    remedy: str
    factor: float | None = None


def compared(comparison: Comparison, fewest: int = 4) -> list[Finding]:
    """What a comparison over at least `fewest` quarter hours tells; nothing: the meter is consistent."""
    ratio = comparison.ratio
    if comparison.quarters < fewest or ratio is None:
        return [
            Finding(
                "not_compared",
                f"only {comparison.quarters} quarter hours have both energy and power" if ratio else "no power flowed",
                "compare again when the load has run for a day",
            )
        ]
    if comparison.energy == 0:
        # An import register of a feeder that only fed in stands still, and rightly.
        return [] if ratio < 0 or comparison.forward < _NOISE * comparison.backward else [_never_moves()]
    size = abs(ratio)
    findings = [_reversed()] if ratio < 0 else []
    if abs(size - 1) <= CONSISTENT:
        return findings
    return findings + (_factors(size, comparison.multiplier) or [_inexact(size)])


def _factors(size: float, multiplier: float) -> list[Finding]:
    """Every cause whose factor a ratio is near to; a multiplier that is a power of ten has two."""
    found: list[Finding] = []
    if multiplier != 1:
        for factor, cause in (
            (multiplier, f"the multiplier {multiplier:g} counts twice: the meter reports primary values already"),
            (
                1 / multiplier,
                f"the multiplier {multiplier:g} does not count: the register still has secondary values",
            ),
        ):
            if _near(size, factor):
                found.append(
                    Finding(
                        "multiplier", cause, "read the display, enter the right multiplier from its date on", factor
                    )
                )
    for exponent in _TENS:
        factor = float(Fraction(10) ** exponent)
        if _near(size, factor):
            found.append(
                Finding(
                    "power_of_ten",
                    f"the register is {_times(exponent)} what the power comes to: a unit (Wh, kWh, MWh) or a decimal "
                    "place is wrong",
                    "compare the display with the point's unit and scale in its template",
                    factor,
                )
            )
    for factor, words in ((2.0, "twice"), (0.5, "half")):
        if _near(size, factor):
            found.append(
                Finding(
                    "doubled",
                    f"the register is {words} of what the power comes to: a CT ratio is off by two (200/5 for 400/5), "
                    "or one of two parallel feeders is missing",
                    "read the ratio off the transformer's plate and enter the multiplier from its date on",
                    factor,
                )
            )
    return found


def _near(size: float, factor: float) -> bool:
    return abs(size / factor - 1) <= TOLERANCE


def _misfit(ratio: float) -> float:
    return abs(log(abs(ratio))) if ratio else 0.0


def _times(exponent: int) -> str:
    return f"{10**exponent:,} times" if exponent > 0 else f"1/{10**-exponent:,} of"


def _reversed() -> Finding:
    return Finding(
        "reversed",
        "power is negative while this register counts: a current transformer is reversed, or its wires are swapped",
        "turn the transformer of each phase with negative power, or exchange the flows in registers.csv",
        -1.0,
    )


def _inexact(size: float) -> Finding:
    return Finding(
        "inexact",
        f"the register is {size:.3g} times what the power comes to, which no usual mistake explains",
        "look for phases without voltage, a power point of another feeder, or readings that are too far apart",
        size,
    )


def _never_moves() -> Finding:
    return Finding(
        "never_moves",
        "the register did not move, though it was read",
        "see whether the load ran; if so, the register is the wrong one, or the pulse line is broken",
    )


def without_power(energy: float, covered_share: float) -> list[Finding]:
    """What energy alone tells: a register that was read most of the time and never moved."""
    return [_never_moves()] if energy == 0 and covered_share >= 0.5 else []


def duplicated(other: str) -> Finding:
    """Two registers that count the same."""
    return Finding(
        "duplicate",
        f"it counts exactly what {other} counts",
        "if both are one meter, retire one of them; if not, one device has the other's address or point",
    )


def unrated() -> Finding:
    """A meter of which nobody has said what its connection can carry."""
    return Finding(
        "no_rating",
        "no rating is given, so that a jump of its register can hardly be told from consumption",
        "give rated_per_hour in meters.csv (for electricity: 1.73 x voltage x CT primary current, in kW)",
    )
