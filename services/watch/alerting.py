"""Telling people that the database is away, when nothing can be written and no outbox works.

    away for longer than the rule's limit --+
    this process did the duty until then ---+--> told, once an outage, over the routes that were known last

The words are those of the rule. That it is back is told by the outbox, which then has the alarm with its true times.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from analytics.alarms.machine import Instance
from analytics.alarms.wording import grade
from services.watch.reachability import Reachability

#: Sends payloads as those of alarm events; never raises for what a receiver does.
Tell = Callable[[Sequence[Mapping[str, object]], datetime], Awaitable[object]]
#: Whoever looked at the service so shortly before the outage is the one that tells.
_AT_WORK = timedelta(seconds=30)


class Alerting:
    """What is needed to tell of an outage, learnt while there was none."""

    def __init__(self) -> None:
        self._instance: Instance | None = None
        self._at_work: datetime | None = None
        self._told_of: datetime | None = None

    def learn(self, instance: Instance | None, now: datetime) -> None:
        """This process does the duty now, and this is the rule about the database (None: there is none in use)."""
        self._instance, self._at_work = instance, now

    def due(self, database: Reachability, now: datetime) -> Mapping[str, object] | None:
        """What is to be told now, each outage once."""
        since, instance = database.away_since, self._instance
        if since is None or instance is None or self._at_work is None or since == self._told_of:
            return None
        passed = [level for level in instance.rule.levels if database.away_s(now) > level.limit]
        if not passed or self._at_work < since - _AT_WORK:
            return None
        self._told_of = since
        level = min(passed, key=lambda level: level.limit)
        return _payload(instance, level.at, database.away_s(now), since + timedelta(seconds=level.limit), now)


def _payload(instance: Instance, level: str, away_s: float, raised_at: datetime, now: datetime) -> Mapping[str, object]:
    """As the event of the raise will say it (services/alarms/event_rows.py)."""
    rule, machine = instance.rule, instance.machine
    graded = grade(instance, level, away_s)
    likely = sorted(rule.causes, key=lambda cause: -cause.weight)[:3]
    total = sum(cause.weight for cause in rule.causes) or 1.0
    return {
        "site": instance.key.site,
        "rule": instance.key.rule,
        "subject_kind": instance.key.subject_kind,
        "subject": instance.key.subject,
        "name": rule.name,
        "name_zh": rule.name_zh,
        "system": rule.system,
        "machine": machine.name,
        "machine_zh": machine.name_zh,
        "state": "unacknowledged",
        "from": "normal",
        "event": "raise",
        "reason": "heard",
        "level": graded.level,
        "priority": graded.priority,
        "value": graded.value,
        "limit": graded.limit,
        "unit": graded.unit,
        "message": graded.message,
        "message_zh": graded.message_zh,
        "at": now.isoformat(),
        "raised_at": raised_at.isoformat(),
        "first_out": False,
        "flood": False,
        "causes": [
            {"code": each.code, "name": each.name, "name_zh": each.name_zh, "likelihood": each.weight / total}
            for each in likely
        ],
        "actor": None,
        "comment": "",
    }
