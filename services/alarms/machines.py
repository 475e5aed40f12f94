"""The machines that rules are bound to, from the registry as it is now.

    device    every living device with its points; inside the device that measures what its meter is inside of
    meter     every living meter, with the points that are its registers now
    site      every site; it has no points of its own

Parts of this service are machines too; who watches them says which there are (`services/watch/parts.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from analytics.alarms.machine import Machine, Point
from services.database import Connection, rows
from services.statements import statements

SQL = statements("machines")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device and what rules find it by."""

    site: str
    device_id: int
    code: str
    name: str
    name_zh: str
    template: str
    kind: str
    equipment: str
    gateway: str
    space: str
    parent: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point of a device, in the unit that is stored."""

    device_id: int
    point_id: int
    key: str
    unit: str
    kind: str
    expected_interval_s: float
    states: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter and the points that are its registers now."""

    site: str
    code: str
    name: str
    name_zh: str
    carrier: str
    equipment: str
    space: str
    parent: str
    gateway: str
    point_ids: list[int]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site."""

    code: str
    name: str
    name_zh: str


async def load(connection: Connection, site: str | None = None) -> list[Machine]:
    """Every machine of a site, or of all: devices, meters, then sites, each by code."""
    devices = await rows(connection, SQL["device_machines"], DeviceRow, site)
    points = await rows(connection, SQL["machine_points"], PointRow, site)
    meters = await rows(connection, SQL["meter_machines"], MeterRow, site)
    sites = await rows(connection, SQL["site_machines"], SiteRow, site)
    by_device: dict[int, dict[str, Point]] = defaultdict(dict)
    by_id: dict[int, tuple[str, Point]] = {}
    for row in points:
        point = Point(row.point_id, row.unit, row.kind, row.expected_interval_s, row.states or {})
        by_device[row.device_id][row.key] = point
        by_id[row.point_id] = (row.key, point)
    return [
        *(_device(row, by_device[row.device_id]) for row in devices),
        *(_meter(row, dict(by_id[each] for each in row.point_ids if each in by_id)) for row in meters),
        *(Machine(row.code, "site", row.code, row.name, row.name_zh) for row in sites),
    ]


def _device(row: DeviceRow, points: Mapping[str, Point]) -> Machine:
    return Machine(
        site=row.site,
        subject="device",
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        template=row.template,
        points=points,
        equipment=row.equipment,
        gateway=row.gateway,
        space=row.space,
        parent=row.parent,
    )


def _meter(row: MeterRow, points: Mapping[str, Point]) -> Machine:
    return Machine(
        site=row.site,
        subject="meter",
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.carrier,
        points=points,
        equipment=row.equipment,
        gateway=row.gateway,
        space=row.space,
        parent=row.parent,
    )
