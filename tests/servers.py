"""Real servers for tests: one TimescaleDB and one Mosquitto a run, a database of its own for each test.

    session   servers start in a temporary home on free ports; one database is migrated and becomes the template
    test      CREATE DATABASE ... TEMPLATE: a copy in a fraction of a second, dropped afterwards

Tests that kill or stop a server ask for a private stack: its servers are theirs alone.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.database import OWNER
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack, programs, stack
from services.migrate import migrate

TEMPLATE = "ioe_template"
_numbers = itertools.count(1)


@contextmanager
def temporary_home(prefix: str = "ioe-test-") -> Iterator[Path]:
    """A folder that the servers' unprivileged user may enter, which pytest's own temporary folders forbid."""
    home = Path(tempfile.mkdtemp(prefix=prefix))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_stack(home: Path, *, durable: bool = False) -> Iterator[Stack]:
    """Both servers on free ports, stopped afterwards."""
    servers = stack(home, free_port(), free_port(), programs(print), durable=durable)
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()


def make_template(servers: Stack) -> None:
    """Migrate one database and close it to connections, so that it can be copied at any moment."""
    _create(servers, TEMPLATE, "template0")
    servers.database.query("CREATE EXTENSION timescaledb", database=TEMPLATE)
    asyncio.run(migrate(servers.database.address(OWNER, TEMPLATE)))
    servers.database.query(f"ALTER DATABASE {TEMPLATE} WITH is_template true allow_connections false")


@contextmanager
def own_database(servers: Stack, template: str = TEMPLATE) -> Iterator[str]:
    """The address of a fresh copy of the template."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _create(servers, name, template)
    try:
        yield servers.database.address(OWNER, name)
    finally:
        servers.database.query(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _create(servers: Stack, name: str, template: str) -> None:
    # Files are copied as they are: two checkpoints, which cost little where nothing is synchronised to the disk. The
    # default writes each page to the log as well.
    servers.database.query(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY file_copy")
