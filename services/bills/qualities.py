"""How well the energy is known that the bill of a space, a unit or a sub-meter rests on.

A meter counts for a subject with its share of it less the share that the counted meter above it has of the same
subject: what both belong to in full rests on the upper one alone, and a meter that belongs to somebody else is taken
from it. So the estimated and interpolated energy of a subject is that of the meters that decide about its figure,
each by how much it does; their missing time and held increments are counted in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import TypeAlias
from zoneinfo import ZoneInfo

from analytics.belonging import PLACE_KINDS, Belonging, Share
from analytics.billing.inputs import Quality, Stretch, SubjectKind
from analytics.tariffs.clock import midnight_us
from services.bills.contracts import SQL, ContractRow
from services.bills.whose import MemberRow, Part, parts_of
from services.database import Connection, rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Whose: TypeAlias = tuple[SubjectKind, str]


@dataclass(frozen=True, slots=True)
class MemberQualityRow:
    """What is not measured of a meter in a part (from 1): energy in millionths, and time without any."""

    meter_id: int
    code: str
    is_virtual: bool
    part: int
    interpolated: int
    estimated: int
    missing_us: int


@dataclass(frozen=True, slots=True)
class MemberHeldRow:
    """How many increments of a meter are held out until somebody rules, and what they come to."""

    meter_id: int
    entries: int
    micro: int


async def of_subjects(
    connection: Connection, contract: ContractRow, stretches: Sequence[Stretch]
) -> tuple[Quality, ...]:
    """Of every space and unit of which there is something to be said."""
    first, after = stretches[0].from_day, stretches[-1].until_day
    contract_id = contract.contract_id
    members = {row.meter_id: row for row in await rows(connection, SQL["members_of_contract"], MemberRow, contract_id)}
    shares = await rows(connection, SQL["shares_of_contract"], Share, contract_id, first, after)
    parts = list(parts_of(stretches, shares))
    found = await of_members(connection, contract, parts)
    spoilt = {(row.meter_id, row.part): row for row in found if row.interpolated or row.estimated or row.missing_us}
    held = await _held(connection, contract, first, after)
    counted: dict[Whose, dict[tuple[int, int], Decimal]] = defaultdict(dict)
    for number, part in enumerate(parts, 1):
        belonging = Belonging(members, shares, part.from_day)
        for meter_id in members:
            if meter_id in held or (meter_id, number) in spoilt:
                for whose, factor in _counts_for(belonging, meter_id):
                    counted[whose][meter_id, number] = factor
    return tuple(_quality(whose, counted[whose], spoilt, held) for whose in sorted(counted))


async def of_meter(
    connection: Connection, contract: ContractRow, meter_id: int, code: str, stretches: Sequence[Stretch]
) -> Quality:
    """Of one meter."""
    first, after = stretches[0].from_day, stretches[-1].until_day
    found = await of_members(connection, contract, [Part(0, first, after)])
    spoilt = {(row.meter_id, row.part): row for row in found}
    held = await _held(connection, contract, first, after)
    return _quality(("meter", code), {(meter_id, 1): Decimal(1)}, spoilt, held)


async def of_members(connection: Connection, contract: ContractRow, parts: Sequence[Part]) -> list[MemberQualityRow]:
    """Of each meter of a contract in each part."""
    return await rows(
        connection,
        SQL["members_quality"],
        MemberQualityRow,
        contract.contract_id,
        [part.from_day for part in parts],
        [part.until_day for part in parts],
        [_begin(contract, part.from_day) for part in parts],
        [_begin(contract, part.until_day) for part in parts],
    )


async def _held(connection: Connection, contract: ContractRow, first: date, after: date) -> dict[int, MemberHeldRow]:
    span = _begin(contract, first), _begin(contract, after)
    found = await rows(connection, SQL["members_quarantine"], MemberHeldRow, contract.contract_id, *span)
    return {row.meter_id: row for row in found}


def _begin(contract: ContractRow, day: date) -> datetime:
    return _EPOCH + timedelta(microseconds=midnight_us(ZoneInfo(contract.time_zone), day))


def _counts_for(belonging: Belonging, meter_id: int) -> Iterator[tuple[Whose, Decimal]]:
    """The subjects whose figure a meter decides about, and by how much."""
    if meter_id not in belonging.counted:
        return
    above = belonging.inside(meter_id)
    for kind in PLACE_KINDS:
        factors: dict[str, Decimal] = defaultdict(Decimal)
        for sign, whose in (
            (1, belonging.whose(meter_id, kind)),
            (-1, {} if above is None else belonging.whose(above, kind)),
        ):
            for node, share in whose.items():
                for subject in accumulate(node.split("/"), "{}/{}".format):
                    factors[subject] += sign * share
        yield from (((kind, subject), abs(factor)) for subject, factor in factors.items() if factor)


def _quality(
    whose: Whose,
    counted: dict[tuple[int, int], Decimal],
    spoilt: dict[tuple[int, int], MemberQualityRow],
    held: dict[int, MemberHeldRow],
) -> Quality:
    found = [(factor, spoilt[key]) for key, factor in counted.items() if key in spoilt]
    waiting = [held[meter_id] for meter_id in {meter_id for meter_id, _ in counted} if meter_id in held]
    return Quality(
        *whose,
        interpolated_micro=sum((factor * row.interpolated for factor, row in found), Decimal(0)),
        estimated_micro=sum((factor * row.estimated for factor, row in found), Decimal(0)),
        missing_us=sum(row.missing_us for _, row in found),
        quarantined_micro=sum(row.micro for row in waiting),
        quarantined_entries=sum(row.entries for row in waiting),
    )
