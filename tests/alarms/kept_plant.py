"""A site with machines and rules of one level or two, and alarms that are told of them by hand.

    plant = await kept_plant.make(connection, machines=["comp-1", "comp-2"])
    hot = plant.instance("hot", "comp-1")
    await plant.tell(hot, at=0, level="H", value=106.0)

Times are seconds after `START`; each telling is a transaction of its own, as the duty does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from analytics.alarms.change import Change, Quiet
from analytics.alarms.machine import AlarmKey, Instance, Machine
from analytics.alarms.rule import Level, Rule, Signal, Target
from services.alarms import keeping
from services.alarms.event_rows import Step
from services.database import Connection

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEVELS = (Level("H", 105.0, "high"), Level("HH", 109.0, "critical"))
HOT = Rule("hot", "Outlet hot", Target(kind="compressor"), Signal("value", "temperature_degc", unit="degC"), LEVELS)


def at(seconds: float) -> datetime:
    """An instant of the test."""
    return START + timedelta(seconds=seconds)


def us(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def change(
    instance: Instance, seconds: float, level: str | None, value: float | None = 106.0, quiet: Quiet | None = None
) -> Change:
    """What evaluation says of an instance."""
    return Change(instance.key, us(at(seconds)), level, value, quiet)


async def all_of(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    """Every row that a query finds."""
    return [tuple(row) for row in await connection.fetch(query)]


@dataclass(slots=True)
class Plant:
    """What was made, with everything that was told in order."""

    connection: Connection
    instances: Mapping[AlarmKey, Instance]
    told: list[Change] = field(default_factory=list)

    def instance(self, rule: str, machine: str) -> Instance:
        """The instance of a rule on a machine."""
        return next(each for key, each in self.instances.items() if (key.rule, key.subject) == (rule, machine))

    async def apply(self, *changes: Change) -> list[Step]:
        """Tell changes in one transaction."""
        self.told += changes
        async with self.connection.transaction():
            return await keeping.apply(self.connection, changes, self.instances)

    async def tell(
        self, instance: Instance, at: float, level: str | None, value: float | None = 106.0, quiet: Quiet | None = None
    ) -> list[Step]:
        """Tell one change."""
        return await self.apply(change(instance, at, level, value, quiet))

    async def pass_time(self, now: float) -> list[Step]:
        """Let time bring what it brings."""
        async with self.connection.transaction():
            return await keeping.pass_time(self.connection, at(now))

    async def settle(self, instances: Sequence[Instance], now: float) -> list[Step]:
        """Let these be all instances there are."""
        async with self.connection.transaction():
            return await keeping.settle(self.connection, instances, at(now))

    async def state(self, instance: Instance) -> str:
        """The state of an alarm as stored."""
        found: str = await self.connection.fetchval(
            """SELECT a.state FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id
               WHERE r.code = $1 AND a.subject = $2""",
            instance.key.rule,
            instance.key.subject,
        )
        return found


async def make(
    connection: Connection, machines: Sequence[str] = ("comp-1",), rules: Sequence[Rule] = (HOT,), site: str = "kunshan"
) -> Plant:
    """Insert a site with machines in one room, rules, and an alarm for each rule and machine."""
    site_id = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, 'Asia/Shanghai') RETURNING id", site
    )
    await connection.execute(
        "INSERT INTO device (site_id, code, name) SELECT $1, code, 'Machine ' || code FROM unnest($2::text[]) AS code",
        site_id,
        list(machines),
    )
    await connection.executemany(
        "INSERT INTO alarm_rule (site_id, code, origin, version, document) VALUES ($1, $2, 'site', 1, $3)",
        [(site_id, rule.code, msgspec.to_builtins(rule)) for rule in rules],
    )
    instances = {
        AlarmKey(site, rule.code, "device", code): Instance(
            AlarmKey(site, rule.code, "device", code),
            rule,
            Machine(site, "device", code, f"Machine {code}", kind="compressor"),
            {},
        )
        for rule in rules
        for code in machines
    }
    plant = Plant(connection, instances)
    await plant.settle(list(instances.values()), 0)
    return plant
