"""One ingest worker: MQTT in, readings out, acknowledged after commit.

      broker --QoS 1--> Connection --> Intake --> Storage --> PUBACK
                            ^                        |
                       disk guard, back-pressure     +--> latest, dead letters, batch log (services.readings)

What may go wrong and what then happens: the database away: batches wait, reading pauses at 64 MB, the broker holds
the rest. Too little disk: the connection is closed in order, the broker holds everything, and it opens again when there
is room. The process dies: everything not acknowledged comes again and is recognised. A worker that is told to stop
finishes the batch that is with the database; what it had only received comes again to whoever bears its name next.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress

from ingest.codecs.native import Native
from ingest.intake import Arrival, Intake
from ingest.mqtt.connection import Connection
from ingest.mqtt.frames import FrameSplitter, Message
from ingest.settings import IngestSettings, MqttSettings
from ingest.storage import Storage
from ingest.vitals import Vitals
from services import workers
from services.batch import KEPT_PAYLOAD_BYTES, Batch
from services.database import DatabaseSettings, connect

log = logging.getLogger("ioe.ingest")

#: A drained queue is empty when nothing has come for this long.
_QUIET_S = 10.0
#: A worker that is told to stop has this long to store the batch it is at.
_FINISH_WITHIN_S = 5.0


class Worker:
    """A worker while it runs."""

    def __init__(self, settings: IngestSettings, mqtt: MqttSettings, database: DatabaseSettings) -> None:
        self._settings = settings
        self._mqtt = mqtt
        self._database = database
        self._codec = Native()
        self._intake = Intake(settings.batch_messages, settings.batch_bytes, settings.batch_ms / 1000)
        self._storage = Storage(settings, database, self._codec)
        self._vitals = Vitals(settings, database, self._storage.registry_may_have_changed)
        self._storage.outage = self._vitals.outage
        self._connection: Connection | None = None
        self._last_arrival = 0.0

    async def run(self) -> None:
        """Work until cancelled."""
        log.info("%s starts", self._settings.name)
        async with self._vitals.told():
            try:
                async with asyncio.TaskGroup() as tasks:
                    receiving = tasks.create_task(self._receive_while_there_is_disk())
                    try:
                        await self._store()
                    finally:
                        receiving.cancel()  # last, so that what is stored can still be acknowledged
            finally:
                await self._storage.close()

    async def drain(self, quiet_s: float) -> None:
        """Empty this name's queue at the broker, end its session and forget the name."""
        database = await connect(self._database.url, name="ingest drain")
        try:
            await workers.require_idle(database, self._settings.name)
        finally:
            await database.close()
        async with self._vitals.told():
            connection = self._open()
            try:
                async with asyncio.TaskGroup() as tasks:  # if either dies, draining fails instead of seeming done
                    working = [tasks.create_task(connection.run()), tasks.create_task(self._store())]
                    await self._vitals.until(lambda: self._vitals.connected)
                    connection.end_session()
                    self._last_arrival = time.monotonic()
                    await self._quiet(quiet_s)
                    for task in working:
                        task.cancel()
            finally:
                await self._storage.close()
        database = await connect(self._database.url, name="ingest drain")
        await workers.forget(database, self._settings.name)
        await database.close()

    async def _quiet(self, least_s: float) -> None:
        """Wait until the broker is there, nothing has come for a while, and everything is stored."""
        while True:
            quiet_s = time.monotonic() - self._last_arrival
            if quiet_s >= least_s and not self._intake.pending_bytes and self._vitals.connected:
                return
            await asyncio.sleep(max(least_s - quiet_s, 0.1))

    # Receiving ------------------------------------------------------------------------------------------------------

    def _open(self) -> Connection:
        topics = list(self._codec.topics)
        if self._settings.shared_group:
            shared = [f"$share/{self._settings.shared_group}/{topic}" for topic in topics]
            topics = [*shared, *self._codec.status_topics]
        self._connection = Connection(
            self._mqtt,
            self._settings.name,
            topics=topics,
            receive_maximum=self._settings.receive_maximum,
            splitter=lambda: FrameSplitter(self._settings.payload_limit_bytes, KEPT_PAYLOAD_BYTES),
            receive=self._on_messages,
            changed=self._vitals.broker,
        )
        return self._connection

    async def _receive_while_there_is_disk(self) -> None:
        connection = self._open()
        while True:
            await self._vitals.until(lambda: self._vitals.has_disk)
            async with asyncio.TaskGroup() as tasks:  # a connection that dies of a defect ends the worker: no deaf ones
                receiving = tasks.create_task(connection.run())
                await self._vitals.until(lambda: not self._vitals.has_disk)
                receiving.cancel()

    def _on_messages(self, epoch: int, messages: list[Message]) -> None:
        self._last_arrival = time.monotonic()
        self._intake.put(Arrival(epoch, time.time_ns() // 1000, messages))
        if self._intake.pending_bytes > self._settings.pause_bytes and self._connection is not None:
            self._connection.pause_reading()

    # Storing --------------------------------------------------------------------------------------------------------

    async def _store(self) -> None:
        """Translate the next batch while the last one is being stored; when cancelled, finish storing that one."""
        storing: asyncio.Task[None] | None = None
        async with asyncio.TaskGroup() as tasks:
            try:
                while True:
                    arrivals = await self._intake.take()
                    batch = await self._storage.translate(arrivals)
                    if storing is not None:
                        await asyncio.wait([storing])  # not the task itself: our cancellation is not its own
                    storing = tasks.create_task(self._store_one(batch, arrivals))
            except asyncio.CancelledError:
                if storing is not None:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_FINISH_WITHIN_S):
                            await asyncio.wait([storing])
                raise

    async def _store_one(self, batch: Batch, arrivals: Sequence[Arrival]) -> None:
        await self._storage.store(batch, arrivals)
        self._intake.settled(arrivals)
        if self._connection is None:
            return
        by_epoch: dict[int, list[int]] = {}
        for arrival in arrivals:
            ids = by_epoch.setdefault(arrival.epoch, [])
            ids += [message.packet_id for message in arrival.messages if message.packet_id]
        for epoch, ids in by_epoch.items():
            self._connection.acknowledge(epoch, ids)
        if self._intake.pending_bytes < self._settings.pause_bytes // 2:
            self._connection.resume_reading()


async def run(settings: IngestSettings, mqtt: MqttSettings, database: DatabaseSettings) -> None:
    """Run one ingest worker until cancelled."""
    await Worker(settings, mqtt, database).run()


async def drain(
    settings: IngestSettings, mqtt: MqttSettings, database: DatabaseSettings, *, quiet_s: float = _QUIET_S
) -> None:
    """Empty and end the queue of a worker that is to leave for good; it is empty when nothing came for `quiet_s`.

    Raises services.workers.WorkerNotThereError for a name that nobody has, or that is at work.
    """
    await Worker(settings, mqtt, database).drain(quiet_s)
