"""Driving the accountant as the engine does, step by step, and reading what it has stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services import batch_log
from services.database import Connection
from services.metering.accountant import Accountant
from services.metering.rejudging import work_some

FOLLOWER = "engine"
#: Whatever is to be done, all of it.
ALL_S = 20.0


@dataclass(slots=True)
class Engine:
    """An engine's accountant and its place in the log."""

    connection: Connection
    accountant: Accountant = field(default_factory=Accountant)
    last_id: int = 0

    async def start(self) -> Engine:
        """Begin, or begin again after a crash, from what is stored."""
        self.last_id = await batch_log.register(self.connection, FOLLOWER)
        self.accountant = Accountant()
        await self.accountant.start(self.connection)
        return self

    async def follow(self) -> None:
        """Take in what is logged and write what it comes to."""
        while batches := await batch_log.read_after(self.connection, self.last_id, 50):
            for batch in batches:
                self.accountant.offer(batch)
                self.last_id = batch.id
            await self.accountant.flush(self.connection)

    async def note(self) -> None:
        """What the engine does each minute: note where it stands."""
        async with self.connection.transaction():
            await self.accountant.put_heads(self.connection)
            await batch_log.advance(self.connection, FOLLOWER, self.last_id)
        self.accountant.heads_written()

    async def recompute(self) -> int:
        """Judge again whatever is to be."""
        return await work_some(self.connection, self.accountant, ALL_S)

    async def settle(self) -> None:
        """All of it, until nothing is left to do."""
        await self.follow()
        await self.recompute()
        await self.note()


async def energy(connection: Connection, register_id: int) -> list[tuple[Any, ...]]:
    """The stored intervals of a register: start, measured, interpolated, estimated, covered."""
    found = await connection.fetch(
        """SELECT start, measured, interpolated, estimated, covered_us FROM energy_interval
           WHERE register_id = $1 ORDER BY start""",
        register_id,
    )
    return [tuple(row) for row in found]


async def everything(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all registers that a judgement writes, but numbers and times of writing."""
    queries = {
        "intervals": "SELECT * FROM energy_interval ORDER BY register_id, start",
        "hours": "SELECT * FROM energy_hour ORDER BY register_id, hour, band",
        "days": "SELECT * FROM energy_day ORDER BY register_id, day, band",
        "months": "SELECT * FROM energy_month ORDER BY register_id, month, band",
        "demand": "SELECT * FROM demand_day ORDER BY register_id, day",
        "ledger": """SELECT register_id, origin, kind, start, stop, first_value, last_value, energy, quarantined,
                            adjustment, decided, detail
                     FROM ledger_entry ORDER BY register_id, decided, start, kind, energy, detail""",
    }
    return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in queries.items()}
