"""As it runs: the duty by the clock of the wall, and telling people while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from analytics.notifications.model import Route
from services.database import DatabaseSettings
from services.notifications.direct import Direct
from services.notifications.duty import run_notifications
from services.notifications.log import outcome_of, put_test_message
from services.notifications.settings import NotificationSettings
from services.notifications.store import load
from tests.notifications.office import T0, after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import hook

DEADLINE_S = 60.0


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not there():
            await asyncio.sleep(0.02)


async def test_an_alarm_reaches_people(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())], [Route("all", ("hook",), group_wait_s=0.2)])
            direct = Direct()
            task = asyncio.create_task(
                run_notifications(DatabaseSettings(url=database_url), NotificationSettings(), direct)
            )
            try:
                await site.raised()
                await until(lambda: len(receiver.requests) == 1)
                key = await put_test_message(site.connection, "kunshan", "hook", datetime.now(UTC))
                await until(lambda: len(receiver.requests) == 2)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            assert receiver.requests[1].headers["idempotency-key"] == key
            assert await outcome_of(site.connection, key) is not None


async def test_an_orderly_end_waits_for_the_answer_to_what_is_under_way(database_url: str) -> None:
    with http_receiver() as receiver:
        receiver.may_answer.clear()
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())], [Route("all", ("hook",), group_wait_s=0.2)])
            task = asyncio.create_task(run_notifications(DatabaseSettings(url=database_url), NotificationSettings()))
            await site.raised()
            await until(lambda: len(receiver.requests) == 1)
            task.cancel()
            receiver.may_answer.set()
            await asyncio.gather(task, return_exceptions=True)
            assert await site.deliveries() == [("hook", "delivered", 1, "HTTP 200")]


async def test_while_the_database_is_away_the_last_known_routes_are_used(database_url: str) -> None:
    outage = {
        "site": "", "rule": "database-away", "subject_kind": "service", "subject": "database", "system": "service",
        "name": "The database does not answer", "machine": "Database", "priority": "critical",
        "state": "unacknowledged", "level": "ON", "value": 1.0, "limit": 0.5, "raised_at": T0.isoformat(),
    }  # fmt: skip
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            routes = [Route("all", ("hook",)), Route("us", ("hook",), service_alarms=True)]
            await site.use([hook(receiver.url())], routes)
            direct = Direct("https://energy.example.com")
            direct.learn(await load(site.connection))
        outcomes = await direct.tell([outage], after(30))
        await direct.tell([outage], after(40))
    assert {name: each.answer for name, each in outcomes.items()} == {"kunshan/hook": "taken"}
    first, again = receiver.requests
    assert b"[CRITICAL] Database: The database does not answer" in first.body
    assert again.headers["idempotency-key"] == first.headers["idempotency-key"]


async def test_who_never_saw_a_channel_says_so(caplog: pytest.LogCaptureFixture) -> None:
    assert await Direct().tell([{"site": "", "rule": "x", "subject": "y"}], T0) == {}
    assert "nobody can be told" in caplog.text
