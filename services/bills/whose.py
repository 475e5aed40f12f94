"""Whose energy a contract's is, by space and by unit.

    whose a meter is    its shares of the day, else its own space (unit), else whose the meter above it is
    what it counts for  what it has beside what the counted meters below it have
    which ones count    all but virtual meters without a share on that day

It is the rule of services/energy/belonging.py, here for the days of a bill. A stretch is cut into parts in which no
share changes; the energy of a part is one sum for each meter and band, so that a contract of a thousand meters is
divided in a fraction of a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from analytics.billing.inputs import Claim, Stretch, SubjectKind
from analytics.billing.rounding import product
from analytics.tariffs.bands import Band
from services.database import Connection, rows
from services.statements import statements

SQL = statements("bills")
Owned: TypeAlias = dict[tuple[SubjectKind, str, Band], Decimal]
KINDS: tuple[SubjectKind, ...] = ("space", "org_unit")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A meter of the contract and where it stands."""

    meter_id: int
    is_virtual: bool
    parent_id: int | None
    space: str | None
    org_unit: str | None


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A share of a meter, from a day (None: ever since) to before another (None: for ever)."""

    meter_id: int
    space: str | None
    org_unit: str | None
    share: Decimal
    from_day: date | None
    until_day: date | None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a local day."""
        return (self.from_day is None or self.from_day <= day) and (self.until_day is None or day < self.until_day)


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """What a meter drew in a part (from 1) and band, in millionths."""

    meter_id: int
    part: int
    band: int
    micro: int


@dataclass(frozen=True, slots=True)
class Part:
    """Days of a stretch (from 0) in which no share changes."""

    stretch: int
    from_day: date
    until_day: date


class Tree:
    """The meters of a contract on one day."""

    def __init__(self, members: Mapping[int, MemberRow], shares: Sequence[ShareRow], day: date) -> None:
        self._members = members
        self._shares: dict[tuple[int, SubjectKind], dict[str, Decimal]] = defaultdict(dict)
        for row in shares:
            if row.holds(day):
                kind: SubjectKind = "org_unit" if row.space is None else "space"
                self._shares[row.meter_id, kind][row.space or row.org_unit or ""] = row.share

    def counts(self, meter_id: int) -> bool:
        """Whether a meter's energy counts."""
        shared = any((meter_id, kind) in self._shares for kind in KINDS)
        return shared or not self._members[meter_id].is_virtual

    def above(self, meter_id: int) -> int | None:
        """The nearest counted meter above."""
        above = self._members[meter_id].parent_id
        while above is not None and not self.counts(above):
            above = self._members[above].parent_id
        return above

    def whose(self, meter_id: int, kind: SubjectKind) -> Mapping[str, Decimal]:
        """Whose a meter is, by share."""
        at: int | None = meter_id
        while at is not None:
            member = self._members[at]
            own = member.space if kind == "space" else member.org_unit
            said = self._shares.get((at, kind)) or ({own: Decimal(1)} if own is not None else None)
            if said is not None:
                return said
            at = member.parent_id
        return {}


async def claims(
    connection: Connection, contract_id: int, stretches: Sequence[Stretch]
) -> tuple[tuple[Claim, ...], ...]:
    """Whose energy each stretch's is; energy that is nobody's is not among it."""
    first, after = stretches[0].from_day, stretches[-1].until_day
    members = {row.meter_id: row for row in await rows(connection, SQL["members_of_contract"], MemberRow, contract_id)}
    shares = await rows(connection, SQL["shares_of_contract"], ShareRow, contract_id, first, after)
    parts = list(parts_of(stretches, shares))
    found = await rows(
        connection,
        SQL["energy_of_members"],
        DrawnRow,
        contract_id,
        [part.from_day for part in parts],
        [part.until_day for part in parts],
    )
    drawn: dict[int, list[DrawnRow]] = defaultdict(list)
    for row in found:
        drawn[row.part].append(row)
    owned: list[Owned] = [defaultdict(Decimal) for _ in stretches]
    for number, part in enumerate(parts, 1):
        _give(owned[part.stretch], drawn[number], Tree(members, shares, part.from_day))
    return tuple(
        tuple(Claim(kind, node, band, micro) for (kind, node, band), micro in sorted(of.items()) if micro)
        for of in owned
    )


def parts_of(stretches: Sequence[Stretch], shares: Sequence[ShareRow]) -> Iterator[Part]:
    """The stretches, cut wherever a share begins or ends."""
    edges = {day for share in shares for day in (share.from_day, share.until_day) if day is not None}
    for number, stretch in enumerate(stretches):
        inside = sorted(day for day in edges if stretch.from_day < day < stretch.until_day)
        for begin, end in pairwise((stretch.from_day, *inside, stretch.until_day)):
            yield Part(number, begin, end)


def _give(owned: Owned, drawn: Sequence[DrawnRow], tree: Tree) -> None:
    """Give each counted meter's energy to whose it is, and take it from whose the counted one above is."""
    net: dict[tuple[int, int], int] = defaultdict(int)
    for row in drawn:
        if tree.counts(row.meter_id):
            net[row.meter_id, row.band] += row.micro
            above = tree.above(row.meter_id)
            if above is not None:
                net[above, row.band] -= row.micro
    for (meter_id, band), micro in net.items():
        for kind in KINDS:
            for node, share in tree.whose(meter_id, kind).items():
                owned[kind, node, Band(band)] += product(Decimal(micro), share)
