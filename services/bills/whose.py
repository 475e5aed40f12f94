"""Whose energy a contract's is in a month, by space and by unit.

Whose each meter is on a day, and which other one it lies inside, says analytics/belonging.py. A stretch is cut into
parts in which no share changes; the energy of a part is one sum for each meter and band, so that a contract of a
thousand meters is divided in a fraction of a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TypeAlias

from analytics.belonging import PLACE_KINDS, Belonging, Share
from analytics.billing.inputs import Claim, Stretch, SubjectKind
from analytics.billing.rounding import product
from analytics.tariffs.bands import Band
from services.database import Connection, rows
from services.statements import statements

SQL = statements("bills")
Owned: TypeAlias = dict[tuple[SubjectKind, str, Band], Decimal]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A meter of the contract and where it stands."""

    meter_id: int
    is_virtual: bool
    parent_id: int | None
    space: str | None
    org_unit: str | None


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


async def claims(
    connection: Connection, contract_id: int, stretches: Sequence[Stretch]
) -> tuple[tuple[Claim, ...], ...]:
    """Whose energy each stretch's is; energy that is nobody's is not among it."""
    first, after = stretches[0].from_day, stretches[-1].until_day
    members = {row.meter_id: row for row in await rows(connection, SQL["members_of_contract"], MemberRow, contract_id)}
    shares = await rows(connection, SQL["shares_of_contract"], Share, contract_id, first, after)
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
        _give(owned[part.stretch], drawn[number], Belonging(members, shares, part.from_day))
    return tuple(
        tuple(Claim(kind, node, band, micro) for (kind, node, band), micro in sorted(of.items()) if micro)
        for of in owned
    )


def parts_of(stretches: Sequence[Stretch], shares: Sequence[Share]) -> Iterator[Part]:
    """The stretches, cut wherever a share begins or ends."""
    edges = {day for share in shares for day in (share.since, share.until) if day is not None}
    for number, stretch in enumerate(stretches):
        inside = sorted(day for day in edges if stretch.from_day < day < stretch.until_day)
        for begin, end in pairwise((stretch.from_day, *inside, stretch.until_day)):
            yield Part(number, begin, end)


def _give(owned: Owned, drawn: Sequence[DrawnRow], belonging: Belonging) -> None:
    """Give each counted meter's energy to whose it is, and take it from whose the counted one above is."""
    net: dict[tuple[int, int], int] = defaultdict(int)
    for row in drawn:
        if row.meter_id in belonging.counted:
            net[row.meter_id, row.band] += row.micro
            above = belonging.inside(row.meter_id)
            if above is not None:
                net[above, row.band] -= row.micro
    for (meter_id, band), micro in net.items():
        for kind in PLACE_KINDS:
            for node, share in belonging.whose(meter_id, kind).items():
                owned[kind, node, Band(band)] += product(Decimal(micro), share)
