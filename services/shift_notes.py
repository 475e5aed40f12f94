"""Shift notes: what a shift leaves to the next, in its own words.

A note is of a site, has an author and is never changed: what was handed over stays what was handed over. Writing one
is event `shift_note.written`, so that a console that is open shows it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services import events, people
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("shift_notes")


@dataclass(frozen=True, slots=True)
class ShiftNoteRow:
    """A note; `author_name` is empty of one that nobody signed."""

    id: int
    site: str
    at: datetime
    author: str
    author_name: str | None
    body: str


class NoSuchSiteError(Exception):
    """A note was written for a site that there is not."""


async def write(connection: Connection, site: str, body: str, by: str | None, now: datetime) -> ShiftNoteRow:
    """Keep a note, in the caller's transaction. Raises NoSuchSiteError, PersonNotFoundError."""
    author = await people.actor(connection, by)
    note = await one(connection, SQL["add_shift_note"], ShiftNoteRow, site, now, author.id, body)
    if note is None:
        raise NoSuchSiteError(f"there is no site {site!r}: see /api/v1/sites")
    told = {"site": site, "author": note.author, "body": body, "at": now.isoformat()}
    await events.record(connection, "shift_note.written", site, told)
    return note


async def notes(
    connection: Connection, site: str | None, limit: int, before: tuple[datetime, int] | None = None
) -> tuple[list[ShiftNoteRow], tuple[datetime, int] | None]:
    """At most `limit` notes below a place, the newest first, and the place below which the rest is."""
    found = await rows(connection, SQL["shift_notes_page"], ShiftNoteRow, site, *(before or (None, None)), limit + 1)
    shown = found[:limit]
    return shown, (shown[-1].at, shown[-1].id) if len(found) > limit else None
