"""Reconciliation: the law of a register over any period, from reads, intervals and ledger as they are stored.

    09:00         11:45 | 12:00 |         17:00
      |--- part 1 ---|---- 2 ----|--- part 3 ---|        a register replaced, or its multiplier changed, at 11:52

Each part has the law of its own, and the whole has: quarter hours are the finest there is, so the one in which a
register changes is a part by itself. Boundaries are moved outwards to quarter hours (and where retention has left
only the reads around midnights, to these); the answer says which were used. Everything is read in one snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from analytics.metering.model import QUARTER_US, LedgerEntry
from analytics.metering.standing import Conserved, Standing, conserved
from services.database import Connection, rows
from services.ledger.reads import SQL, Judged, at, judged, movable, standing_at, us
from services.ledger.registers import RegisterRow
from services.metering import recompute, rules

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A ledger entry of the judgement."""

    kind: str
    start: datetime
    stop: datetime
    decided: datetime
    energy: int
    quarantined: int
    adjustment: int


@dataclass(frozen=True, slots=True)
class EnergyRow:
    """Energy of a span by quality, and for how many microseconds there is any."""

    measured: int
    interpolated: int
    estimated: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class Part:
    """The law over [start, stop); `multiplier` None: the register or its multiplier changes inside."""

    start: datetime
    stop: datetime
    multiplier: Decimal | None
    law: Conserved
    covered_us: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The law of a register over a period and each of its parts.

    `newest`: the last read that was judged. `recomputing`: it is to be judged again, and may not add up until then.
    """

    register: RegisterRow
    start: datetime
    stop: datetime
    whole: Part
    parts: Sequence[Part]
    newest: datetime
    recomputing: bool


class NotReconcilableError(Exception):
    """There is nothing to reconcile; the message says why."""


async def reconcile(connection: Connection, register: RegisterRow, start: datetime, stop: datetime) -> Reconciliation:
    """Hold a register to the law over [start, stop). Raises NotReconcilableError."""
    if register.kind != "register":
        raise NotReconcilableError(
            f"{register.meter} is a {register.kind} meter: it has no reads of a register to be held against"
        )
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        ruled = (await rules.load(connection, [register.register_id])).get(register.register_id)
        known = None if ruled is None else await judged(connection, ruled)
        if ruled is None or known is None:
            raise NotReconcilableError(
                f"{register.meter} has not been judged yet: it is a minute after its first read, while the engine runs"
            )
        start = await movable(connection, ruled, at(us(start) // QUARTER_US * QUARTER_US), back=True)
        stop = await movable(connection, ruled, at(-(-us(stop) // QUARTER_US) * QUARTER_US), back=False)
        found = await rows(
            connection, SQL["judged_between"], JudgedRow, register.register_id, start - _WEEK, max(stop, start)
        )
        entries = [_entry(row) for row in found]
        cuts = [us(start), *_changes(known, us(start), us(stop)), us(stop)]
        standings = [await standing_at(connection, known, entries, cut) for cut in cuts]
        spans = [*pairwise(cuts), (cuts[0], cuts[-1])]
        energies = await rows(
            connection,
            SQL["energy_between"],
            EnergyRow,
            register.register_id,
            [at(begin) for begin, _ in spans],
            [at(end) for _, end in spans],
        )
        waiting = await recompute.waiting(connection, [register.register_id])
    pairs = [*pairwise(standings), (standings[0], standings[-1])]
    parts = [_part(known, pair, entries, energy) for pair, energy in zip(pairs, energies, strict=True)]
    return Reconciliation(register, start, stop, parts[-1], parts[:-1], at(known.last.time_us), waiting.registers > 0)


def _part(known: Judged, ends: tuple[Standing, Standing], entries: Sequence[LedgerEntry], energy: EnergyRow) -> Part:
    first, last = ends
    law = conserved(first, last, entries, (energy.measured, energy.interpolated, energy.estimated))
    changed = any(first.at_us < instant < last.at_us for instant in _instants(known))
    scale = known.scales.at(max(0, known.scales.index(first.at_us)))
    multiplier = None if changed else scale.segment.multiplier
    return Part(at(first.at_us), at(last.at_us), multiplier, law, energy.covered_us)


def _changes(known: Judged, start_us: int, stop_us: int) -> list[int]:
    """The quarter hours around each instant at which the register or its multiplier changes."""
    around = {
        edge
        for instant in _instants(known)
        for edge in (instant // QUARTER_US * QUARTER_US, -(-instant // QUARTER_US) * QUARTER_US)
    }
    return sorted(edge for edge in around if start_us < edge < stop_us)


def _instants(known: Judged) -> list[int]:
    return [segment.from_us for segment in known.register.rules.segments[1:]]


def _entry(row: JudgedRow) -> LedgerEntry:
    return LedgerEntry(
        row.kind,  # type: ignore[arg-type]  # the judgement wrote it
        us(row.start),
        us(row.stop),
        us(row.decided),
        None,
        None,
        row.energy,
        row.quarantined,
        row.adjustment,
    )
