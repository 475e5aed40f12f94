"""An outage as facts, told afterwards: the alarm is raised and returns as it would have been seen.

    since ---------- since + limit ------------------ until
      0 s                limit, and a little            0 s

While the database is away nobody can write; the evaluator gets these facts in order of time when it is back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from analytics.alarms.change import Fact
from analytics.alarms.machine import Instance
from services.watch.reachability import Outage

_MICRO = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_US = timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (instant - _EPOCH) // _ONE_US


def facts_of(outage: Outage, instance: Instance) -> Iterator[Fact]:
    """What a watcher with a database would have been told, at the instants at which it mattered."""
    since_us, until_us = microseconds(outage.since), microseconds(outage.until)
    yield Fact(instance.key, since_us, 0.0)
    for limit in sorted(level.limit for level in instance.rule.levels):
        passed_us = since_us + round(limit * _MICRO) + 1
        if since_us < passed_us < until_us:
            yield Fact(instance.key, passed_us, (passed_us - since_us) / _MICRO)
    yield Fact(instance.key, until_us, 0.0)
