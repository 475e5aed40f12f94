"""Writing the changes of a site, set by set: one statement a kind, whatever their number.

Spaces and units go level by level, so that what is above each is there before it: at each level first those that move
there, then those that are added or changed. Equipment and devices may refer to one another in any order: they are put
first and linked afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from typing import TypeVar

import msgspec

from analytics.registry.difference import Change, Difference, Kind
from analytics.registry.model import Device, Equipment, OrgUnit, Point, Registry, Space, Template, TemplatePoint
from services.database import Connection, run
from services.registry.meter_writing import write_meters
from services.statements import Statement, statements

SQL = statements("registry_change")

#: Told after each step: how many of all changed things are written.
Progress = Callable[[int], None]

AnyThing = TypeVar("AnyThing", Space, OrgUnit, Template, TemplatePoint, Equipment, Device, Point)

_RETIRE: Mapping[Kind, str] = {
    "space": "retire_spaces",
    "org_unit": "retire_org_units",
    "template": "retire_templates",
    "equipment": "retire_equipment",
    "device": "retire_devices",
}
#: Enough for one round trip, few enough to show progress.
CHUNK = 5_000


async def write(
    connection: Connection, wanted: Registry, difference: Difference, progress: Progress, actor: str
) -> list[int]:
    """Make the site what is wanted; inside the caller's transaction, under the lock of the revision.

    Gives the registers of virtual meters whose formula has changed.
    """
    site, changes = wanted.site.code, difference.changes
    if any(change.kind == "site" for change in changes):
        await _run(connection, "put_site", *astuple(wanted.site))
    await _levels(
        connection, site, ("move_spaces", "put_spaces"), _put(changes, Space), difference.moves.get("space", {})
    )
    await _levels(
        connection,
        site,
        ("move_org_units", "put_org_units"),
        _put(changes, OrgUnit),
        difference.moves.get("org_unit", {}),
    )
    await _put_all(connection, "put_templates", site, _put(changes, Template))
    described = [change.before for change in changes if change.action == "retired"]
    gone = [point for point in described if isinstance(point, TemplatePoint)]
    if gone:
        await _run(connection, "remove_template_points", site, [p.template for p in gone], [p.key for p in gone])
    await _put_all(connection, "put_template_points", site, _put(changes, TemplatePoint))
    await _equipment(connection, site, _put(changes, Equipment), difference.moves.get("equipment", {}))
    await _devices(connection, site, _put(changes, Device), difference.moves.get("device", {}))
    await _points(connection, site, difference, progress)
    changed_formulas = await write_meters(connection, difference, actor)
    await _retire(connection, site, changes)
    return changed_formulas


def _put(changes: Iterable[Change], kind: type[AnyThing]) -> list[AnyThing]:
    """The things of a kind that are added, changed or restored, as they shall be."""
    put = (change.after for change in changes if change.action in {"added", "changed", "restored"})
    return [thing for thing in put if isinstance(thing, kind)]


async def _run(connection: Connection, name: str, *arguments: object) -> int:
    return await run(connection, SQL[name], *arguments)


async def _put_all(connection: Connection, name: str, site: str, things: Sequence[AnyThing]) -> None:
    if things:
        await _run(connection, name, site, *_columns(SQL[name], things))


def _columns(statement: Statement, things: Sequence[AnyThing]) -> list[list[object]]:
    """The columns that a statement takes after the site, each as a list, found by name."""
    names = {each.name for each in fields(things[0])}
    wanted = [name if name in names else f"equipment_{name}" for name, _ in statement.takes[1:]]
    columns = [[getattr(thing, name) for thing in things] for name in wanted]
    return [
        list(map(_json, column)) if name == "states" else column for name, column in zip(wanted, columns, strict=True)
    ]


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def _levels(
    connection: Connection, site: str, names: tuple[str, str], put: Sequence[AnyThing], moves: Mapping[str, str]
) -> None:
    move_name, put_name = names
    paths: list[str] = [str(getattr(thing, "path", "")) for thing in put]
    for level in sorted({path.count("/") for path in (*paths, *moves.values())}):
        moving = [(old, new) for old, new in moves.items() if new.count("/") == level]
        if moving:
            await _run(connection, move_name, site, [old for old, _ in moving], [new for _, new in moving])
        here = [thing for thing, path in zip(put, paths, strict=True) if path.count("/") == level]
        await _put_all(connection, put_name, site, here)


async def _equipment(connection: Connection, site: str, put: Sequence[Equipment], moves: Mapping[str, str]) -> None:
    if moves:
        await _run(connection, "move_equipment", site, list(moves), list(moves.values()))
    await _put_all(connection, "put_equipment", site, put)
    await _put_all(connection, "link_equipment", site, put)


async def _devices(connection: Connection, site: str, put: Sequence[Device], moves: Mapping[str, str]) -> None:
    if moves:
        await _run(connection, "move_devices", site, list(moves), list(moves.values()))
    await _put_all(connection, "put_devices", site, put)
    await _put_all(connection, "link_devices", site, put)


async def _points(connection: Connection, site: str, difference: Difference, progress: Progress) -> None:
    # Points that only follow their device have moved with its row; those renamed by themselves change their key.
    renamed = [
        (change.after.device, change.before.key, change.after.key)
        for change in difference.changes
        if change.action == "renamed" and isinstance(change.before, Point) and isinstance(change.after, Point)
    ]
    if renamed:
        await _run(connection, "move_points", site, *(list(column) for column in zip(*renamed, strict=True)))
    put = _put(difference.changes, Point)
    others = len(difference.changes) - len(put)
    for start in range(0, len(put), CHUNK):
        progress(others + start)
        await _put_all(connection, "put_points", site, put[start : start + CHUNK])
    progress(len(difference.changes))


async def _retire(connection: Connection, site: str, changes: Sequence[Change]) -> None:
    retired = [change for change in changes if change.action == "retired"]
    for kind, name in _RETIRE.items():
        names = [change.name for change in retired if change.kind == kind]
        if names:
            await _run(connection, name, site, names)
    points = [change.before for change in retired if isinstance(change.before, Point)]
    if points:
        await _run(connection, "retire_points", site, [p.device for p in points], [p.key for p in points])
