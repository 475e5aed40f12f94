"""Whose energy it is: with which weight each meter counts for each space and unit, so that nothing counts twice.

    whose a meter is     its shares on that day, else its own space (unit), else those of the meter above it
    what counts          whose a meter is, less whose the counted meter above it is

A meter inside another one of the same space adds nothing: the one above has it. A child that is elsewhere is taken out
of its parent's space and put into its own. So spaces, units and what is nobody's sum to the meters at the top, the
site's total. The part of a meter that no share gives to anybody is `unallocated`. A virtual meter counts when it is
named or has shares; one without a meter above it is taken out of what is nobody's.

    main 100 kWh, nobody's; press 30 kWh in hall 1; oven 20 kWh below the press, in hall 2
    hall 1 = 30 - 20 = 10, hall 2 = 20, unallocated 100 - 30 = 70; together 100
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from services.energy.registry import AllocationRow, MeterRow

#: A space and a unit; None: nobody's.
Pair: TypeAlias = tuple[str | None, str | None]
Shares: TypeAlias = dict[str | None, Decimal]
_WHOLE = Decimal(1)
_NOBODY: dict[Pair, Decimal] = {(None, None): _WHOLE}


class Belonging:
    """Whose each meter of a site is on one day."""

    def __init__(self, meters: Sequence[MeterRow], allocations: Sequence[AllocationRow], day: date) -> None:
        self._meters = {meter.id: meter for meter in meters}
        self._said: dict[str, dict[int, Shares]] = {"space": defaultdict(dict), "org_unit": defaultdict(dict)}
        for row in allocations:
            if row.holds(day):
                kind, path = ("space", row.space) if row.space is not None else ("org_unit", row.org_unit)
                self._said[kind][row.meter_id][path] = row.share
        self.shared = {meter_id for said in self._said.values() for meter_id in said}
        self._known: dict[str, dict[int, Shares]] = {"space": {}, "org_unit": {}}
        self._places: dict[tuple[str, str], dict[Pair, Decimal]] = {}

    def pairs(self, meter: MeterRow) -> dict[Pair, Decimal]:
        """The shares of a meter by space and unit; they sum to one."""
        if meter.space is not None and meter.org_unit is not None and meter.id not in self.shared:
            place = (meter.space, meter.org_unit)
            return self._places.get(place) or self._places.setdefault(place, {place: _WHOLE})
        spaces, units = self._shares("space", meter), self._shares("org_unit", meter)
        return {(space, unit): a * b for space, a in spaces.items() for unit, b in units.items()}

    def _shares(self, kind: str, meter: MeterRow) -> Shares:
        known = self._known[kind].get(meter.id)
        if known is None:
            known = self._known[kind][meter.id] = self._worked_out(kind, meter)
        return known

    def _worked_out(self, kind: str, meter: MeterRow) -> Shares:
        said = self._said[kind].get(meter.id)
        if said:
            rest = _WHOLE - sum(said.values())
            return {**said, None: rest} if rest else dict(said)
        own = meter.space if kind == "space" else meter.org_unit
        if own is not None:
            return {own: _WHOLE}
        above = None if meter.parent_id is None else self._meters.get(meter.parent_id)
        return {None: _WHOLE} if above is None else self._shares(kind, above)


def counted(
    meters: Sequence[MeterRow], belonging: Belonging, named: Collection[str], carrier: str | None
) -> dict[int, MeterRow]:
    """The meters that count: those named, else all with a register but virtual ones without shares."""
    found = {}
    for meter in meters:
        if meter.register_id is None or (carrier is not None and meter.carrier != carrier):
            continue
        if meter.code in named if named else (meter.kind != "virtual" or meter.id in belonging.shared):
            found[meter.id] = meter
    return found


def weights(
    meters: Sequence[MeterRow], belonging: Belonging, chosen: Mapping[int, MeterRow], *, named: bool
) -> dict[int, dict[Pair, Decimal]]:
    """With which weight each chosen meter counts for each pair; those that count for none are left out."""
    by_id = {meter.id: meter for meter in meters}
    found: dict[int, dict[Pair, Decimal]] = {}
    for meter in chosen.values():
        above = by_id.get(meter.parent_id or 0)
        while above is not None and (above.id not in chosen or above.carrier != meter.carrier):
            above = by_id.get(above.parent_id or 0)
        if above is not None:
            inside = belonging.pairs(above)
        else:
            inside = _NOBODY if meter.kind == "virtual" and not named else {}
        if not inside:
            found[meter.id] = belonging.pairs(meter)
            continue
        own = defaultdict(Decimal, belonging.pairs(meter))
        for pair, share in inside.items():
            own[pair] -= share
        kept = {pair: share for pair, share in own.items() if share}
        if kept:
            found[meter.id] = kept
    return found
