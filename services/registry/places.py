"""Sites, and the two trees below them: spaces (where) and organisational units (whose)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.registry.pages import Listing, Page, listing
from services.statements import statements

SQL = statements("registry")


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site."""

    code: str
    name: str
    name_zh: str | None
    time_zone: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class SpaceRow:
    """A building, floor or area; `path` and `parent` are codes from below the site (`b1/f2`)."""

    site: str
    path: str
    code: str
    kind: str
    name: str
    name_zh: str | None
    parent: str | None
    floor_area_m2: float | None
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/b1/f2`."""
        return f"{self.site}/{self.path}"


@dataclass(frozen=True, slots=True)
class OrgUnitRow:
    """A business unit, department or cost centre."""

    site: str
    path: str
    code: str
    kind: str
    name: str
    name_zh: str | None
    parent: str | None
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/production/line-1`."""
        return f"{self.site}/{self.path}"


async def sites(connection: Connection) -> list[SiteRow]:
    """Every site, by code."""
    return await rows(connection, SQL["sites"], SiteRow)


async def spaces(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    within: str | None = None,
    search: str | None = None,
    retired: bool = False,
) -> Listing[SpaceRow]:
    """Spaces by path, parents before children; `within`: that space and everything below it."""
    found = await rows(
        connection, SQL["spaces"], SpaceRow, site, within, search, retired, *page.place(2), page.count + 1
    )
    return listing(found, page)


async def org_units(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    within: str | None = None,
    search: str | None = None,
    retired: bool = False,
) -> Listing[OrgUnitRow]:
    """Organisational units by path, parents before children; `within`: that unit and everything below it."""
    found = await rows(
        connection, SQL["org_units"], OrgUnitRow, site, within, search, retired, *page.place(2), page.count + 1
    )
    return listing(found, page)
