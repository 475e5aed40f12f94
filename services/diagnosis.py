"""Facts about an installation that `ioe doctor` and `ioe up` ask for: which server, which clock, which sites.

Reads only, and works on a database that was never migrated: what is not there yet is told as absent, not as an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from services.database import connect, one, rows
from services.health import WorkerRow, pending_migrations, workers
from services.statements import statements
from services.watch.figures import DutyRow, duties

SQL = statements("diagnosis")


@dataclass(frozen=True, slots=True)
class ServerRow:
    """The server: its versions, whether a commit survives a power cut, its size, its clock."""

    version: str
    timescaledb_version: str | None
    timescaledb_license: str | None
    durable: bool
    size_bytes: int
    now: datetime


@dataclass(frozen=True, slots=True)
class SiteCodeRow:
    """A site of the registry, and whether it has any meter."""

    code: str
    metered: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was found out about a database."""

    server: ServerRow
    pending_migrations: list[str]
    sites: list[str]
    unmetered_sites: list[str]
    workers: list[WorkerRow]
    duties: list[DutyRow]


class DatabaseUnreachableError(Exception):
    """The database does not answer; the message says how it refused."""


async def facts(url: str) -> Facts:
    """Ask the database. Raises DatabaseUnreachableError."""
    try:
        connection = await connect(url, name="diagnosis")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachableError(str(error) or type(error).__name__) from error
    try:
        server = await one(connection, SQL["server"], ServerRow)
        assert server is not None
        pending = await pending_migrations(connection)
        if pending:
            return Facts(server, pending, [], [], [], [])
        sites = await rows(connection, SQL["site_codes"], SiteCodeRow)
        unmetered = [site.code for site in sites if not site.metered]
        codes = [site.code for site in sites]
        return Facts(server, [], codes, unmetered, await workers(connection), await duties(connection))
    finally:
        await connection.close()
