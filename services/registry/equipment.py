"""Equipment: the machines, where they stand and to whom they belong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.registry.pages import Listing, Page, listing
from services.statements import statements

SQL = statements("registry")


@dataclass(frozen=True, slots=True)
class EquipmentRow:
    """A machine; `devices` counts the devices that measure it."""

    site: str
    code: str
    name: str
    name_zh: str | None
    equipment_class: str
    space: str | None
    org_unit: str | None
    parent: str | None
    devices: int
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/compressor-1`."""
        return f"{self.site}/{self.code}"


async def equipment(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    space: str | None = None,
    org_unit: str | None = None,
    equipment_class: str | None = None,
    search: str | None = None,
    code: str | None = None,
    retired: bool = False,
) -> Listing[EquipmentRow]:
    """Equipment by code; `space` and `org_unit` take everything below them in."""
    found = await rows(
        connection,
        SQL["equipment"],
        EquipmentRow,
        site,
        space,
        org_unit,
        equipment_class,
        search,
        code,
        retired,
        *page.place(2),
        page.count + 1,
    )
    return listing(found, page)
