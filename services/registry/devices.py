"""Devices: what sends readings, when it was last heard, and whether it says it is online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.registry.pages import Listing, Page, listing
from services.statements import statements

SQL = statements("registry")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device.

    `kind` and `template` are None where all its points are its own. `last_reading_at` is the newest instant it
    measured, `last_seen_at` when a reading of it last arrived (both None: never). `online` is what its status topic
    said last, at `online_since`; None: it never said.
    """

    site: str
    code: str
    name: str
    name_zh: str | None
    template: str | None
    kind: str | None
    space: str | None
    org_unit: str | None
    equipment: str | None
    gateway: str | None
    future_limit_s: float
    points: int
    last_reading_at: datetime | None
    last_seen_at: datetime | None
    online: bool | None
    online_since: datetime | None
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/m-101`."""
        return f"{self.site}/{self.code}"


async def devices(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    space: str | None = None,
    org_unit: str | None = None,
    equipment: str | None = None,
    gateway: str | None = None,
    template: str | None = None,
    kind: str | None = None,
    quantity: str | None = None,
    search: str | None = None,
    code: str | None = None,
    retired: bool = False,
) -> Listing[DeviceRow]:
    """Devices by code; `space` and `org_unit` take everything below them in; `quantity`: has a point of it."""
    found = await rows(
        connection,
        SQL["devices"],
        DeviceRow,
        site,
        space,
        org_unit,
        equipment,
        gateway,
        template,
        kind,
        quantity,
        search,
        code,
        retired,
        *page.place(2),
        page.count + 1,
    )
    return listing(found, page)
