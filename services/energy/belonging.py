"""With which weight each meter of a site counts for each space and unit, so that nothing counts twice.

Whose a meter is and which other one it lies inside says analytics/belonging.py. A meter counts for whose it is, less
whose the counted meter above it is: inside another one of the same space it adds nothing. What no share and no place
gives to anybody is `unallocated`. A virtual meter counts when it is named or has shares; one without a meter above it
is taken out of what is nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from analytics.belonging import PLACE_KINDS, WHOLE, Belonging
from services.energy.registry import MeterRow

#: A space and a unit; None: nobody's.
Pair: TypeAlias = tuple[str | None, str | None]
_NOBODY: dict[Pair, Decimal] = {(None, None): WHOLE}


def pairs_of(belonging: Belonging, meter_id: int) -> dict[Pair, Decimal]:
    """The shares of a meter by space and unit; they sum to one."""
    spaces, units = (_with_rest(belonging.whose(meter_id, kind)) for kind in PLACE_KINDS)
    return {(space, unit): a * b for space, a in spaces.items() for unit, b in units.items()}


def _with_rest(shares: Mapping[str, Decimal]) -> dict[str | None, Decimal]:
    found: dict[str | None, Decimal] = dict(shares.items())
    if rest := WHOLE - sum(shares.values()):
        found[None] = rest
    return found


def chosen(
    meters: Sequence[MeterRow], belonging: Belonging, named: Collection[str], carrier: str | None
) -> dict[int, MeterRow]:
    """The meters that count: those named, else all with a register but virtual ones without shares."""
    return {
        meter.id: meter
        for meter in meters
        if meter.register_id is not None
        and carrier in {None, meter.carrier}
        and (meter.code in named if named else meter.id in belonging.counted)
    }


def weights(belonging: Belonging, counted: Mapping[int, MeterRow], *, named: bool) -> dict[int, dict[Pair, Decimal]]:
    """With which weight each counted meter counts for each pair; those that count for none are left out."""
    found: dict[int, dict[Pair, Decimal]] = {}
    for meter in counted.values():
        above = belonging.inside(meter.id, counted)
        nobodys = _NOBODY if meter.is_virtual and not named else {}
        inside = nobodys if above is None else pairs_of(belonging, above)
        own = defaultdict(Decimal, pairs_of(belonging, meter.id))
        for pair, share in inside.items():
            own[pair] -= share
        kept = {pair: share for pair, share in own.items() if share}
        if kept:
            found[meter.id] = kept
    return found
