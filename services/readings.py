"""Storing a batch of readings: one transaction, exactly once in effect.

      sort, drop repeats inside the batch
                  |
      newer than the point's newest? ---- no ---> staging table, sorted INSERT ON CONFLICT DO NOTHING
                  | yes                                 |  not inserted: equal value = duplicate, else conflict
          straight binary COPY                          |
                  |  collides, or would wait (rare) --->+  (then the whole batch goes this way)
                  v
      latest -> what was refused -> batch log -> COMMIT

*Why two ways.* Straight COPY is twice as fast, but one duplicate aborts it; late rows are where duplicates are.
*Why no deadlock.* A writer waits for another only in the sorted INSERT, which comes first. The COPY after it may hold
keys out of that order, so it does not wait: after COPY_WAIT it gives everything back and the batch goes the sorted way.
*Why a stopped writer holds nobody up.* The server ends a transaction that idles for 5 s, but not one whose client froze
while sending COPY data; whoever has waited that long looks for such a session and ends it.

Raw readings are never updated. Recording a batch again is safe: readings by their key, the rest by the batch's key.
"""

from __future__ import annotations

import io
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import asyncpg
import numpy as np

from analytics.batches import Columns, Mask, in_order, last_of_each_point
from analytics.readings import Int32, Int64
from services import batch_log, copy_binary, days, irregularities, refused
from services.batch import Batch, DeadLetter, Recorded
from services.database import COLLISIONS, Connection, rows, run
from services.irregularities import Arrived, micros
from services.statements import statements

SQL = statements("readings")
#: How long the COPY may wait for another writer's keys; well under the server's deadlock_timeout of 1 s.
COPY_WAIT = "200ms"
#: How long the sorted INSERT waits before it looks for a writer that was stopped: the idle time-out and a little.
SORTED_WAIT = "6s"
_NEVER_US = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class NewestRow:
    """A point's newest reading, microseconds since 1970."""

    point_id: int
    time_us: int


@dataclass(frozen=True, slots=True)
class MetRow:
    """A staged row that met a stored reading with the same key, and the value that is stored."""

    ordinal: int
    stored_value: float


class BatchRefusedError(Exception):
    """The database will never take this batch as it is: store its messages apart to find the culprit."""


