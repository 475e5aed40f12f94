"""The watch at a real database: who falls silent is an alarm, who is back is none, an outage is written afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import deploy
from deploy.embedded.stack import Stack
from services import workers
from services.alarms import rules
from services.database import Connection, DatabaseSettings, connect
from services.migrate import migrate
from services.rule_folder.read import read_file
from services.watch.alerting import Tell
from services.watch.reachability import Ask
from services.watch.watching import Watch
from tests.acceptance.platform import until

RULES = [
    rules.NewRule(found.rule, "shipped")
    for found in (read_file(Path(deploy.__file__).parent / "rules" / "service.toml", {}).rules or {}).values()
]
#: A look each 2 s, the limit of 15 s, and a slow machine.
WITHIN_S = 60.0


async def answers() -> str:
    return ""


async def refuses() -> str:
    return "connection refused"


async def tell_nobody(payloads: Sequence[Mapping[str, object]], now: datetime) -> None:
    del payloads, now


@asynccontextmanager
async def watching(url: str, ask_broker: Ask = answers, tell: Tell = tell_nobody) -> AsyncIterator[Watch]:
    watch = Watch(DatabaseSettings(url), ask_broker, tell)
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def with_rules(url: str) -> Connection:
    connection = await connect(url, name="test")
    async with connection.transaction():
        await rules.put(connection, "", RULES, "local", "shipped")
    return connection


async def not_normal(connection: Connection) -> set[tuple[str, str, str]]:
    found = await connection.fetch("SELECT rule, subject, state FROM alarm_now WHERE state <> 'normal'")
    return {(row["rule"], row["subject"], row["state"]) for row in found}


async def standing(connection: Connection) -> set[str]:
    found = await connection.fetch("SELECT rule FROM alarm_now WHERE level IS NOT NULL")
    return {row["rule"] for row in found}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    connection = await with_rules(database_url)
    yield connection
    await connection.close()


@pytest.mark.usefixtures("connection")
async def test_who_was_never_there_is_missed(database_url: str) -> None:
    """Only the watch runs: nobody ingests, accounts or evaluates, and the broker is away."""
    missed = {"ingest-all-silent", "engine-silent", "alarms-silent", "notifications-silent", "broker-unreachable"}

    async def all_are_missed(connection: Connection) -> bool:
        return await standing(connection) == missed

    async with watching(database_url, refuses):
        await until(database_url, all_are_missed, within_s=WITHIN_S)


async def test_a_name_that_comes_back_clears_its_alarm(connection: Connection, database_url: str) -> None:
    await workers.report(connection, "ingest-1", "disconnected", "")
    await workers.report(connection, "ingest-2", "receiving", "")

    async def keep_beating() -> None:
        while True:
            await workers.report(connection, "ingest-2", "receiving", "")
            await asyncio.sleep(1)

    async def one_is_missed(other: Connection) -> bool:
        return ("ingest-worker-silent", "ingest-1", "unacknowledged") in await not_normal(other)

    async def none_is_missed(other: Connection) -> bool:
        return ("ingest-worker-silent", "ingest-1", "returned_unacknowledged") in await not_normal(other)

    beating = asyncio.create_task(keep_beating())
    async with watching(database_url):
        await until(database_url, one_is_missed, within_s=WITHIN_S)
        found = await not_normal(connection)
        assert not {rule for rule, subject, _ in found if rule == "ingest-all-silent" or subject == "ingest-2"}
        beating.cancel()
        async with connection.transaction():
            await workers.report(connection, "ingest-1", "receiving", "")
        await until(database_url, none_is_missed, within_s=WITHIN_S)


async def test_a_watch_that_starts_anew_raises_nothing_twice(connection: Connection, database_url: str) -> None:
    async def raised(other: Connection) -> bool:
        return "engine-silent" in await standing(other)

    async def begun_anew(other: Connection) -> bool:
        return bool(await other.fetchval("SELECT count(*) FROM duty WHERE name = 'watch' AND detail ? 'rules'"))

    async with watching(database_url):
        await until(database_url, raised, within_s=WITHIN_S)
    await connection.execute("DELETE FROM duty")
    async with watching(database_url):
        await until(database_url, begun_anew, within_s=WITHIN_S)
        assert await raised(connection)
    count = "SELECT count(*) FROM alarm_occurrence AS o JOIN alarm_now AS a ON a.id = o.alarm_id WHERE rule = $1"
    assert await connection.fetchval(count, "engine-silent") == 1


async def test_an_outage_of_the_database_is_written_when_it_is_over(private_stack: Callable[[], Stack]) -> None:
    stack = private_stack()
    await migrate(stack.database.url)
    connection = await with_rules(stack.database.url)

    told: list[Mapping[str, object]] = []
    broker_says = [""]

    async def ask_broker() -> str:
        return broker_says[0]

    async def tell(payloads: Sequence[Mapping[str, object]], now: datetime) -> None:
        told.extend({**payload, "told_at": now} for payload in payloads)

    async def works(other: Connection) -> bool:
        return bool(await other.fetchval("SELECT count(*) FROM duty WHERE name = 'watch' AND detail ? 'rules'"))

    async def written(other: Connection) -> bool:
        return bool(
            await other.fetchval(
                "SELECT count(*) FROM alarm_now WHERE rule = 'database-unreachable' AND returned_at IS NOT NULL"
            )
        )

    async with watching(stack.database.url, ask_broker, tell) as watch:
        await until(stack.database.url, works, within_s=WITHIN_S)
        await connection.close()
        before = watch.database.away_since
        stack.database.stop()
        broker_says[0] = "connection refused"
        async with asyncio.timeout(WITHIN_S):
            while watch.database.away_s(datetime.now(UTC)) < 12 or watch.broker.away_s(datetime.now(UTC)) < 12:
                await asyncio.sleep(0.2)
            broker_away_since = watch.broker.away_since
            broker_says[0] = ""
            while watch.broker.away_since is not None:
                await asyncio.sleep(0.2)
        away_since = watch.database.away_since
        assert [(each["rule"], each["priority"]) for each in told] == [("database-unreachable", "critical")]
        stack.database.start()
        await until(stack.database.url, written, within_s=2 * WITHIN_S)
    connection = await connect(stack.database.url, name="test")
    found = await connection.fetch(
        "SELECT a.rule, o.raised_at, o.returned_at FROM alarm_occurrence AS o JOIN alarm_now AS a ON a.id = o.alarm_id "
        "WHERE a.rule IN ('database-unreachable', 'broker-unreachable')"
    )
    await connection.close()
    assert sorted(each["rule"] for each in found) == ["broker-unreachable", "database-unreachable"]
    broker, occurrence = sorted(found, key=lambda each: str(each["rule"]))
    assert broker_away_since is not None
    assert abs((broker["raised_at"] - broker_away_since).total_seconds() - 10) < 0.1
    assert before is None
    assert away_since is not None
    assert abs((occurrence["raised_at"] - away_since).total_seconds() - 10) < 0.1
    assert abs(datetime.fromisoformat(str(told[0]["raised_at"])) - occurrence["raised_at"]) < timedelta(seconds=0.1)
    assert len(told) == 1
    assert (occurrence["returned_at"] - away_since).total_seconds() > 12 + 30
