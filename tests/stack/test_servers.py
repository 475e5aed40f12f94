"""What every other test stands on: servers that are real, private copies of a database, servers that may be killed."""

from __future__ import annotations

from collections.abc import Callable

from deploy.embedded.broker import accepts
from deploy.embedded.stack import Stack
from services.database import connect


async def test_each_test_has_a_migrated_database(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        hypertables = await connection.fetchval("SELECT count(*) FROM timescaledb_information.hypertables")
        superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    finally:
        await connection.close()
    assert hypertables >= 1
    assert superuser is False


def test_the_broker_accepts(mqtt_url: str) -> None:
    assert accepts(int(mqtt_url.rpartition(":")[2]))


async def test_a_killed_database_keeps_what_it_acknowledged(private_stack: Callable[[], Stack]) -> None:
    servers = private_stack()
    connection = await connect(servers.database.url, name="test")
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    servers.database.kill()
    await connection.close()
    servers.database.start()
    connection = await connect(servers.database.url, name="test")
    try:
        assert await connection.fetchval("SELECT n FROM kept") == 7
    finally:
        await connection.close()
