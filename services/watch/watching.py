"""The duty `watch`: looks at the service every other second and keeps the alarms that it has about itself.

    begin: rules of the service, parts there are, what is kept of their alarms ---> evaluator
    each 2 s: figures --> facts --> evaluator --> changes --> services.alarms.keeping, one transaction

Beside it, in every process that may hold the duty, two questions are asked all the time: does the database answer, does
the broker. An outage of the database is written when it is over, by whoever holds the duty then, and so is one of the
broker that came and went meanwhile; while the database is away, the process that held the duty last tells people
directly (`alerting.py`).

The evaluator is begun anew at each start, after each outage and when a part comes or goes. Told first what is kept, it
goes on where the last one stopped; a delay that was pending starts again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.alarms.change import Change, Fact
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Instance
from services import health
from services.alarms import keeping, rules
from services.database import (
    COLLISIONS,
    OUTAGES,
    REFUSALS,
    Connection,
    DatabaseSettings,
    connect,
    raise_if_cancelled,
    rows,
)
from services.duty import Say, hold
from services.statements import statements
from services.watch.alerting import Alerting, Tell
from services.watch.facts import Figure, Surroundings, facts
from services.watch.figures import Figures, gather
from services.watch.outages import facts_of, microseconds
from services.watch.reachability import Ask, Outage, Reachability

log = logging.getLogger("ioe.watch")
SQL = statements("watch")

DUTY = "watch"
LOOK_EACH_S = 2.0
_ASK_DATABASE_EACH_S, _ASK_BROKER_EACH_S = 1.0, 3.0
_PATIENCE_S = 5.0
_ATTEMPTS = 5
_DATABASE_AWAY = Figure("database", "database", "away_s")
_BROKER_AWAY = Figure("broker", "broker", "away_s")


@dataclass(frozen=True, slots=True)
class StandingRow:
    """An alarm of the service whose condition holds, as it is kept."""

    rule: str
    subject: str
    value: float
    condition_since: datetime


class Watch:
    """One process that watches, or stands by to."""

    def __init__(self, database: DatabaseSettings, ask_broker: Ask, tell: Tell) -> None:
        now = datetime.now(UTC)
        self.database, self.broker = Reachability(now), Reachability(now)
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
        listening_since = (await gather(connection)).now
        changed = asyncio.Event()
        await connection.add_listener(rules.CHANNEL, lambda *_: changed.set())
        changed.set()
        judge: _Judge | None = None
        while True:
            asked_at = datetime.now(UTC)
            figures = await gather(connection)
            now = datetime.now(UTC)
            if judge is None or changed.is_set() or judge.parts != _parts(figures):
                changed.clear()
                judge = await _begin(connection, figures)
            self.database.heard("", now)  # it has just answered; an outage must end before anything newer is told
            found = facts(figures, self._surroundings(asked_at, now), listening_since)
            over = {_DATABASE_AWAY: list(self.database.outages), _BROKER_AWAY: list(self.broker.outages)}
            changes = [*judge.afterwards(over), *judge.judge(found, microseconds(now))]
            if changes:
                await _keep(connection, changes, judge.instances, now)
            self.database.forget(over[_DATABASE_AWAY])
            self.broker.forget(over[_BROKER_AWAY])
            self._alerting.learn(judge.about(_DATABASE_AWAY), now)
            say({"rules": len(judge.instances)})
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


class _Judge:
    """The evaluator of the service's rules, and which part and figure each of them is about."""

    def __init__(self, instances: tuple[Instance, ...], parts: frozenset[str]) -> None:
        self.instances: Mapping[AlarmKey, Instance] = {instance.key: instance for instance in instances}
        self.parts = parts
        self._evaluator = Evaluator(instances)
        self._figure_of = {
            instance.key: Figure(instance.machine.kind, instance.machine.code, instance.rule.signal.of)
            for instance in instances
        }

    def remember(self, kept: list[StandingRow], now_us: int) -> None:
        """Take over what is kept already: told to the evaluator, and to nobody else."""
        facts = [
            Fact(AlarmKey("", row.rule, "service", row.subject), microseconds(row.condition_since), row.value)
            for row in kept
        ]
        self._evaluator.tell(facts)
        self._evaluator.tick(now_us)

    def about(self, figure: Figure) -> Instance | None:
        """The rule that watches a figure."""
        return next((self.instances[key] for key, watched in self._figure_of.items() if watched == figure), None)

    def afterwards(self, over: Mapping[Figure, Sequence[Outage]]) -> list[Change]:
        """What is to be told of outages that are over; of what was told as it happened nothing is told again."""
        told = [
            fact
            for figure, outages in over.items()
            if (instance := self.about(figure)) is not None
            for outage in outages
            for fact in facts_of(outage, instance)
        ]
        return self._evaluator.tell(told)

    def judge(self, found: Mapping[Figure, float], now_us: int) -> list[Change]:
        """What is to be told of the figures of now."""
        told = [Fact(key, now_us, found[figure]) for key, figure in self._figure_of.items() if figure in found]
        return [*self._evaluator.tell(told), *self._evaluator.tick(now_us)]


async def _keep(
    connection: Connection, changes: Sequence[Change], instances: Mapping[AlarmKey, Instance], now: datetime
) -> None:
    """Apply changes; alarms that others have locked in another order are tried again."""
    for attempt in range(_ATTEMPTS):
        try:
            async with connection.transaction():
                await keeping.apply(connection, changes, instances, now)
        except COLLISIONS:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _parts(figures: Figures) -> frozenset[str]:
    return frozenset((*(row.name for row in figures.workers), *(f"log {row.name}" for row in figures.followers)))


async def _begin(connection: Connection, figures: Figures) -> _Judge:
    """Bind the rules of the service to the parts there are, and remember what is kept of them."""
    bound = await rules.bound(connection, "")
    for unbound in bound.binding.unbound:
        log.warning("rule %s does not watch %s: %s", unbound.key.rule, unbound.key.subject, unbound.reason)
    judge = _Judge(bound.binding.instances, _parts(figures))
    judge.remember(await rows(connection, SQL["standing_service_alarms"], StandingRow), microseconds(datetime.now(UTC)))
    return judge
