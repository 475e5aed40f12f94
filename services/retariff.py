"""Roll-ups after new bands: every register of a calendar, month by month, while energy goes on arriving.

    for each local month from a day on, for each hundred registers of the calendar, in one transaction:
        hold the calendar                         the engine's next write waits, at most for this one transaction
        hours from the intervals and the new bands; days from the hours; the month from the days
        only rows that differ are written

Energy by quarter hour has no band, so none of it is touched. The engine holds the same calendar while it changes
roll-ups (services/rollups.py): whoever comes second reads what the first has committed, so both end exact. A run that
was broken off is run again: what is right already costs reading, not writing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services import database
from services.database import Connection, rows
from services.statements import statements

SQL = statements("retariff")
REGISTERS_AT_ONCE = 100

#: Told how many parts of how many are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register, and from when to when it has energy."""

    id: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A local month as a calendar has it: its first and last piece and hour."""

    month: date
    first: datetime
    last: datetime
    first_hour: datetime
    last_hour: datetime


@dataclass(frozen=True, slots=True)
class _Part:
    calendar_id: int
    month: MonthRow
    registers: Sequence[int]


async def run(
    connection: Connection, calendar_ids: Sequence[int], since_day: date, progress: Progress | None = None
) -> int:
    """Rewrite hours, days and months of all registers of calendars from the month of a local day on.

    The calendars' pieces are rewritten and committed before. Gives the number of rows written or taken away.
    """
    parts = [part for calendar_id in calendar_ids for part in await _parts(connection, calendar_id, since_day)]
    written = 0
    for done, part in enumerate(parts, 1):
        written += await _rewrite(connection, part)
        if progress is not None:
            progress(done, len(parts))
    return written


async def _parts(connection: Connection, calendar_id: int, since_day: date) -> list[_Part]:
    known = await rows(connection, SQL["registers_with_energy"], RegisterRow, calendar_id)
    parts: list[_Part] = []
    if not known:
        return parts
    last = max(row.last for row in known)
    for month in await rows(connection, SQL["months"], MonthRow, calendar_id, since_day.replace(day=1), last):
        here = [row.id for row in known if row.first <= month.last and row.last >= month.first]
        parts += [
            _Part(calendar_id, month, here[n : n + REGISTERS_AT_ONCE]) for n in range(0, len(here), REGISTERS_AT_ONCE)
        ]
    return parts


async def _rewrite(connection: Connection, part: _Part) -> int:
    month = part.month
    async with connection.transaction():
        await database.run(connection, SQL["hold"], part.calendar_id)
        written = await database.run(
            connection, SQL["rewrite_hours"], part.calendar_id, list(part.registers), month.first, month.last,
            month.first_hour, month.last_hour,
        )  # fmt: skip
        written += await database.run(
            connection, SQL["rewrite_days"], part.calendar_id, list(part.registers), month.first, month.last,
            month.first_hour, month.last_hour, month.month,
        )  # fmt: skip
        written += await database.run(connection, SQL["rewrite_months"], list(part.registers), month.month)
    return written
