"""How each site keeps its machines, from the database: the defaults where a site says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from analytics.maintenance.settings import MaintenanceSettings
from services.database import Connection, rows
from services.statements import statements

SQL = statements("maintenance")


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """A site and its document, if it has one."""

    site_id: int
    document: Any


async def load(connection: Connection) -> Mapping[int, MaintenanceSettings]:
    """The settings of every site, by its id in the database."""
    return {
        row.site_id: MaintenanceSettings()
        if row.document is None
        else msgspec.convert(row.document, MaintenanceSettings)
        for row in await rows(connection, SQL["settings_of_sites"], SettingsRow)
    }


async def of_site(connection: Connection, site: str) -> MaintenanceSettings:
    """The settings of one site, by its code; of one that is not there, the defaults."""
    document = await connection.fetchval(SQL["settings_of_site"].text, site)
    return MaintenanceSettings() if document is None else msgspec.convert(document, MaintenanceSettings)
