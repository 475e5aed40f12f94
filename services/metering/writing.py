"""Writing what was judged: intervals, demand, ledger entries, and where the judgement stands.

Rows are absolute: they replace what is stored in their span, and what is equal already is not touched. So writing
again after a crash changes nothing, ledger entries keep their numbers, and roll-ups hear only of what has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from analytics.metering.model import MICRO, QUARTER_US, LedgerEntry
from analytics.metering.state import State
from services import rollups
from services.database import Connection, rows, run
from services.metering.folding import Judged
from services.metering.rules import Register, stored
from services.rollups import Span
from services.statements import statements

SQL = statements("metering")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """From which interval to which one a register's energy changed."""

    register_id: int
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class HeadRow:
    """Where the judgement of a register stands."""

    register_id: int
    newest_us: int
    state: bytes
    judged_as: Any


@dataclass(frozen=True, slots=True)
class Head:
    """The same, to be written: the newest read that is in the intervals may be ahead of the state."""

    register: Register
    newest_us: int
    state: State


async def write(connection: Connection, judged: Sequence[Judged]) -> None:
    """Replace what is stored by what is judged, one of a register, and bring roll-ups in line.

    In the caller's transaction; the calendar covers the rows.
    """
    if not judged:
        return
    changed = [*await _forget_intervals(connection, judged), *await _put_intervals(connection, judged)]
    await _write_days(connection, judged)
    await _write_ledger(connection, judged)
    await rollups.changed(
        connection, [Span(row.register_id, row.first_us, row.last_us + QUARTER_US) for row in changed]
    )


async def put_heads(connection: Connection, heads: Sequence[Head]) -> None:
    """Write heads in the caller's transaction."""
    if heads:
        await run(
            connection,
            SQL["put_heads"],
            [head.register.register_id for head in heads],
            [head.state.time_us for head in heads],
            [head.newest_us for head in heads],
            [head.state.to_bytes() for head in heads],
            [stored(head.register) for head in heads],
        )


async def put_checkpoints(connection: Connection, states: Sequence[tuple[int, State]]) -> None:
    """Keep states of registers (by id), each after its read, in the caller's transaction."""
    unique = {(register_id, state.time_us): state for register_id, state in states}
    if unique:
        await run(
            connection,
            SQL["put_checkpoints"],
            [register_id for register_id, _ in unique],
            [time_us for _, time_us in unique],
            [state.to_bytes() for state in unique.values()],
        )


async def _forget_intervals(connection: Connection, judged: Sequence[Judged]) -> list[ChangedRow]:
    ids, columns = _flat(judged)
    return await rows(
        connection,
        SQL["forget_intervals"],
        ChangedRow,
        [each.register_id for each in judged],
        [each.since_us for each in judged],
        [each.until_us for each in judged],
        _EPOCH + timedelta(microseconds=min(each.since_us for each in judged)),
        ids,
        columns[0],
    )


async def _put_intervals(connection: Connection, judged: Sequence[Judged]) -> list[ChangedRow]:
    ids, columns = _flat(judged)
    return await rows(connection, SQL["put_intervals"], ChangedRow, ids, *columns) if ids else []


def _flat(judged: Sequence[Judged]) -> tuple[list[int], list[list[int]]]:
    ids = np.repeat([each.register_id for each in judged], [each.rows.shape[1] for each in judged])
    return ids.tolist(), np.concatenate([each.rows for each in judged], axis=1).tolist()


async def _write_days(connection: Connection, judged: Sequence[Judged]) -> None:
    days = [(each.register_id, day) for each in judged for day in each.days]
    ids, stops_us = [register_id for register_id, _ in days], [day.stop_us for _, day in days]
    if days:
        await run(
            connection,
            SQL["put_days"],
            ids,
            [day.day_start_us for _, day in days],
            [day.energy_micro for _, day in days],
            stops_us,
        )
    await run(
        connection,
        SQL["forget_days"],
        [each.register_id for each in judged],
        [each.since_us for each in judged],
        [each.days_until_us for each in judged],
        ids,
        stops_us,
    )


async def _write_ledger(connection: Connection, judged: Sequence[Judged]) -> None:
    entries = [(each.register_id, entry) for each in judged for entry in each.ledger]
    columns = _ledger_columns(entries)
    await run(
        connection,
        SQL["forget_entries"],
        [each.register_id for each in judged],
        [each.after_us for each in judged],
        [each.decided_until_us for each in judged],
        [each.void_since_us for each in judged],
        *columns,
    )
    if entries:
        await run(
            connection,
            SQL["put_entries"],
            *columns,
            [_value(entry.first_micro) for _, entry in entries],
            [_value(entry.last_micro) for _, entry in entries],
        )


def _ledger_columns(entries: Iterable[tuple[int, LedgerEntry]]) -> list[list[object]]:
    found = [
        (
            register_id,
            entry.kind,
            entry.start_us,
            entry.stop_us,
            entry.decided_us,
            entry.energy_micro,
            entry.quarantined_micro,
            entry.adjustment_micro,
            entry.detail,
        )
        for register_id, entry in entries
    ]
    return [[row[column] for row in found] for column in range(9)]


def _value(micro: int | None) -> float | None:
    return None if micro is None else micro / MICRO
