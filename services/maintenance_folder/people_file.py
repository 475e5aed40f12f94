"""people.toml: who is there, what they can do, in which team they are and when they work.

    [[team]]    code, name, skills             what all of its members can do
    [[shift]]   code, name, hours              as rules write them: "mon-fri 08:00-20:00"
    [[person]]  code, name, email, skills, teams, shifts

People and teams belong to all sites, shifts to one. An address is where a person is told; without one they are not.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from analytics.maintenance.job import Code, Text
from analytics.notifications.model import MAIL_ADDRESS
from services.maintenance_folder.structure import Thing, structure, unknown
from services.rule_folder.fields import hours, written_hours
from services.site_folder.record import Record

FILE = "people.toml"


class Team(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A team; `members` come from the people who name it."""

    code: Code
    name: Text
    skills: tuple[Code, ...] = ()


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of the week in which some people are here."""

    code: Code
    name: Text
    hours: tuple[str, ...]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who does maintenance."""

    code: Code
    name: Text
    email: str = ""
    skills: tuple[Code, ...] = ()
    teams: tuple[Code, ...] = ()
    shifts: tuple[Code, ...] = ()


class People(msgspec.Struct, frozen=True):
    """All that people.toml says, by code."""

    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    shifts: Mapping[str, Shift]

    @property
    def skills(self) -> frozenset[str]:
        """What anybody can do."""
        of_people = (each.skills for each in self.people.values())
        of_teams = (each.skills for each in self.teams.values())
        return frozenset(skill for skills in (*of_people, *of_teams) for skill in skills)


def read_people(record: Record) -> People:
    """Read the file; what is wrong is noted and left out."""
    record.only(("team", "shift", "person"))
    teams: dict[str, Team] = {}
    for each in record.under("team"):
        if (team := structure(each, Team)) is not None:
            once(each, "team", team.code, teams, team)
    shifts: dict[str, Shift] = {}
    for each in record.under("shift"):
        written = hours(each, "hours")
        if (shift := structure(each, Shift)) is not None:
            settled = msgspec.structs.replace(shift, hours=tuple(written_hours(written)))
            once(each, "shift", shift.code, shifts, settled)
    people: dict[str, Person] = {}
    for each in record.under("person"):
        if (person := structure(each, Person)) is None:
            continue
        once(each, "person", person.code, people, person)
        if person.email and not MAIL_ADDRESS.fullmatch(person.email):
            each.wrong("email", f"{person.email!r} is no e-mail address")
        for team_code in person.teams:
            unknown(each, "teams", team_code, teams, "[[team]]")
        for shift_code in person.shifts:
            unknown(each, "shifts", shift_code, shifts, "[[shift]]")
    return People(people, teams, shifts)


def once(record: Record, what: str, code: str, there: dict[str, Thing], new: Thing) -> None:
    """Add something by its code; the same code again is noted, and the first one stays."""
    if code in there:
        record.wrong("code", f"{what} {code!r} is there already: leave one of the two")
    else:
        there[code] = new
