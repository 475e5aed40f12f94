"""Evaluation in step with the log: what the alarms duty has in mind, and where that stands.

    begin: rules x machines --> instances --> alarm rows settled
           memory, or else what points last showed --> evaluator, and the place in the log to go on from
    offer: a batch --(a tick for each second of log time before it)--> changes, not yet applied
    apply: changes --> services.alarms.keeping, in one transaction
    remember: memory and place, in one transaction

Time is the log's: between batches it passes by their `stored_at`, so that reading a part of the log again finds what it
found the first time, also the silence between two batches. Only when the log is read to its end does the clock go on.

Silence of devices counts while somebody listens. Where the log stood still because ingest was not there, or all of us
were not, it counts from when the log goes on: what was wrong was with us, and the watch says so. One gateway that falls
silent alone is another matter: ingest listens, so its silence counts.

What was found and not yet applied is never forgotten by a memory: `remember` applies it first.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.alarms import explaining
from analytics.alarms.change import Change, Fact
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Instance
from services import batch_log
from services.alarms import keeping, rules
from services.batch_log import LoggedBatch
from services.database import Connection, one, rows, run, undisturbed
from services.statements import statements

log = logging.getLogger("ioe.alarms")
SQL = statements("alarm_engine")

FOLLOWER = "alarms"
#: Log time passes in steps of this length at least: what is not looked at more often cannot be told more often.
TICK_EACH = timedelta(seconds=1)
#: A log that stood still for longer, and nobody there to say that ingest listened: nobody did.
DEAF_AFTER = timedelta(seconds=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """What was written down last."""

    log_id: int
    at: datetime
    memory: bytes


@dataclass(frozen=True, slots=True)
class LastRow:
    """What a point showed last."""

    point_id: int
    time_us: int
    value: float


@dataclass(frozen=True, slots=True)
class ActiveRow:
    """An alarm of this service that is active."""

    rule: str
    subject_kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A site and its zone."""

    site: str
    time_zone: str


class Evaluation:
    """An evaluator with its place in the log and what it found but has not applied yet."""

    def __init__(
        self, evaluator: Evaluator, last_id: int, zones: Mapping[str, ZoneInfo], heard_at: datetime | None = None
    ) -> None:
        self.evaluator = evaluator
        self.last_id = last_id
        self.instances: Mapping[AlarmKey, Instance] = {each.key: each for each in evaluator.instances}
        self.active: frozenset[AlarmKey] = frozenset()
        self.is_listening = True
        """Whether ingest is there, as far as known: then a log that stands still means that devices are silent."""
        self.zones = zones
        self._found: list[Change] = []
        self.heard_at, self._ticked_at = heard_at, heard_at

    def offer(self, batch: LoggedBatch) -> None:
        """Take in the next batch of the log; corrections change history, never an alarm."""
        at = batch.stored_at
        if self._stood_still(at):
            self.evaluator.nobody_listened(microseconds(at))
        self.heard_at = at
        if self._ticked_at is None or at - self._ticked_at >= TICK_EACH:
            self._pass_time(at)
        if batch.kind == "readings":
            self._found += self.evaluator.take(batch.readings, microseconds(at))
        self.last_id = batch.id

    def tick(self, now: datetime) -> None:
        """Let time pass where the log is read to its end."""
        if not self.is_listening or self._stood_still(now):
            self.evaluator.nobody_listened(microseconds(now))
        self._pass_time(now)

    def _stood_still(self, now: datetime) -> bool:
        """Whether for long nothing was logged and no time passed either."""
        if self.heard_at is None:
            return True
        last = self.heard_at if self._ticked_at is None else max(self.heard_at, self._ticked_at)
        return now - last > DEAF_AFTER

    def _pass_time(self, now: datetime) -> None:
        if self._ticked_at is not None and now <= self._ticked_at:
            return
        self._ticked_at = now
        minutes = {site: minute_of_week(now, zone) for site, zone in self.zones.items()}
        self._found += self.evaluator.tick(microseconds(now), self.active, minutes)

    def tell(self, facts: Sequence[Fact]) -> None:
        """Take in figures that services worked out."""
        self._found += self.evaluator.tell(facts)

    def with_instances(self, evaluator: Evaluator, zones: Mapping[str, ZoneInfo]) -> Evaluation:
        """The same place and time with another evaluator."""
        other = Evaluation(evaluator, self.last_id, zones, self.heard_at)
        other.active, other.is_listening = self.active, self.is_listening
        other._ticked_at = self._ticked_at
        return other

    def seed(self, last: Mapping[int, tuple[int, float]]) -> None:
        """Take in what points showed last of which nothing is known."""
        self._found += self.evaluator.seed(last)

    def stand(self) -> None:
        """Say again what stands, so that alarms are put right that somebody else kept meanwhile."""
        self._found += self.evaluator.standing()

    async def look_around(self, connection: Connection) -> None:
        """Learn which alarms of this service are active, and whether ingest is there."""
        self.is_listening = await connection.fetchval(SQL["ingest_listens"].text)
        found = await rows(connection, SQL["active_service_alarms"], ActiveRow)
        self.active = frozenset(AlarmKey("", row.rule, row.subject_kind, row.subject) for row in found)

    async def apply(self, connection: Connection) -> int:
        """Tell alarms what was found, in a transaction of its own; gives how many steps they took."""
        if not self._found:
            return 0
        steps = await undisturbed(connection, lambda: keeping.apply(connection, self._found, self.instances))
        self._found = []
        return len(steps)

    async def put_right(self, connection: Connection, now: datetime) -> int:
        """Make alarms what stands here, whatever an earlier evaluation knew; gives how many steps they took."""
        await self.apply(connection)
        standing = self.evaluator.standing()
        return len(await undisturbed(connection, lambda: keeping.put_right(connection, standing, self.instances, now)))

    async def remember(self, connection: Connection, now: datetime) -> None:
        """Write down what is in mind, and let the log go up to here."""
        await self.apply(connection)
        memory, heard_at = self.evaluator.memory(), self.heard_at or now
        async with connection.transaction():
            await run(connection, SQL["keep_memory"], FOLLOWER, self.last_id, heard_at, memory)
            await batch_log.advance(connection, FOLLOWER, self.last_id)