class Recorder:
    """One writer: a connection of its own, and what it remembers of each point's newest reading.

    The memory only chooses the way, COPY or INSERT; a wrong one costs time, never a reading.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._newest_us: Int64 = np.empty(0, dtype=np.int64)
        self._known = np.empty(0, dtype=np.bool_)
        self._staging = False

    async def record(self, batch: Batch, *, again: bool = False) -> Recorded:
        """Store a batch and say what became of its samples.

        `again`: an earlier attempt may have been committed, ask first. Raises BatchRefusedError for what the
        database cannot hold; failures in `database.OUTAGES` are passed on, then record again over a new connection.
        """
        if again and await self._was_recorded(batch):
            return Recorded({}, already=True)
        if not self._staging:  # outside the transaction, which may be rolled back
            await run(self._connection, SQL["create_staged_reading"])
            self._staging = True
        straight = True
        while True:
            try:
                async with self._connection.transaction():
                    recorded, stored = await self._record(batch, straight=straight)
            except (asyncpg.UniqueViolationError, asyncpg.LockNotAvailableError) as error:
                self._known[:] = False
                if not straight and isinstance(error, asyncpg.LockNotAvailableError):
                    await run(self._connection, SQL["end_stopped_writers"])
                straight = False
            except COLLISIONS:
                straight = False
            except (
                asyncpg.DataError,
                asyncpg.IntegrityConstraintViolationError,
                asyncpg.ProgramLimitExceededError,
            ) as error:
                raise BatchRefusedError(str(error)) from error
            else:
                np.maximum.at(self._newest_us, stored.point_ids, stored.times_us)
                return recorded

    async def _was_recorded(self, batch: Batch) -> bool:
        last: uuid.UUID | None = await self._connection.fetchval(SQL["last_batch_of_worker"].text, batch.worker)
        return last == batch.key

    async def _record(self, batch: Batch, *, straight: bool) -> tuple[Recorded, Columns]:
        """Do the work of one transaction; gives the readings that were stored as well."""
        arrived = batch.readings
        ordered = in_order(arrived)
        readings = arrived.take(ordered.kept)
        fresh = await self._are_fresh(readings) if straight else np.zeros(len(readings), dtype=np.bool_)
        late = np.flatnonzero(~fresh)
        missed = await self._insert_sorted(readings.take(late))
        await self._copy(readings.take(fresh))

        # What stands in the database now, and what else was sent for the same keys.
        met = late[np.array([row.ordinal for row in missed], dtype=np.intp)]
        standing = readings.values.copy()
        standing[met] = [row.stored_value for row in missed]
        others = np.concatenate([ordered.kept[met], ordered.repeats])
        standing_there = np.concatenate([standing[met], standing[ordered.repeated]])
        differs = arrived.values[others] != standing_there
        conflicts = zip(others[differs].tolist(), standing_there[differs].tolist(), strict=True)
        letters = [*batch.dead_letters, *(_conflict(arrived, at, value) for at, value in conflicts)]

        is_stored = np.ones(len(readings), dtype=np.bool_)
        is_stored[met] = False
        stored = readings.take(is_stored)
        await days.forget(self._connection, stored, datetime.now(UTC))
        await self._update_latest(batch, stored)
        irregular = irregularities.noticed(
            Arrived(readings, ordered.kept, self._newest(readings.point_ids), is_stored, micros(batch.received_at)),
            arrived.take(others),
            self._newest(arrived.point_ids[others]),
            differs,
        )
        counts = Counter(messages=batch.messages, stored=len(stored), duplicate=len(others) - int(differs.sum()))
        counts.update(await refused.keep(self._connection, replace(batch, dead_letters=letters)))
        if irregular or batch.dead_letters:
            await irregularities.note(self._connection, batch.received_at, irregular, batch.dead_letters)
        await refused.count(self._connection, batch, counts)
        await run(self._connection, SQL["remember_batch"], batch.worker, batch.key)
        await batch_log.write(self._connection, "readings", batch.worker, stored)
        return Recorded({reason: count for reason, count in counts.items() if count}), stored

    def _newest(self, ids: Int32) -> Int64:
        """The newest time of each one's point that this writer has met; far in the past where it has not met any."""
        newest: Int64 = self._newest_us[ids]
        return newest

    async def _are_fresh(self, readings: Columns) -> Mask:
        await self._learn(readings.point_ids)
        fresh: Mask = readings.times_us > self._newest(readings.point_ids)
        return fresh

    async def _learn(self, ids: Int32) -> None:
        """Load the newest times of points that this writer has not met yet."""
        if len(ids) and (size := int(ids.max()) + 1) > len(self._known):
            grow = size - len(self._known)
            self._known = np.concatenate([self._known, np.zeros(grow, dtype=np.bool_)])
            self._newest_us = np.concatenate([self._newest_us, np.full(grow, _NEVER_US)])
        unknown = np.unique(ids[~self._known[ids]])
        if len(unknown) == 0:
            return
        self._newest_us[unknown] = _NEVER_US
        for row in await rows(self._connection, SQL["newest_of_points"], NewestRow, unknown.tolist()):
            self._newest_us[row.point_id] = row.time_us
        self._known[unknown] = True

    async def _insert_sorted(self, late: Columns) -> list[MetRow]:
        """Insert readings that may exist already, sorted as given; gives those that do, each with the stored value."""
        if len(late) == 0:
            return []
        await self._send("staged_reading", copy_binary.staged_readings(late))
        await run(self._connection, SQL["wait_at_most"], SORTED_WAIT)
        missed = [row["ordinal"] for row in await self._connection.fetch(SQL["insert_staged"].text)]
        if not missed:
            return []
        # A second statement: its snapshot sees what another writer has committed while the first one waited.
        return await rows(
            self._connection, SQL["stored_values"], MetRow, missed, int(late.times_us.min()), int(late.times_us.max())
        )

    async def _copy(self, fresh: Columns) -> None:
        if len(fresh) == 0:
            return
        await run(self._connection, SQL["wait_at_most"], COPY_WAIT)
        await self._send("reading", copy_binary.readings(fresh))
        await run(self._connection, SQL["wait_at_most"], SORTED_WAIT)

    async def _send(self, table: str, data: bytes) -> None:
        await self._connection.copy_to_table(table, source=io.BytesIO(data), format="binary")

    async def _update_latest(self, batch: Batch, stored: Columns) -> None:
        newest = stored.take(last_of_each_point(stored.point_ids))
        if len(newest):
            await run(
                self._connection,
                SQL["update_latest"],
                newest.point_ids.tolist(),
                newest.times_us.tolist(),
                newest.values.tolist(),
                batch.received_at,
            )


def _conflict(readings: Columns, at: int, stored_value: float) -> DeadLetter:
    value = float(readings.values[at])
    return DeadLetter(
        "conflict",
        f"the reading at this instant is {stored_value!r} already; {value!r} came later and was kept here",
        point_id=int(readings.point_ids[at]),
        time_us=int(readings.times_us[at]),
        value=value,
        stored_value=stored_value,
    )
