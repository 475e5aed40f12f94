"""Two engines of alarms under load: whichever is killed or put to sleep, no alarm is lost and none is told twice.

Machines go above their limit and below again by arithmetic, so what must stand in the end is known beforehand, to the
microsecond: a raise at the first reading above plus the delay, a clear at the first below.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np

from analytics.batches import Columns
from deploy.embedded.stack import Stack
from services.alarms import rules
from services.alarms.rules import NewRule
from services.batch import Batch
from services.database import Connection, connect
from services.irregularities import micros
from services.migrate import migrate
from services.readings import Recorder
from tests.acceptance.platform import Processes, until
from tests.alarms.plant import rules_of
from tests.registry_rows import add_points

MACHINES, KEYS = 40, 10
STEP = timedelta(milliseconds=100)
DELAY = timedelta(milliseconds=500)
LONG = 10  # steps above the limit
PATIENCE_S = 60.0
#: The load after a takeover, when a stopped one has been woken again.
GOES_ON_S = 3.0
#: Killed, or stopped in order: by us.
ENDED = (-signal.SIGKILL, 0)
RULE = """
    [[rule]]
    code = "high"
    name = "High"
    for = {}
    signal = "v0"
    levels = [{ at = "H", limit = 100, priority = "high" }]
    on_delay_s = 0.5
