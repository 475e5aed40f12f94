"""A process that is killed with a message under way: its successor sends it once more, with the same key."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from analytics.notifications.model import Route
from tests.notifications.office import plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import hook

DEADLINE_S = 60.0
NOTIFIER = """
import asyncio, os
from services.database import DatabaseSettings
from services.notifications.duty import run_notifications
from services.notifications.settings import NotificationSettings
asyncio.run(run_notifications(DatabaseSettings(url=os.environ["IOE_DATABASE_URL"]), NotificationSettings()))
"""


@asynccontextmanager
async def notifier(database_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    here = Path(__file__).parents[2]
    environment = {**os.environ, "IOE_DATABASE_URL": database_url, "PYTHONPATH": str(here)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", NOTIFIER, env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not there():
            await asyncio.sleep(0.02)


async def test_killed_in_the_middle_of_sending(database_url: str) -> None:
    with http_receiver() as receiver:
        receiver.hangs = 1
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())], [Route("all", ("hook",), group_wait_s=0.1)])
            await site.raised("comp-1")
            async with notifier(database_url) as first:
                await until(lambda: len(receiver.requests) == 1)
                first.send_signal(signal.SIGKILL)
                await first.wait()
            assert await site.deliveries() == [("hook", "waiting", 1, "")]
            # What waits for its turn while nobody knows whether the first one arrived: as if the time had passed.
            await site.connection.execute("UPDATE notification_delivery SET due_at = now()")
            await site.raised("comp-2")
            async with notifier(database_url):
                await until(lambda: len(receiver.requests) == 3)
            keys = [request.headers["idempotency-key"] for request in receiver.requests]
            assert keys[0] == keys[1] != keys[2]
            messages = await site.connection.fetch("SELECT key::text FROM notification_message ORDER BY id")
            assert [row["key"] for row in messages] == [keys[0], keys[2]]
