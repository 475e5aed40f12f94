"""The demonstration factory on a virtual clock, with everything behind it that makes alarms of its messages.

    simulator --messages as on the wire--> translator --> recorder --> batch log --> evaluation, facts --> alarms
                                                                          |--> meter ledger ---------------^  |
                                                                             outbox <-- notifier <-- events <--+

    factory = await living(database_url, "vibration-high@comp-3:start=+3m", start="2026-11-18T10:00")
    await factory.live(minutes=10)
    [told] = await factory.told()           # what people would be told, with its likeliest cause
    [sent] = await factory.messages()       # what is in the outbox of the one route there is: the alarms it tells of

Nothing is left out but the broker and the sending; time is what the simulator says. Between the stored batches the
clock stands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.alarms.change import Change
from analytics.notifications.model import Route
from ingest.codecs.native import Native
from ingest.intake import Arrival
from ingest.mqtt.frames import Message
from ingest.translate import Translator
from services import batch_log, points
from services.alarms import evaluation, facts, keeping, rule_changes
from services.alarms.evaluation import Evaluation, microseconds
from services.alarms.rule_changes import Applying
from services.database import Connection
from services.metering.accountant import Accountant
from services.notifications import store
from services.notifications.applying import Wanted
from services.notifications.applying import apply as apply_routes
from services.notifications.following import follow
from services.notifications.gathering import gather
from services.notifications.store import Book
from services.readings import Recorder
from services.registry.apply import apply, plan
from services.rule_folder.read import read_rule_folder
from services.site_folder.read import read_folder
from simulators.factory.gateways import STAMPS
from simulators.factory.run import Run
from simulators.factory.settings import Leg, Settings
from simulators.factory.telemetry import Sample
from simulators.factory.wire import telemetry_payload, telemetry_topic
from tests.alarms.factory_machines import LIBRARY, SITE
from tests.notifications.ways import hook

_LEDGER_EACH_S = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What people would be told: a rule and machine, when, and its likeliest cause."""

    rule: str
    subject: str
    event: str
    at: datetime
    level: str
    cause: str
    likelihood: float


@dataclass(slots=True)
class LivingFactory:
    """A factory that runs, and what is known of it."""

    connection: Connection
    run: Run
    leg: Leg
    translator: Translator
    recorder: Recorder
    evaluation: Evaluation
    accountant: Accountant | None
    """None: nothing judges registers, which costs half of the time."""
    facts: facts.Facts
    book: Book
    changes: list[Change] = field(default_factory=list)
    _sent: list[Message] = field(default_factory=list)
    _judged_s: int = 0

    @property
    def now(self) -> datetime:
        """The factory's clock."""
        return datetime.fromtimestamp(self.run.factory.time_s, UTC)

    async def send(self, batch: Sequence[Sample]) -> None:
        """Take one message from the simulator: it is an outlet."""
        first = batch[0]
        topic = telemetry_topic("kunshan", first.device).encode()
        payload = telemetry_payload(batch, STAMPS[first.gateway])
        self._sent.append(Message(topic, payload, 0, len(payload)))

    async def live(self, minutes: float) -> None:
        """Let time pass."""
        stop_s = self.run.factory.time_s + round(minutes * 60)
        while self.run.factory.time_s < stop_s:
            await self.run.advance(self, self.leg)
            await self._step()

    async def _step(self) -> None:
        now = self.now
        sent, self._sent = self._sent, []
        if sent:
            await self.recorder.record(self.translator.translate([Arrival(1, microseconds(now), sent)]))
        for batch in await batch_log.read_after(self.connection, self.evaluation.last_id, 1000):
            heard = replace(batch, stored_at=now)
            self.evaluation.offer(heard)
            self.facts.offer(heard)
            if self.accountant is not None:
                self.accountant.offer(heard)
        if self.accountant is not None and now.timestamp() - self._judged_s >= _LEDGER_EACH_S:
            self._judged_s = int(now.timestamp())
            await self.accountant.flush(self.connection)
        self.evaluation.tell(await self.facts.due(self.connection, now))
        self.evaluation.tick(now)
        await self.evaluation.apply(self.connection)
        async with self.connection.transaction():
            await keeping.pass_time(self.connection, now)
        while not (await follow(self.connection, self.book, now)).is_all:
            pass
        await gather(self.connection, self.book, now)

    async def told(self) -> list[Told]:
        """What people would be told since the beginning, in order: what came, came to light or grew worse."""
        found = await self.connection.fetch(
            "SELECT kind, payload FROM event WHERE kind = ANY($1) ORDER BY id",
            ["alarm.raise", "alarm.unsuppress", "alarm.worsen", "alarm.flood_began"],
        )
        return [told for row in found if (told := _told(row["kind"], row["payload"])) is not None]

    async def messages(self) -> list[tuple[str, ...]]:
        """Messages in the outbox that tell of something new, in order: which alarms (or floods) each tells of."""
        found = await self.connection.fetch(
            """SELECT array_agg(DISTINCT item.alarm ORDER BY item.alarm) AS alarms
               FROM notification_item AS item JOIN notification_message AS message ON message.id = item.message_id
               WHERE item.kind NOT IN ('returned', 'flood_ended') GROUP BY message.id ORDER BY message.id"""
        )
        return [tuple(row["alarms"]) for row in found]

    async def causes(self, rule: str, subject: str) -> Sequence[Mapping[str, Any]]:
        """The ranked causes of the newest occurrence of an alarm."""
        found: Sequence[Mapping[str, Any]] = await self.connection.fetchval(
            """SELECT o.causes FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id
               JOIN alarm_rule AS r ON r.id = a.rule_id WHERE r.code = $1 AND a.subject = $2
               ORDER BY o.id DESC LIMIT 1""",
            rule, subject,
        )  # fmt: skip
        return found


