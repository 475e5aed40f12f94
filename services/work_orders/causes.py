"""What an order's true cause may be: what the rules of its alarms name, and what anything may have had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.work_orders.causes import ANY, CODES
from services.database import Connection, rows
from services.statements import statements

SQL = statements("work_order_alarms")


@dataclass(frozen=True, slots=True)
class CauseRow:
    """A cause to choose, and how often it was the true one of such alarms on such machines."""

    code: str
    name: str
    name_zh: str
    times_true: int


@dataclass(frozen=True, slots=True)
class TimesRow:
    """How often a cause was the true one."""

    cause: str
    times_true: int


async def choices(connection: Connection, order_id: int) -> Sequence[CauseRow]:
    """The causes to choose from: those of the rules as they rank them, then those that anything may have."""
    named = await rows(connection, SQL["causes_of_order"], CauseRow, order_id)
    found = await rows(connection, SQL["times_true"], TimesRow, order_id, sorted(CODES))
    times = {row.cause: row.times_true for row in found}
    known = {row.code for row in named}
    return [
        *named,
        *(CauseRow(*cause, times_true=times.get(cause.code, 0)) for cause in ANY if cause.code not in known),
    ]
