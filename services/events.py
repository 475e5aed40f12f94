"""Events: changes that people see at once.

A row is written in the transaction that makes the change; its id is assigned at COMMIT (see 0003_log.sql), so a
reader that has seen id n has seen everything below n. That id is the cursor of the live stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("events")
CHANNEL = "event"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One change: what kind, of what (its public name), when, and what is known about it."""

    id: int
    kind: str
    subject: str
    at: datetime
    payload: Any


async def record(connection: Connection, kind: str, subject: str, payload: Mapping[str, object]) -> None:
    """Write an event in the caller's transaction."""
    await run(connection, SQL["record_event"], kind, subject, dict(payload))


async def read_after(connection: Connection, last_id: int, limit: int) -> list[EventRow]:
    """Events that follow `last_id`, oldest first, at most `limit`."""
    return await rows(connection, SQL["events_after"], EventRow, last_id, limit)


async def newest_id(connection: Connection) -> int:
    """The cursor of now: 0 where nothing has happened yet."""
    newest: int | None = await connection.fetchval(SQL["newest_event_id"].text)
    return newest or 0
