"""Points: one measured figure of a device, with its quantity, unit, kind and range.

`point_id` is the number under which readings are stored. It is for joining inside services and must not leave: the
world outside names a point `site/device/key`. A name that was changed goes on finding its point in `points_named`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.database import Connection, rows
from services.registry.pages import Listing, Page, listing
from services.statements import statements

SQL = statements("registry")


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point; stored values, `minimum` and `maximum` are in `unit`, the device sends `sent_unit`."""

    point_id: int
    site: str
    device: str
    key: str
    name: str
    name_zh: str | None
    device_name: str
    device_name_zh: str | None
    device_kind: str | None
    space: str | None
    quantity: str
    unit: str
    sent_unit: str
    kind: str
    minimum: float | None
    maximum: float | None
    expected_interval_s: float
    states: dict[str, float] | None
    retired_at: datetime | None

    @property
    def id(self) -> str:
        """Public name: `kunshan/m-101/active_power_kw`."""
        return f"{self.site}/{self.device}/{self.key}"


@dataclass(frozen=True, slots=True)
class NamedPointRow(PointRow):
    """A point and the name under which it was asked for."""

    asked: str


async def points(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    space: str | None = None,
    device: str | None = None,
    template: str | None = None,
    device_kind: str | None = None,
    quantity: str | None = None,
    kind: str | None = None,
    search: str | None = None,
    retired: bool = False,
) -> Listing[PointRow]:
    """Points by device and key; `space` takes everything below it in."""
    found = await rows(
        connection,
        SQL["points"],
        PointRow,
        site,
        space,
        device,
        template,
        device_kind,
        quantity,
        kind,
        search,
        retired,
        *page.place(3),
        page.count + 1,
    )
    return listing(found, page)


async def points_named(connection: Connection, names: Sequence[str]) -> Mapping[str, PointRow]:
    """Points by public name (`site/device/key`), old names and retired points included; an unknown name is absent."""
    split = [(name, *name.split("/")) for name in dict.fromkeys(names) if name.count("/") == 2]
    asked, sites, devices, keys = (list(column) for column in zip(*split, strict=True)) if split else ([], [], [], [])
    found = await rows(connection, SQL["points_named"], NamedPointRow, asked, sites, devices, keys)
    return {point.asked: point for point in found}
