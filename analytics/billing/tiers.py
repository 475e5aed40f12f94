"""Tiers: the first units of a month or a year at one price, the following ones at others.

What was used in the period before fills the lower tiers; only what is used now is priced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.billing.inputs import TierStep
from analytics.billing.rounding import EXACT

_MICRO_PER_UNIT = 6


def tier_quantities(
    steps: Sequence[TierStep], used_micro: int, drawn_micro: int
) -> Iterator[tuple[int, int, TierStep]]:
    """Number (from 1), millionths and step of each tier that `drawn_micro` after `used_micro` falls into.

    What goes beyond the last tier belongs to it. Less than nothing (a difference of meters) is taken back from the
    tiers that it reaches down into.
    """
    if drawn_micro < 0:
        for number, micro, step in tier_quantities(steps, used_micro + drawn_micro, -drawn_micro):
            yield number, -micro, step
        return
    stop_micro = used_micro + drawn_micro
    for number, step in enumerate(steps, 1):
        last = number == len(steps) or step.up_to is None
        top_micro = stop_micro if last or step.up_to is None else int(step.up_to.scaleb(_MICRO_PER_UNIT, EXACT))
        inside_micro = min(stop_micro, top_micro) - used_micro
        if inside_micro > 0:
            yield number, inside_micro, step
            used_micro += inside_micro
