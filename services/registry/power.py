"""The points that add up to the live power of each space of a site, until accounting knows better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.registry.power import SITE, power_points
from services.database import Connection, rows
from services.statements import statements

SQL = statements("registry")


@dataclass(frozen=True, slots=True)
class PathRow:
    """The path of a space."""

    path: str


@dataclass(frozen=True, slots=True)
class PowerMeterRow:
    """A power meter's power point and the space it measures (None: the site itself)."""

    space: str | None
    point_id: int
    public_id: str


@dataclass(frozen=True, slots=True)
class SpacePower:
    """The points whose sum is the live power of a space; `space` is "" for the site itself, no points: unmeasured."""

    space: str
    point_ids: Sequence[int]
    public_ids: Sequence[str]


async def space_power(connection: Connection, site: str) -> list[SpacePower]:
    """For the site and each of its spaces, by path, the points that add up to its live power."""
    paths = [row.path for row in await rows(connection, SQL["site_spaces"], PathRow, site)]
    meters = await rows(connection, SQL["site_power_meters"], PowerMeterRow, site)
    public = {meter.point_id: meter.public_id for meter in meters}
    sums = power_points(paths, [(meter.space or SITE, meter.point_id) for meter in meters])
    return [SpacePower(space, ids, tuple(public[point] for point in ids)) for space, ids in sums.items()]
