"""Figures about maintenance, one a site: orders and plans that are overdue, and what nobody has answered.

    orders_overdue      not done at their due time
    orders_unanswered   requests and orders that nobody has begun at the time by which somebody should have
    plans_overdue       machines whose maintenance has been due and is not done

All are 0 where all is well, so that a rule's alarm returns as soon as the last of them is dealt with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.alarms.machine import AlarmKey, Instance
from services.database import Connection, rows
from services.statements import statements

SQL = statements("alarm_facts")


@dataclass(frozen=True, slots=True)
class MaintenanceRow:
    """The figures of a site; their names are those that rules use."""

    site: str
    orders_overdue: int
    orders_unanswered: int
    plans_overdue: int


async def maintenance(connection: Connection, instances: Sequence[Instance], now: datetime) -> dict[AlarmKey, float]:
    """The figure that each instance's rule is about, of its site."""
    sites = sorted({instance.key.site for instance in instances})
    found = {row.site: row for row in await rows(connection, SQL["maintenance_counts"], MaintenanceRow, sites, now)}
    return {
        instance.key: float(getattr(found[instance.key.site], instance.rule.signal.of))
        for instance in instances
        if instance.key.site in found
    }