async def living(
    connection: Connection,
    *faults: str,
    start: str = "2026-11-18T10:00",
    seed: int = 1,
    step_s: int = 10,
    with_ledger: bool = False,
) -> LivingFactory:
    """A factory with its site folder and all rules applied, about to begin."""
    checked = read_folder(SITE)
    assert checked.registry is not None, checked.mistakes
    await apply(connection, await plan(connection, checked.registry))
    found = read_rule_folder(SITE, LIBRARY)
    assert found.rules is not None, found.mistakes
    await rule_changes.apply(connection, "kunshan", Applying(found.rules, has_folder=True))
    start_s = datetime.fromisoformat(f"{start}+08:00").timestamp()
    wanted = Wanted([hook("http://127.0.0.1:9/alarms")], [Route("all", ("hook",))])
    await apply_routes(connection, "kunshan", wanted, datetime.fromtimestamp(start_s, UTC))
    settings = Settings(
        seed=seed, start_s=start_s, stop_s=math.inf, step_s=step_s, interval_s=step_s, pack=1, faults=faults
    )
    run = Run(settings, lambda _: None, wall=lambda: start_s)
    translator = Translator(
        Native(), await points.directory(connection), worker="ingest-1", payload_limit=1_000_000,
        retention=timedelta(days=400),
    )  # fmt: skip
    evaluated = await evaluation.begin(connection, datetime.fromtimestamp(start_s, UTC))
    accountant = Accountant() if with_ledger else None
    if accountant is not None:
        await accountant.start(connection)
    figures = facts.Facts()
    figures.learn(evaluated.instances.values(), {"kunshan": ZoneInfo("Asia/Shanghai")})
    return LivingFactory(
        connection, run, settings.main_leg, translator, Recorder(connection), evaluated, accountant, figures,
        await store.load(connection),
    )  # fmt: skip


def _told(kind: str, payload: Mapping[str, Any]) -> Told | None:
    if kind == "alarm.flood_began":
        return Told("flood", payload["site"], kind, datetime.fromisoformat(payload["started_at"]), "", "", 0.0)
    if payload["state"] != "unacknowledged":
        return None
    first: Mapping[str, Any] = payload["causes"][0] if payload["causes"] else {"code": "", "likelihood": 0.0}
    at = datetime.fromisoformat(payload["at"])
    return Told(payload["rule"], payload["subject"], kind, at, payload["level"], first["code"], first["likelihood"])