"""

Expected = set[tuple[str, str, datetime]]


def is_above(machine: int, step: int) -> bool:
    """Each machine has a rhythm of its own; all begin below."""
    period = 3 * LONG + machine
    return period - LONG <= step % period


def expected(start: datetime, steps: int) -> Expected:
    """What must have happened when the last step was read."""
    found: Expected = set()
    for machine in range(MACHINES):
        for step in range(1, steps):
            was, now = is_above(machine, step - 1), is_above(machine, step)
            if now and not was and step + DELAY // STEP < steps:
                found.add((f"d{machine}", "raise", start + step * STEP + DELAY))
            if was and not now:
                found.add((f"d{machine}", "clear", start + step * STEP))
    return found


class Load:
    """A writer that goes on at its own pace, whatever happens to the engines: 4,000 readings a second."""

    def __init__(self, connection: Connection, points: list[int]) -> None:
        self.start = datetime.now(UTC)
        self.steps = 0
        self._recorder = Recorder(connection)
        self._points = np.array(points, dtype=np.int32)

    async def run_for(self, seconds: float, after: asyncio.Event | None = None) -> None:
        """Write each step at its time; with `after`, until it is set and for so long from then on."""
        left = round(seconds / STEP.total_seconds())
        while left:
            left -= after is None or after.is_set()
            stamp = self.start + self.steps * STEP
            await asyncio.sleep(max(0.0, (stamp - datetime.now(UTC)).total_seconds()))
            values = np.zeros((MACHINES, KEYS))
            values[:, 0] = [120.0 if is_above(machine, self.steps) else 80.0 for machine in range(MACHINES)]
            times = np.full(len(self._points), micros(stamp), dtype=np.int64)
            columns = Columns(self._points, times, values.reshape(-1))
            await self._recorder.record(Batch("ingest-1", datetime.now(UTC), columns, messages=1))
            self.steps += 1


async def holder(connection: Connection) -> tuple[int, int]:
    """The process that has the duty, and its session."""
    row = await connection.fetchrow("SELECT holder, backend_pid FROM duty WHERE name = 'alarms'")
    return (0, 0) if row is None else (int(row["holder"].split()[-1]), row["backend_pid"])


async def is_another(connection: Connection, before: int) -> bool:
    return (await holder(connection))[1] not in (0, before)


async def told(connection: Connection) -> list[tuple[str, str, datetime]]:
    rows = await connection.fetch(
        """SELECT a.subject::text AS subject, t.event, t.at
           FROM alarm_transition AS t JOIN alarm AS a ON a.id = t.alarm_id"""
    )
    return [(row["subject"], row["event"], row["at"]) for row in rows]


async def is_all_told(connection: Connection, wanted: Expected) -> bool:
    return wanted <= set(await told(connection))


Disturb = Callable[[Process, Processes], Awaitable[None]]


async def scenario(stack: Stack, disturb: Disturb, rounds: int) -> list[float]:
    """Load, with a disturbance of whoever has the duty in each round; gives the seconds until the other had it."""
    await migrate(stack.database.url)
    connection, writing = await connect(stack.database.url, name="test"), await connect(stack.database.url, name="load")
    points = await add_points(connection, site="lab", devices=MACHINES, keys=KEYS)
    async with connection.transaction():
        await rules.put(connection, "lab", [NewRule(rule, "site") for rule in rules_of(RULE)], "local", "test")
    dice, took_s = random.Random(4), []
    async with Processes(stack) as processes:
        engines = [await processes.engine("--duty", "alarms")]
        await until(stack.database.url, partial(is_another, before=0), within_s=PATIENCE_S)
        engines.append(await processes.engine("--duty", "alarms"))
        load = Load(writing, points)
        await load.run_for(2)
        for _ in range(rounds):
            await load.run_for(dice.uniform(1, 4))
            pid, session = await holder(connection)
            working = next(engine for engine in engines if engine.pid == pid)
            began = time.monotonic()
            await disturb(working, processes)
            async with asyncio.TaskGroup() as group:
                taken_over = asyncio.Event()
                writes = group.create_task(load.run_for(GOES_ON_S, after=taken_over))
                await until(stack.database.url, partial(is_another, before=session), within_s=PATIENCE_S)
                took_s.append(time.monotonic() - began)
                gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"
                assert await connection.fetchval(gone, session) == 0
                if working.returncode is None:
                    working.send_signal(signal.SIGCONT)
                taken_over.set()
                await writes
            assert working.returncode is None or working.returncode in ENDED, "a process that was woken again died"
            if working.returncode is not None:
                engines.remove(working)
                engines.append(await processes.engine("--duty", "alarms"))
        await load.run_for(2)
        wanted = expected(load.start, load.steps)
        await until(stack.database.url, partial(is_all_told, wanted=wanted), within_s=PATIENCE_S)
    found = await told(connection)
    assert len(found) == len(set(found)), "told twice"
    assert set(found) == wanted
    assert len(wanted) > 20
    await connection.close()
    await writing.close()
    return took_s


async def test_the_engine_is_killed_again_and_again(private_stack: Callable[[], Stack]) -> None:
    async def kill(working: Process, _: Processes) -> None:
        working.kill()
        await working.wait()

    took_s = await scenario(private_stack(), kill, rounds=3)
    print("\ntaken over after SIGKILL within", ", ".join(f"{each:.1f} s" for each in took_s))


async def test_the_engine_is_stopped_and_goes_on_later(private_stack: Callable[[], Stack]) -> None:
    async def stop(working: Process, _: Processes) -> None:
        working.send_signal(signal.SIGSTOP)

    took_s = await scenario(private_stack(), stop, rounds=2)
    print("\ntaken over after SIGSTOP within", ", ".join(f"{each:.1f} s" for each in took_s))


async def test_the_engine_stops_in_order(private_stack: Callable[[], Stack]) -> None:
    """It writes down what it has in mind: its successor goes on from there, not from half a minute before."""
    stack = private_stack()

    async def end(working: Process, _: Processes) -> None:
        connection = await connect(stack.database.url, name="test")
        read = await connection.fetchval("SELECT (detail->>'last_id')::int8 FROM duty WHERE name = 'alarms'")
        working.terminate()
        await working.wait()
        assert read > 0
        assert await connection.fetchval("SELECT log_id FROM alarm_memory") >= read
        assert await connection.fetchval("SELECT last_id FROM log_follower WHERE name = 'alarms'") >= read
        await connection.close()

    took_s = await scenario(stack, end, rounds=1)
    print("\ntaken over after SIGTERM within", ", ".join(f"{each:.1f} s" for each in took_s))
