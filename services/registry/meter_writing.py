"""Writing the changes of a site's meters, set by set.

Energy follows by itself: the engine compares what a register was judged by (segments, rating) with what holds now and
judges it again from where they differ; only a virtual meter whose formula has changed must be evaluated anew, by the
caller, once all is written. What a meter is called, where it stands and whose it is changes no energy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.registry.difference import Change, Difference
from analytics.registry.metering import terms_of
from analytics.registry.meters import Allocation, Meter, Register, RegisterSegment
from services import calendars
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("meters_change")


@dataclass(frozen=True, slots=True)
class ChangedFormulaRow:
    """The register of a virtual meter that is another sum now."""

    register_id: int


async def write_meters(connection: Connection, difference: Difference, actor: str) -> list[int]:
    """Make the meters of the site what is wanted; what they refer to is there already.

    Gives the registers of virtual meters whose formula has changed.
    """
    moves = difference.moves.get("meter", {})
    changes = [
        change
        for change in difference.changes
        if isinstance(change.after or change.before, Meter | Register | RegisterSegment | Allocation)
    ]
    if not changes and not moves:
        return []
    site = difference.wanted.site.code
    if moves:
        await run(connection, SQL["move_meters"], site, list(moves), list(moves.values()))
        virtual = [meter for meter in difference.wanted.meters.values() if meter.formula is not None]
        await run(connection, SQL["put_formulas"], site, *_columns(virtual, "code", "formula"))
    await _put_meters(connection, site, [thing for thing in _put(changes) if isinstance(thing, Meter)])
    registers = [thing for thing in _put(changes) if isinstance(thing, Register)]
    if registers:
        await run(connection, SQL["put_base_calendar"], site)
        await run(connection, SQL["put_registers"], site, *_columns(registers, "meter", "flow", "unit"))
    await _segments(connection, site, difference, changes, actor)
    await _allocations(connection, difference, changes)
    await _retire(connection, site, changes)
    terms = list(terms_of(difference.wanted))
    changed = await rows(
        connection,
        SQL["put_terms"],
        ChangedFormulaRow,
        site,
        [code for code, _ in terms],
        *_columns([term for _, term in terms], "meter", "flow", "factor"),
    )
    await calendars.assign(connection, site)
    return [row.register_id for row in changed]


def _put(changes: Iterable[Change]) -> list[object]:
    return [change.after for change in changes if change.action in {"added", "changed", "restored"}]


def _columns(things: Sequence[object], *names: str) -> list[list[object]]:
    return [[getattr(thing, name) for thing in things] for name in names]


async def _put_meters(connection: Connection, site: str, meters: Sequence[Meter]) -> None:
    if meters:
        names = [name for name, _ in SQL["put_meters"].takes[1:]]
        await run(connection, SQL["put_meters"], site, *_columns(meters, *names))
        await run(connection, SQL["link_meters"], site, *_columns(meters, "code", "parent"))


async def _segments(
    connection: Connection, site: str, difference: Difference, changes: Sequence[Change], actor: str
) -> None:
    registers = difference.wanted.registers
    back = [change.after for change in changes if change.action == "restored" and isinstance(change.after, Register)]
    if back:
        await run(connection, SQL["remove_unentered_segments"], site, *_columns(back, "meter", "flow"))
    # The segments of a register that is retired stay as they are: it may come back, with what was entered of it.
    gone = [
        change.before
        for change in changes
        if change.action == "retired"
        and isinstance(change.before, RegisterSegment)
        and change.before.register in registers
    ]
    if gone:
        await run(connection, SQL["remove_segments"], site, *_columns(gone, "meter", "flow", "valid_from"))
    put = [thing for thing in _put(changes) if isinstance(thing, RegisterSegment)]
    if put:
        names = [name for name, _ in SQL["put_segments"].takes[2:]]
        await run(connection, SQL["put_segments"], site, actor, *_columns(put, *names))


async def _allocations(connection: Connection, difference: Difference, changes: Sequence[Change]) -> None:
    # All shares of a meter at once: a share that begins earlier must not meet the one it replaces.
    site, wanted = difference.wanted.site.code, difference.wanted
    things = [change.after or change.before for change in changes]
    touched = {thing.meter for thing in things if isinstance(thing, Allocation)}
    # A meter that was retired comes back with the shares of now, not with those it had.
    touched |= {change.name for change in changes if change.kind == "meter" and change.action == "restored"}
    touched &= wanted.meters.keys()
    if touched:
        await run(connection, SQL["remove_allocations"], site, sorted(touched))
        put = [allocation for allocation in wanted.allocations.values() if allocation.meter in touched]
        names = [name for name, _ in SQL["put_allocations"].takes[1:]]
        await run(connection, SQL["put_allocations"], site, *_columns(put, *names))


async def _retire(connection: Connection, site: str, changes: Sequence[Change]) -> None:
    gone = [change.before for change in changes if change.action == "retired"]
    registers = [thing for thing in gone if isinstance(thing, Register)]
    if registers:
        await run(connection, SQL["retire_registers"], site, *_columns(registers, "meter", "flow"))
    meters = [thing for thing in gone if isinstance(thing, Meter)]
    if meters:
        await run(connection, SQL["retire_meters"], site, *_columns(meters, "code"))
