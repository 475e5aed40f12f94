"""Which points tell the states of machines, and how their values are read: from the registry and the sites' settings.

A device tells its state by the point that its site's settings name for its kind ([[settings.machine_states]]); where
they name none, or the device does not have it, by its point `state`, if that is one of states. Other devices have no
state. Retired ones keep the states they had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from analytics.machine_states.meaning import Meaning
from analytics.machine_states.state import NO_DATA, States
from analytics.maintenance.settings import MaintenanceSettings
from analytics.readings import Float64, Int32, Int64
from services.database import Connection, rows
from services.maintenance import settings
from services.statements import statements

SQL = statements("machine_states")
_KEY = "state"
#: A point that is nobody's.
NOBODY = -1


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point that may tell a state."""

    device_id: int
    site_id: int
    time_zone: str
    kind: str
    point_id: int
    key: str
    point_kind: str
    expected_interval_s: float
    states: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class NewestRow:
    """The newest reading of a point."""

    point_id: int
    time_us: int
    value: float


@dataclass(frozen=True, slots=True)
class Binding:
    """The point that tells a device's state, and how."""

    device_id: int
    point_id: int
    meaning: Meaning
    zone: ZoneInfo

    @property
    def document(self) -> Any:  # noqa: ANN401 - plain JSON
        """The meaning as it is kept beside what was derived by it."""
        return msgspec.to_builtins(self.meaning)


class Bindings:
    """All bindings; each has a place, by which columns name it."""

    def __init__(self, bindings: Sequence[Binding]) -> None:
        self.all = tuple(bindings)
        self.by_device = {each.device_id: place for place, each in enumerate(self.all)}
        self.hold_us: Int64 = np.array([each.meaning.hold_us for each in self.all], dtype=np.int64)
        self._place = np.full(max((each.point_id for each in self.all), default=0) + 1, NOBODY, dtype=np.int64)
        for place, each in enumerate(self.all):
            self._place[each.point_id] = place
        kinds: dict[bytes, int] = {}
        self._meanings: list[Meaning] = []
        self._kind = np.zeros(len(self.all), dtype=np.int64)
        for place, each in enumerate(self.all):
            key = msgspec.json.encode(each.meaning, order="deterministic")
            if key not in kinds:
                kinds[key] = len(self._meanings)
                self._meanings.append(each.meaning)
            self._kind[place] = kinds[key]

    def places(self, point_ids: Int32) -> Int64:
        """The place of each point's binding, or NOBODY."""
        found = np.full(len(point_ids), NOBODY, dtype=np.int64)
        inside = point_ids < len(self._place)
        found[inside] = self._place[point_ids[inside]]
        return found

    def read(self, places: Int64, values: Float64) -> States:
        """The state that each value means at its place."""
        states = np.full(len(values), NO_DATA, dtype=np.int8)
        kinds = self._kind[places]
        for kind in np.unique(kinds).tolist():
            here = kinds == kind
            states[here] = self._meanings[kind].read(values[here])
        return states


async def load(connection: Connection) -> Bindings:
    """The bindings as registry and settings have them now."""
    of_sites = await settings.load(connection)
    keys = {_KEY, *(said.point for each in of_sites.values() for said in each.machine_states)}
    by_device: dict[int, list[PointRow]] = defaultdict(list)
    for row in await rows(connection, SQL["state_points"], PointRow, sorted(keys)):
        by_device[row.device_id].append(row)
    return Bindings([bound for points in by_device.values() if (bound := _bind(points, of_sites)) is not None])


def _bind(points: Iterable[PointRow], of_sites: Mapping[int, MaintenanceSettings]) -> Binding | None:
    by_key = {point.key: point for point in points}
    first = next(iter(by_key.values()))
    said = next(
        (each for each in of_sites[first.site_id].machine_states if each.kind == first.kind and each.point in by_key),
        None,
    )
    point = by_key.get(_KEY if said is None else said.point)
    if point is None or (said is None and point.point_kind != "state"):
        return None
    meaning = Meaning.of(point.expected_interval_s, point.states, said)
    return Binding(point.device_id, point.point_id, meaning, ZoneInfo(point.time_zone))
