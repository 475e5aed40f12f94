"""The board: the newest value of every point, in memory, with the version at which it last changed.

                      slot:   0        1        2     ...
    public name (id)        k/m1/p   k/m1/e   k/m2/p
    time_us                 ...      ...      ...         a batch overwrites the slots it is newer for
    value                   ...      ...      ...
    version                 41       17       42          and stamps them with the next version

A client of the live stream remembers only the version of its last frame; its next frame is every slot of its selection
whose version is higher. However slow the client is, nothing piles up for it, and it always gets the newest value.
Everything here is arrays and plain values: no clock, no I/O, no waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.batches import Columns, last_of_each_point
from analytics.readings import Float64, Int32, Int64
from services.live import LivePointRow

Slots: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]

_NEVER_US = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Selection:
    """Which points a client wants: those that match every part that is given."""

    site: str | None = None
    space: str | None = None
    devices: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()

    def holds(self, point: LivePointRow) -> bool:
        """Whether a point is wanted; a space takes everything below it in."""
        return (
            (self.site is None or point.site == self.site)
            and (self.space is None or f"{point.space or ''}/".startswith(f"{self.space}/"))
            and (not self.devices or f"{point.site}/{point.device}" in self.devices)
            and (not self.points or point.id in self.points)
        )


class Board:
    """Newest values of all points, and who changed since when."""

    def __init__(self) -> None:
        self.version = 0
        self.sites: frozenset[str] = frozenset()
        self._points: list[LivePointRow] = []
        self._ids: list[str] = []
        self._slot_of = np.full(1, -1, dtype=np.intp)  # by point_id; -1: not on the board
        self._time_us: Int64 = np.empty(0, dtype=np.int64)
        self._value: Float64 = np.empty(0, dtype=np.float64)
        self._version: Int64 = np.empty(0, dtype=np.int64)
        self._masks: dict[Selection, Mask] = {}

    def __len__(self) -> int:
        return len(self._points)

    def rename(self, points: Sequence[LivePointRow]) -> None:
        """Take these points instead of the ones so far; values stay with their point.

        A point that is new or has another public name counts as changed, so that followers learn of it.
        """
        self.version += 1
        old_slot = self._slots(np.array([point.point_id for point in points], dtype=np.int32))
        known = old_slot >= 0
        old_ids = self._ids
        time_us = np.full(len(points), _NEVER_US, dtype=np.int64)
        value = np.full(len(points), np.nan)
        version = np.full(len(points), self.version, dtype=np.int64)
        time_us[known] = self._time_us[old_slot[known]]
        value[known] = self._value[old_slot[known]]
        for slot in np.flatnonzero(known).tolist():
            if old_ids[old_slot[slot]] == points[slot].id:
                version[slot] = self._version[old_slot[slot]]
        self._points = list(points)
        self.sites = frozenset(point.site for point in points)
        self._ids = [point.id for point in points]
        self._slot_of = np.full(max((point.point_id for point in points), default=0) + 1, -1, dtype=np.intp)
        for slot, point in enumerate(points):
            self._slot_of[point.point_id] = slot
        self._time_us, self._value, self._version = time_us, value, version
        self._masks.clear()

    def apply(self, readings: Columns, *, corrected: bool = False) -> None:
        """Take a batch sorted by (point, time).

        Older readings than the board's leave it alone, and so do points that are not on it; a correction also replaces
        a value of its very instant.
        """
        if len(readings) == 0:
            return
        newest = readings.take(last_of_each_point(readings.point_ids))
        slots = self._slots(newest.point_ids)
        known = slots >= 0
        newest, slots = newest.take(known), slots[known]
        held_us = self._time_us[slots]
        newer = newest.times_us > held_us
        if corrected:
            newer |= (newest.times_us == held_us) & (newest.values != self._value[slots])
        newest, slots = newest.take(newer), slots[newer]
        if len(slots) > 0:
            self.version += 1
            self._time_us[slots] = newest.times_us
            self._value[slots] = newest.values
            self._version[slots] = self.version

    def changed(self, selection: Selection, since: int) -> list[tuple[str, int, float]]:
        """(public name, time in ms since 1970, value) of each selected point that changed after version `since`."""
        mask = (self._version > since) & (self._time_us != _NEVER_US) & self._mask(selection)
        slots = np.flatnonzero(mask)
        times_ms = self._time_us[slots] // 1000
        return [
            (self._ids[slot], time_ms, value)
            for slot, time_ms, value in zip(slots.tolist(), times_ms.tolist(), self._value[slots].tolist(), strict=True)
        ]

    def _mask(self, selection: Selection) -> Mask:
        mask = self._masks.get(selection)
        if mask is None:
            mask = np.fromiter((selection.holds(point) for point in self._points), np.bool_, len(self._points))
            if len(self._masks) >= 1000:  # one a filter in use; strangers' filters must not pile up
                self._masks.clear()
            self._masks[selection] = mask
        return mask

    def _slots(self, point_ids: Int32) -> Slots:
        """The slot of each point, -1 for one that is not on the board."""
        inside = point_ids < len(self._slot_of)
        return np.where(inside, self._slot_of[np.where(inside, point_ids, 0)], -1)
