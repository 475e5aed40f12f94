"""Dead letters: what came in and could not be stored, with its reason and, of a message, its first 4 KB.

Read only: a letter says what to mend at the device, in the registry or in a codec, and goes when its term is over. The
outside names a letter by its digest, which stays the same however often the very same thing comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("dead_letters")


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A dead letter; `value` is in the point's `unit`, `stored_value` is what a conflict met."""

    id: int
    digest: bytes
    reason: str
    detail: str
    topic: str | None
    payload: bytes | None
    payload_bytes: int
    point: str | None
    time: datetime | None
    value: float | None
    unit: str | None
    stored_value: float | None
    received_at: datetime
    last_received_at: datetime
    repeats: int


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason, how many different letters it has, and how many times they came."""

    reason: str
    letters: int
    received: int
    first_received_at: datetime
    last_received_at: datetime


async def letters(
    connection: Connection,
    count: int,
    before: int | None,
    *,
    reason: str | None = None,
    site: str | None = None,
    point_id: int | None = None,
) -> tuple[Sequence[LetterRow], int | None]:
    """At most `count` letters below the number `before`, newest first, and the number below which the rest is."""
    found = await rows(connection, SQL["letters_page"], LetterRow, reason, site, point_id, before, count + 1)
    return found[:count], found[count - 1].id if len(found) > count else None


async def letter(connection: Connection, digest: bytes) -> LetterRow | None:
    """The letter with this digest."""
    return await one(connection, SQL["letter"], LetterRow, digest)


async def reasons(connection: Connection) -> list[ReasonRow]:
    """Every reason that has letters, the most frequent first."""
    return await rows(connection, SQL["reasons"], ReasonRow)
