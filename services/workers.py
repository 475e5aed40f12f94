"""Ingest workers as the database knows them: who is there, since when, in which state.

Names are fixed, because a name owns a queue at the broker; a name that has fallen silent is therefore something to look
at, not something to forget. A change of state is an event.
"""

from __future__ import annotations

from services import events
from services.database import Connection, run
from services.statements import statements

SQL = statements("workers")
#: A worker reports every 5 s; one that reported within this time is there.
_ALIVE_S = 12.0


async def report(connection: Connection, name: str, state: str, detail: str) -> None:
    """Say that a worker is there and how it is; tell everybody when its state changed."""
    async with connection.transaction():
        before: str | None = await connection.fetchval(SQL["state_of_worker"].text, name)
        await run(connection, SQL["report_worker"], name, state, detail)
        if before != state:
            await events.record(connection, f"ingest.{state}", name, {"detail": detail})


class WorkerNotThereError(Exception):
    """A name cannot be drained: nobody bears it, or somebody does at this moment."""


async def require_idle(connection: Connection, name: str) -> None:
    """Refuse a name that no worker has, or whose worker is there now. Raises WorkerNotThereError."""
    age_s: float | None = await connection.fetchval(SQL["silence_of_worker"].text, name)
    if age_s is None:
        raise WorkerNotThereError(f"no worker is called {name!r}: `ioe doctor` lists the workers")
    if age_s < _ALIVE_S:
        raise WorkerNotThereError(f"{name} is at work (heard {age_s:.0f} s ago): stop it first, then drain its queue")


async def forget(connection: Connection, name: str) -> None:
    """Remove a worker whose queue at the broker has been emptied and ended."""
    async with connection.transaction():
        await run(connection, SQL["forget_worker"], name)
        await events.record(connection, "ingest.left", name, {})
