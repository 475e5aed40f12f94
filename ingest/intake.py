"""Between the socket and the database: messages wait here until a batch closes.

A batch closes at so many messages, so many bytes, or so long after its first message, whichever comes first. What is
taken out still counts as pending until it is stored and acknowledged, so that `pending_bytes` is all that this process
would lose by dying; above a limit the reader pauses and the broker holds the rest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from ingest.mqtt.frames import Message


@dataclass(frozen=True, slots=True)
class Arrival:
    """Messages that came in one go: over which connection and when (microseconds since 1970)."""

    epoch: int
    received_us: int
    messages: Sequence[Message]

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(len(message.payload) + len(message.topic) for message in self.messages)


class Intake:
    """A queue of arrivals that gives batches. For one reader and one taker on one event loop."""

    def __init__(self, batch_messages: int, batch_bytes: int, batch_s: float) -> None:
        self._limits = batch_messages, batch_bytes
        self._batch_s = batch_s
        self._waiting: deque[Arrival] = deque()
        self._messages = 0
        self._bytes = 0
        self._closes_at: float | None = None
        self._some = asyncio.Event()
        self._full = asyncio.Event()
        self.pending_bytes = 0

    @property
    def waiting(self) -> int:
        """Messages not taken yet."""
        return self._messages

    def put(self, arrival: Arrival) -> None:
        """Add what came."""
        self._waiting.append(arrival)
        self._messages += len(arrival.messages)
        size = arrival.size
        self._bytes += size
        self.pending_bytes += size
        if self._closes_at is None:
            self._closes_at = asyncio.get_running_loop().time() + self._batch_s
        self._some.set()
        if self._messages >= self._limits[0] or self._bytes >= self._limits[1]:
            self._full.set()

    async def take(self) -> list[Arrival]:
        """Wait for a batch to close and take it, oldest first."""
        await self._some.wait()
        assert self._closes_at is not None
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._closes_at):
                await self._full.wait()
        return self.take_now()

    def take_now(self) -> list[Arrival]:
        """Take at most a batch of what is here, without waiting."""
        batch: list[Arrival] = []
        room, room_bytes = self._limits
        while self._waiting and room > 0 and (room_bytes > 0 or not batch):
            arrival = self._waiting.popleft()
            if len(arrival.messages) > room:
                rest = list(islice(arrival.messages, room, None))
                self._waiting.appendleft(Arrival(arrival.epoch, arrival.received_us, rest))
                arrival = Arrival(arrival.epoch, arrival.received_us, arrival.messages[:room])
            batch.append(arrival)
            room -= len(arrival.messages)
            room_bytes -= arrival.size
            self._messages -= len(arrival.messages)
            self._bytes -= arrival.size
        self._full.clear()
        if self._waiting:
            self._closes_at = asyncio.get_running_loop().time()
        else:
            self._closes_at = None
            self._some.clear()
        return batch

    def settled(self, batch: Sequence[Arrival]) -> None:
        """A batch is stored and acknowledged."""
        self.pending_bytes -= sum(arrival.size for arrival in batch)
