"""Following the log of readings: the states of machines as they come, one transaction for each look at the log.

    following = await Following.begin(connection)
    while True:
        progress = await following.step(connection)     # takes batches in; at the log's end, derives some history

It works over the connection that holds the duty `maintenance`, so nobody else writes states. What was taken in and how
far are committed together: whoever dies in between, the successor goes on from there, or takes the same batches again,
which changes nothing. A log that no longer reaches back to our place means that late readings may have been missed:
everything is derived anew, as far back as there are raw readings, while new ones are taken in as they come.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services import batch_log, points
from services.batch_log import LoggedBatch
from services.database import Connection, run, undisturbed
from services.machine_states import bindings, catching_up, taking
from services.machine_states.bindings import SQL, Bindings

log = logging.getLogger("ioe.machine_states")

FOLLOWER = "states"
_BATCHES = 50
#: Settings change without telling us.
_LEARN_EACH_S = 60.0
#: Batches without states are passed over without a commit for so long.
_ADVANCE_EACH_S = 10.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step did: the last batch it has seen, how old that is, and whether there may be more to do at once."""

    last_id: int
    behind_s: float
    is_busy: bool


class Following:
    """Where the following is, and what it knows of the registry."""

    def __init__(self, last_id: int, known: Bindings) -> None:
        self.last_id = last_id
        self.bindings = known
        self._advanced = self._learned = time.monotonic()
        self._is_changed = False

    @classmethod
    async def begin(cls, connection: Connection) -> Following:
        """Begin where an earlier one stopped, or with what is stored already."""
        last_id = await batch_log.register(connection, FOLLOWER)
        following = cls(last_id, Bindings([]))
        await points.listen(connection, following.look_again)
        await following.learn(connection)
        return following

    def look_again(self) -> None:
        """Read registry and settings again with the next step."""
        self._is_changed = True

    async def learn(self, connection: Connection) -> None:
        """Read from registry and settings which points tell states, and how."""
        self._is_changed, self._learned = False, time.monotonic()
        self.bindings = await bindings.load(connection)
        await undisturbed(connection, lambda: catching_up.learn(connection, self.bindings))

    async def step(self, connection: Connection) -> Progress:
        """Take in the next batches; at the end of the log, derive a page of history, where there is any to derive."""
        if self._is_changed or time.monotonic() - self._learned > _LEARN_EACH_S:
            await self.learn(connection)
        try:
            batches = await batch_log.read_after(connection, self.last_id, _BATCHES)
        except batch_log.FellBehindError as error:
            log.warning("%s: the states of all machines are derived anew from their readings", error)
            await self._begin_anew(connection)
            return Progress(self.last_id, 0.0, is_busy=True)
        if batches:
            await self._take(connection, batches)
        behind_s = batch_log.behind_s(batches, datetime.now(UTC))
        if len(batches) == _BATCHES:
            return Progress(self.last_id, behind_s, is_busy=True)
        derived = await undisturbed(connection, lambda: catching_up.step(connection, self.bindings))
        return Progress(self.last_id, behind_s, is_busy=derived)

    async def _take(self, connection: Connection, batches: Sequence[LoggedBatch]) -> None:
        stated = taking.pick(batches, self.bindings)
        reached = batches[-1].id
        if len(stated) or time.monotonic() - self._advanced > _ADVANCE_EACH_S:

            async def work() -> None:
                await taking.take(connection, self.bindings, stated)
                await batch_log.advance(connection, FOLLOWER, reached)

            await undisturbed(connection, work)
            self._advanced = time.monotonic()
        self.last_id = reached

    async def _begin_anew(self, connection: Connection) -> None:
        newest = await batch_log.newest_id(connection)
        async with connection.transaction():
            await run(connection, SQL["derive_all_anew"])
            await batch_log.advance(connection, FOLLOWER, newest)
        self.last_id = newest


async def take(connection: Connection, batches: Sequence[LoggedBatch]) -> None:
    """Take batches in with registry and settings as they are now, in a transaction of its own."""
    known = await bindings.load(connection)
    async with connection.transaction():
        await catching_up.learn(connection, known)
        await taking.take(connection, known, taking.pick(batches, known))
