"""Names that samples came under and no point has: kept, listed, mapped to a point.

    map:  lock the revision --> alias: this name leads to that point --> revision + 1, event, NOTIFY registry

From then on ingest stores what comes under the name at the point. What was kept until then is stored by a replay
(services/replay.py). A name can also come to lead somewhere by a change of the registry; it is then replayed alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services import events, points
from services.database import Connection, one, rows, run
from services.points import PointDirectory
from services.registry.pages import Listing, Page, listing
from services.registry.points import PointRow
from services.registry.snapshot import RevisionRow
from services.statements import statements

SQL = statements("unmapped")
CHANGE_SQL = statements("registry_change")
LOG_SQL = statements("registry_log")


@dataclass(frozen=True, slots=True)
class UnmappedRow:
    """A name, what is kept under it, and the point it leads to by now (None: none)."""

    site: str
    device: str
    key: str
    first_seen_at: datetime
    last_seen_at: datetime
    samples: int
    kept: int
    last_time: datetime | None
    last_value: Any
    leads_to: str | None

    @property
    def id(self) -> str:
        """The name as a point would have it."""
        return f"{self.site}/{self.device}/{self.key}"


@dataclass(frozen=True, slots=True)
class Name:
    """Under what samples came: the parts of a topic and a key, as they were sent."""

    site: str
    device: str
    key: str

    def __str__(self) -> str:
        return f"{self.site}/{self.device}/{self.key}"


class MappingRefusedError(Exception):
    """A name cannot lead to a point; the message says why and what to do."""


class NothingKeptError(Exception):
    """The name is not on the list of unmapped names."""


async def unmapped(connection: Connection, page: Page, *, site: str | None = None) -> Listing[UnmappedRow]:
    """Names by site, device and key."""
    found = await rows(connection, SQL["unmapped_page"], UnmappedRow, site, *page.place(3), page.count + 1)
    return listing(found, page)


def require_fit(name: Name, point: PointRow) -> None:
    """Refuse a point that a name can never lead to. Raises MappingRefusedError."""
    if point.site != name.site:
        raise MappingRefusedError(
            f"{name} came from the site {name.site!r}, and {point.id} is on another: a name can only lead to a point "
            "of its own site. Mend the site in the device's topic, or map it to a point there."
        )
    if point.retired_at is not None:
        raise MappingRefusedError(f"{point.id} is retired: bring it back into the registry, or choose another point.")
    if "/" in name.key:
        raise MappingRefusedError(f"The key {name.key!r} has a slash, and no point's key may: rename it at the device.")


async def map_name(connection: Connection, name: Name, point: PointRow, *, actor: str = "local") -> None:
    """Let a name lead to a point from now on; does nothing where it does already. Raises MappingRefusedError."""
    now_leads_to = leads_to(await points.directory(connection), name)
    if now_leads_to == point.point_id:
        return
    if now_leads_to is not None:
        raise MappingRefusedError(
            f"{name} leads to another point already: replay what is kept under it, or change the registry first."
        )
    async with connection.transaction():
        await one(connection, CHANGE_SQL["lock_revision"], RevisionRow)
        alias = f"{name.device}/{name.key}"
        if not await run(connection, SQL["put_point_alias"], point.point_id, alias, actor):
            raise MappingRefusedError(f"{name} was mapped by somebody else at this very moment: look at it again.")
        raised = await one(connection, LOG_SQL["raise_revision"], RevisionRow, actor)
        assert raised is not None
        after = msgspec.json.encode({"alias": alias, "point": f"{point.device}/{point.key}"}).decode()
        await run(
            connection,
            LOG_SQL["record_changes"],
            raised.revision,
            actor,
            ["added"],
            ["alias"],
            [str(name)],
            [None],
            [after],
        )
        await run(connection, LOG_SQL["notify_workers"], str(raised.revision))
        payload = {"revision": raised.revision, "added": 1, "changed": 0, "retired": 0, "restored": 0, "renamed": 0}
        await events.record(connection, "registry.changed", name.site, payload)


async def require_listed(connection: Connection, name: Name) -> int:
    """The number of a name on the list. Raises NothingKeptError."""
    unmapped_id: int | None = await connection.fetchval(SQL["unmapped_id"].text, name.site, name.device, name.key)
    if unmapped_id is None:
        raise NothingKeptError(f"Nothing is kept under {name}.")
    return unmapped_id


def leads_to(directory: PointDirectory, name: Name) -> int | None:
    """The point that a name leads to."""
    device = directory.devices.get((name.site, name.device))
    place = device.places.get(name.key) if device else None
    return None if place is None else int(directory.point_ids[place.index])
