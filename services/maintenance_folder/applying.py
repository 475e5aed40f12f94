"""Making maintenance at a site what its folder says: the difference first, then one transaction.

    Wanted --documents--> (kind, subject): what is to hold --compare--> added, changed, retired, kept --> record_change

What somebody changed by hand since the folder was applied last (a job in the console, a nameplate) is kept, and the
difference says so; the file is what is to be mended. Only what a folder brought is retired when it names it no more,
people of another site's folder therefore never. The stock of parts is nobody's business here but the opening one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import msgspec

from services import events, people
from services.database import Connection, rows, run
from services.maintenance.settings import SQL
from services.maintenance_folder.lists import Part
from services.maintenance_folder.people_file import People
from services.maintenance_folder.read import Wanted

#: The event by which others know that something of maintenance is other than before.
CHANGED = "maintenance.changed"
#: The reason in record_change of what a folder brought; statements know it too.
FROM_FOLDER: Final = "from the site folder"

#: By kind and code.
Documents: TypeAlias = Mapping[tuple[str, str], Any]

#: In the order in which they are written: what is named comes before what names it.
_KINDS = ("settings", "person", "team", "shift", "part", "job", "plan", "equipment")
#: What is never retired: it belongs to the site or to a machine.
_LASTING = frozenset({"settings", "equipment"})


class NoSuchSiteError(Exception):
    """The site is not in the registry; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Something as it holds, and what the folder said of it last (None: nothing, or it retired it)."""

    kind: str
    subject: str
    document: Any
    is_retired: bool
    said: Any

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody changed it since the folder was applied."""
        return not self.is_retired and self.said is not None and self.said != self.document


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what is wanted and what holds."""

    action: Literal["added", "changed", "retired", "kept"]
    kind: str
    subject: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        named = f"{self.action:8} {self.kind} {self.subject}"
        if self.action == "kept":
            return f"{named}: it was changed by hand since, and the folder says otherwise"
        if self.action == "changed":
            fields = [name for name in {**self.before, **self.after} if self.before.get(name) != self.after.get(name)]
            return f"{named}: {', '.join(sorted(fields))}"
        return named


async def plan(connection: Connection, site: str, wanted: Wanted) -> list[Change]:
    """What would change; of a site that is not there yet, all of it."""
    site_id: int | None = await connection.fetchval(SQL["site_of_folder"].text, site)
    held: dict[tuple[str, str], HeldRow] = {}
    if site_id is not None:
        held = {(row.kind, row.subject): row for row in await rows(connection, SQL["held_documents"], HeldRow, site_id)}
    documents = documents_of(site, wanted)
    changes = [
        change for key, document in documents.items() if (change := _change(key, document, held.get(key))) is not None
    ]
    spoken_of = _spoken_of(wanted)
    for key, row in held.items():
        if key in documents or row.is_retired or row.said is None or row.kind not in spoken_of - _LASTING:
            continue
        action: Literal["kept", "retired"] = "kept" if row.is_by_hand else "retired"
        changes.append(Change(action, row.kind, row.subject, before=row.document))
    return sorted(changes, key=lambda change: _KINDS.index(change.kind))


async def apply(connection: Connection, site: str, wanted: Wanted, now: datetime) -> list[Change]:
    """Make it so; gives what changed. A second time nothing does. Raises NoSuchSiteError."""
    async with connection.transaction():
        site_id: int | None = await connection.fetchval(SQL["site_of_folder"].text, site)
        if site_id is None:
            raise NoSuchSiteError(f"site {site!r} is not in the registry: `ioe site apply` first")
        actor = await people.actor(connection, None)
        changes = await plan(connection, site, wanted)
        for change in changes:
            if change.action == "kept":
                continue
            name = f"retire_{change.kind}" if change.action == "retired" else f"put_{change.kind}"
            last: object = now if change.action == "retired" else change.after
            await run(connection, SQL[name], site_id, change.subject, last)
            what = (change.kind, change.subject, change.before, change.after)
            await run(connection, SQL["add_record_change"], site_id, actor.id, *what, FROM_FOLDER)
            if change.kind == "part" and change.action == "added":
                part = (wanted.parts or {})[change.subject]
                await run(connection, SQL["stock_part"], site_id, part.code, part.opening_stock, now, actor.id)
        if any(change.action != "kept" for change in changes):
            payload = {"changes": [str(change) for change in changes]}
            await events.record(connection, CHANGED, site, payload)
    return changes


def documents_of(site: str, wanted: Wanted) -> Documents:
    """What is to hold, as it is stored."""
    found: dict[tuple[str, str], Any] = {}
    if wanted.people is not None:
        found |= _people(wanted.people)
    for code, part in (wanted.parts or {}).items():
        found["part", code] = _part(part)
    for code, plate in (wanted.nameplates or {}).items():
        found["equipment", code] = msgspec.to_builtins(plate)
    if wanted.maintenance is not None:
        found["settings", site] = msgspec.to_builtins(wanted.maintenance.settings)
        found |= {("job", code): msgspec.to_builtins(job) for code, job in wanted.maintenance.jobs.items()}
        found |= {("plan", code): msgspec.to_builtins(each) for code, each in wanted.maintenance.plans.items()}
    # As it comes back from the database: lists, texts and numbers of JSON.
    return {key: msgspec.json.decode(msgspec.json.encode(document)) for key, document in found.items()}


def _change(key: tuple[str, str], document: Any, row: HeldRow | None) -> Change | None:  # noqa: ANN401 - JSON
    if row is None or row.is_retired:
        return Change("added", *key, before=None if row is None else row.document, after=document)
    if row.document == document:
        return None
    # By hand is what differs from what the folder said; what it never spoke of, it takes over.
    action: Literal["kept", "changed"] = "kept" if row.is_by_hand else "changed"
    return Change(action, *key, before=row.document, after=document)


def _people(people: People) -> dict[tuple[str, str], Any]:
    persons = sorted(people.people.values(), key=lambda person: person.code)
    found: dict[tuple[str, str], Any] = {}
    for person in persons:
        found["person", person.code] = {"name": person.name, "email": person.email, "skills": person.skills}
    for team in people.teams.values():
        members = [person.code for person in persons if team.code in person.teams]
        found["team", team.code] = {"name": team.name, "skills": team.skills, "members": members}
    for shift in people.shifts.values():
        members = [person.code for person in persons if shift.code in person.shifts]
        found["shift", shift.code] = {"name": shift.name, "hours": shift.hours, "members": members}
    return found


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "name_zh": part.name_zh,
        "unit": part.unit,
        "location": part.location,
        "supplier": part.supplier,
        "minimum": _figure(part.minimum),
        "unit_cost": None if part.unit_cost is None else _figure(part.unit_cost),
        "currency": part.currency,
    }


def _figure(number: Decimal) -> str:
    """As the database writes it: without zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spoken_of(wanted: Wanted) -> frozenset[str]:
    """The kinds of which the folder has a file."""
    kinds: set[str] = set()
    if wanted.people is not None:
        kinds |= {"person", "team", "shift"}
    if wanted.parts is not None:
        kinds |= {"part"}
    if wanted.maintenance is not None:
        kinds |= {"job", "plan"}
    return frozenset(kinds)
