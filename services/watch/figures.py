"""Figures of the service as the database has them: workers, duties, followers, arrivals, what was refused.

Reads only. Nothing here judges: `facts.py` turns figures into what rules watch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services import health
from services.database import Connection, one, rows
from services.health import WorkerRow
from services.statements import statements

SQL = statements("watch")


@dataclass(frozen=True, slots=True)
class NowRow:
    """The database's clock, what was refused or unknown of late, for how long a notification has waited.

    Dead letters are those of the last ten minutes, unmapped names those of the last hour.
    """

    now: datetime
    dead_letters: int
    unmapped: int
    notifications_waiting_s: float


@dataclass(frozen=True, slots=True)
class ArrivalsRow:
    """How old readings were when they came in, in the middle of all devices that were heard last.

    Negative: they were stamped ahead of our clock. None: nothing was ever heard.
    """

    devices: int
    newest_at: datetime | None
    median_age_s: float | None


@dataclass(frozen=True, slots=True)
class FollowerRow:
    """A follower of the batch log, and for how long the oldest batch it has yet to deal with has waited."""

    name: str
    behind_s: float


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty: its holder, since when, and how long ago by the database's clock it last said that it lives."""

    name: str
    holder: str
    since: datetime
    silent_s: float
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the database says about the service at one moment; `now` is its own clock."""

    now: datetime
    workers: Sequence[WorkerRow]
    duties: Sequence[DutyRow]
    followers: Sequence[FollowerRow]
    arrivals: ArrivalsRow
    dead_letters: int
    unmapped: int
    notifications_waiting_s: float


async def gather(connection: Connection) -> Figures:
    """Read them all."""
    now = await one(connection, SQL["watched_now"], NowRow)
    arrivals = await one(connection, SQL["watched_arrivals"], ArrivalsRow)
    assert now is not None
    assert arrivals is not None
    return Figures(
        now.now,
        await health.workers(connection),
        await duties(connection),
        await followers(connection),
        arrivals,
        now.dead_letters,
        now.unmapped,
        now.notifications_waiting_s,
    )


async def duties(connection: Connection) -> list[DutyRow]:
    """Duties that anybody ever held, by name."""
    return await rows(connection, SQL["watched_duties"], DutyRow)


async def followers(connection: Connection) -> list[FollowerRow]:
    """Registered followers of the batch log and how far behind they are."""
    return await rows(connection, SQL["watched_followers"], FollowerRow)
