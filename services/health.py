"""What the service says of itself: is the database there and migrated, does ingest work, is there room on the disk.

Reads only. Each figure comes from the database, not from a process's memory, so that every API process answers the
same; a worker that died is told from one that is quiet by its heartbeat.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.database import Connection, rows
from services.migrate import AppliedRow, migrations
from services.statements import statements

SQL = statements("health")
SCHEMA = statements("schema")

#: What a caller sees when the database's schema is older than the program.
SCHEMA_BEHIND: tuple[type[Exception], ...] = (
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedFunctionError,
)


#: What a worker may say of itself.
WORKER_STATES = ("receiving", "paused", "disconnected", "stopped")


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """An ingest worker: what it is doing, when it last said so and how long ago by the database's clock, not ours."""

    name: str
    started_at: datetime
    seen_at: datetime
    silent_s: float
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class TallyRow:
    """How many samples or messages ended under a reason in an hour, over all workers."""

    hour: datetime
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class WorkerTallyRow:
    """How many samples or messages a worker ever ended under a reason."""

    worker: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """How many dead letters are kept under a reason."""

    reason: str
    letters: int


@dataclass(frozen=True, slots=True)
class FollowerRow:
    """A registered follower of the batch log and how many batches it has yet to see."""

    name: str
    lag_batches: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A few figures that cost little to read."""

    newest_batch_id: int
    newest_event_id: int
    unmapped: int
    points: int
    newest_received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on the disk that holds the database."""

    free_bytes: int
    total_bytes: int


async def pending_migrations(connection: Connection) -> list[str]:
    """Migrations of this version that the database has not seen, by number and name."""
    try:
        seen = {row.number for row in await rows(connection, SCHEMA["applied_migrations"], AppliedRow)}
    except asyncpg.UndefinedTableError:
        seen = set()
    return [f"{migration.number:04d}_{migration.name}" for migration in migrations() if migration.number not in seen]


async def workers(connection: Connection) -> list[WorkerRow]:
    """Every ingest worker that ever started and was not drained, by name."""
    return await rows(connection, SQL["workers"], WorkerRow)


async def tally(connection: Connection, since: datetime) -> list[TallyRow]:
    """Counts by hour and reason from the hour that begins at or after `since`."""
    return await rows(connection, SQL["tally_by_hour"], TallyRow, since)


async def worker_totals(connection: Connection) -> list[WorkerTallyRow]:
    """Counts by worker and reason since the beginning."""
    return await rows(connection, SQL["tally_by_worker"], WorkerTallyRow)


async def dead_letter_totals(connection: Connection) -> dict[str, int]:
    """Dead letters kept, by reason."""
    return {row.reason: row.letters for row in await rows(connection, SQL["dead_letters_by_reason"], ReasonRow)}


async def followers(connection: Connection) -> list[FollowerRow]:
    """Registered followers of the batch log and their lag."""
    return await rows(connection, SQL["followers"], FollowerRow)


async def figures(connection: Connection) -> FigureRow:
    """The figures of the database as it is now."""
    return (await rows(connection, SQL["figures"], FigureRow))[0]


def disk(path: str) -> Disk | None:
    """Room at `path`; None where the database's disk is not on this machine or unknown."""
    if not path:
        return None
    try:
        usage = shutil.disk_usage(path)
    except OSError:
        return None
    return Disk(usage.free, usage.total)
