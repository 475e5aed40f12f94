"""Getting batches into the database, however long that takes.

    arrivals -> translate -> record (one transaction) -> acknowledge
                   ^             |
        a changed registry       +-- outage: connect again with growing pauses, record the same batch again
        makes a new translator   +-- refused: halve the batch until the message is alone, keep that as a dead letter

While one batch is with the database, the next is translated.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from ingest.codecs import Codec
from ingest.intake import Arrival
from ingest.settings import IngestSettings
from ingest.translate import Translator
from services import points
from services.batch import Batch, DeadLetter, Recorded
from services.database import OUTAGES, Connection, DatabaseSettings, connect, raise_if_cancelled
from services.readings import BatchRefusedError, Recorder

log = logging.getLogger("ioe.ingest")

Result = TypeVar("Result")

_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 5.0


class Storage:
    """One worker's way into the database."""

    def __init__(self, settings: IngestSettings, database: DatabaseSettings, codec: Codec) -> None:
        self._settings = settings
        self._database = database
        self._codec = codec
        #: Called with a text when the database is away, with an empty one when it is there.
        self.outage: Callable[[str], None] = lambda _: None
        self._connection: Connection | None = None
        self._recorder: Recorder | None = None
        self._translator: Translator | None = None
        self._busy = asyncio.Lock()  # one connection: the directory is read between batches, never beside one
        self._registry_changed = asyncio.Event()

    def registry_may_have_changed(self) -> None:
        """Look at the registry's revision before the next batch."""
        self._registry_changed.set()

    async def translate(self, arrivals: Sequence[Arrival]) -> Batch:
        """Translate against the registry as it is now; waits for the database where that must be read."""
        while self._translator is None or self._registry_changed.is_set():
            self._registry_changed.clear()
            await self._persist(self._load_directory)
        return self._translator.translate(arrivals)

    async def store(self, batch: Batch, arrivals: Sequence[Arrival]) -> list[Recorded]:
        """Store a batch; gives the accounts of it, or of its parts where the database refused the whole."""
        again = False

        async def attempt(_: Connection) -> Recorded:
            nonlocal again
            assert self._recorder is not None
            repeated, again = again, True
            return await self._recorder.record(batch, again=repeated)

        try:
            return [await self._persist(attempt)]
        except BatchRefusedError as error:
            return await self._store_apart(batch, arrivals, error)

    async def _persist(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Do work over our connection until it succeeds, with a new connection after each outage."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                async with self._busy:
                    if self._connection is None or self._connection.is_closed():
                        self._connection = await connect(self._database.url, name=f"ingest {self._settings.name}")
                        self._recorder = Recorder(self._connection)
                    result = await work(self._connection)
            except OUTAGES as error:
                raise_if_cancelled(error)
                self.outage(f"the database is away: {type(error).__name__} {error}")
                await self.close()
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
            else:
                self.outage("")
                return result

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            with suppress(*OUTAGES):
                await self._connection.close(timeout=2)
        self._connection = self._recorder = None

    async def _store_apart(self, batch: Batch, arrivals: Sequence[Arrival], error: BatchRefusedError) -> list[Recorded]:
        """Halve what the database refuses until the message that it cannot hold is alone."""
        single = [
            Arrival(arrival.epoch, arrival.received_us, (message,))
            for arrival in arrivals
            for message in arrival.messages
        ]
        if not single:  # a letter of ours: there is nothing left to take apart
            raise error
        if len(single) > 1:
            middle = len(single) // 2
            recorded = []
            for half in (single[:middle], single[middle:]):
                recorded += await self.store(await self.translate(half), half)
            return recorded
        message = single[0].messages[0]
        log.warning("the database refused a message on %r: %s", message.topic, error)
        letter = DeadLetter(
            "refused_by_database",
            f"the database cannot hold this message: {error}",
            message.topic.decode("utf-8", "backslashreplace"),
            message.payload,
            payload_bytes=message.payload_bytes,
        )
        nothing = batch.readings.take(batch.readings.point_ids < 0)
        alone = Batch(batch.worker, batch.received_at, nothing, [letter], messages=1)
        return await self.store(alone, ())

    async def _load_directory(self, connection: Connection) -> None:
        if self._translator is not None and await points.revision(connection) == self._translator.revision:
            return
        directory = await points.directory(connection)
        self._translator = Translator(
            self._codec,
            directory,
            worker=self._settings.name,
            payload_limit=self._settings.payload_limit_bytes,
            retention=timedelta(days=self._settings.raw_retention_days),
        )
        log.info("registry revision %d: %d points", directory.revision, len(directory.point_ids))
