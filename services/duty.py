"""Duties: work that only one process may do at a time, whoever dies, hangs or is stopped.

    queued --lock free--> holding --connection lost, or ended by another--> queued
      |                      |
      | each second          | each second, from a thread: beat
      v                      v
    beat older than 4 s, seen twice: end the holder's session --> its lock is free, its work can write nothing more

*One holder.* A duty is a session advisory lock, and the holder writes only over the connection that holds it. That
makes losing the lock and losing the power to write one and the same thing: there is no moment at which a former holder
writes beside its successor, however wrong its clock, however long it slept. No fencing numbers are needed in tables.

*Death.* Of a killed process the kernel closes the sockets, the server ends the session, the lock is free at the next
look. Of a machine that vanished the server learns by keepalives, within 10 s.

*Sleep.* A process that was stopped (SIGSTOP, a frozen virtual machine) keeps its sockets and its lock. Its beats in
`duty` stop, though. Whoever is queued looks twice a second; after 4 s of silence, seen at two looks so that a database
which itself stood still is not mistaken for a dead holder, it ends that session: the one that has this duty's lock, is
named in this duty's row and carries this duty's name. What the sleeper had not committed is rolled back. When it wakes,
it finds its connection closed, says so, drops what it had in mind and queues.

*Beats prove life, not progress*: see `heartbeat.py`. The row of a duty nobody holds keeps the last beat, from which the
watch tells that it is held no more.

What is not here: which of several should hold (the first that asks), and any handing over in order.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from services.database import OUTAGES, Connection, DatabaseSettings, connect, one, raise_if_cancelled, run
from services.heartbeat import Heartbeat
from services.statements import statements

log = logging.getLogger("ioe.duty")
SQL = statements("duty")

LOOK_EACH_S = 0.5
#: Beats come each second; a holder that has missed so many is ended.
SILENT_AFTER_S = 4.0

#: Says how the work is, for the duty's row: `say({"behind_s": 0.2})`.
Say = Callable[[Mapping[str, object]], None]
#: Does the work over the connection it is given, and over no other, until it is cancelled.
Work = Callable[[Connection, Say], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SilentRow:
    """A holder that is silent: its session, who it is, for how long."""

    backend_pid: int
    holder: str
    silent_s: float


class DutyLostError(ConnectionError):
    """The session that held the duty is gone, and with it the right to go on."""


async def hold(database: DatabaseSettings, name: str, work: Work) -> None:
    """Queue for a duty, do its work while holding it, queue again when it is lost; ends only by cancellation."""
    while True:
        try:
            connection = await connect(database.url, name=f"{name} duty")
            try:
                await _queue(connection, name)
                log.info("%s: this process does it now", name)
                await _do(connection, database.url, name, work)
            finally:
                connection.terminate()
        except OUTAGES as error:
            raise_if_cancelled(error)
            log.warning("%s: not done by this process any more: %s %s", name, type(error).__name__, error)
            await asyncio.sleep(LOOK_EACH_S)


def holder() -> str:
    """Who we are, for people: machine and process."""
    return f"{socket.gethostname()} {os.getpid()}"


async def _queue(connection: Connection, name: str) -> None:
    """Wait until the duty is ours, ending a holder that is silent."""
    waiting, suspected = False, 0
    while not await run(connection, SQL["take_duty"], name, holder()):
        if not waiting:
            log.info("%s: another process does it; this one waits", name)
            waiting = True
        silent = await one(connection, SQL["silent_holder"], SilentRow, name, SILENT_AFTER_S)
        if silent is not None and silent.backend_pid == suspected:
            log.warning("%s: %s has said nothing for %.1f s: it is ended", name, silent.holder, silent.silent_s)
            await connection.execute(SQL["end_session"].text, silent.backend_pid)
        suspected = silent.backend_pid if silent is not None else 0
        await asyncio.sleep(LOOK_EACH_S)


async def _do(connection: Connection, url: str, name: str, work: Work) -> None:
    """Do the work until it ends, the connection is lost or we are cancelled. Raises DutyLostError, or as the work."""
    loop = asyncio.get_running_loop()
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _: lost.set())

    def another_holds_it() -> None:
        loop.call_soon_threadsafe(lost.set)

    beats = Heartbeat(url, name, connection.get_server_pid(), another_holds_it)
    working = asyncio.ensure_future(work(connection, beats.say))
    losing = asyncio.ensure_future(lost.wait())
    beats.start()
    try:
        await asyncio.wait((working, losing), return_when=asyncio.FIRST_COMPLETED)
        if lost.is_set():
            connection.terminate()
            raise DutyLostError("its session was ended, by another process that took it over or by the server")
        await working
    finally:
        for task in (working, losing):
            task.cancel()
        await asyncio.gather(working, losing, return_exceptions=True)
        await beats.stop()
