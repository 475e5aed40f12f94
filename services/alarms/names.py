"""Whether a machine or rule by which alarms are asked for is one that alarms know.

Of a misspelt one it would be true that nothing is wrong with it, and so it would of a machine that no rule watches:
both would calm somebody for no reason. Retired alarms and rules count, because they have a history.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.database import Connection, one
from services.statements import statements

SQL = statements("alarm_names")


@dataclass(frozen=True, slots=True)
class KnownRow:
    """What of the names is known."""

    machine: bool
    rule: bool


async def known(
    connection: Connection, site: str | None, *, machine: str | None = None, rule: str | None = None
) -> KnownRow:
    """Look names up at a site, or at any; "" is this service itself."""
    found = await one(connection, SQL["names_of_alarms"], KnownRow, site, machine, rule)
    assert found is not None
    return found
