"""Migrations: numbered SQL files, each run once, in order, in a transaction of its own.

The table `schema_migration` remembers the number, name and hash of each file that ran. A file whose hash has changed
since then is refused: after a release a migration is never edited, a new one is added. Two processes that start at once
queue behind an advisory lock. It never goes back: there are no down-migrations.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from services.database import Connection, connect, rows
from services.statements import statements

SQL = statements("schema")
_FILE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_LOCK = 4201_0000


@dataclass(frozen=True, slots=True)
class Migration:
    """One migration file."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Hash of the file's text, compared with that of the run."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """A migration that a database has seen."""

    number: int
    sha256: str


class MigrationChangedError(Exception):
    """A migration that has run already was edited since, or the database is of a newer version than this program."""


def migrations() -> list[Migration]:
    """All migrations of this version, in order."""
    found = []
    for entry in files("services").joinpath("migrations").iterdir():
        match = _FILE.match(entry.name)
        if match:
            found.append(Migration(int(match[1]), match[2], entry.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.number)


async def applied(connection: Connection) -> dict[int, str]:
    """Number and hash of each migration that this database has seen."""
    await connection.execute(SQL["create_schema_migration"].text)
    return {seen.number: seen.sha256 for seen in await rows(connection, SQL["applied_migrations"], AppliedRow)}


async def migrate(url: str, report: Callable[[str], None] = lambda _: None) -> int:
    """Bring the database at `url` to this version; gives how many migrations ran.

    Raises MigrationChangedError where the database's history is not a prefix of ours.
    """
    connection = await connect(url, name="migrate")
    try:
        await connection.execute(SQL["lock_migrations"].text, _LOCK)
        seen = await applied(connection)
        ours = migrations()
        unknown = sorted(set(seen) - {migration.number for migration in ours})
        if unknown:
            raise MigrationChangedError(
                f"the database has migration {unknown[-1]:04d}, which this version does not know: start a newer one"
            )
        ran = 0
        for migration in ours:
            if migration.number in seen:
                if seen[migration.number] != migration.sha256:
                    raise MigrationChangedError(
                        f"migration {migration.number:04d}_{migration.name} was edited after it ran: "
                        "restore the file and put the change into a new migration"
                    )
                continue
            report(f"migration {migration.number:04d} {migration.name.replace('_', ' ')}")
            async with connection.transaction():
                await connection.execute(migration.text)
                await connection.execute(
                    SQL["remember_migration"].text, migration.number, migration.name, migration.sha256
                )
            ran += 1
        return ran
    finally:
        await connection.close()
