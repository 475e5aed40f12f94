"""Figures about alarms of a period: read what people were told of, and count (analytics/alarms/figures.py).

A period may be of a year and more: occurrences are read some thousands at a time, and the names of an alarm once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from analytics.alarms.figures import Figures, Heard, Tally
from services.alarms.reads import planned
from services.alarms.rows import SERVICE, AlarmRow
from services.database import Connection, rows
from services.statements import statements

SQL = statements("alarm_figures")
ALARMS = statements("alarms")
By = Literal["machine", "rule"]
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class HeardRow:
    """An occurrence that people were told of."""

    alarm_id: int
    priority: str
    announced_at: datetime
    returned_at: datetime | None
    ended_at: datetime | None
    acknowledged_at: datetime | None


class Part(NamedTuple):
    """A machine or rule with its figures; `code` is `site/code`."""

    code: str
    name: str
    name_zh: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures of all that was asked for, and of each machine or rule."""

    whole: Figures
    parts: tuple[Part, ...]


async def of_period(
    connection: Connection,
    start: datetime,
    stop: datetime,
    now: datetime,
    *,
    site: str | None = None,
    rule: str | None = None,
    machine: str | None = None,
    by: By | None = None,
) -> Answer:
    """Figures of [start, stop) or its part up to now; `by`: also of each machine or rule. `site` "": this service."""
    whole, parts = Tally(start, stop, now), defaultdict[str, Tally](lambda: Tally(start, stop, now))
    named: dict[int, AlarmRow] = {}
    async with planned(connection):
        cursor = await connection.cursor(SQL["heard"].text, start, stop, site, rule, machine)
        while found := [HeardRow(**dict(record.items())) for record in await cursor.fetch(_AT_ONCE)]:
            unknown = list({row.alarm_id for row in found} - named.keys())
            named |= {row.id: row for row in await rows(connection, ALARMS["alarms_by_id"], AlarmRow, unknown)}
            for row in found:
                alarm = named[row.alarm_id]
                heard = Heard(
                    alarm.address, row.priority, row.announced_at, row.returned_at, row.ended_at, row.acknowledged_at
                )
                whole.hear(heard)
                if by is not None:
                    parts[_code(alarm, by)].hear(heard)
    names = {_code(row, by): _names(row, by) for row in named.values()} if by is not None else {}
    order = sorted(parts, key=lambda code: (-parts[code].alarms, code))
    return Answer(whole.figures(), tuple(Part(code, *names[code], parts[code].figures()) for code in order))


def _code(row: AlarmRow, by: By) -> str:
    return f"{row.site or SERVICE}/{row.subject if by == 'machine' else row.rule}"


def _names(row: AlarmRow, by: By) -> tuple[str, str]:
    return (row.machine, row.machine_zh) if by == "machine" else (row.name, row.name_zh)
