"""The duty `maintenance`: alarms become orders, orders are looked after, plans fall due, machines' states are followed.

    event --wakes us, each half second we look anyway--+
                                                       v
      alarms handed over --> orders rise, are checked, escalated, overdue --> plans --> states of machines, a bit
       (handing_over.py)      (rising.py, checking.py, escalating.py)        (plans/)    (machine_states/)

One round after the other over the connection that holds the duty, each piece in a transaction of its own. All of it is
levels: what is past and not written down is found by the next round, whoever does it, so that a process may die where
it likes. Handing over comes first in each round, and nothing else in it takes long: what there is much of, as the log
of readings after an outage, is taken a bit at a time.

It is a process of its own, neither that of the alarms nor that of energy: reading a month of readings again for
machines' states must not delay an alarm, and an order may come a second later than one.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from services import events
from services.database import Connection, DatabaseSettings, undisturbed
from services.duty import Say, hold
from services.machine_states.following import Following
from services.maintenance import settings
from services.plans import looking
from services.work_orders import checking, escalating, rising
from services.work_orders.handing_over import AT_MOST, HandedOver, hand_over

DUTY = "maintenance"
_LOOK_EACH_S = 0.5
_TIMES_EACH: Final = timedelta(seconds=1)
#: An order follows its alarm when that gets worse; in between, nothing is lost.
_RISE_EACH: Final = timedelta(seconds=5)
#: Plans count days and hours.
_PLANS_EACH: Final = timedelta(seconds=60)
#: For so long at most the following of readings keeps an alarm waiting.
_FOLLOW_FOR_S = 0.25
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


async def run_maintenance(database: DatabaseSettings) -> None:
    """Do the duty `maintenance` whenever it is ours; ends only by cancellation."""
    await hold(database, DUTY, work)


async def work(connection: Connection, say: Say) -> None:
    """Look after maintenance over the connection that holds the duty."""
    wake = asyncio.Event()
    await connection.add_listener(events.CHANNEL, lambda *_: wake.set())
    rounds, following = Rounds(), await Following.begin(connection)
    began: datetime | None = None
    while True:
        wake.clear()
        now = datetime.now(UTC)
        is_all = await rounds.round(connection, now)
        began = None if is_all else began or now
        is_busy, states_behind_s = await _follow(connection, following)
        behind_s = 0.0 if began is None else (now - began).total_seconds()
        say({"behind_s": behind_s, "states_behind_s": states_behind_s})
        if is_all and not is_busy:
            await _until(wake)


class Rounds:
    """When each piece was done last; all else is in the database."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    async def round(self, connection: Connection, now: datetime) -> bool:
        """Look at everything once; whether no alarm waits any more."""
        said = await settings.load(connection)

        async def take() -> HandedOver:
            handed = await hand_over(connection, said, now)
            if handed.attached or self._is_time("rise", _RISE_EACH, now):
                await rising.rise(connection, said, now)
            return handed

        handed = await undisturbed(connection, take)
        if self._is_time("times", _TIMES_EACH, now):
            await checking.check(connection, now)
            await undisturbed(connection, lambda: escalating.escalate(connection, said, now))
            await undisturbed(connection, lambda: escalating.tell_breaches(connection, now))
        if self._is_time("plans", _PLANS_EACH, now):
            await looking.look(connection, now)
        return handed.looked_at < AT_MOST

    def _is_time(self, what: str, each: timedelta, now: datetime) -> bool:
        is_time = now - self._last.get(what, _NEVER) >= each
        if is_time:
            self._last[what] = now
        return is_time


async def _follow(connection: Connection, following: Following) -> tuple[bool, float]:
    """Follow the log of readings for a moment; whether there is more of it, and how old what it came to is."""
    began = time.monotonic()
    progress = await following.step(connection)
    while progress.is_busy and time.monotonic() - began < _FOLLOW_FOR_S:
        progress = await following.step(connection)
    return progress.is_busy, progress.behind_s


async def _until(wake: asyncio.Event) -> None:
    """Until an event is written, or it is time to look."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_EACH_S):
            await wake.wait()
