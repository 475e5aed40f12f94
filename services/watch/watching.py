"""The duty `watch`: looks at the service every other second and keeps the alarms that it has about itself.

    each 2 s: figures (figures.py) --> judged (judging.py) --> alarms as they are now

Beside it, in every process that may hold the duty, two questions are asked all the time: does the database answer, does
the broker. An outage of the database is written when it is over, by whoever holds the duty then, and so is one of the
broker that came and went meanwhile; while the database is away, the process that held the duty last tells people
directly (`alerting.py`).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from services import health
from services.alarms import rules
from services.database import OUTAGES, REFUSALS, Connection, DatabaseSettings, connect, raise_if_cancelled
from services.duty import Say, hold
from services.statements import statements
from services.watch.alerting import Alerting, Tell
from services.watch.facts import Figure, Surroundings
from services.watch.figures import gather
from services.watch.judging import Judging
from services.watch.reachability import Ask, Reachability

log = logging.getLogger("ioe.watch")
SQL = statements("watch")

DUTY = "watch"
LOOK_EACH_S = 2.0
_ASK_DATABASE_EACH_S, _ASK_BROKER_EACH_S = 1.0, 3.0
_PATIENCE_S = 5.0
_DATABASE_AWAY = Figure("database", "database", "away_s")
_BROKER_AWAY = Figure("broker", "broker", "away_s")


class Watch:
    """One process that watches, or stands by to."""

    def __init__(self, database: DatabaseSettings, ask_broker: Ask, tell: Tell) -> None:
        now = datetime.now(UTC)
        self.database, self.broker = Reachability("database", now), Reachability("broker", now)
        self._settings = database
        self._ask_broker = ask_broker
        self._tell = tell
        self._alerting = Alerting()
        self._asking: Connection | None = None

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.database.keep_asking(self._ask_database, _ASK_DATABASE_EACH_S, _PATIENCE_S))
                tasks.create_task(self.broker.keep_asking(self._ask_broker, _ASK_BROKER_EACH_S, _PATIENCE_S))
                tasks.create_task(self._tell_of_outages())
                tasks.create_task(hold(self._settings, DUTY, self.work))
        finally:
            self._hang_up()

    async def work(self, connection: Connection, say: Say) -> None:
        """Do the duty over the connection that holds it."""
        judging = Judging((await gather(connection)).now)
        await connection.add_listener(rules.CHANNEL, lambda *_: judging.begin_anew())
        while True:
            asked_at = datetime.now(UTC)
            figures = await gather(connection)
            now = datetime.now(UTC)
            self.database.heard("", now)  # it has just answered; an outage must end before anything newer is told
            over = {_DATABASE_AWAY: list(self.database.outages), _BROKER_AWAY: list(self.broker.outages)}
            await judging.look(connection, figures, self._surroundings(asked_at, now), over)
            self.database.forget(over[_DATABASE_AWAY])
            self.broker.forget(over[_BROKER_AWAY])
            self._alerting.learn(judging.about(_DATABASE_AWAY), now)
            say({"rules": len(judging.instances)})
            await asyncio.sleep(LOOK_EACH_S)

    async def _tell_of_outages(self) -> None:
        while True:
            payload = self._alerting.due(self.database, datetime.now(UTC))
            if payload is not None:
                log.error("%s", payload["message"])
                await self._tell([payload], datetime.now(UTC))
            await asyncio.sleep(_ASK_DATABASE_EACH_S)

    def _surroundings(self, asked_at: datetime, now: datetime) -> Surroundings:
        room = health.disk(self._settings.disk_path)
        return Surroundings(asked_at, now, self.broker.away_s(now), None if room is None else room.free_bytes)

    async def _ask_database(self) -> str:
        try:
            if self._asking is None or self._asking.is_closed():
                self._asking = await connect(self._settings.url, name="watch asks")
            await self._asking.execute(SQL["does_it_answer"].text)
        except (*OUTAGES, *REFUSALS) as error:
            raise_if_cancelled(error)
            self._hang_up()
            return str(error) or type(error).__name__
        return ""

    def _hang_up(self) -> None:
        if self._asking is not None:
            self._asking.terminate()
            self._asking = None
