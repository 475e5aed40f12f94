"""How the application reaches PostgreSQL: settings, connections, and rows as typed values.

Every session speaks UTC, decodes jsonb with msgspec and is ended by the server when it idles inside a transaction
for 5 s: a client that was stopped in mid-transaction must not hold the others up. TCP keepalives let the server notice
a vanished client within 10 s, which is how the engine's advisory lock comes free.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import asyncpg
import msgspec

from services.statements import Statement

Row = TypeVar("Row")
Result = TypeVar("Result")

#: What services functions take: a connection of ours, inside or outside a transaction.
Connection: TypeAlias = asyncpg.Connection

#: A bounded set of connections, shared by the requests of one process.
Pool: TypeAlias = asyncpg.Pool

#: What is raised when the server is away, going away or out of disk: wait, connect again, try again.
OUTAGES: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidTransactionStateError,
    # How asyncpg says that the server has ended the session between two statements, where the second came first.
    asyncpg.InternalClientError,
)

#: What is raised when two transactions wanted the same rows in different orders: tried again, it succeeds.
COLLISIONS: tuple[type[Exception], ...] = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

#: What is raised when the address is wrong: no such database or user, a wrong password. Trying again does not help.
REFUSALS: tuple[type[BaseException], ...] = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)

#: What is raised for a text with a character that PostgreSQL's cannot have: NUL.
UNSTORABLE: tuple[type[Exception], ...] = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


def raise_if_cancelled(error: BaseException) -> None:
    """Call in an `except OUTAGES` that tries again: leaving a transaction on a dead session hides a cancellation."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error


_SESSION = {
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "5",
    "jit": "off",
}


class DatabaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the database is. `disk_path`: its data folder, when it is on this machine, for the free-disk guard."""

    url: str = ""
    disk_path: str = ""
    pool_size: int = 8


class DatabaseAddressMissingError(Exception):
    """No database address was given."""

    def __init__(self) -> None:
        super().__init__(
            "no database address: set IOE_DATABASE_URL or [database] url, or start a stack with `ioe up`; "
            "for one that runs in another folder than the usual, set IOE_HOME to it"
        )


async def _prepare_session(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


async def connect(url: str, *, name: str) -> Connection:
    """Open one connection; `name` shows in pg_stat_activity. Raises what asyncpg raises when the server is away."""
    if not url:
        raise DatabaseAddressMissingError
    connection = await asyncpg.connect(url, server_settings={**_SESSION, "application_name": f"ioe {name}"}, timeout=10)
    _notice_a_vanished_server(connection)
    await _prepare_session(connection)
    return connection


def _notice_a_vanished_server(connection: Connection) -> None:
    """Let the kernel end a connection whose other end is gone: a statement would wait for its answer for ever."""
    used = connection._transport.get_extra_info("socket")  # noqa: SLF001 - asyncpg has no public way to its socket
    if used is None or used.family not in (socket.AF_INET, socket.AF_INET6):
        return
    used.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 5), ("TCP_USER_TIMEOUT", 15_000)):
        if hasattr(socket, option):
            used.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


async def open_pool(url: str, *, name: str, size: int) -> Pool:
    """Open a pool of at most `size` connections; the caller closes it."""
    if not url:
        raise DatabaseAddressMissingError
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        init=_prepare_session,
        server_settings={**_SESSION, "application_name": f"ioe {name}"},
        timeout=10,
    )


_ATTEMPTS = 5


async def undisturbed(connection: Connection, work: Callable[[], Awaitable[Result]]) -> Result:
    """Do work in a transaction of its own, from its beginning again where it collides with another one.

    Raises one of COLLISIONS where it does so five times.
    """
    attempts = 0
    while True:
        attempts += 1
        try:
            async with connection.transaction():
                return await work()
        except COLLISIONS:
            if attempts == _ATTEMPTS:
                raise


async def rows(connection: Connection, statement: Statement, row: type[Row], *arguments: object) -> list[Row]:
    """Run a statement and give each row as a value of its row class."""
    records: Sequence[Any] = await connection.fetch(statement.text, *arguments)
    return [row(**dict(record.items())) for record in records]


async def one(connection: Connection, statement: Statement, row: type[Row], *arguments: object) -> Row | None:
    """Run a statement for at most one row."""
    record = await connection.fetchrow(statement.text, *arguments)
    return None if record is None else row(**dict(record.items()))


async def run(connection: Connection, statement: Statement, *arguments: object) -> int:
    """Run a statement for its effect; gives the number of rows it touched."""
    tag: str = await connection.execute(statement.text, *arguments)
    last = tag.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0
