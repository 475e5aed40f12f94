"""The watch as it runs: an outage of the database is told as it happens, and written when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from deploy.embedded.stack import Stack
from services.alarms import rules
from services.database import Connection, DatabaseSettings, connect
from services.migrate import migrate
from services.watch.watching import Watch
from tests.acceptance.platform import until
from tests.watch.service_rules import SERVICE_RULES

#: For a slow machine.
WITHIN_S = 60.0
#: The rules as an installation might have them that cannot wait.
LIMIT_S, OFF_DELAY_S = 3.0, 2.0
IMPATIENT = [
    replace(
        each,
        rule=replace(
            each.rule,
            levels=tuple(replace(level, limit=LIMIT_S) for level in each.rule.levels),
            off_delay_s=OFF_DELAY_S,
        ),
    )
    for each in SERVICE_RULES
    if each.rule.code in ("database-unreachable", "broker-unreachable")
]


@asynccontextmanager
async def watching(watch: Watch) -> AsyncIterator[Watch]:
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_an_outage_of_the_database_is_written_when_it_is_over(private_stack: Callable[[], Stack]) -> None:
    stack = private_stack()
    await migrate(stack.database.url)
    connection = await connect(stack.database.url, name="test")
    async with connection.transaction():
        await rules.put(connection, "", IMPATIENT, "local", "impatience")
    await connection.close()

    told: list[Mapping[str, object]] = []
    is_told, is_back = asyncio.Event(), asyncio.Event()
    refusals: list[str] = []
    answered: list[datetime] = []

    async def ask_broker() -> str:
        if refusals:
            return refusals.pop()
        answered.append(datetime.now(UTC))
        is_back.set()
        return ""

    async def tell(payloads: Sequence[Mapping[str, object]], now: datetime) -> None:
        told.extend({**payload, "told_at": now} for payload in payloads)
        is_told.set()

    async def works(other: Connection) -> bool:
        return bool(await other.fetchval("SELECT count(*) FROM duty WHERE name = 'watch' AND detail ? 'rules'"))

    async def written(other: Connection) -> bool:
        return bool(
            await other.fetchval(
                "SELECT count(*) FROM alarm_now WHERE rule = 'database-unreachable' AND returned_at IS NOT NULL"
            )
        )

    async with watching(Watch(DatabaseSettings(stack.database.url), ask_broker, tell)) as watch:
        await until(stack.database.url, works, within_s=WITHIN_S)
        assert watch.database.away_since is None
        broker_away_since = answered[-1]
        is_back.clear()
        refusals += ["connection refused"] * 2
        stack.database.stop()
        async with asyncio.timeout(WITHIN_S):
            await is_told.wait()
            await is_back.wait()
        away_since = watch.database.away_since
        assert [(each["rule"], each["priority"]) for each in told] == [("database-unreachable", "critical")]
        stack.database.start()
        await until(stack.database.url, written, within_s=WITHIN_S)
    connection = await connect(stack.database.url, name="test")
    found = await connection.fetch(
        "SELECT a.rule, o.raised_at, o.returned_at FROM alarm_occurrence AS o JOIN alarm_now AS a ON a.id = o.alarm_id "
        "WHERE a.rule IN ('database-unreachable', 'broker-unreachable')"
    )
    await connection.close()
    assert sorted(each["rule"] for each in found) == ["broker-unreachable", "database-unreachable"]
    broker, occurrence = sorted(found, key=lambda each: str(each["rule"]))
    assert abs((broker["raised_at"] - broker_away_since).total_seconds() - LIMIT_S) < 0.1
    assert away_since is not None
    assert abs((occurrence["raised_at"] - away_since).total_seconds() - LIMIT_S) < 0.1
    assert abs(datetime.fromisoformat(str(told[0]["raised_at"])) - occurrence["raised_at"]) < timedelta(seconds=0.1)
    assert len(told) == 1
    assert (occurrence["returned_at"] - away_since).total_seconds() > LIMIT_S + OFF_DELAY_S
