"""The duty `alarms`: follows the log of readings and keeps every alarm of every site as it is.

      batch_log --follow--> evaluation --changes--> keeping --> alarm rows, transitions, events
      clock, each second --------^   ^                             |
      facts (facts.py), now and then-+          shelving ends, acknowledged ones ask again, floods end
      NOTIFY registry, alarm_rules --> rules and machines are bound anew

A reading's change of an alarm is committed in the transaction after the batch is read, and told on the stream by it.
Each half minute, and at an orderly stop, the memory is written down with its place in the log: a successor reads the
log again from there. It finds the same changes again, which changes nothing, since changes are levels.

Alarms of this service itself are the watch's, not ours.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import aclosing
from datetime import UTC, datetime

from services import batch_log, points
from services.alarms import evaluation, facts, keeping, rules
from services.alarms.evaluation import Evaluation
from services.database import OUTAGES, Connection, DatabaseSettings, undisturbed
from services.duty import Say, hold

log = logging.getLogger("ioe.alarms")

DUTY = "alarms"
_REMEMBER_EACH_S = 30.0
_TIME_EACH_S = 1.0
#: An earlier holder may have known from its clock alone that a device was silent, which then came back unseen. Not at
#: once: devices that are still silent have to be found so again first.
_PUT_RIGHT_EACH_S = 600.0
#: Applying a site folder tells of its changes one by one.
_LEARN_EACH_S = 2.0


async def run_alarms(database: DatabaseSettings) -> None:
    """Do the duty `alarms` whenever it is ours; ends only by cancellation."""
    await hold(database, DUTY, work)


async def work(connection: Connection, say: Say) -> None:
    """Follow the log over the connection that holds the lock."""
    changed = asyncio.Event()
    await points.listen(connection, changed.set)
    await connection.add_listener(rules.CHANNEL, lambda *_: changed.set())
    now = datetime.now(UTC)
    current = _Current(connection, await evaluation.begin(connection, now), say)
    log.info("%d alarms are evaluated, from batch %d on", len(current.evaluation.instances), current.evaluation.last_id)
    while True:
        try:
            await current.follow(changed)
        except batch_log.FellBehindError as error:
            log.warning(
                "%s: alarms start anew from what points show now; delays that were running are forgotten", error
            )
            current.evaluation = await evaluation.begin_anew(connection, datetime.now(UTC))
        finally:
            await current.end()


class _Current:
    """What is evaluated just now, and when the rest was done last."""

    def __init__(self, connection: Connection, begun: Evaluation, say: Say) -> None:
        self.evaluation = begun
        self.figures = facts.Facts()
        self.figures.learn(begun.instances.values(), begun.zones)
        self._connection, self._say = connection, say
        self._has_stood = False
        self._remembered = self._passed = self._learned = self._put_right = time.monotonic()

    async def follow(self, changed: asyncio.Event) -> None:
        """Take in batches for ever. Raises FellBehindError."""
        # Closed at once, not when somebody collects it: it stops listening over the connection that `end` needs.
        async with aclosing(batch_log.follow(self._connection, self.evaluation.last_id)) as log_of_batches:
            async for batches in log_of_batches:
                if changed.is_set() and time.monotonic() - self._learned > _LEARN_EACH_S:
                    changed.clear()
                    await self._learn()
                for batch in batches:
                    self.evaluation.offer(batch)
                    self.figures.offer(batch)
                now = datetime.now(UTC)
                steps = await self.evaluation.apply(self._connection)  # before all else: somebody waits for it
                await self._do_what_time_brings(now, is_at_end=not batches)
                steps += await self.evaluation.apply(self._connection)
                behind_s = batch_log.behind_s(batches, now)
                self._say({"behind_s": behind_s, "last_id": self.evaluation.last_id, "steps": steps})

    async def end(self) -> None:
        """At an orderly stop: write down what is in mind, if the database is there."""
        if not self._connection.is_closed():
            try:
                await self.evaluation.remember(self._connection, datetime.now(UTC))
            except OUTAGES as error:
                log.warning("what was in mind is not written down: %s", error)

    async def _learn(self) -> None:
        now = datetime.now(UTC)
        self.evaluation = await evaluation.learn(self._connection, self.evaluation, now)
        self.figures.learn(self.evaluation.instances.values(), self.evaluation.zones)
        self._learned = time.monotonic()
        log.info("rules or machines changed: %d alarms are evaluated", len(self.evaluation.instances))

    async def _do_what_time_brings(self, now: datetime, *, is_at_end: bool) -> None:
        if time.monotonic() - self._passed >= _TIME_EACH_S or is_at_end:
            self._passed = time.monotonic()
            await self.evaluation.look_around(self._connection)
            self.evaluation.tell(await self.figures.due(self._connection, now))
            await undisturbed(self._connection, lambda: keeping.pass_time(self._connection, now))
        if is_at_end:
            self.evaluation.tick(now)
            if not self._has_stood:
                self.evaluation.stand()
                self._has_stood = True
            if time.monotonic() - self._put_right >= _PUT_RIGHT_EACH_S:
                await self.evaluation.put_right(self._connection, now)
                self._put_right = time.monotonic()
        if time.monotonic() - self._remembered >= _REMEMBER_EACH_S:
            await self.evaluation.remember(self._connection, now)
            self._remembered = time.monotonic()
