"""Making a site what a registry says: a plan to look at, then one transaction that carries it out.

    plan:   one read-only look at what is held --difference--> changes, refusals, the revision they were found at
              (a person reads them, and may say no)
    apply:  lock the revision --still the same?--> write, retire, aliases, changes, revision + 1, event, NOTIFY
                              --another one?-----> RegistryMovedError: plan again

Nobody waits for a person inside a transaction, and what is carried out is exactly what was shown. Two applies at once
queue at the revision's row, and the second one plans again. Workers that run hear of the new revision on channel
`registry` and load it. Nothing is deleted: what is not wanted any more is retired with all its readings. Virtual meters
with another formula are evaluated anew behind the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from analytics.registry.difference import Change, Difference, count, difference
from analytics.registry.meaning import reinterpretations
from analytics.registry.model import Alias, Registry, Site
from services import events, rollups
from services.database import Connection, one, run
from services.registry.snapshot import RevisionRow, points_with_readings, revision, snapshot
from services.registry.writing import CHUNK, Progress, write
from services.statements import statements

CHANGE_SQL = statements("registry_change")
LOG_SQL = statements("registry_log")

#: Action, kind, subject, before, after: one row of registry_change.
Record = tuple[str, str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a registry would do, found at a revision; with refusals it cannot be carried out."""

    wanted: Registry
    difference: Difference
    refused: Sequence[str]
    revision: int

    @property
    def changes(self) -> Sequence[Change]:
        """All changes, in the order in which they are read."""
        return self.difference.changes

    @property
    def retires(self) -> bool:
        """Whether anything that is there now will be there no more: a person should say yes to that."""
        return any(change.action == "retired" for change in self.changes)


class RegistryMovedError(Exception):
    """Somebody else changed the registry after the plan was made: plan again."""

    def __init__(self, planned: int, found: int) -> None:
        super().__init__(f"the registry was changed meanwhile (revision {planned}, now {found}): plan again")


class PlanRefusedError(Exception):
    """A plan with refusals was to be carried out; the message is the refusals."""


async def plan(connection: Connection, wanted: Registry, *, accept_meaning_change: bool = False) -> Plan:
    """Find what changes. `accept_meaning_change`: a changed unit, kind or state number is meant, from now on."""
    found = await snapshot(connection, wanted.site.code)
    changes = difference(found.held, wanted)
    # The database knows a point by the name it has before the moves.
    held_name = {new: old for old, new in changes.moves.get("point", {}).items()}
    reinterpreted = {held_name.get(each.point, each.point): each for each in reinterpretations(changes.changes)}
    with_readings = await points_with_readings(connection, wanted.site.code, list(reinterpreted))
    refused = [
        each.refusal()
        for name, each in reinterpreted.items()
        if name in with_readings and not (each.acceptable and accept_meaning_change)
    ]
    return Plan(wanted, changes, [*changes.refused, *refused], found.revision)


async def apply(
    connection: Connection, planned: Plan, *, actor: str = "local", progress: Progress = lambda _: None
) -> int:
    """Carry out a plan; gives the revision of the registry then. Without changes nothing happens.

    Raises PlanRefusedError, and RegistryMovedError where the registry is not as it was planned for.
    """
    if planned.refused:
        raise PlanRefusedError("\n".join(planned.refused))
    if not planned.changes:
        return await revision(connection)
    # Worked out before the transaction: the server ends one that does nothing for five seconds.
    records = [_record(planned.wanted.site.code, change) for change in planned.changes]
    async with connection.transaction():
        locked = await one(connection, CHANGE_SQL["lock_revision"], RevisionRow)
        assert locked is not None
        if locked.revision != planned.revision:
            raise RegistryMovedError(planned.revision, locked.revision)
        changed_formulas = await write(connection, planned.wanted, planned.difference, progress, actor)
        await _put_aliases(connection, planned.difference.wanted, actor)
        raised = await _leave_record(connection, planned, records, actor)
    # A month in each transaction, behind the change itself: nobody waits for a year of sums to change a name.
    for register_id in changed_formulas:
        await rollups.evaluate_anew(connection, register_id)
    return raised


async def _put_aliases(connection: Connection, wanted: Registry, actor: str) -> None:
    aliases = list(wanted.aliases.values())
    kinds, names = [alias.kind for alias in aliases], [alias.alias for alias in aliases]
    site = wanted.site.code
    await run(connection, LOG_SQL["remove_aliases"], site, kinds, names)
    if aliases:
        targets = [alias.target for alias in aliases]
        await run(connection, LOG_SQL["put_aliases"], site, kinds, names, targets, actor)


async def _leave_record(connection: Connection, planned: Plan, records: Sequence[Record], actor: str) -> int:
    raised = await one(connection, LOG_SQL["raise_revision"], RevisionRow, actor)
    assert raised is not None
    for start in range(0, len(records), CHUNK):
        columns = zip(*records[start : start + CHUNK], strict=True)
        await run(connection, LOG_SQL["record_changes"], raised.revision, actor, *map(list, columns))
    await run(connection, LOG_SQL["notify_workers"], str(raised.revision))
    payload = {"revision": raised.revision, **count(planned.changes)}
    await events.record(connection, "registry.changed", planned.wanted.site.code, payload)
    return raised.revision


def _record(site: str, change: Change) -> Record:
    thing = change.after or change.before
    name = "" if isinstance(thing, Site) else f"/{thing.alias}" if isinstance(thing, Alias) else f"/{change.name}"
    before, after = (None if thing is None else _json(thing) for thing in (change.before, change.after))
    return change.action, change.kind, site + name, before, after


def _json(thing: object) -> str:
    return msgspec.json.encode(thing).decode()
