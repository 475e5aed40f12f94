"""A site on a virtual clock through the real database: what is sent is stored, logged, evaluated and kept.

    plant = await begin(connection, DEVICES, RULES)         machines in the registry, rules from TOML
    await plant.send(0, "comp-1", outlet_degc=100)          a message at second 0, stored and read from the log
    await plant.pass_to(30)                                 the clock, second by second
    await plant.history()                                   ["10 comp-1/hot raise H", ...]

Seconds count from START. The clock is handed in wherever the duty would look at it; `services/alarms/engine.py` steps
the same evaluation by the real one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.alarms.rule import Rule
from analytics.batches import Columns
from services import batch_log
from services.alarms import evaluation, keeping, rules
from services.alarms.evaluation import Evaluation
from services.alarms.facts import Facts
from services.alarms.rules import NewRule
from services.batch import Batch
from services.database import Connection
from services.irregularities import micros
from services.readings import Recorder
from services.rule_folder.read import read_document

START = datetime(2026, 11, 2, 8, tzinfo=UTC)  # a Monday, 16:00 in Shanghai


@dataclass(frozen=True, slots=True)
class Device:
    """A device with points; a key that stands in `states` is a state point, one in `counters` a counter."""

    code: str
    keys: tuple[str, ...] = ()
    kind: str = "compressor"
    gateway: str = ""
    states: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    counters: tuple[str, ...] = ()
    interval_s: float = 10.0


def at(seconds: float) -> datetime:
    """An instant of the scenario."""
    return START + timedelta(seconds=seconds)


def rules_of(text: str) -> list[Rule]:
    """Rules of a text; every mistake fails the test.

    Either as a file has them, or shorter: a table a rule, `[hot]`, which is its code and its name, for every device
    unless it says otherwise.
    """
    found = tomllib.loads(text)
    documents = found.get("rule") or [{"code": code, "name": code, "for": {}, **each} for code, each in found.items()]
    known = [document["code"] for document in documents]
    made: list[Rule] = []
    for document in documents:
        entry, mistakes = read_document(document, known)
        assert entry.rule is not None, mistakes
        made.append(entry.rule)
    return made


@dataclass(slots=True)
class Plant:
    """What was made, and the duty that is stepped by hand."""

    connection: Connection
    site: str
    points: dict[str, int]
    evaluation: Evaluation
    recorder: Recorder
    facts: Facts
    clock_s: float = 0.0
    stored_s: dict[int, float] = field(default_factory=dict)
    """When each batch of the log was stored, by the virtual clock."""

    async def send(self, seconds: float, device: str, **values: float) -> None:
        """A device's message, stamped and stored at a second."""
        await self.store(seconds, [(f"{device}/{key}", seconds, value) for key, value in values.items()])

    async def store(self, seconds: float, sent: Sequence[tuple[str, float, float]], *, read: bool = True) -> None:
        """Store (point, stamp, value) in one batch at a second, in order of arrival, and let the duty read the log."""
        columns = Columns(
            np.array([self.points[name] for name, _, _ in sent], dtype=np.int32),
            np.array([micros(at(stamp)) for _, stamp, _ in sent], dtype=np.int64),
            np.array([value for _, _, value in sent], dtype=np.float64),
        )
        await self.recorder.record(Batch("ingest-1", at(seconds), columns, messages=1))
        self.stored_s[await batch_log.newest_id(self.connection)] = seconds
        self.clock_s = max(self.clock_s, seconds)
        if read:
            await self.read()

    async def read(self) -> None:
        """Take in what is new in the log."""
        for batch in await batch_log.read_after(self.connection, self.evaluation.last_id, 1000):
            stored = replace(batch, stored_at=at(self.stored_s[batch.id]))
            self.evaluation.offer(stored)
            self.facts.offer(stored)
        await self.evaluation.apply(self.connection)

    async def pass_to(self, seconds: float, each_s: float = 1.0) -> None:
        """Let the clock go on to a second."""
        while self.clock_s < seconds:
            self.clock_s = min(seconds, self.clock_s + each_s)
            now = at(self.clock_s)
            self.evaluation.tell(await self.facts.due(self.connection, now))
            async with self.connection.transaction():
                await keeping.pass_time(self.connection, now)
            self.evaluation.tick(now)
            await self.evaluation.apply(self.connection)

    async def restart(self, *, orderly: bool = False) -> None:
        """The duty goes to another process; unless orderly, what was not written down is gone."""
        if orderly:
            await self.evaluation.remember(self.connection, at(self.clock_s))
        self.evaluation = await evaluation.begin(self.connection, at(self.clock_s))
        self.facts.learn(self.evaluation.instances.values(), self.evaluation.zones)

    async def history(self, *events: str) -> list[str]:
        """What happened, in order: `second subject/rule event level`; all events, or only these."""
        found = await self.connection.fetch(
            """SELECT t.at, a.subject::text AS subject, r.code::text AS rule, t.event, t.level, t.to_state
               FROM alarm_transition AS t JOIN alarm AS a ON a.id = t.alarm_id JOIN alarm_rule AS r ON r.id = a.rule_id
               WHERE cardinality($1::text[]) = 0 OR t.event = ANY ($1)
               ORDER BY t.at, t.id""",
            list(events),
        )
        return [
            f"{(row['at'] - START).total_seconds():g} {row['subject']}/{row['rule']} {row['event']}"
            + (f" {row['level']}" if row["level"] else "")
            for row in found
        ]

    async def states(self) -> dict[str, str]:
        """The state of every alarm that is not normal."""
        found = await self.connection.fetch(
            """SELECT a.subject || '/' || r.code AS name, a.state
               FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id WHERE a.state <> 'normal'"""
        )
        return {row["name"]: row["state"] for row in found}


