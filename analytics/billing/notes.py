"""What a reader of a bill has to know of the data behind it, in sentences; nothing of it changes an amount."""

from __future__ import annotations

from decimal import Decimal

from analytics.billing.inputs import BillInputs
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
    return [*estimates(inputs), *_gaps(inputs)]


def estimates(inputs: BillInputs) -> list[str]:
    """Estimated energy: its amount is known, when it was drawn is not."""
    total = inputs.active_micro
    if not inputs.uncertain_micro or not total:
        return []
    return [f"{_percent(inputs.uncertain_micro, total)} % of the energy is estimated."]


def _gaps(inputs: BillInputs) -> list[str]:
    said = []
    if inputs.missing_us:
        said.append(f"Energy of {half_up(Decimal(inputs.missing_us) / _HOUR_US, 2):f} hours is missing.")
    if inputs.reactive_missing_us:
        hours = half_up(Decimal(inputs.reactive_missing_us) / _HOUR_US, 2)
        said.append(f"Reactive energy of {hours:f} hours is missing, which betters the power factor.")
    if inputs.quarantined_entries:
        said.append(
            f"{half_up(Decimal(inputs.quarantined_micro).scaleb(-6), 3):f} {inputs.unit} "
            f"in {inputs.quarantined_entries} increments are quarantined and not billed until they are ruled upon."
        )
    unbilled = sum(e.total_micro for s in inputs.stretches for e in s.energies if e.band is Band.UNBILLED)
    said += [
        f"The holiday calendar {code} does not know {inputs.month.year}: "
        "its days were taken as plain weekdays and weekends."
        for code in inputs.unknown_holidays
    ]
    if unbilled:
        said.append(f"No tariff covers {half_up(Decimal(unbilled).scaleb(-6), 3):f} {inputs.unit} of the energy.")
    return said


def _percent(part: int, whole: int) -> Decimal:
    """Two decimals, but never 0.00 of something that is there."""
    return max(half_up(Decimal(part) * 100 / whole, 2), Decimal("0.01"))
