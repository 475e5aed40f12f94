"""The works with three rules, and alarms of them that are told by hand as the evaluation would tell them.

alarms = await alarm_works.make(works.connection)
await alarms.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.alarms.change import Change
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.rule import Cause, Evidence, Level, Rule, Signal, Target
from services.alarms import keeping, rules
from services.alarms.rules import NewRule
from services.database import Connection

PRESSURE_HIGH = Rule(
    "pressure-high",
    "Discharge pressure high",
    Target(kind="compressor"),
    Signal("value", "discharge_pressure_bar", unit="bar"),
    (Level("H", 8.0, "high"), Level("HH", 9.0, "critical")),
    system="compressed_air",
    deadband=0.2,
    name_zh="排气压力高",
    message="{machine}: discharge pressure {value} {unit}, limit {limit}",
    message_zh="{machine}: 排气压力 {value} {unit},限值 {limit}",
    source="made for a test",
    causes=(
        Cause(
            "valve-stuck",
            "Unloading valve stuck",
            "Free the unloading valve.",
            weight=3.0,
            name_zh="卸载阀卡滞",
            action_zh="检修卸载阀。",
            evidence=(
                Evidence(
                    "most(discharge_pressure_bar, 600) > 8",
                    times=4.0,
                    otherwise=0.5,
                    says="it was above 8 bar before",
                    says_zh="此前已超过 8 bar",
                ),
            ),
        ),
        Cause(
            "sensor-fault", "Pressure sensor faulty", "Compare it.", name_zh="压力传感器故障", action_zh="比对读数。"
        ),
    ),
)
POWER_HIGH = Rule(
    "power-high",
    "Power high",
    Target(kind="power_meter"),
    Signal("value", "active_power_kw", unit="kW"),
    (Level("H", 300.0, "medium"),),
    system="power",
    name_zh="功率高",
    latching=True,
)
DUTY_SILENT = Rule(
    "duty-silent",
    "Duty silent",
    Target(subject="service", kind="duty"),
    Signal("service", "silent_s", unit="s"),
    (Level("H", 10.0, "critical"),),
    system="service",
    name_zh="职责无响应",
)


@dataclass(frozen=True, slots=True)
class AlarmWorks:
    """Rules on the machines there are, and the connection over which alarms are told."""

    connection: Connection
    instances: Mapping[AlarmKey, Instance]

    async def tell(
        self, rule: str, subject: str, level: str | None, value: float | None, *, minutes_ago: float = 0.0
    ) -> None:
        """Say which level holds on a machine, from so long ago on."""
        key = next(key for key in self.instances if (key.rule, key.subject) == (rule, subject))
        await self._apply([_change(key, level, value, minutes_ago)])

    async def critical(self) -> None:
        """Compressor 1 is far above its limit, for three minutes."""
        await self.tell("pressure-high", "comp-1", "HH", 9.4, minutes_ago=3)

    async def high(self) -> None:
        """Compressor 2 is above its limit, for twenty minutes."""
        await self.tell("pressure-high", "comp-2", "H", 8.3, minutes_ago=20)

    async def storm(self, rule: str, *, minutes_ago: float) -> int:
        """Raise a rule on all its machines at once; gives how many."""
        keys = [key for key in self.instances if key.rule == rule]
        await self._apply([_change(key, "H", 310.0, minutes_ago) for key in keys])
        return len(keys)

    async def _apply(self, changes: list[Change]) -> None:
        async with self.connection.transaction():
            await keeping.apply(self.connection, changes, self.instances)


async def make(connection: Connection) -> AlarmWorks:
    """Store the rules, bind them, and make their alarms."""
    async with connection.transaction():
        await rules.put(connection, "works", [NewRule(PRESSURE_HIGH, "site"), NewRule(POWER_HIGH, "site")], "local", "")
        await rules.put(connection, "", [NewRule(DUTY_SILENT, "shipped")], "local", "")
        instances = {each.key: each for each in (await rules.bound(connection)).binding.instances}
        await keeping.settle(connection, list(instances.values()), datetime.now(UTC))
    return AlarmWorks(connection, instances)


def _change(key: AlarmKey, level: str | None, value: float | None, minutes_ago: float) -> Change:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return Change(key, (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), level, value)