async def begin(connection: Connection, devices: Sequence[Device], rule_file: str, *, site: str = "plant") -> Plant:
    """Insert a site with devices and rules, and begin the duty at second 0."""
    await connection.execute(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, 'Asia/Shanghai')", site
    )
    points: dict[str, int] = {}
    for device in devices:
        points |= await _add(connection, site, device)
    async with connection.transaction():
        await rules.put(
            connection, site, [NewRule(rule, "site") for rule in rules_of(rule_file)], "local", "the scenario's"
        )
    return await go_on(connection, site, points)


async def go_on(connection: Connection, site: str, points: dict[str, int]) -> Plant:
    """Begin the duty on what is there."""
    begun = await evaluation.begin(connection, START)
    facts = Facts()
    facts.learn(begun.instances.values(), begun.zones)
    return Plant(connection, site, points, begun, Recorder(connection), facts)


async def _add(connection: Connection, site: str, device: Device) -> dict[str, int]:
    await connection.execute(
        """INSERT INTO device_template (site_id, code, name, kind)
           SELECT id, $2::text, $2::text, $2::text FROM site WHERE code = $1 ON CONFLICT DO NOTHING""",
        site,
        device.kind,
    )
    device_id = await connection.fetchval(
        """INSERT INTO device (site_id, code, name, template_id, gateway_id)
           SELECT site.id, $2::text, 'Machine ' || $2::text, template.id, gateway.id
           FROM site JOIN device_template AS template ON template.site_id = site.id AND template.code = $3
           LEFT JOIN device AS gateway ON gateway.site_id = site.id AND gateway.code = $4
           WHERE site.code = $1 RETURNING id""",
        site,
        device.code,
        device.kind,
        device.gateway,
    )
    found: dict[str, int] = {}
    for key in (*device.keys, *device.states, *device.counters):
        kind = "state" if key in device.states else "counter" if key in device.counters else "gauge"
        found[f"{device.code}/{key}"] = await connection.fetchval(
            """INSERT INTO point
                 (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s, states)
               VALUES ($1, $2::text, $2::text, 'any', '1', '1', 1, $3, $4, $5) RETURNING id""",
            device_id,
            key,
            kind,
            device.interval_s,
            dict(device.states[key]) if key in device.states else None,
        )
    await connection.execute("UPDATE registry_revision SET revision = revision + 1")
    return found
