"""Figures about alarms of a period: read what people were told of, and count (analytics/alarms/figures.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from analytics.alarms.figures import Figures, Heard, figures, figures_by
from services.alarms.reads import planned
from services.alarms.rows import SERVICE
from services.database import Connection, rows
from services.statements import statements

SQL = statements("alarm_figures")
By = Literal["machine", "rule"]


@dataclass(frozen=True, slots=True)
class HeardRow:
    """An occurrence that people were told of, with the names of its alarm."""

    alarm: str
    site: str
    rule: str
    subject: str
    machine: str
    machine_zh: str
    name: str
    name_zh: str
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
    async with planned(connection):
        found = await rows(connection, SQL["heard"], HeardRow, start, stop, site, rule, machine)
    names: Mapping[str, tuple[str, str]] = {
        _code(row, by): (row.machine, row.machine_zh) if by == "machine" else (row.name, row.name_zh) for row in found
    }
    heard = [
        Heard(
            row.alarm,
            _code(row, by),
            row.priority,
            row.announced_at,
            row.returned_at,
            row.ended_at,
            row.acknowledged_at,
        )
        for row in found
    ]
    parts = figures_by(heard, start, stop, now) if by is not None else {}
    return Answer(
        figures(heard, start, stop, now), tuple(Part(code, *names[code], made) for code, made in parts.items())
    )


def _code(row: HeardRow, by: By | None) -> str:
    return f"{row.site or SERVICE}/{row.subject if by == 'machine' else row.rule}"
