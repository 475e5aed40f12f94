"""What the way in which readings arrive tells of the devices that send them.

    duplicate     the same instant with the same value, within a minute of the newest: the device says everything twice
    redelivered   the same, but older: a device sent its memory again after a reconnect
    conflict      the same instant with another value
    disorder      one second to two minutes older than what the point had sent before
    late          more than two minutes older than what the point had sent before
    backlog       newer than all before, but more than two minutes old when it came: a memory being emptied
    future, before_retention, out_of_range, not_a_number      refused, as the dead letters have it

Counted are instants, not values: of the points that share a message, the most irregular one counts for the device. What
a worker compares is what came through its own hands, in the order in which it came: two workers that share a device's
messages are no disorder. A batch with nothing irregular costs a few comparisons of columns, and no statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from analytics.batches import Columns, Mask, Positions
from analytics.readings import Int32, Int64, Verdict
from services.batch import DeadLetter
from services.database import Connection, run
from services.statements import statements

SQL = statements("irregularities")

#: A repeat this close to the newest is said twice; an older one comes from a memory.
REPEATED_WITHIN_US = 60_000_000
#: Clocks and buses jitter; what is less behind than this is in order.
IN_ORDER_WITHIN_US = 1_000_000
#: Beyond this a reading changes history and no alarm, so it is another matter than disorder.
LATE_AFTER_US = 120_000_000

_REFUSED = frozenset(verdict.reason for verdict in Verdict)
_NEVER_US = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A batch's readings as they came, and how they met what was there.

    `readings`: the first of each (point, time), sorted; `arrival`: where each stood in the batch; `newest_us`: the
    newest that this worker knew of each one's point before, or the least number; `is_stored`: which are new.
    """

    readings: Columns
    arrival: Positions
    newest_us: Int64
    is_stored: Mask
    received_us: int


def noticed(arrived: Arrived, repeats: Columns, repeats_newest_us: Int64, differs: Mask) -> list[tuple[str, Int32]]:
    """Reasons, each with the points of the instants that it is about; empty for an ordinary batch."""
    found: list[tuple[str, Int32]] = []
    ids, times = arrived.readings.point_ids, arrived.readings.times_us
    if len(repeats) == 0 and _is_ordinary(arrived):
        return found
    before = np.maximum(arrived.newest_us, _newest_in_batch(arrived))
    behind = np.where(before == _NEVER_US, 0, before - times)
    is_behind = arrived.is_stored & (behind > IN_ORDER_WITHIN_US)
    is_old = arrived.is_stored & (behind <= 0) & (times < arrived.received_us - LATE_AFTER_US)
    if is_behind.any():
        found += [("late", ids[is_behind & (behind > LATE_AFTER_US)])]
        found += [("disorder", ids[is_behind & (behind <= LATE_AFTER_US)])]
    if is_old.any():
        found += [("backlog", ids[is_old])]
    if len(repeats):
        recent = repeats.times_us + REPEATED_WITHIN_US >= repeats_newest_us
        found += [("duplicate", repeats.point_ids[~differs & recent])]
        found += [("redelivered", repeats.point_ids[~differs & ~recent])]
        found += [("conflict", repeats.point_ids[differs])]
    return [(reason, points) for reason, points in found if len(points)]


def _is_ordinary(arrived: Arrived) -> bool:
    """Whether all of a batch came in order and in time."""
    times = arrived.readings.times_us
    if len(times) == 0:
        return True
    is_in_time = int(times.min()) >= arrived.received_us - LATE_AFTER_US
    return is_in_time and not _inverted(arrived).any() and bool((times > arrived.newest_us).all())


def _inverted(arrived: Arrived) -> Mask:
    """Whether each reading arrived before the older one of its point that stands before it."""
    ids, arrival = arrived.readings.point_ids, arrived.arrival
    inverted: Mask = (ids[1:] == ids[:-1]) & (arrival[1:] < arrival[:-1])
    return inverted


def _newest_in_batch(arrived: Arrived) -> Int64:
    """The newest time of each one's point among what arrived before it in the same batch."""
    ids, times, arrival = arrived.readings.point_ids, arrived.readings.times_us, arrived.arrival
    newest = np.full(len(ids), _NEVER_US)
    inverted = _inverted(arrived)
    if not inverted.any():
        return newest
    of_interest = np.zeros(int(ids.max()) + 1, dtype=np.bool_)
    of_interest[ids[1:][inverted]] = True
    rows = np.flatnonzero(of_interest[ids])
    rows = rows[np.lexsort((arrival[rows], ids[rows]))]
    starts = np.ones(len(rows), dtype=np.bool_)
    starts[1:] = ids[rows][1:] != ids[rows][:-1]
    # A running maximum for each point at once: each point's times lie above those of the points before it.
    first = int(times[rows].min())
    lift = (np.cumsum(starts) - 1) * (int(times[rows].max()) - first + 1)
    running = np.maximum.accumulate(times[rows] - first + lift) - lift + first
    newest[rows[1:]] = np.where(starts[1:], _NEVER_US, running[:-1])
    return newest


async def note(
    connection: Connection,
    received_at: datetime,
    found: Sequence[tuple[str, Int32]],
    letters: Iterable[DeadLetter],
) -> None:
    """Add to the sums of the devices, in the batch's own transaction."""
    counts: Counter[tuple[str, int]] = Counter()
    for letter in letters:
        if letter.point_id is not None and letter.reason in _REFUSED:
            counts[letter.reason, letter.point_id] += letter.occurrences
    for reason, points in found:
        each, times = np.unique(points, return_counts=True)
        counts.update({(reason, point): n for point, n in zip(each.tolist(), times.tolist(), strict=True)})
    if counts:
        reasons, point_ids = zip(*counts, strict=True)
        await run(
            connection, SQL["note_irregularities"], received_at, list(reasons), list(point_ids), list(counts.values())
        )


def micros(instant: datetime) -> int:
    """Microseconds since 1970."""
    delta = instant - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
