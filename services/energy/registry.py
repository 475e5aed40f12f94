"""What the analysis needs to know of a site: its meters, whose they are and since when, its spaces and units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from analytics.belonging import Share
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("energy")


class NoSuchPlaceError(Exception):
    """A meter, space, unit or site that is not there; `noun` says which, the message what it was called."""

    def __init__(self, noun: str, name: str) -> None:
        self.noun, self.name = noun, name
        super().__init__(f"There is no {noun.replace('-', ' ')} {name!r}")


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site."""

    id: int
    code: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter, and its register of the flow that was asked for."""

    id: int
    code: str
    name: str
    kind: str
    carrier: str
    parent_id: int | None
    space: str | None
    org_unit: str | None
    register_id: int | None
    calendar_id: int | None
    unit: str | None

    @property
    def is_virtual(self) -> bool:
        """Whether it is a sum of others."""
        return self.kind == "virtual"


@dataclass(frozen=True, slots=True)
class SpaceRow:
    """A space."""

    path: str
    kind: str
    floor_area_m2: float | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """An organisational unit."""

    path: str


@dataclass(frozen=True, slots=True)
class Registry:
    """A site as the analysis sees it for a flow and a period."""

    site: SiteRow
    zone: ZoneInfo
    meters: Sequence[MeterRow]
    allocations: Sequence[Share]
    spaces: Sequence[SpaceRow]
    units: Sequence[UnitRow]


async def read_site(connection: Connection, code: str) -> SiteRow:
    """The site of this code. Raises NoSuchPlaceError."""
    site = await one(connection, SQL["site"], SiteRow, code)
    if site is None:
        raise NoSuchPlaceError("site", code)
    return site


async def read(connection: Connection, site: SiteRow, flow: str, first: date, stop: date) -> Registry:
    """What is known of a site over local days [first, stop)."""
    return Registry(
        site,
        ZoneInfo(site.time_zone),
        await rows(connection, SQL["meters"], MeterRow, site.id, flow),
        await rows(connection, SQL["allocations"], Share, site.id, first, stop),
        await rows(connection, SQL["spaces"], SpaceRow, site.id),
        await rows(connection, SQL["unit_paths"], UnitRow, site.id),
    )
