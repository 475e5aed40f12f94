"""The directory of points: how (site, device, key) finds its point.

A snapshot that ingest resolves against, loaded whole and replaced whole when the registry's revision moves (NOTIFY on
channel `registry`, a look each 30 s besides). Names that were renamed are found under the old name as well, because
devices in the field go on sending it. Retired points are not in it: what they send is kept as unmapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.readings import Limits
from services.database import Connection, rows
from services.statements import statements

SQL = statements("points")
CHANNEL = "registry"


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A name that may stand in a topic and a payload, and the point it leads to."""

    site: str
    device: str
    key: str
    point_id: int
    kind: str
    scale: float
    bias: float
    minimum: float | None
    maximum: float | None
    states: dict[str, float] | None
    future_limit_s: float


@dataclass(frozen=True, slots=True)
class DeviceAddressRow:
    """A name under which a device may speak."""

    site: str
    device: str
    device_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key of a device leads: an entry of the directory's columns, and how texts become numbers there."""

    index: int
    is_state: bool
    states: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """A device and its keys; `device_id` is None for a name that only ever meant single points."""

    device_id: int | None
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class PointDirectory:
    """All addresses of one registry revision; `point_ids` and `limits` have an entry a place."""

    revision: int
    devices: Mapping[tuple[str, str], DeviceAddress]
    point_ids: np.ndarray[tuple[int], np.dtype[np.int32]]
    limits: Limits


async def revision(connection: Connection) -> int:
    """The registry's revision now."""
    number: int = await connection.fetchval(SQL["registry_revision"].text)
    return number


async def listen(connection: Connection, changed: Callable[[], None]) -> None:
    """Call `changed` whenever the registry changes, as long as the connection lives."""
    await connection.add_listener(CHANNEL, lambda *_: changed())


async def directory(connection: Connection) -> PointDirectory:
    """Load the directory as of one instant."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        number = await revision(connection)
        devices = await rows(connection, SQL["device_addresses"], DeviceAddressRow)
        addresses = await rows(connection, SQL["point_addresses"], AddressRow)
    device_ids = {(row.site, row.device): row.device_id for row in devices}
    places: dict[tuple[str, str], dict[str, Place]] = {name: {} for name in device_ids}
    for index, row in enumerate(addresses):
        place = Place(index, row.kind == "state", {text: float(number) for text, number in (row.states or {}).items()})
        places.setdefault((row.site, row.device), {})[row.key] = place
    return PointDirectory(
        number,
        {name: DeviceAddress(device_ids.get(name), keys) for name, keys in places.items()},
        np.array([row.point_id for row in addresses], dtype=np.int32),
        Limits(
            scale=np.array([row.scale for row in addresses]),
            bias=np.array([row.bias for row in addresses]),
            minimum=np.array([-np.inf if row.minimum is None else row.minimum for row in addresses]),
            maximum=np.array([np.inf if row.maximum is None else row.maximum for row in addresses]),
            future_limit_us=np.array([round(row.future_limit_s * 1e6) for row in addresses], dtype=np.int64),
        ),
    )
