"""Facts: figures that rules watch and no point sends, each worked out only as often as it can change.

    clock         from the batches that pass by (facts_clock.py)         each 10 s
    irregularity  sums that ingest writes (services/irregularities.py)   each 10 s
    ledger        entries of the meter ledger                            each 15 s
    demand        forecast against contract (facts_meters.py)            each 15 s
    baseline      an hour against like days                              each minute, until the hour's is known
    night_flow    the least of last night                                each minute, until the night's is known
    maintenance   orders and plans that are overdue                      each 10 s

A figure is told when it is another than the one told before: a fact holds until the next. One that can no longer be
worked out (the contract is gone, the device is silent, an hour has no energy) is told as unknown after a while: what is
pending on it must not run out and become an alarm of a figure that nobody knows.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.alarms.change import Fact
from analytics.alarms.machine import AlarmKey, Instance
from services.alarms import facts_devices, facts_maintenance, facts_meters
from services.alarms.facts_clock import Clocks
from services.batch_log import LoggedBatch
from services.database import Connection
from services.irregularities import micros

_EACH: Mapping[str, timedelta] = {
    "clock": timedelta(seconds=10),
    "irregularity": timedelta(seconds=10),
    "ledger": timedelta(seconds=15),
    "demand": timedelta(seconds=15),
    "baseline": timedelta(seconds=60),
    "night_flow": timedelta(seconds=60),
    "maintenance": timedelta(seconds=10),
}

#: For how long a figure that was known stands although it cannot be worked out anew; the next hour or night takes a
#: while to come.
_STANDS_FOR: Mapping[str, timedelta] = {
    **dict.fromkeys(("clock", "irregularity", "ledger", "demand", "maintenance"), timedelta(minutes=2)),
    "baseline": timedelta(hours=3),
    "night_flow": timedelta(hours=30),
}

Figures = dict[AlarmKey, float]
_WorkOut = Callable[[Connection, Sequence[Instance], datetime], Awaitable[Figures]]


class Facts:
    """What is to be worked out for the instances there are, what was told of each, and when it is due again."""

    def __init__(self) -> None:
        self._by_kind: Mapping[str, Sequence[Instance]] = {}
        self._clocks = Clocks([])
        self._demands = facts_meters.Demands()
        self._told: Figures = {}
        self._known_at: dict[AlarmKey, datetime] = {}
        """When each figure was worked out last, or first asked for."""
        self._worked_out_at: dict[str, datetime] = {}
        self._period: dict[AlarmKey, datetime] = {}
        """Of which hour, or night, an instance's figure is known."""
        self._zones: Mapping[str, ZoneInfo] = {}
        self._ways: Mapping[str, _WorkOut] = {
            "clock": self._clock,
            "irregularity": facts_devices.irregularities,
            "ledger": facts_devices.ledger,
            "demand": self._demand,
            "baseline": self._baseline,
            "night_flow": self._night_flow,
            "maintenance": facts_maintenance.maintenance,
        }

    def learn(self, instances: Iterable[Instance], zones: Mapping[str, ZoneInfo]) -> None:
        """Other instances, or other contracts: what was told of those that stay is told again if it changes."""
        by_kind: dict[str, list[Instance]] = defaultdict(list)
        for instance in instances:
            if instance.rule.signal.kind in _EACH:
                by_kind[instance.rule.signal.kind].append(instance)
        self._by_kind, self._zones = by_kind, zones
        self._clocks = Clocks(by_kind.get("clock", []))
        self._demands = facts_meters.Demands()
        self._told, self._period, self._worked_out_at = {}, {}, {}
        self._known_at = {}

    def offer(self, batch: LoggedBatch) -> None:
        """Let a batch pass by."""
        self._clocks.offer(batch)

    async def due(self, connection: Connection, now: datetime) -> list[Fact]:
        """Work out what is due; gives what has changed."""
        facts: list[Fact] = []
        for kind, instances in self._by_kind.items():
            if kind in self._worked_out_at and now - self._worked_out_at[kind] < _EACH[kind]:
                continue
            self._worked_out_at[kind] = now
            found = await self._ways[kind](connection, instances, now)
            facts += [Fact(key, micros(now), value) for key, value in found.items() if self._told.get(key) != value]
            self._told |= found
            facts += [Fact(key, micros(now), math.nan) for key in self._forgotten(kind, found, now)]
        return facts

    def _forgotten(self, kind: str, found: Figures, now: datetime) -> list[AlarmKey]:
        """Figures that have not been worked out for too long; after a start also those that another process told."""
        forgotten: list[AlarmKey] = []
        for instance in self._by_kind[kind]:
            key = instance.key
            if key in found or key not in self._known_at:
                self._known_at[key] = now
            elif now - self._known_at[key] >= _STANDS_FOR[kind] and not math.isnan(self._told.get(key, 0.0)):
                self._told[key] = math.nan
                forgotten.append(key)
        return forgotten

    async def _clock(self, _: Connection, __: Sequence[Instance], now: datetime) -> Figures:
        return self._clocks.ahead_s(now)

    async def _demand(self, connection: Connection, instances: Sequence[Instance], now: datetime) -> Figures:
        return await self._demands.percent(connection, instances, now)

    async def _baseline(self, connection: Connection, instances: Sequence[Instance], now: datetime) -> Figures:
        found: Figures = {}
        for zone, same in self._by_zone(instances).items():
            hour = facts_meters.last_whole_hour(now, zone)
            waiting = self._waiting(same, hour)
            if waiting:
                known = await facts_meters.baseline(connection, waiting, hour, zone)
                self._period |= dict.fromkeys(known, hour)
                found |= known
        return found

    async def _night_flow(self, connection: Connection, instances: Sequence[Instance], now: datetime) -> Figures:
        found: Figures = {}
        for zone, same in self._by_zone(instances).items():
            hours = facts_meters.night_hours(now, zone)
            waiting = self._waiting(same, hours[0])
            if waiting:
                known = await facts_meters.night_flow(connection, waiting, hours)
                self._period |= dict.fromkeys(known, hours[0])
                found |= known
        return found

    def _waiting(self, instances: Sequence[Instance], period: datetime) -> list[Instance]:
        return [instance for instance in instances if self._period.get(instance.key) != period]

    def _by_zone(self, instances: Sequence[Instance]) -> Mapping[ZoneInfo, Sequence[Instance]]:
        by_zone: dict[ZoneInfo, list[Instance]] = defaultdict(list)
        for instance in instances:
            if instance.key.site in self._zones:
                by_zone[self._zones[instance.key.site]].append(instance)
        return by_zone
