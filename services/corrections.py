"""Corrections: another effective value for an instant of a point, with who, why and what was there before.

Raw readings are never altered: a correction is a row beside them, a later one for the same instant wins, and whoever
follows the log of readings hears of it as of a batch of kind `corrections`. An instant without a reading can be given
one. Correcting to what is effective already changes nothing, so a correction may be sent again.

Taking corrections back makes hold again what was effective before them. An instant that never had a reading has none
again: its corrections go, so nothing counts there, and event `reading.withdrawn` keeps what was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.batches import Columns
from services import batch_log, events
from services.database import Connection, one, rows, run
from services.registry.points import PointRow
from services.statements import statements

SQL = statements("corrections")
WRITER = "corrections"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """An instant that has another effective value now."""

    time: datetime
    new_value: float


@dataclass(frozen=True, slots=True)
class BeforeRow:
    """What was effective before corrections; None: nothing."""

    value: float | None


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction; `old_value` is what was effective before (None: nothing)."""

    id: int
    point: str
    unit: str
    time: datetime
    old_value: float | None
    new_value: float
    actor: str
    reason: str
    at: datetime


class CorrectionRefusedError(Exception):
    """A value cannot be corrected to this; the message names the first instant and why."""


def require_plausible(point: PointRow, values: Mapping[datetime, float], now: datetime) -> None:
    """Hold corrections to what is asked of readings (analytics/readings.py). Raises CorrectionRefusedError."""
    known = set((point.states or {}).values())
    for time, value in values.items():
        if time > now:
            raise CorrectionRefusedError(
                f"{time.isoformat()} is in the future: only what has been measured is corrected"
            )
        below = point.minimum is not None and value < point.minimum
        above = point.maximum is not None and value > point.maximum
        if below or above:
            raise CorrectionRefusedError(
                f"{value!r} at {time.isoformat()} is outside the range of {point.id}, "
                f"{point.minimum} to {point.maximum} {point.unit}"
            )
        if known and value not in known:
            raise CorrectionRefusedError(f"{value!r} at {time.isoformat()} is no state of {point.id}: {point.states}")


async def correct(
    connection: Connection, point: PointRow, values: Mapping[datetime, float], reason: str, *, actor: str = "local"
) -> int:
    """Put other values at instants of a point, in its unit; gives how many were not effective already.

    The caller has asked `require_plausible`.
    """
    async with connection.transaction():
        corrected = await rows(
            connection,
            SQL["correct_readings"],
            CorrectedRow,
            point.point_id,
            list(values),
            list(values.values()),
            reason,
            actor,
        )
        if corrected:
            corrected.sort(key=lambda row: row.time)
            times_us = [(row.time - _EPOCH) // timedelta(microseconds=1) for row in corrected]
            columns = Columns(
                np.full(len(corrected), point.point_id, dtype=np.int32),
                np.array(times_us, dtype=np.int64),
                np.array([row.new_value for row in corrected], dtype=np.float64),
            )
            payload = {"count": len(corrected), "reason": reason}
            await events.record(connection, "reading.corrected", point.id, payload)
            await batch_log.write(connection, "corrections", WRITER, columns)
    return len(corrected)


async def take_back(
    connection: Connection, point: PointRow, time: datetime, since: datetime, reason: str, *, actor: str = "local"
) -> None:
    """Undo the corrections of an instant that were made at `since` or later, in the caller's transaction.

    The caller has what follows from the readings worked out again: the log of readings says nothing of one less.
    """
    before = await one(connection, SQL["value_before"], BeforeRow, point.point_id, time, since)
    if before is None:
        return
    if before.value is not None:
        await correct(connection, point, {time: before.value}, reason, actor=actor)
        return
    await run(connection, SQL["withdraw"], point.point_id, time)
    await run(connection, SQL["move_anchors_off"], point.point_id, time)
    await run(connection, SQL["drop_anchors"], point.point_id, time)
    await events.record(connection, "reading.withdrawn", point.id, {"time": time.isoformat(), "reason": reason})


async def corrections(
    connection: Connection, count: int, before: int | None, *, point_id: int | None = None, site: str | None = None
) -> tuple[Sequence[CorrectionRow], int | None]:
    """At most `count` corrections below the number `before`, newest first, and the number below which the rest is."""
    found = await rows(connection, SQL["corrections_page"], CorrectionRow, point_id, site, before, count + 1)
    return found[:count], found[count - 1].id if len(found) > count else None
