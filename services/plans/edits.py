"""Changing a job or a plan by hand, through the API: checked as a file would be, kept with before, after and why.

What is changed by hand stays so: applying the site folder leaves it as it is and says what the folder has otherwise.
Somebody who changed a version that is not the newest any more is told so and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from analytics.maintenance.job import Job
from analytics.maintenance.plan import Plan
from services import events, people
from services.database import Connection, one, run
from services.maintenance import settings
from services.maintenance_folder.applying import CHANGED
from services.plans.rows import SQL
from services.site_folder.mistakes import mend

Kind = Literal["job", "plan"]


class DocumentRefusedError(ValueError):
    """A job or plan cannot be stored; each of `mistakes` says what to change."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


class VersionMovedError(Exception):
    """Somebody else changed it meanwhile."""

    def __init__(self, kind: Kind, code: str, version: int) -> None:
        super().__init__(
            f"The {kind} {code!r} is at version {version} now: look what has changed, and change that version."
        )


@dataclass(frozen=True, slots=True)
class NamesRow:
    """What plans and jobs of a site may name."""

    site_id: int
    jobs: list[str]
    teams: list[str]
    parts: list[str]
    machines: list[str]
    classes: list[str]
    meters: list[str]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A job or plan as it holds."""

    version: int
    document: Any
    is_retired: bool


async def enter(
    connection: Connection,
    site: str,
    kind: Kind,
    given: Mapping[str, Any],
    reason: str,
    *,
    by: str | None = None,
    version: int | None = None,
) -> bool:
    """Store a job or plan; whether it is another one than before. `version`: which one was changed; None: whichever.

    Raises DocumentRefusedError, VersionMovedError, PersonNotFoundError.
    """
    async with connection.transaction():
        actor = await people.actor(connection, by)
        names = await one(connection, SQL["names_of_site"], NamesRow, site)
        assert names is not None, "the caller has looked for the site"
        document = checked(kind, given, names)
        code = document["code"]
        held = await one(connection, SQL["hold_document"], DocumentRow, names.site_id, kind, code)
        if version is not None and version != (0 if held is None else held.version):
            raise VersionMovedError(kind, code, 0 if held is None else held.version)
        if held is not None and not held.is_retired and held.document == document:
            return False
        before = None if held is None else held.document
        await run(connection, settings.SQL[f"put_{kind}"], names.site_id, code, document)
        change = (names.site_id, actor.id, kind, code, before, document, reason)
        await run(connection, settings.SQL["add_record_change"], *change)
        payload = {"changes": [f"{'added' if held is None else 'changed'} {kind} {code}"], "actor": actor.code}
        await events.record(connection, CHANGED, site, {**payload, "reason": reason})
        return True


def checked(kind: Kind, given: Mapping[str, Any], names: NamesRow) -> Any:  # noqa: ANN401 - a JSON document
    """The document as it is stored. Raises DocumentRefusedError."""
    try:
        read = msgspec.convert(given, Job) if kind == "job" else msgspec.convert(given, Plan)
    except msgspec.ValidationError as error:
        raise DocumentRefusedError([str(error)]) from error
    mistakes = list(_of_job(read, names) if isinstance(read, Job) else _of_plan(read, names))
    if mistakes:
        raise DocumentRefusedError(mistakes)
    return msgspec.json.decode(msgspec.json.encode(read))


def _of_job(job: Job, names: NamesRow) -> Iterator[str]:
    yield from _unknown("team", () if job.team is None else (job.team,), names.teams)
    yield from _unknown("part", [each.part for each in job.parts], names.parts)


def _of_plan(plan: Plan, names: NamesRow) -> Iterator[str]:
    yield from _unknown("job", (plan.job,), names.jobs)
    yield from _unknown("team", () if plan.team is None else (plan.team,), names.teams)
    yield from _unknown("machine", plan.machines, names.machines)
    yield from _unknown("meter", plan.meters, names.meters)
    yield from _unknown("class", () if plan.equipment_class is None else (plan.equipment_class,), names.classes)
    its = plan.meters or plan.machines or names.machines  # of a class any machine: it may be of that class tomorrow
    for field, given in (("done", plan.done), ("used", plan.used)):
        for code in given:
            if code not in its:
                yield f"{field}: this plan is not for {code!r}{mend(code, its)}"


def _unknown(what: str, given: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for code in given:
        if code not in known:
            yield f"there is no {what} {code!r}{mend(code, known)}"
