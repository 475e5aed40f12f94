"""A duty has one holder, whoever dies or sleeps; real processes are killed and stopped."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services import duty
from services.database import Connection, DatabaseSettings, connect

PATIENCE_S = 60.0


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    await opened.execute("CREATE TABLE effort (id bigint GENERATED ALWAYS AS IDENTITY, process int NOT NULL)")
    yield opened
    await opened.close()


@asynccontextmanager
async def two_processes(url: str) -> AsyncIterator[tuple[Process, Process]]:
    """One that does the duty `dig`, and one that waits for it."""
    command = (sys.executable, "-m", "tests.services.dutiful", url, "dig")
    first = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
    await said(first, "this process does it now")
    second = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
    await said(second, "this one waits")
    try:
        yield first, second
    finally:
        for process in (first, second):
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def said(process: Process, what: str) -> None:
    """Wait until a process logs something."""
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while what not in (line := await process.stderr.readline()).decode():
            assert line, f"the process ended without saying {what!r}"


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not await condition():
            await asyncio.sleep(0.02)


async def rows_of(connection: Connection, process: Process) -> int:
    found: int = await connection.fetchval("SELECT count(*) FROM effort WHERE process = $1", process.pid)
    return found


async def test_a_killed_holder_is_followed_within_seconds(connection: Connection, database_url: str) -> None:
    async with two_processes(database_url) as (first, second):

        async def second_works() -> bool:
            return await rows_of(connection, second) > 0

        began = time.monotonic()
        first.kill()
        await until(second_works, PATIENCE_S)
        print(f"\ntaken over {time.monotonic() - began:.1f} s after SIGKILL")


async def test_a_stopped_holder_is_ended_and_writes_nothing_any_more(connection: Connection, database_url: str) -> None:
    async with two_processes(database_url) as (first, second):

        async def second_works() -> bool:
            return await rows_of(connection, second) > 0

        async def first_works() -> bool:
            return await rows_of(connection, first) > 0

        await until(first_works)
        row = await connection.fetchrow("SELECT backend_pid, holder FROM duty WHERE name = 'dig'")
        began = time.monotonic()
        first.send_signal(signal.SIGSTOP)
        await until(second_works, PATIENCE_S)
        print(f"\ntaken over {time.monotonic() - began:.1f} s after SIGSTOP")
        assert row["holder"].endswith(f" {first.pid}")
        session = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND application_name = 'ioe dig duty'"
        assert await connection.fetchval(session, row["backend_pid"]) == 0

        first.send_signal(signal.SIGCONT)
        await said(first, "not done by this process any more")
        await said(first, "this one waits")
        # Not one row of the first after the second began.
        last_of_first, first_of_second = (
            await connection.fetchrow(
                """SELECT max(id) FILTER (WHERE process = $1), min(id) FILTER (WHERE process = $2) FROM effort""",
                first.pid,
                second.pid,
            )
        ).values()
        assert last_of_first < first_of_second

        second.kill()
        before = await rows_of(connection, first)

        async def first_works_again() -> bool:
            return await rows_of(connection, first) > before

        await until(first_works_again, PATIENCE_S)


async def test_only_the_silent_holder_of_this_duty_is_ended(connection: Connection, database_url: str) -> None:
    """A session with another name that holds the lock, or a row that names another session, is nobody's to end."""
    stranger = await connect(database_url, name="somebody else")
    await stranger.execute("SELECT pg_advisory_lock(4202, hashtext('dig'))")
    await connection.execute(
        """INSERT INTO duty (name, backend_pid, holder, since, beat_at)
           VALUES ('dig', $1, 'x', now() - interval '1 hour', now() - interval '1 hour')""",
        stranger.get_server_pid(),
    )
    assert await connection.fetch(duty.SQL["silent_holder"].text, "dig", 5.0) == []
    await stranger.execute("SET application_name = 'ioe dig duty'")
    assert len(await connection.fetch(duty.SQL["silent_holder"].text, "dig", 5.0)) == 1
    assert await connection.fetch(duty.SQL["silent_holder"].text, "dig", 7200.0) == []
    await connection.execute("UPDATE duty SET backend_pid = $1", connection.get_server_pid())
    assert await connection.fetch(duty.SQL["silent_holder"].text, "dig", 5.0) == []
    await stranger.close()


async def test_work_ends_with_its_session_and_begins_again(connection: Connection, database_url: str) -> None:
    began: asyncio.Queue[int] = asyncio.Queue()
    ended: asyncio.Queue[int] = asyncio.Queue()

    async def idle(own: Connection, say: duty.Say) -> None:
        say({"depth_m": 2})
        session = own.get_server_pid()
        await began.put(session)
        try:
            await asyncio.Event().wait()
        finally:
            await ended.put(session)

    holding = asyncio.create_task(duty.hold(DatabaseSettings(url=database_url), "dig", idle))
    async with asyncio.timeout(60):
        first = await began.get()

        async def is_told() -> bool:
            depth: int | None = await connection.fetchval("SELECT (detail->>'depth_m')::int FROM duty")
            return depth == 2

        await until(is_told)
        await connection.execute("SELECT pg_terminate_backend($1)", first)
        assert await ended.get() == first
        second = await began.get()
        assert second != first
        # Another holder in the row: the beat says so, and the work ends.
        await connection.execute("UPDATE duty SET backend_pid = 0")
        assert await ended.get() == second
        third = await began.get()
        holding.cancel()
        assert await ended.get() == third
        with pytest.raises(asyncio.CancelledError):
            await holding
