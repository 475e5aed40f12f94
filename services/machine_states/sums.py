"""Totals of machines over spans of time, by as few rows as will do.

    [start ......|===== whole local days =====|...... stop)
     changes       machine_day, one sum          changes, and no_data once the last reading is believed no more

Both ways say the same to the microsecond. Where a day's sum is missing, as while history is being derived, the whole
span comes from the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from analytics.local_days import day_starts_us
from analytics.machine_states.state import NO_DATA
from analytics.machine_states.totals import Course, Totals, in_all, totals
from analytics.readings import Int64
from services.database import Connection, rows
from services.machine_states import covers
from services.machine_states.bindings import SQL
from services.machine_states.courses import Span, courses
from services.machine_states.covers import CoverRow
from services.machine_states.days import local_day


@dataclass(frozen=True, slots=True)
class DaysRow:
    """Sums over days of a device; `number` counts what was asked for from 1."""

    number: int
    days: int
    running_s: float
    loaded_s: float
    idle_s: float
    stopped_s: float
    fault_s: float
    no_data_s: float
    starts: int

    @property
    def totals(self) -> Totals:
        """The same in whole microseconds."""
        by_state = (self.running_s, self.loaded_s, self.idle_s, self.stopped_s, self.fault_s, self.no_data_s)
        return Totals(tuple(round(seconds * 1e6) for seconds in by_state), self.starts)


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A device and the zone of its site."""

    device_id: int
    time_zone: str


@dataclass(frozen=True, slots=True)
class _Days:
    """Whole days of a span that readings cover: where the first begins and the last ends, and their sum."""

    start_us: int
    stop_us: int
    totals: Totals


async def sums(connection: Connection, spans: Sequence[Span]) -> list[Totals]:
    """The totals of each span, in their order."""
    known = {row.device_id: row for row in await covers.covers(connection, [span.device_id for span in spans])}
    days = await _days(connection, spans, known)
    found = [Totals() if each is None else each.totals for each in days]
    pieces = [
        (number, piece)
        for number, (span, whole) in enumerate(zip(spans, days, strict=True))
        for piece in _rest(span, whole)
        if piece.start_us < piece.stop_us
    ]
    did = await courses(connection, [piece for _, piece in pieces])
    for (number, piece), course in zip(pieces, did, strict=True):
        edges_us = np.array([piece.start_us, piece.stop_us], dtype=np.int64)
        found[number] += in_all(totals(faded(course, known.get(piece.device_id), piece), edges_us))
    return found


def faded(course: Course, cover: CoverRow | None, span: Span) -> Course:
    """The course with the end of what is believed of the last reading, where that lies before the span's end."""
    if cover is None or cover.valid_until_us >= span.stop_us:
        return course
    return replace(
        course,
        times_us=np.append(course.times_us, cover.valid_until_us),
        states=np.append(course.states, np.int8(NO_DATA)),
    )


def _rest(span: Span, days: _Days | None) -> Sequence[Span]:
    if days is None:
        return [span]
    return [span._replace(stop_us=days.start_us), span._replace(start_us=days.stop_us)]


async def _days(connection: Connection, spans: Sequence[Span], known: dict[int, CoverRow]) -> list[_Days | None]:
    """The sum of whole days inside each span; None where there are none, or some are missing."""
    device_ids = sorted(known)
    zones = {
        row.device_id: ZoneInfo(row.time_zone)
        for row in await rows(connection, SQL["device_zones"], ZoneRow, device_ids)
    }
    whole = [
        (number, edges_us, zones[span.device_id])
        for number, span in enumerate(spans)
        if span.device_id in known
        and len(edges_us := _edges_us(span, known[span.device_id], zones[span.device_id])) > 1
    ]
    found: list[_Days | None] = [None] * len(spans)
    summed = await rows(
        connection,
        SQL["days_in_all"],
        DaysRow,
        [spans[number].device_id for number, _, _ in whole],
        [local_day(int(edges_us[0]), zone) for _, edges_us, zone in whole],
        [local_day(int(edges_us[-2]), zone) for _, edges_us, zone in whole],
    )
    for row in summed:
        number, edges_us, _ = whole[row.number - 1]
        if row.days == len(edges_us) - 1:
            found[number] = _Days(int(edges_us[0]), int(edges_us[-1]), row.totals)
    return found


def _edges_us(span: Span, cover: CoverRow, zone: ZoneInfo) -> Int64:
    """Where the whole days of a span begin and end that have sums: from the first reading's day to the last one's."""
    first_us = day_starts_us(zone, cover.first_us, cover.first_us)[0]
    edges_us = day_starts_us(zone, span.start_us, span.stop_us)
    inside = (edges_us >= max(span.start_us, first_us)) & (edges_us <= min(span.stop_us, cover.last_us))
    return np.asarray(edges_us[inside], dtype=np.int64)
