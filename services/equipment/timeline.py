"""Everything that happened to a machine in one list, the newest first.

    operation     a sum for each local day; besides them faults, and stops and silences that lasted
    alarm         what people were told, from raise to normal
    repair        the main steps of its repairs             maintenance   the main steps of its other orders
    downtime      when it could not do its work, and why    part          what orders used and gave back
    document      files, also those of its orders           note          what people wrote down
    change        what was changed in the registry or in its record

A compressor loads and unloads five hundred times a day, which would drown everything else: these changes are only in
the day's sum, unless every change is asked for. The day that is not over yet is summed up to now, and so is the one
on which a machine fell silent.

Each source is asked for one page, and the pages are merged. A place in the list is an instant, a source, and a number
within the source: what happened in the same microsecond is neither left out nor shown twice, wherever a page ends.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from services.alarms.reads import planned
from services.database import Connection, rows
from services.equipment import today
from services.equipment.entries import KINDS, EntryRow, Kind
from services.statements import statements

SQL = statements("equipment_timeline")

#: The server ends a session that idles for 5 s inside a transaction, as while many rows are taken in.
_AT_ONCE = 5000
_LEAST_ID, _GREATEST_ID = -(2**63), 2**63 - 1


class _Source(NamedTuple):
    kind: Kind
    statement: str


#: By rank: of what happened at the same instant, a later source stands further up.
_SOURCES: Final = (
    _Source("operation", "days"),
    _Source("operation", "stops"),
    _Source("operation", "silences"),
    _Source("change", "registry_changes"),
    _Source("change", "record_changes"),
    _Source("alarm", "alarms"),
    _Source("downtime", "downtimes"),
    _Source("maintenance", "orders"),
    _Source("repair", "orders"),
    _Source("part", "parts"),
    _Source("document", "files"),
    _Source("note", "notes"),
)
_DAYS: Final = 0


class Place(NamedTuple):
    """Where an entry stands in the list; the newest is the greatest."""

    at: datetime
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of these machines in [start, stop), up to `now`; `every_change`: every change of state."""

    equipment_ids: Sequence[int]
    start: datetime
    stop: datetime
    now: datetime
    kinds: Collection[str] = KINDS
    every_change: bool = False


async def entries(
    connection: Connection, wanted: Wanted, limit: int, before: Place | None = None
) -> tuple[list[EntryRow], Place | None]:
    """At most `limit` entries below a place, the newest first, and the place below which the rest is."""
    found: list[tuple[Place, EntryRow]] = []
    async with planned(connection):
        for rank, source in enumerate(_SOURCES):
            if source.kind not in wanted.kinds:
                continue
            at, number = _below(wanted, rank, before)
            page = await rows(
                connection,
                SQL["changes" if wanted.every_change and source.statement == "stops" else source.statement],
                EntryRow,
                wanted.equipment_ids,
                wanted.start,
                min(wanted.stop, wanted.now),
                at,
                number,
                source.kind,
                limit + 1,
            )
            found += [(Place(row.at, rank, row.id), row) for row in page]
    if "operation" in wanted.kinds:
        day = await today.entries(connection, wanted.equipment_ids, wanted.start, wanted.stop, wanted.now)
        placed = [(Place(row.at, _DAYS, row.id), row) for row in day]
        found += [each for each in placed if before is None or each[0] < before]
    found.sort(key=lambda each: each[0], reverse=True)
    shown = found[:limit]
    return [row for _, row in shown], shown[-1][0] if len(found) > limit else None


async def whole(connection: Connection, wanted: Wanted, at_most: int) -> tuple[list[EntryRow], Place | None]:
    """The entries of a file, a few thousand at a time, and, where they are more than it may have, where it ends."""
    found: list[EntryRow] = []
    before: Place | None = None
    while len(found) < at_most:
        page, before = await entries(connection, wanted, min(_AT_ONCE, at_most - len(found)), before)
        found += page
        if before is None:
            break
    return found, before


def _below(wanted: Wanted, rank: int, before: Place | None) -> tuple[datetime, int]:
    """The place as a source numbers it: of the place's own instant it has all, some or none to show."""
    if before is None:
        return wanted.stop, _LEAST_ID
    if rank == before.rank:
        return before.at, before.id
    return before.at, _GREATEST_ID if rank < before.rank else _LEAST_ID
