"""The duty `energy`: the one process that follows the log of readings and accounts for it.

      batch_log --follow--> energy of registers (services/metering), every two seconds
                      |---> anchors of registers
      recompute_task -----> energy judged again, in bounded steps between batches
      each hour ----------> retention
      each day -----------> sums of yesterday by the hour, a few points at a time

Any number may be started; one works (see `duty.py`). How far it is stands in the duty's row: `behind_s` is the age of
the newest batch that was taken in.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

from services import batch_log, days, points, retention
from services.anchors import SQL as ANCHORS
from services.anchors import AnchorKeeper
from services.database import Connection, DatabaseSettings, run
from services.duty import Say, hold
from services.metering import rejudging
from services.metering.accountant import Accountant
from services.retention import RetentionSettings

log = logging.getLogger("ioe.engine")

DUTY = "energy"
FOLLOWER = "engine"
_WRITE_EACH_S = 60.0
_FLUSH_EACH_S = 2.0
_WHILE_BUSY_S, _WHILE_QUIET_S = 0.3, 0.8
_RETENTION_EACH_S = 3600.0
_KEEP_DAYS_EACH_S = 5.0
_POINTS_AT_ONCE = 20


async def run_engine(database: DatabaseSettings, settings: RetentionSettings) -> None:
    """Do the duty `energy` whenever it is ours; ends only by cancellation."""

    async def work(connection: Connection, say: Say) -> None:
        await _work(connection, settings, say)

    await hold(database, DUTY, work)


async def _work(connection: Connection, settings: RetentionSettings, say: Say) -> None:
    """Follow the log over the connection that holds the lock."""
    keeper, accountant = AnchorKeeper(), Accountant()
    registry_changed = asyncio.Event()
    last_id = await batch_log.register(connection, FOLLOWER)
    await points.listen(connection, registry_changed.set)
    await keeper.learn_registers(connection)
    await accountant.start(connection)
    written, flushed, retained, kept = time.monotonic(), _Pace(_FLUSH_EACH_S), 0.0, 0.0
    while True:
        try:
            async for batches in batch_log.follow(connection, last_id):
                if registry_changed.is_set():
                    registry_changed.clear()
                    await keeper.learn_registers(connection)
                    await accountant.learn(connection)
                for batch in batches:
                    if batch.kind == "readings":  # anchors are of what registers sent, as retention would keep it
                        keeper.offer(batch.readings)
                    accountant.offer(batch)
                    last_id = batch.id
                say({"behind_s": batch_log.behind_s(batches, datetime.now(UTC)), "last_id": last_id})
                if flushed.is_due() or not batches:
                    await accountant.flush(connection)
                    flushed.is_done()
                if time.monotonic() - written > _WRITE_EACH_S:
                    await _write(connection, keeper, accountant, last_id)
                    written = time.monotonic()
                await rejudging.work_some(connection, accountant, _WHILE_BUSY_S if batches else _WHILE_QUIET_S)
                if time.monotonic() - retained > _RETENTION_EACH_S or not retained:
                    await _let_go(connection, settings)
                    retained = time.monotonic()
                kept = await _keep_days(connection, kept)
        except batch_log.FellBehindError as error:
            log.warning("%s: anchors are found anew from the readings, energy is judged from where it stood", error)
            log.warning("late readings of the part that is gone are counted after `ioe meter recompute` for each meter")
            last_id = await _start_anew(connection, accountant)


class _Pace:
    """How often something is done: as often as wished, or as seldom as leaves half of the time to the rest."""

    def __init__(self, each_s: float) -> None:
        self._each_s = each_s
        self._asked = self._next = time.monotonic()

    def is_due(self) -> bool:
        self._asked = time.monotonic()
        return self._asked >= self._next

    def is_done(self) -> None:
        took_s = time.monotonic() - self._asked
        self._next = self._asked + max(self._each_s, 2 * took_s)


async def _write(connection: Connection, keeper: AnchorKeeper, accountant: Accountant, last_id: int) -> None:
    """Note what was done up to a place in the log, and the place."""
    await accountant.learn(connection)
    await accountant.flush(connection)
    async with connection.transaction():
        await keeper.write(connection)
        await accountant.put_heads(connection)
        await batch_log.advance(connection, FOLLOWER, last_id)
    keeper.written()
    accountant.heads_written()


async def _start_anew(connection: Connection, accountant: Accountant) -> int:
    """Recompute from `reading` what the missing part of the log would have told; gives the place to go on from."""
    newest = await batch_log.newest_id(connection)
    async with connection.transaction():
        await run(connection, ANCHORS["anchors_from_readings"])
        await accountant.begin_anew(connection)
        await batch_log.advance(connection, FOLLOWER, newest)
    return newest


async def _keep_days(connection: Connection, before: float) -> float:
    """Sum up the day that is over for a few more points, now and then; gives when that last happened."""
    if time.monotonic() - before < _KEEP_DAYS_EACH_S:
        return before
    await days.keep_some(connection, datetime.now(UTC), _POINTS_AT_ONCE)
    return time.monotonic()


async def _let_go(connection: Connection, settings: RetentionSettings) -> None:
    gone = {kind: count for kind, count in (await retention.let_go(connection, settings)).items() if count}
    if gone:
        log.info("let go: %s", ", ".join(f"{count} {kind}" for kind, count in gone.items()))
