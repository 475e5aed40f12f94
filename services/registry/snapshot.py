"""A whole site at once: its living and its retired things, as values, with the revision they belong to.

The caller reads inside one transaction that sees one state (REPEATABLE READ), so a change made meanwhile by somebody
else shows as a newer revision and never as half a change. The classes of the registry are the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.registry.difference import Held
from analytics.registry.meters import Allocation, Meter, Register, RegisterSegment
from analytics.registry.model import (
    Alias,
    Device,
    Equipment,
    OrgUnit,
    Point,
    Registry,
    Site,
    Space,
    Template,
    TemplatePoint,
)
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("registry_snapshot")


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """How many times the registry has changed."""

    revision: int


@dataclass(frozen=True, slots=True)
class PointNameRow:
    """A point by device and key."""

    device: str
    key: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is held of one site, and the revision of the whole registry at that moment."""

    revision: int
    held: Held


async def revision(connection: Connection) -> int:
    """The present revision of the registry."""
    row = await one(connection, SQL["revision"], RevisionRow)
    assert row is not None
    return row.revision


async def snapshot(connection: Connection, site: str) -> Snapshot:
    """Read everything that is held of a site."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await one(connection, SQL["held_site"], Site, site)
        held = Held()
        if found:
            held = Held(await _side(connection, found, retired=False), await _side(connection, found, retired=True))
        return Snapshot(await revision(connection), held)


async def _side(connection: Connection, site: Site, *, retired: bool) -> Registry:
    spaces = await rows(connection, SQL["held_spaces"], Space, site.code, retired)
    org_units = await rows(connection, SQL["held_org_units"], OrgUnit, site.code, retired)
    templates = await rows(connection, SQL["held_templates"], Template, site.code, retired)
    equipment = await rows(connection, SQL["held_equipment"], Equipment, site.code, retired)
    devices = await rows(connection, SQL["held_devices"], Device, site.code, retired)
    points = await rows(connection, SQL["held_points"], Point, site.code, retired)
    # Descriptions and former names are not things: nothing hangs on them, and they go when what they belong to goes.
    described = [] if retired else await rows(connection, SQL["held_template_points"], TemplatePoint, site.code)
    aliases = [] if retired else await rows(connection, SQL["held_aliases"], Alias, site.code)
    meters = await rows(connection, SQL["held_meters"], Meter, site.code, retired)
    registers = await rows(connection, SQL["held_registers"], Register, site.code, retired)
    segments = [] if retired else await rows(connection, SQL["held_segments"], RegisterSegment, site.code)
    allocations = [] if retired else await rows(connection, SQL["held_allocations"], Allocation, site.code)
    return Registry(
        site=site,
        spaces={space.path: space for space in spaces},
        org_units={unit.path: unit for unit in org_units},
        templates={template.code: template for template in templates},
        template_points={f"{point.template}/{point.key}": point for point in described},
        equipment={machine.code: machine for machine in equipment},
        devices={device.code: device for device in devices},
        points={f"{point.device}/{point.key}": point for point in points},
        meters={meter.code: meter for meter in meters},
        registers={register.name: register for register in registers},
        segments={segment.name: segment for segment in segments},
        allocations={allocation.name: allocation for allocation in allocations},
        aliases={alias.name: alias for alias in aliases},
    )


async def points_with_readings(connection: Connection, site: str, names: Sequence[str]) -> set[str]:
    """Which of the points (`device/key`) have any reading."""
    split = [name.partition("/") for name in names]
    devices, keys = [device for device, _, _ in split], [key for _, _, key in split]
    found = await rows(connection, SQL["points_with_readings"], PointNameRow, site, devices, keys)
    return {f"{point.device}/{point.key}" for point in found}
