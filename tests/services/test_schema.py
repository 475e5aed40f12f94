"""Migrations: run once, in order, never edited; and the page that describes their result."""

from __future__ import annotations

from pathlib import Path

import pytest

from services import schema
from services.database import connect
from services.migrate import MigrationChangedError, migrate, migrations


async def test_the_page_is_what_the_migrations_make(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        described = await schema.describe(connection)
    finally:
        await connection.close()
    page = Path(schema.__file__).with_name("schema.sql").read_text("utf-8")
    assert page == described, "write it anew: python -m services.schema URL > services/schema.sql"


async def test_each_migration_runs_once(empty_database_url: str) -> None:
    assert await migrate(empty_database_url) == len(migrations())
    assert await migrate(empty_database_url) == 0


async def test_an_edited_migration_is_refused(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    await connection.execute("UPDATE schema_migration SET sha256 = 'other' WHERE number = 1")
    await connection.close()
    with pytest.raises(MigrationChangedError, match="0001_registry was edited"):
        await migrate(database_url)


async def test_a_database_of_a_newer_version_is_refused(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    await connection.execute("INSERT INTO schema_migration (number, name, sha256) VALUES (9999, 'later', '')")
    await connection.close()
    with pytest.raises(MigrationChangedError, match="9999"):
        await migrate(database_url)
