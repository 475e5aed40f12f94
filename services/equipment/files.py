"""A machine's documents and photos, and what people wrote down about it.

What a file is, its content says: a PDF is a document, everything else was drawn anew and is a photo. A file that is
removed is no longer shown with the machine; it stays in the timeline and under its key, for nobody can tell what an
order relied on. Notes are not changed afterwards: who knows better writes another one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.attachments.keeping import PDF, Prepared, put
from services.database import Connection, one, rows, run
from services.equipment.record import MachineRow
from services.people import Actor
from services.statements import statements

SQL = statements("equipment_files")


class FileNotFoundOnMachineError(Exception):
    """The machine has no such file."""

    def __init__(self, machine: str, key: UUID) -> None:
        super().__init__(f"{machine} has no file {key}: its record lists those it has")


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a machine."""

    key: UUID
    kind: str
    title: str
    name: str
    media_type: str
    size_bytes: int
    width_px: int | None
    height_px: int | None
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """Something that somebody wrote down about a machine."""

    id: int
    at: datetime
    actor: str
    text: str


async def files(connection: Connection, equipment_id: int) -> list[FileRow]:
    """The files that a machine has, the newest first."""
    return await rows(connection, SQL["files_of_machine"], FileRow, equipment_id, None)


async def add(connection: Connection, machine: MachineRow, file: Prepared, title: str, actor: Actor) -> FileRow:
    """Keep a file with a machine, in the caller's transaction."""
    kept = await put(connection, machine.site_id, file, actor)
    kind = "document" if kept.media_type == PDF else "photo"
    await run(connection, SQL["add_file"], machine.id, kept.id, kind, title)
    found = await one(connection, SQL["files_of_machine"], FileRow, machine.id, kept.key)
    assert found is not None
    return found


async def remove(
    connection: Connection, machine: MachineRow, key: UUID, actor: Actor, now: datetime, *, reason: str = ""
) -> None:
    """Show a file with its machine no longer, in the caller's transaction. Raises FileNotFoundOnMachineError."""
    if not await run(connection, SQL["remove_file"], machine.id, key, now, actor.id, reason):
        raise FileNotFoundOnMachineError(machine.address, key)


async def notes(
    connection: Connection, equipment_id: int, limit: int, before: tuple[datetime, int] | None = None
) -> tuple[list[NoteRow], tuple[datetime, int] | None]:
    """At most `limit` notes below a place, the newest first, and the place below which the rest is."""
    found = await rows(connection, SQL["notes_of_machine"], NoteRow, equipment_id, *(before or (None, None)), limit + 1)
    shown = found[:limit]
    return shown, (shown[-1].at, shown[-1].id) if len(found) > limit else None


async def add_note(connection: Connection, equipment_id: int, text: str, actor: Actor, now: datetime) -> NoteRow:
    """Write a note."""
    found = await one(connection, SQL["add_note"], NoteRow, equipment_id, now, actor.id, text)
    assert found is not None
    return found
