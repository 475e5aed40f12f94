"""The batch log: every stored batch once, in the order in which batches became visible.

    writer:   ... INSERT batch_log ... COMMIT (id assigned, NOTIFY batch_log)
    follower: LISTEN batch_log; read id > last; advance last with what it did, in one transaction

Ids are assigned inside COMMIT under a lock, so there is no gap that a slower transaction could fill later: to have
seen n is to have seen everything below n. NOTIFY only wakes a follower early; it looks each second anyway. Retention
never passes the slowest registered follower; a reader that is not registered may find that the log begins after its
place (`FellBehindError`) and then starts from the readings themselves. Corrections travel in the same log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.batches import Columns
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("batch_log")
CHANNEL = "batch_log"
#: A follower looks this often even when no notification comes: one may be lost with its connection.
POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A row of the log as stored; `values` and its neighbours are packed arrays."""

    id: int
    kind: str
    worker: str
    stored_at: datetime
    point_ids: bytes
    times_us: bytes
    values: bytes


@dataclass(frozen=True, slots=True)
class LoggedBatch:
    """One stored batch, its readings sorted by (point, time)."""

    id: int
    kind: str
    worker: str
    stored_at: datetime
    readings: Columns


class FellBehindError(Exception):
    """The log begins after the place where this reader stopped: it must start again from `reading`."""


async def write(connection: Connection, kind: str, worker: str, readings: Columns) -> None:
    """Append a batch in the caller's transaction; an empty one leaves no row."""
    if len(readings) == 0:
        return
    await run(
        connection,
        SQL["append_batch"],
        kind,
        worker,
        len(readings),
        readings.point_ids.astype("<i4").tobytes(),
        readings.times_us.astype("<i8").tobytes(),
        readings.values.astype("<f8").tobytes(),
    )


async def read_after(connection: Connection, last_id: int, limit: int) -> list[LoggedBatch]:
    """The batches that follow `last_id`, at most `limit`. Raises FellBehindError where some of them are gone."""
    found = await rows(connection, SQL["batches_after"], BatchRow, last_id, limit)
    if not found or found[0].id != last_id + 1:  # a hole: a COMMIT that was rolled back, or retention
        dropped: int = await connection.fetchval(SQL["dropped_up_to"].text)
        if dropped > last_id:
            raise FellBehindError(f"batches up to {dropped} are gone from the log, this reader stopped at {last_id}")
    return [_unpack(row) for row in found]


async def newest_id(connection: Connection) -> int:
    """The id of the newest batch ever logged, 0 before the first."""
    newest: int = await connection.fetchval(SQL["newest_batch_id"].text)
    return newest


async def register(connection: Connection, name: str) -> int:
    """Register a follower from now on, or find it again; gives the last id it has dealt with."""
    last: int = await connection.fetchval(SQL["register_follower"].text, name)
    return last


async def advance(connection: Connection, name: str, last_id: int) -> None:
    """Note how far a registered follower is; call it in the transaction that holds what the follower did."""
    await run(connection, SQL["advance_follower"], name, last_id)


async def follow(connection: Connection, last_id: int, limit: int = 50) -> AsyncGenerator[list[LoggedBatch], None]:
    """Yield the batches after `last_id` for ever, as they become visible; `connection` is the follower's own.

    Yields an empty list at each quiet second, so that a caller can notice silence. Raises FellBehindError.
    """
    wake = asyncio.Event()
    listener = lambda *_: wake.set()  # noqa: E731 - asyncpg finds a listener again by identity
    await connection.add_listener(CHANNEL, listener)
    try:
        while True:
            wake.clear()
            batches = await read_after(connection, last_id, limit)
            if batches:
                last_id = batches[-1].id
                yield batches
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await wake.wait()
                continue
            yield []
    finally:
        if not connection.is_closed():
            await connection.remove_listener(CHANNEL, listener)


def behind_s(batches: Sequence[LoggedBatch], now: datetime) -> float:
    """How old the last of what a follower took in is; 0 in a quiet second."""
    return round(max(0.0, (now - batches[-1].stored_at).total_seconds()), 3) if batches else 0.0


def _unpack(row: BatchRow) -> LoggedBatch:
    return LoggedBatch(
        row.id,
        row.kind,
        row.worker,
        row.stored_at,
        Columns(
            np.frombuffer(row.point_ids, dtype="<i4"),
            np.frombuffer(row.times_us, dtype="<i8"),
            np.frombuffer(row.values, dtype="<f8"),
        ),
    )
