"""Connections of the API's requests: a pool that opens when the database does.

    start --> try to open the pool --fails--> wait 1 s, try again
                     | opens
                     v
              requests borrow; a lost server makes each borrow fail until it is back, the pool mends itself

The process starts, answers `health/live` and serves the console while the database is still away; a request that
needs it gets `DatabaseAwayError`, which becomes a 503 with Retry-After. Nothing is retried for the client: it knows
better whether its question still matters.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.database import OUTAGES, Connection, DatabaseSettings, Pool, open_pool

log = logging.getLogger("ioe.api")

RETRY_S = 1.0
#: A request waits this long for its turn at a busy pool.
BORROW_S = 5.0


class DatabaseAwayError(Exception):
    """The database does not answer, or all connections are taken for too long."""


class Connections:
    """The pool, once there is one."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._pool: Pool | None = None

    async def open(self) -> None:
        """Open the pool, trying until the database answers."""
        said = False
        while self._pool is None:
            try:
                self._pool = await open_pool(self._settings.url, name="api", size=self._settings.pool_size)
            except OUTAGES as error:
                if not said:
                    log.warning("the database does not answer yet (%s); trying each second", error)
                    said = True
                await asyncio.sleep(RETRY_S)

    async def close(self) -> None:
        """Give all connections back; one still working is cut off after a second."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), 1.0)
        except OUTAGES:
            pool.terminate()

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Connection]:
        """Lend a connection. Raises DatabaseAwayError, also when the server vanishes while it is lent."""
        if self._pool is None:
            raise DatabaseAwayError("the database has not answered yet")
        try:
            async with self._pool.acquire(timeout=BORROW_S) as connection:
                yield connection
        except OUTAGES as error:
            if isinstance(error, ValueError):  # asyncpg's refusal of an argument: our mistake, not an outage
                raise
            raise DatabaseAwayError(str(error) or type(error).__name__) from error
