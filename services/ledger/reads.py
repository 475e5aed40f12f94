"""The reads around an instant that a register's energy there stands on.

A good read is one that the judgement counted: not inside the span of a judged ledger entry (spikes, a drop-out, the
reads of a conflict), not after the last good one. Within a register's resolution a lower read counts as the higher
one before it. Where retention has taken the raw readings, the anchors around local midnights are left: an instant
among them moves to the midnight before or after.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.metering.account import Account, account
from analytics.metering.increments import Scales, micros_of
from analytics.metering.model import Edges, LedgerEntry
from analytics.metering.standing import Standing, standing
from analytics.metering.state import Read, State
from services.database import Connection, one
from services.metering import reads
from services.metering.rules import Register
from services.statements import statements

SQL = statements("reconciliation")
NEAR = statements("ledger")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The engine writes heads about once a minute.
_TAIL_US = 600_000_000
_NEAR_US = 2 * 86_400_000_000
#: After these the register goes on from another value: a read before says nothing about jitter.
_ANCHORED_ANEW = frozenset({"rollover", "reset", "replacement", "decrease", "implausible", "identity_conflict"})


@dataclass(frozen=True, slots=True)
class NearRow:
    """An effective read."""

    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class HeadRow:
    """Where the judgement stands, and the newest read that is in the intervals."""

    newest: datetime
    state: bytes


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """Where the judgement stood after a read."""

    time: datetime
    state: bytes


@dataclass(frozen=True, slots=True)
class MidnightsRow:
    """Midnights with anchors before and after an instant."""

    before: datetime | None
    after: datetime | None


def us(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - EPOCH) // _MICROSECOND


def at(time_us: int) -> datetime:
    """The inverse."""
    return EPOCH + timedelta(microseconds=time_us)


@dataclass(frozen=True, slots=True)
class Judged:
    """A register with its last good read and the newest read of all, as of what is in the intervals."""

    register: Register
    scales: Scales
    good: Read
    last: Read


async def judged(connection: Connection, register: Register) -> Judged | None:
    """How far a register is judged; None: not at all yet.

    The stored state is up to a minute behind the intervals, so the reads after it are judged again here, as many of
    them as the intervals cover.
    """
    head = await one(connection, SQL["head_of_register"], HeadRow, register.register_id)
    if head is None:
        return None
    state = State.from_bytes(head.state)
    tail = await reads.of_register(connection, register, state.time_us, us(head.newest) + _TAIL_US)
    if len(tail) and state.sums is not None:
        piece_us = state.sums.piece_us
        covered_us = await connection.fetchval(SQL["covered_since"].text, register.register_id, at(piece_us))
        count = bisect_right(range(1, len(tail) + 1), covered_us, key=lambda n: _covered(register, state, tail, n))
    else:
        count = len(tail)
    state = _after_reads(register, state, tail, count).state
    if state.good is None or state.last is None:
        return None
    return Judged(register, Scales(register.rules), state.good, state.last)


def _after_reads(register: Register, state: State, tail: reads.Reads, count: int) -> Account:
    return account(register.rules, state, tail.times_us[:count], tail.values[:count], Edges())


def _covered(register: Register, state: State, tail: reads.Reads, count: int) -> int:
    pieces = _after_reads(register, state, tail, count).pieces
    assert state.sums is not None
    return int(pieces.covered_us[pieces.starts_us >= state.sums.piece_us].sum())


async def standing_at(connection: Connection, known: Judged, entries: Sequence[LedgerEntry], time_us: int) -> Standing:
    """The standing of a register at an instant, from the reads in the database around it."""
    over = [each for each in entries if each.kind != "estimate" and each.start_us < time_us < each.stop_us]
    before_us = min((each.start_us for each in over), default=time_us)
    after_us = max((each.stop_us for each in over), default=time_us + 1)
    if before_us >= known.good.time_us:
        newest = known.last if known.last.time_us <= time_us else await _before(connection, known.register, time_us)
        last = newest if newest is not None and newest.time_us > known.good.time_us else None
        return standing(known.scales, time_us, (known.good, None), entries, last)
    before = await _before(connection, known.register, before_us)
    after = await _after(connection, known.register, after_us)
    if after is None or after.time_us >= known.good.time_us:
        after = known.good
    if before is not None:
        before = await _settled(connection, known, before, entries)
    return standing(known.scales, time_us, (before, after), entries)


async def movable(connection: Connection, register: Register, time: datetime, *, back: bool) -> datetime:
    """The instant, or the midnight before or after it where only anchors are left of its reads."""
    source = next((each for each in reversed(register.sources) if each.from_us <= us(time)), None)
    if source is None or source.point_id is None:
        return time
    oldest: datetime | None = await connection.fetchval(SQL["oldest_raw_reading"].text, source.point_id)
    if oldest is not None and time >= oldest:
        return time
    around = await one(connection, SQL["midnights_around"], MidnightsRow, source.point_id, time)
    assert around is not None
    if around.before is None:  # nothing was taken: the register began later
        return time
    return around.before if back else around.after or time


async def _before(connection: Connection, register: Register, time_us: int) -> Read | None:
    for source in reversed(register.sources):
        if source.point_id is None or source.from_us > time_us:
            continue
        until_us = min(time_us, source.stop_us - 1)
        # Planning for a year of daily chunks costs more than looking into the nearest ones, where it usually is.
        for since_us in sorted({max(source.from_us, until_us - _NEAR_US), source.from_us}, reverse=True):
            arguments = (source.point_id, at(until_us), at(since_us))
            found = await one(connection, NEAR["read_before"], NearRow, *arguments)
            if found is not None:
                return _read(found)
    return None


async def _after(connection: Connection, register: Register, time_us: int) -> Read | None:
    for source in register.sources:
        if source.point_id is None or source.stop_us <= time_us:
            continue
        from_us = max(time_us, source.from_us)
        for until_us in sorted({min(source.stop_us, from_us + _NEAR_US), source.stop_us}):
            arguments = (source.point_id, at(from_us), at(until_us))
            found = await one(connection, NEAR["read_after"], NearRow, *arguments)
            if found is not None:
                return _read(found)
    return None


async def _settled(connection: Connection, known: Judged, read: Read, entries: Sequence[LedgerEntry]) -> Read:
    """A good read as it is judged: within the resolution of the one before it a lower value counts as that one's."""
    segment = known.scales.at(max(0, known.scales.index(read.time_us))).segment
    if segment.resolution_micro == 0:
        return read
    anew_us = [each.stop_us for each in entries if each.kind in _ANCHORED_ANEW and each.stop_us <= read.time_us]
    since_us = max([segment.from_us, *anew_us])
    level: Read | None = None
    found = await one(connection, SQL["checkpoint_before"], CheckpointRow, known.register.register_id, at(read.time_us))
    if found is not None:
        good = State.from_bytes(found.state).good
        if good is not None and good.time_us > since_us and not _left_out(good.time_us, entries):
            level, since_us = good, good.time_us
    between = await reads.of_register(connection, known.register, since_us - 1, read.time_us)
    for time_us, micro in zip(between.times_us.tolist(), micros_of(between.values).tolist(), strict=True):
        if _left_out(time_us, entries) or (level is not None and time_us <= level.time_us):
            continue
        falls = level is not None and 0 < level.micro - micro <= segment.resolution_micro
        level = Read(time_us, level.micro if falls and level is not None else micro)
    return Read(read.time_us, level.micro) if level is not None else read


def _left_out(time_us: int, entries: Sequence[LedgerEntry]) -> bool:
    return any(each.kind != "estimate" and each.start_us < time_us < each.stop_us for each in entries)


def _read(row: NearRow) -> Read:
    return Read(us(row.time), int(micros_of(np.array([row.value]))[0]))
