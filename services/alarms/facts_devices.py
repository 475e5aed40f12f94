"""Figures that are counts of what others wrote down: irregularities of devices, entries of the meter ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.alarms.machine import AlarmKey, Instance
from services.database import Connection, rows
from services.statements import Statement, statements

SQL = statements("alarm_facts")


@dataclass(frozen=True, slots=True)
class CountRow:
    """The answer to a question, by its place among them."""

    ordinal: int
    count: int


async def irregularities(connection: Connection, instances: Sequence[Instance], now: datetime) -> dict[AlarmKey, float]:
    """How many instants of each device were irregular in the way its rule means, within the rule's window."""
    return await _counts(connection, SQL["irregularity_counts"], instances, now)


async def ledger(connection: Connection, instances: Sequence[Instance], now: datetime) -> dict[AlarmKey, float]:
    """How many entries of the kinds meant each meter's registers have; `undecided`: that wait for a ruling."""
    return await _counts(connection, SQL["ledger_counts"], instances, now)


async def _counts(
    connection: Connection, statement: Statement, instances: Sequence[Instance], now: datetime
) -> dict[AlarmKey, float]:
    found = await rows(
        connection,
        statement,
        CountRow,
        [instance.key.site for instance in instances],
        [instance.key.subject for instance in instances],
        [",".join(instance.rule.signal.states) for instance in instances],
        [now - timedelta(seconds=instance.rule.signal.over_s) for instance in instances],
    )
    return {instances[row.ordinal - 1].key: float(row.count) for row in found}
