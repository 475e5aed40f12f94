"""Whose a meter is on one local day, and which counted meter it lies inside.

    whose     its shares of that day, else its own space (unit), else whose the meter above it is; the rest is nobody's
    counts    a meter, but a virtual one only with shares: it is a sum of others
    inside    the nearest meter above that counts; what that one has of the same energy is taken from whose it is

    main 100 kWh, nobody's; press 30 kWh in hall 1; oven 20 kWh below the press, in hall 2
    hall 1 = 30 - 20 = 10, hall 2 = 20, unallocated 100 - 30 = 70; together 100

So spaces, units and what is nobody's sum to the meters at the top. The analysis makes weights of it for long periods,
a bill divides the days of a month by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

PlaceKind = Literal["space", "org_unit"]
PLACE_KINDS: tuple[PlaceKind, ...] = ("space", "org_unit")
WHOLE = Decimal(1)


class Placed(Protocol):
    """A meter as far as it says whose it is."""

    @property
    def is_virtual(self) -> bool:
        """Whether it is a sum of others."""

    @property
    def parent_id(self) -> int | None:
        """The meter above."""

    @property
    def space(self) -> str | None:
        """Its own space."""

    @property
    def org_unit(self) -> str | None:
        """Its own unit."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a meter that a space or a unit has on the local days [since, until); None: ever."""

    meter_id: int
    space: str | None
    org_unit: str | None
    share: Decimal
    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a local day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class Belonging:
    """Whose each of some meters, by id, is on one day."""

    def __init__(self, meters: Mapping[int, Placed], shares: Iterable[Share], day: date) -> None:
        self._meters = meters
        self._shares: dict[tuple[int, PlaceKind], dict[str, Decimal]] = defaultdict(dict)
        for row in shares:
            if row.holds(day):
                kind: PlaceKind = "org_unit" if row.space is None else "space"
                self._shares[row.meter_id, kind][row.space or row.org_unit or ""] = row.share
        shared = {meter_id for meter_id, _ in self._shares}
        self.counted = frozenset(
            meter_id for meter_id, meter in meters.items() if not meter.is_virtual or meter_id in shared
        )

    def whose(self, meter_id: int, kind: PlaceKind) -> Mapping[str, Decimal]:
        """Whose a meter is, by share."""
        at: int | None = meter_id
        while at is not None and (meter := self._meters.get(at)) is not None:
            if said := self._shares.get((at, kind)):
                return said
            own = meter.space if kind == "space" else meter.org_unit
            if own is not None:
                return {own: WHOLE}
            at = meter.parent_id
        return {}

    def inside(self, meter_id: int, among: Container[int] | None = None) -> int | None:
        """The nearest meter above that counts, or that is among these."""
        those = self.counted if among is None else among
        above = self._meters[meter_id].parent_id
        while above is not None and above not in those:
            meter = self._meters.get(above)
            above = None if meter is None else meter.parent_id
        return above
