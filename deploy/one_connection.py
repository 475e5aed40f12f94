"""A database connection for a command that ends: whatever is wrong with it is one line that says how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import click

from deploy.settings import load
from services.database import OUTAGES, REFUSALS, Connection, DatabaseAddressMissingError, connect
from services.health import pending_migrations


@contextmanager
def explained_outages() -> Iterator[None]:
    """Say in one line that the database cannot be reached or does not let us in."""
    try:
        yield
    except DatabaseAddressMissingError as error:
        raise click.ClickException(str(error)) from error
    except REFUSALS as error:
        raise click.ClickException(f"the database does not let us in: {error}: mend IOE_DATABASE_URL") from error
    except BrokenPipeError:
        raise  # whoever read what we print is gone, as in `| head`: click ends in silence
    except OUTAGES as error:
        raise click.ClickException(
            f"the database does not answer: {str(error) or type(error).__name__}: is it up?"
        ) from error


@asynccontextmanager
async def one_connection(settings: Path | None, name: str) -> AsyncIterator[Connection]:
    """Connect to the database of the settings, which must have this version's schema, and close it at the end."""
    url = load(settings).database.url
    with explained_outages():
        connection = await connect(url, name=name)
        try:
            if await pending_migrations(connection):
                raise click.ClickException("the database has not the schema of this version: run `ioe migrate` first")
            yield connection
        finally:
            await connection.close(timeout=5)
