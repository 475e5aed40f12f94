"""`ioe migrate`: bring the database to the schema of this version."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from deploy.one_connection import explained_outages
from deploy.settings import load, settings_option
from services.database import connect
from services.health import pending_migrations
from services.migrate import MigrationChangedError, migrate


@click.command()
@click.option("--check", is_flag=True, help="Run nothing: list what is pending, and exit with 1 if anything is.")
@settings_option
def command(settings: Path | None, check: bool) -> None:
    """Bring the database to the schema of this version.

    Each migration runs once, in a transaction of its own; a second run has nothing to do. Several processes may start
    this at once: they queue.
    """
    url = load(settings).database.url
    try:
        with explained_outages():
            pending = asyncio.run(_pending(url)) if check else []
            ran = 0 if check else asyncio.run(migrate(url, click.echo))
    except MigrationChangedError as error:
        raise click.ClickException(str(error)) from error
    for name in pending:
        click.echo(f"pending: migration {name}")
    if pending:
        raise SystemExit(1)
    if not ran:
        click.echo("the database has the schema of this version")


async def _pending(url: str) -> list[str]:
    connection = await connect(url, name="migrate")
    try:
        return await pending_migrations(connection)
    finally:
        await connection.close(timeout=5)
