"""Ingest over a plant with meters: what devices publish over MQTT, and what the accounts say when all of it is in.

async with accounting(database_url, mqtt_url, plant) as accounts:
    await accounts.publish("m1", reads)       over MQTT, in the order given
    await accounts.settled(messages)          ingest has taken them in, the engine has judged them
    await accounts.energy("m1")               what stands in the intervals
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest import worker
from ingest.settings import IngestSettings, MqttSettings
from services.database import Connection, DatabaseSettings, connect
from simulators.broker_address import BrokerAddress
from simulators.mqtt import Publisher
from tests.acceptance.platform import is_receiving
from tests.metered_plant import KEYS, Plant
from tests.services.accounting import Engine

SETTLED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Energy:
    """Sums of a register's intervals, in whole millionths."""

    measured: int
    interpolated: int
    estimated: int

    @property
    def total(self) -> int:
        return self.measured + self.interpolated + self.estimated


@dataclass(slots=True)
class Accounts:
    """A running plant."""

    connection: Connection
    plant: Plant
    device: Publisher
    engine: Engine
    sent: int = 0

    async def publish(self, register: str, reads: Iterable[tuple[datetime, float]], *, message_of: int = 100) -> None:
        """Send reads of a register's own device, in the order given, some in a message."""
        code, _, flow = register.partition("/")
        key = KEYS[flow or "import"]
        samples = [{"ts": at.isoformat(), "values": {key: value}} for at, value in reads]
        for first in range(0, len(samples), message_of):
            message = samples[first : first + message_of]
            await self.device.publish(f"ioe/v1/{self.plant.site}/{code}/telemetry", json.dumps(message).encode())
        self.sent += len(samples)

    async def settled(self) -> None:
        """Wait until everything sent is counted by ingest and judged by the engine."""
        await self.device.flush()
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while await self._taken_in() < self.sent:
                await asyncio.sleep(0.02)
        await self.engine.settle()

    async def energy(self, register: str, start: datetime | None = None, stop: datetime | None = None) -> Energy:
        """What stands in the intervals that begin in [start, stop)."""
        row = await self.connection.fetchrow(
            """SELECT coalesce(sum(measured), 0)::int8, coalesce(sum(interpolated), 0)::int8,
                      coalesce(sum(estimated), 0)::int8
               FROM energy_interval
               WHERE register_id = $1
                 AND ($2::timestamptz IS NULL OR start >= $2) AND ($3::timestamptz IS NULL OR start < $3)""",
            self.plant.registers[register],
            start,
            stop,
        )
        return Energy(*row)

    async def quarters(self, register: str) -> dict[datetime, Energy]:
        """Each interval with energy by its start."""
        rows = await self.connection.fetch(
            "SELECT start, measured, interpolated, estimated FROM energy_interval WHERE register_id = $1",
            self.plant.registers[register],
        )
        return {row["start"]: Energy(row["measured"], row["interpolated"], row["estimated"]) for row in rows}

    async def ledger(self, register: str) -> Sequence[Any]:
        """The register's entries in order of time."""
        rows: Sequence[Any] = await self.connection.fetch(
            "SELECT * FROM ledger_entry WHERE register_id = $1 ORDER BY start, stop, id", self.plant.registers[register]
        )
        return rows

    async def _taken_in(self) -> int:
        # The broker is shared with other tests: what it has kept of their devices' status is not of this plant.
        taken: int = await self.connection.fetchval(
            "SELECT coalesce(sum(count), 0)::int8 FROM ingest_tally WHERE reason <> ALL ($1)",
            ["messages", "status", "unknown_device"],
        )
        return taken


@asynccontextmanager
async def accounting(database_url: str, mqtt_url: str, plant: Plant) -> AsyncIterator[Accounts]:
    """Run ingest until the block is left."""
    database = DatabaseSettings(url=database_url)
    name = f"ingest-{uuid.uuid4().hex[:8]}"
    task = asyncio.create_task(worker.run(IngestSettings(name=name, batch_ms=20), MqttSettings(url=mqtt_url), database))
    connection = await connect(database_url, name="test")
    try:
        engine = await Engine(connection).start()
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while not await is_receiving(connection, name):
                await asyncio.sleep(0.02)
        async with Publisher(BrokerAddress.parse(mqtt_url), f"device-{name}") as device:
            yield Accounts(connection, plant, device, engine)
    finally:
        await connection.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