async def begin(connection: Connection, now: datetime) -> Evaluation:
    """Go on where the last one wrote down that it stood; the first one ever starts from what points last showed."""
    with _making_much():
        instances = await _settled(connection, now)
        async with connection.transaction(isolation="repeatable_read"):  # what points show, and where the log is then
            last_id = await batch_log.register(connection, FOLLOWER)
            kept = await one(connection, SQL["memory_of"], MemoryRow, FOLLOWER)
            shown = await _shown(connection, instances, None if kept is None else kept.at)
        # Not within it: ten thousand rules take seconds on a busy machine, and a session that idles in a transaction
        # for so long is ended by the server.
        zones = await _zones(connection)
        if kept is None:
            evaluation = Evaluation(Evaluator(instances), last_id, zones)
        else:
            evaluation = Evaluation(Evaluator.restored(instances, kept.memory), kept.log_id, zones, kept.at)
    evaluation.seed(shown)
    await evaluation.remember(connection, now)
    return evaluation


@contextmanager
def _making_much() -> Iterator[None]:
    """Look for no cycles meanwhile: among a million objects that are all to stay it is a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def begin_anew(connection: Connection, now: datetime) -> Evaluation:
    """Forget everything: the log is gone from where we stood. Starts from what points show now."""
    instances = await _settled(connection, now)
    async with connection.transaction(isolation="repeatable_read"):
        last_id = await batch_log.newest_id(connection)
        shown = await _shown(connection, instances, None)
    evaluation = Evaluation(Evaluator(instances), last_id, await _zones(connection))
    evaluation.seed(shown)
    evaluation.stand()
    await evaluation.remember(connection, now)
    return evaluation


async def learn(connection: Connection, evaluation: Evaluation, now: datetime) -> Evaluation:
    """The same evaluation with the rules and machines that there are now; what did not change goes on as it was."""
    await evaluation.apply(connection)
    instances = await _settled(connection, now)
    if instances == evaluation.evaluator.instances:
        return evaluation
    evaluator = Evaluator.restored(instances, evaluation.evaluator.memory())
    learned = evaluation.with_instances(evaluator, await _zones(connection))
    learned.seed(await _shown(connection, instances, learned.heard_at))
    return learned


async def _settled(connection: Connection, now: datetime) -> tuple[Instance, ...]:
    """The instances that there are to evaluate; every alarm has its row, and rows of what is gone are retired."""
    bound = await rules.bound(connection)
    await undisturbed(connection, lambda: keeping.settle(connection, bound.binding.instances, now))
    found = tuple(each for each in bound.binding.instances if each.rule.signal.kind != "service")
    for site, rule, by in explaining.left_out(found):
        log.warning(
            "rule %s of %s is not kept quiet by %s, although it says so: they explain each other in a circle; take one "
            "`suppressed_by` of the circle away",
            *(rule, site, by),
        )
    return found


async def _zones(connection: Connection) -> Mapping[str, ZoneInfo]:
    return {row.site: ZoneInfo(row.time_zone) for row in await rows(connection, SQL["site_zones"], ZoneRow)}


async def _shown(
    connection: Connection, instances: Sequence[Instance], until: datetime | None
) -> dict[int, tuple[int, float]]:
    """What points show, by id: for those of which nothing is known, after the first start or where rules ask for more.

    What came after our place in the log is left out: the log will tell, and all of it, not only the last.
    """
    wanted = sorted({each for instance in instances for each in instance.points})
    found = await rows(connection, SQL["last_of_points"], LastRow, wanted, until)
    return {row.point_id: (row.time_us, row.value) for row in found}


def minute_of_week(now: datetime, zone: ZoneInfo) -> int:
    """Local minutes since Monday began."""
    local = now.astimezone(zone)
    return (local.weekday() * 24 + local.hour) * 60 + local.minute


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1)
