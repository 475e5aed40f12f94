"""The process with the duty is killed at random moments under load: no order is lost, and none is there twice.

Alarms come for twelve machines and two causes each, and go, whatever happens to the engine; orders are done and
verified beside it. In the end every alarm belongs to the order of its machine and cause that was not over then.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.alarms.change import Change
from services import people
from services.database import COLLISIONS, Connection, connect
from services.work_orders import steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderRef
from tests.alarms.kept_plant import us
from tests.maintenance import yard as yards
from tests.maintenance.yard import Yard

DEADLINE_S = 120.0
KILLS = 6
DEVICES = [f"comp-{number}" for number in range(1, 13)]
ENGINE = """
import asyncio, os
from services.database import DatabaseSettings
from services.maintenance.engine import run_maintenance
asyncio.run(run_maintenance(DatabaseSettings(url=os.environ["IOE_DATABASE_URL"])))
"""


@asynccontextmanager
async def engine(database_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    here = Path(__file__).parents[2]
    environment = {**os.environ, "IOE_DATABASE_URL": database_url, "PYTHONPATH": str(here)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", ENGINE, env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Load:
    """Alarms that come and go, each time at another instant."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        self.raised = 0
        self._now = datetime.now(UTC)
        self._on: set[tuple[str, str]] = set()

    async def go_on(self, stopped: asyncio.Event) -> None:
        """Raise and clear, one after the other, until stopped."""
        dice = random.Random(5)
        while not stopped.is_set():
            which = dice.choice(["hot", "pressure"]), dice.choice(DEVICES)
            await self._tell(which, is_on=which not in self._on)
            await asyncio.sleep(0.02)
        for which in sorted(self._on):
            await self._tell(which, is_on=False)

    async def _tell(self, which: tuple[str, str], *, is_on: bool) -> None:
        self._now = max(self._now + timedelta(microseconds=1), datetime.now(UTC))
        instance = self.yard.plant.instance(*which)
        await self.yard.plant.apply(Change(instance.key, us(self._now), "H" if is_on else None, 106.0))
        self.raised += is_on
        (self._on.add if is_on else self._on.discard)(which)


async def work_off(connection: Connection, stopped: asyncio.Event) -> int:
    """Wang does whatever is open, and Li verifies it; gives how many orders were verified."""
    wang, li = await people.actor(connection, "wang"), await people.actor(connection, "li")
    verified = 0
    while not stopped.is_set():
        found = await connection.fetchrow(
            """SELECT number, state FROM work_order
               WHERE state IN ('open', 'assigned', 'in_progress') OR state = 'done' AND checked_at IS NOT NULL
               ORDER BY state DESC, random() LIMIT 1"""
        )
        if found is not None:
            event = {"open": "start", "assigned": "start", "in_progress": "complete", "done": "verify"}[found["state"]]
            actor = li if event == "verify" else wang
            order = OrderRef(yards.SITE, found["number"])
            given = Given(cause="dirt" if event == "complete" else None)
            try:
                async with connection.transaction():
                    taken = await steps.take(connection, order, event, actor, datetime.now(UTC), given)  # type: ignore[arg-type]
                verified += event == "verify" and isinstance(taken, steps.Taken)
            except COLLISIONS:
                pass  # the next round of this loop is the second try
        await asyncio.sleep(0.03)
    return verified


async def until_none_waits(connection: Connection) -> None:
    waiting = "SELECT count(*) FROM alarm_occurrence WHERE announced_at IS NOT NULL AND handed_over_at IS NULL"
    async with asyncio.timeout(DEADLINE_S):
        while await connection.fetchval(waiting):
            await asyncio.sleep(0.05)


async def until_held(connection: Connection, pid: int) -> None:
    holders = {f"{socket.gethostname()} {pid}"}
    async with asyncio.timeout(DEADLINE_S):
        while await connection.fetchval("SELECT holder FROM duty WHERE name = 'maintenance'") not in holders:
            await asyncio.sleep(0.05)


async def test_killed_at_random_moments(database_url: str) -> None:
    connection, loading, working = [await connect(database_url, name="test") for _ in range(3)]
    yard = await yards.make(loading, DEVICES)
    dice, stopped = random.Random(9), asyncio.Event()
    load = Load(yard)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.go_on(stopped))
        workers = group.create_task(work_off(working, stopped))
        for _ in range(KILLS):
            async with engine(database_url) as process:
                await until_held(connection, process.pid)
                await asyncio.sleep(dice.uniform(0.0, 0.6))
                process.send_signal(signal.SIGKILL)
                await process.wait()
        stopped.set()
    async with engine(database_url):
        await until_none_waits(connection)
    print(f"\n{load.raised} alarms, {KILLS} kills, {workers.result()} orders verified meanwhile")
    await check(connection, load.raised)
    for each in (connection, loading, working):
        await each.close()


async def check(connection: Connection, raised: int) -> None:
    occurrences = await connection.fetchval("SELECT count(*) FROM alarm_occurrence WHERE announced_at IS NOT NULL")
    attached = await connection.fetchval("SELECT count(*) FROM work_order_alarm")
    assert raised >= occurrences == attached > KILLS
    # Each alarm is with an order of its machine and its cause.
    assert not await connection.fetch(
        """SELECT FROM work_order_alarm AS x JOIN work_order AS w ON w.id = x.order_id
           JOIN alarm_occurrence AS o ON o.id = x.occurrence_id JOIN alarm AS a ON a.id = o.alarm_id
           WHERE w.equipment_id <> a.equipment_id OR w.suspected <> o.causes -> 0 ->> 'code'"""
    )
    # Numbers without a gap, each opened once and told once; no two of a cause at the same time.
    numbers = [row["number"] for row in await connection.fetch("SELECT number FROM work_order ORDER BY number")]
    assert numbers == list(range(1, len(numbers) + 1))
    for count in (
        "SELECT count(*) FROM work_order_entry WHERE event = 'open'",
        "SELECT count(*) FROM event WHERE kind = 'work_order.opened'",
    ):
        assert await connection.fetchval(count) == len(numbers)
    assert not await connection.fetch(
        """SELECT FROM work_order AS a JOIN work_order AS b USING (subject_kind, subject, suspected)
           WHERE a.id < b.id AND b.opened_at < coalesce(a.verified_at, a.cancelled_at, 'infinity')"""
    )
    listed = await connection.fetchval(
        """SELECT count(*) FROM work_order_entry, jsonb_array_elements(detail -> 'alarms')
           WHERE event = 'alarm_attached'"""
    )
    assert listed == attached
