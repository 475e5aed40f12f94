"""What a reader of a bill has to know of the data behind it, in sentences; nothing of it changes an amount.

A bill of a part speaks of the meters that part rests on; what is missing or held of the whole supply, by which the
part bears its share of demand and fixed charges, is said after it and named as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from analytics.billing.inputs import BillInputs, Quality
from analytics.billing.rounding import half_up
from analytics.tariffs.bands import Band

NO_REACTIVE = (
    "The contract has a power-factor standard, but the main meter has no reactive register: "
    "the power-factor adjustment is not on this bill."
)
NO_PEAK = (
    "The contract charges demand, but no demand was measured in this month: the demand charge is not on this bill."
)
_HOUR_US = 3_600_000_000


def notes(inputs: BillInputs) -> list[str]:
    """Estimated, missing, quarantined and unbilled energy, if there is any."""
    unbilled = sum(e.total_micro for s in inputs.stretches for e in s.energies if e.band is Band.UNBILLED)
    said = [*estimates(inputs), *_gaps(inputs), *_reactive(inputs), *_terms(inputs), *_unbilled(inputs, unbilled)]
    return [*said, *defaults(inputs)]


def notes_of_part(inputs: BillInputs, quality: Quality, drawn_micro: Fraction, unbilled_micro: Fraction) -> list[str]:
    """The same of a part: of its own energy, then what it shares with the whole."""
    return [
        *_uncertain(quality, drawn_micro),
        *_own_gaps(inputs, quality),
        *(f"Of the whole supply: {said[0].lower()}{said[1:]}" for said in _gaps(inputs)),
        *_reactive(inputs),
        *_terms(inputs),
        *_unbilled(inputs, unbilled_micro),
        *defaults(inputs),
    ]


def defaults(inputs: BillInputs) -> list[str]:
    """Prices that nobody has put in for this supply."""
    if not inputs.unattested:
        return []
    return [f"Defaults, not the supplier's prices: {', '.join(inputs.unattested)}. Put the real ones into the tariff."]


def estimates(inputs: BillInputs) -> list[str]:
    """Estimated energy: its amount is known, when it was drawn is not."""
    total = inputs.active_micro
    if not inputs.uncertain_micro or not total:
        return []
    return [f"{_percent(Fraction(inputs.uncertain_micro, total))} % of the energy is estimated."]


def _uncertain(quality: Quality, drawn_micro: Fraction) -> Iterator[str]:
    for micro, how in ((quality.estimated_micro, "estimated"), (quality.interpolated_micro, "interpolated")):
        if micro and drawn_micro > 0:
            yield f"{_percent(Fraction(micro) / drawn_micro)} % of the energy is {how}."


def _gaps(inputs: BillInputs) -> Iterator[str]:
    if inputs.missing_us:
        yield f"Energy of {_hours(inputs.missing_us)} hours is missing."
    if inputs.quarantined_entries:
        yield (
            f"{_units(inputs.quarantined_micro)} {inputs.unit} "
            f"in {inputs.quarantined_entries} increments are quarantined and not billed until they are ruled upon."
        )


def _own_gaps(inputs: BillInputs, quality: Quality) -> Iterator[str]:
    if quality.missing_us:
        yield f"Energy of {_hours(quality.missing_us)} hours of the meters of this part is missing."
    if quality.quarantined_entries:
        yield (
            f"{_units(quality.quarantined_micro)} {inputs.unit} in {quality.quarantined_entries} increments "
            "of the meters of this part are quarantined and not billed until they are ruled upon."
        )


def _reactive(inputs: BillInputs) -> Iterator[str]:
    if inputs.reactive_missing_us:
        hours = _hours(inputs.reactive_missing_us)
        yield f"Reactive energy of {hours} hours is missing, which betters the power factor."


def _terms(inputs: BillInputs) -> Iterator[str]:
    for code in inputs.unknown_holidays:
        yield (
            f"The holiday calendar {code} does not know {inputs.month.year}: "
            "its days were taken as plain weekdays and weekends."
        )


def _unbilled(inputs: BillInputs, micro: Fraction | int) -> Iterator[str]:
    if micro:
        yield f"No tariff covers {_units(micro)} {inputs.unit} of the energy."


def _units(micro: Fraction | int) -> str:
    return f"{half_up(Fraction(micro) / 1_000_000, 3):f}"


def _hours(microseconds: int) -> str:
    return f"{half_up(Fraction(microseconds, _HOUR_US), 2):f}"


def _percent(part: Fraction) -> Decimal:
    """Two decimals, but never 0.00 of something that is there, nor more than all of it."""
    return min(max(half_up(part * 100, 2), Decimal("0.01")), Decimal(100))
