"""Clocks of devices, from the batches that pass by: by how much their stamps are ahead of ours.

The figure is the best of the last one to two minutes: `newest stamp - when it was stored`. The way to us takes a part
of a second and now and then longer, so the best is nearest to the truth; a memory that is being emptied brings old
stamps without making the clock wrong. Where most devices of a site are behind at once, it is the way that is slow,
and nothing is said of anybody's clock there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from analytics.alarms.machine import AlarmKey, Instance
from analytics.batches import last_of_each_point
from services.batch_log import LoggedBatch
from services.irregularities import micros

_WINDOW = timedelta(seconds=60)
_BEHIND_S = -30.0
_NEVER = np.iinfo(np.int64).min


class Clocks:
    """What devices' stamps were ahead by, in this minute and in the last one."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        by_device: dict[tuple[str, str], list[Instance]] = defaultdict(list)
        for instance in instances:
            by_device[instance.key.site, instance.key.subject].append(instance)
        self._devices = list(by_device)
        self._keys = [[instance.key for instance in same] for same in by_device.values()]
        points = {
            point.point_id: slot
            for slot, same in enumerate(by_device.values())
            for point in same[0].machine.points.values()
        }
        self._slot_of = np.full(max(points, default=-1) + 2, -1, dtype=np.int64)
        self._slot_of[list(points)] = list(points.values())
        self._now_us = np.full(len(self._devices), _NEVER)
        self._before_us = self._now_us.copy()
        self._turned_at: datetime | None = None

    def offer(self, batch: LoggedBatch) -> None:
        """Look at the newest stamp of each point of a batch."""
        if batch.kind != "readings" or not self._devices:
            return
        newest = batch.readings.take(last_of_each_point(batch.readings.point_ids))
        slots = self._slot_of[np.minimum(newest.point_ids, len(self._slot_of) - 1)]
        known = slots >= 0
        np.maximum.at(self._now_us, slots[known], newest.times_us[known] - micros(batch.stored_at))

    def ahead_s(self, now: datetime) -> dict[AlarmKey, float]:
        """By how many whole seconds each clock is ahead, of devices that spoke lately."""
        best = np.maximum(self._now_us, self._before_us)
        if self._turned_at is None or now - self._turned_at >= _WINDOW:
            self._before_us, self._now_us = self._now_us, np.full(len(self._devices), _NEVER)
            self._turned_at = now
        spoke = {slot: round(int(best[slot]) / 1e6) for slot in np.flatnonzero(best != _NEVER).tolist()}
        all_of = Counter(self._devices[slot][0] for slot in spoke)
        behind = Counter(self._devices[slot][0] for slot, ahead_s in spoke.items() if ahead_s < _BEHIND_S)
        return {
            key: float(ahead_s)
            for slot, ahead_s in spoke.items()
            if all_of[site := self._devices[slot][0]] == 1 or 2 * behind[site] <= all_of[site]
            for key in self._keys[slot]
        }
