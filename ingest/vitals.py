"""How a worker is: broker, database and disk, told to the database every few seconds and at each change.

Also the disk guard: with less than the least free disk at the database's folder the worker is to pause, before
PostgreSQL itself runs out and stops; it goes on when there is a tenth more than that.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from ingest.settings import IngestSettings
from services import points, workers
from services.database import OUTAGES, Connection, DatabaseSettings, connect, raise_if_cancelled

log = logging.getLogger("ioe.ingest")

_HEARTBEAT_S = 5.0
_REGISTRY_LOOK_S = 30.0
_ROOM_TO_RESUME = 1.1


class Vitals:
    """What is wrong with a worker, if anything; each text is empty while all is well."""

    def __init__(
        self, settings: IngestSettings, database: DatabaseSettings, registry_changed: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._database = database
        self._registry_changed = registry_changed
        self._broker = "not connected yet"
        self._outage = ""
        self._disk = ""
        self._changed = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return not self._broker

    @property
    def has_disk(self) -> bool:
        """Whether the database has room."""
        return not self._disk

    def broker(self, connected: bool, why: str) -> None:
        """The connection to the broker came or went."""
        log.log(logging.INFO if connected else logging.WARNING, "broker: %s", why)
        self._broker = "" if connected else why
        self._tell_change()

    def outage(self, why: str) -> None:
        """The database went away, or is there (empty text)."""
        if why != self._outage:
            log.warning("%s", why or "the database is back")
            self._outage = why
            self._tell_change()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on these vitals holds."""
        while not condition():
            await _wait(self._changed)

    def _tell_change(self) -> None:
        """Wake whoever waits now; who waits from here on waits for the next change, so nobody spins on an old one."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Tell the database how this worker is, until the block ends; then, that it stopped."""
        self._look_at_disk()
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            with suppress(*OUTAGES):
                connection = await self._connect()
                await workers.report(connection, self._settings.name, "stopped", "")
                await connection.close()

    async def _beat(self) -> None:
        while True:
            try:
                connection = await self._connect()
                try:
                    await points.listen(connection, self._registry_changed)
                    await self._beat_over(connection)
                finally:
                    connection.terminate()
            except OUTAGES as error:
                raise_if_cancelled(error)
                log.debug("heartbeat: %s", error)
                self._look_at_disk()
                await asyncio.sleep(1)

    async def _beat_over(self, connection: Connection) -> None:
        self._registry_changed()
        looked = time.monotonic()
        while True:
            self._look_at_disk()
            if time.monotonic() - looked > _REGISTRY_LOOK_S:
                self._registry_changed()
                looked = time.monotonic()
            changed = self._changed
            await workers.report(connection, self._settings.name, *self._state())
            await _wait(changed)

    async def _connect(self) -> Connection:
        return await connect(self._database.url, name=f"ingest {self._settings.name} status")

    def _state(self) -> tuple[str, str]:
        if self._disk:
            return "paused", self._disk
        if self._broker:
            return "disconnected", self._broker
        return "receiving", self._outage

    def _look_at_disk(self) -> None:
        least = self._settings.min_free_disk_bytes
        if not self._database.disk_path or least == 0:
            return
        try:
            free = shutil.disk_usage(self._database.disk_path).free
        except OSError as error:
            log.warning("cannot look at the disk of %s: %s", self._database.disk_path, error)
            return
        paused = bool(self._disk)
        if free < least * (_ROOM_TO_RESUME if paused else 1):
            self._disk = (
                f"{free / 1e9:.2f} GB of disk left, ingest needs {least / 1e9:.2f} GB: free some and it goes on"
            )
            if not paused:
                log.error("paused: %s", self._disk)
        elif paused:
            self._disk = ""
            log.info("%.2f GB of disk left: ingest goes on", free / 1e9)
        if paused != bool(self._disk):
            self._tell_change()


async def _wait(changed: asyncio.Event) -> None:
    """Wait for a change or the next heartbeat. Not by `wait_for`, which in Python 3.11 may swallow a cancellation."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_HEARTBEAT_S):
            await changed.wait()
