"""Which reads of a logged batch belong to which register.

A batch is sorted by (point, time), so the reads of a point are one slice of it, found for all points at once; a point
that changed registers, or a register that changed points, cuts the slice at the instant of the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from analytics.batches import Columns
from services.metering.reads import Reads
from services.metering.rules import EVER_US, NEVER_AGAIN_US, Register


class Routes:
    """The points that registers read from: (point, from, stop) -> register."""

    def __init__(self, registers: Iterable[Register]) -> None:
        self._routes = [
            (source.point_id, source.from_us, source.stop_us, register.register_id)
            for register in registers
            for source in register.sources
            if source.point_id is not None
        ]
        self._point_ids = np.array([route[0] for route in self._routes], dtype=np.int32)

    def of(self, readings: Columns) -> Iterator[tuple[int, Reads]]:
        """(register id, its reads in this batch), sorted by time."""
        begins = np.searchsorted(readings.point_ids, self._point_ids, side="left")
        ends = np.searchsorted(readings.point_ids, self._point_ids, side="right")
        for at in np.flatnonzero(ends > begins).tolist():
            _, from_us, stop_us, register_id = self._routes[at]
            begin, end = int(begins[at]), int(ends[at])
            times = readings.times_us[begin:end]
            if from_us != EVER_US or stop_us != NEVER_AGAIN_US:
                first, last = np.searchsorted(times, (from_us, stop_us)).tolist()
                begin, end = begin + first, begin + last
            if begin < end:
                yield register_id, Reads(readings.times_us[begin:end].copy(), readings.values[begin:end].copy())
