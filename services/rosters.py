"""Rosters: who works here, in which teams, in which shifts.

They come with the site folder (people.toml, maintenance.toml) and are only read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.statements import statements

SQL = statements("rosters")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who works here; `shifts` are named site/shift."""

    code: str
    name: str
    skills: list[str]
    retired_at: datetime | None
    teams: list[str]
    shifts: list[str]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team and its members who are still there."""

    code: str
    name: str
    skills: list[str]
    members: list[str]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift of a site: its hours as files write them, and its members who are still there."""

    site: str
    code: str
    name: str
    hours: list[str]
    retired_at: datetime | None
    members: list[str]


async def people(
    connection: Connection, *, team: str | None = None, skill: str | None = None, retired: bool = False
) -> list[PersonRow]:
    """People by code."""
    return await rows(connection, SQL["people"], PersonRow, team, skill, retired)


async def teams(connection: Connection) -> list[TeamRow]:
    """Teams by code."""
    return await rows(connection, SQL["teams"], TeamRow)


async def shifts(connection: Connection, *, site: str | None = None, retired: bool = False) -> list[ShiftRow]:
    """Shifts by site and code."""
    return await rows(connection, SQL["shifts"], ShiftRow, site, retired)
