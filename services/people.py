"""Who acts, and who could: people by their code, and candidates for an order by skill and shift.

Until people sign in a call says who acts by giving `by`, the code of a person; without it whoever acts is `local`. A
candidate is here now where one of their shifts at the site has this minute among its hours, which are read as those of
rules are; of somebody without a shift there it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.alarms.evaluation import minute_of_week
from services.database import Connection, one, rows, run
from services.rule_folder import fields
from services.site_folder.mistakes import Mistakes
from services.statements import statements

SQL = statements("people")


class PersonNotFoundError(Exception):
    """There is no such person, or they work here no more."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"There is nobody with the code {code!r}: give that of somebody who works here; the list of people has "
            "them, and people.toml of the site folder describes them."
        )


class TeamNotFoundError(Exception):
    """There is no such team, or no longer."""

    def __init__(self, code: str) -> None:
        super().__init__(f"There is no team {code!r}: the list of teams has them.")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; no user: whoever is at the machine."""

    id: int
    code: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person and their actor, once they acted."""

    user_id: int
    code: str
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Somebody who may be asked, as stored."""

    code: str
    name: str
    skills: list[str]
    time_zone: str
    teams: list[str]
    has_shift: bool
    hours: list[str]
    orders: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked to do an order."""

    code: str
    name: str
    skills: Sequence[str]
    teams: Sequence[str]
    has_skill: bool
    is_here: bool | None
    """On shift now; None: no shift of theirs is known."""
    orders: int
    """How many they have, not done yet."""


async def actor(connection: Connection, by: str | None) -> Actor:
    """Who acts. Raises PersonNotFoundError."""
    if by is None:
        local = await one(connection, SQL["local_actor"], Actor)
        assert local is not None, "the registry's first migration adds it"
        return local
    found = await _person(connection, by)
    if found.actor_id is None:
        await run(connection, SQL["add_actor_of_person"], found.code, found.user_id)
        found = await _person(connection, by)
    assert found.actor_id is not None
    return Actor(found.actor_id, found.code, found.user_id)


async def person_id(connection: Connection, code: str) -> int:
    """A person within the database. Raises PersonNotFoundError."""
    return (await _person(connection, code)).user_id


async def team_id(connection: Connection, code: str) -> int:
    """A team within the database. Raises TeamNotFoundError."""
    found: int | None = await connection.fetchval(SQL["team_id"].text, code)
    if found is None:
        raise TeamNotFoundError(code)
    return found


async def has_skill(connection: Connection, skill: str, *, user_id: int | None, team_id: int | None) -> bool:
    """Whether a person has a skill; where only a team is given, the team or one of its members."""
    found: bool = await connection.fetchval(SQL["has_skill"].text, user_id, team_id, skill)
    return found


async def candidates(
    connection: Connection, site: str, now: datetime, *, skill: str | None = None, team: str | None = None
) -> list[Candidate]:
    """Who may be asked: those with the skill first, of these those who are here, of these who has least to do."""
    found = [
        Candidate(
            row.code,
            row.name,
            row.skills,
            row.teams,
            skill is None or skill in row.skills,
            is_within(row.hours, row.time_zone, now) if row.has_shift else None,
            row.orders,
        )
        for row in await rows(connection, SQL["candidates"], CandidateRow, site, team)
    ]
    return sorted(found, key=lambda each: (not each.has_skill, not each.is_here, each.orders, each.code))


def is_within(hours: Sequence[str], time_zone: str, now: datetime) -> bool:
    """Whether an instant is inside hours as files write them: `mon-fri 08:00-20:00`."""
    read = fields.hours(fields.document_record({"hours": list(hours)}, "shift", Mistakes()), "hours")
    day, minute = divmod(minute_of_week(now, ZoneInfo(time_zone)), fields.DAY_MINUTES)
    return any(day + 1 in each.weekdays and each.start_minute <= minute < each.stop_minute for each in read)


async def _person(connection: Connection, code: str) -> PersonRow:
    found = await one(connection, SQL["person"], PersonRow, code)
    if found is None:
        raise PersonNotFoundError(code)
    return found
