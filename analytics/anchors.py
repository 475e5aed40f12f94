"""Anchor reads: for each register and each local midnight, the last read at or before it and the first one after it.

They outlive raw retention, so that the energy between any two midnights can always be proved again. A batch only
offers candidates: its last read of each local day for the midnight that ends the day, its first read of each day for
the midnight that begins it. The better candidate wins, in any order of batches:

    ---x----x--x-|--x-----x--x-|---        x: reads, |: midnights
               ^    ^        ^             before, after, before
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.batches import Columns
from analytics.readings import Int64


@dataclass(frozen=True, slots=True)
class Anchors:
    """Reads that bracket midnights: `reads` sorted by (point, time), and the midnight of each."""

    midnights_us: Int64
    reads: Columns


def offered(reads: Columns, day_starts_us: Int64) -> tuple[Anchors, Anchors]:
    """(before, after) candidates of reads sorted by (point, time); `day_starts_us` must span their times.

    A read exactly at midnight is the `before` of that midnight, and no `after` of it.
    """
    if len(reads) == 0:
        none = Anchors(np.empty(0, dtype=np.int64), reads)
        return none, none
    ends = np.searchsorted(day_starts_us, reads.times_us, side="left")  # the midnight at or after the read
    new = np.ones(len(reads), dtype=np.bool_)
    new[1:] = (reads.point_ids[1:] != reads.point_ids[:-1]) | (ends[1:] != ends[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(reads)) - 1
    return (
        Anchors(day_starts_us[ends[last]], reads.take(last)),
        Anchors(day_starts_us[ends[first] - 1], reads.take(first)),
    )
