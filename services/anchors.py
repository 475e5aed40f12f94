"""Keeping the anchor reads of every register, so that raw retention never takes the proof of a day's energy.

The engine follows the batch log and offers each batch; candidates gather in memory and are written once a minute,
together with the follower's place in the log, so a restart repeats what was not written and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from analytics.anchors import Anchors, offered
from analytics.batches import Columns
from analytics.local_days import day_starts_us
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("anchors")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A point that is a register, and the zone of its midnights."""

    point_id: int
    time_zone: str


@dataclass(slots=True)
class Gathered:
    """Candidates that are not written yet: (point, midnight) -> (time, value), for each side."""

    before: dict[tuple[int, int], tuple[int, float]] = field(default_factory=dict)
    after: dict[tuple[int, int], tuple[int, float]] = field(default_factory=dict)


class AnchorKeeper:
    """Gathers anchors from logged batches and writes them."""

    def __init__(self) -> None:
        self._zones: dict[str, np.ndarray[tuple[int], np.dtype[np.int32]]] = {}
        self._gathered = Gathered()

    async def learn_registers(self, connection: Connection) -> None:
        """Load which points are registers; again whenever the registry changes."""
        by_zone: dict[str, list[int]] = {}
        for row in await rows(connection, SQL["registers"], RegisterRow):
            by_zone.setdefault(row.time_zone, []).append(row.point_id)
        self._zones = {zone: np.array(ids, dtype=np.int32) for zone, ids in by_zone.items()}

    def offer(self, readings: Columns) -> None:
        """Take the candidates of one batch, sorted by (point, time)."""
        for zone, registers in self._zones.items():
            reads = readings.take(np.isin(readings.point_ids, registers))
            if len(reads) == 0:
                continue
            starts = day_starts_us(ZoneInfo(zone), int(reads.times_us.min()) - 1, int(reads.times_us.max()))
            before, after = offered(reads, starts)
            _keep(self._gathered.before, before, later=True)
            _keep(self._gathered.after, after, later=False)

    async def write(self, connection: Connection) -> int:
        """Write what was gathered in the caller's transaction; gives the number of anchors that moved."""
        moved = 0
        for side, gathered in (("before", self._gathered.before), ("after", self._gathered.after)):
            if gathered:
                found = sorted(gathered.items())
                moved += await run(
                    connection,
                    SQL["move_anchors"],
                    side,
                    [key[0] for key, _ in found],
                    [key[1] for key, _ in found],
                    [read[0] for _, read in found],
                    [read[1] for _, read in found],
                )
        return moved

    def written(self) -> None:
        """The transaction of `write` was committed."""
        self._gathered = Gathered()


def _keep(kept: dict[tuple[int, int], tuple[int, float]], found: Anchors, *, later: bool) -> None:
    columns = found.reads.point_ids, found.midnights_us, found.reads.times_us, found.reads.values
    for point_id, midnight_us, time_us, value in zip(*(column.tolist() for column in columns), strict=True):
        known = kept.get((point_id, midnight_us))
        if known is None or (time_us > known[0] if later else time_us < known[0]):
            kept[point_id, midnight_us] = (time_us, value)
