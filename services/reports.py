"""What a machine's label leads to: its name and place, for whoever scans it, and no more.

The key on a label is random and says nothing of the machine. A machine that is retired, or whose label was made anew,
is not found by the old one.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.database import Connection, one
from services.statements import statements

SQL = statements("reports")


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A machine and where it stands."""

    site: str
    site_name: str
    site_name_zh: str | None
    equipment: str
    name: str
    name_zh: str | None
    space_name: str | None
    space_name_zh: str | None


async def labelled(connection: Connection, report_key: UUID) -> LabelledRow | None:
    """The machine with this label; None: there is none."""
    return await one(connection, SQL["machine_of_label"], LabelledRow, report_key)
