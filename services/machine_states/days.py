"""Whole local days of machines, summed up: in the transaction that changes what they are sums of.

A day is kept once readings have come from after its end. Where a window of changes is written anew, the days it touches
are summed up anew, and so is the day of the next known state after it: whether that is a start depends on what was
known before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytics.local_days import day_starts_us
from analytics.machine_states.totals import Totals, totals
from analytics.readings import Int64
from services.database import Connection, rows, run
from services.machine_states.bindings import SQL
from services.machine_states.courses import Span, courses
from services.machine_states.raw_readings import instant


class Touched(NamedTuple):
    """A window [first, last] of a device whose changes are written anew, and the device's newest reading."""

    device_id: int
    first_us: int
    last_us: int
    newest_us: int
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class NextRow:
    """The next change to a known state; `number` counts what was asked for from 1."""

    number: int
    at_us: int


async def sum_up(connection: Connection, touched: Sequence[Touched]) -> int:
    """Sum up the whole days that were touched, in the caller's transaction; gives how many."""
    near = _whole_days(touched)
    reaching = await _reaching(connection, [each for each in touched if each.last_us < each.newest_us])
    found = [*near, *_whole_days(reaching)]
    spans = [Span(each.device_id, int(edges[0]), int(edges[-1])) for each, edges in found]
    by_day: dict[tuple[int, date], Totals] = {}
    for (each, edges), course in zip(found, await courses(connection, spans), strict=True):
        for start_us, summed in zip(edges[:-1].tolist(), totals(course, edges), strict=True):
            by_day[each.device_id, local_day(start_us, each.zone)] = summed
    await _put(connection, by_day)
    return len(by_day)


def local_day(time_us: int, zone: ZoneInfo) -> date:
    """The date at an instant."""
    return instant(time_us).astimezone(zone).date()


def _whole_days(touched: Sequence[Touched]) -> list[tuple[Touched, Int64]]:
    """What touches days that are over, with the edges of these."""
    by_zone: dict[ZoneInfo, list[Touched]] = defaultdict(list)
    for each in touched:
        by_zone[each.zone].append(each)
    found = []
    for zone, here in by_zone.items():
        starts = day_starts_us(zone, min(each.first_us for each in here), max(each.last_us for each in here))
        for each in here:
            first = starts.searchsorted(each.first_us, side="right") - 1
            last = starts.searchsorted(each.last_us, side="right")
            edges = starts[first : last + 1]
            edges = edges[edges <= each.newest_us]
            if len(edges) > 1:
                found.append((each, edges))
    return found


async def _reaching(connection: Connection, touched: Sequence[Touched]) -> list[Touched]:
    """The instants after the windows whose being a start may have changed."""
    if not touched:
        return []
    found = await rows(
        connection,
        SQL["next_known"],
        NextRow,
        [each.device_id for each in touched],
        [each.last_us for each in touched],
    )
    return [touched[row.number - 1]._replace(first_us=row.at_us, last_us=row.at_us) for row in found]


async def _put(connection: Connection, by_day: dict[tuple[int, date], Totals]) -> None:
    if not by_day:
        return
    keys = sorted(by_day)
    by_state = [[us / 1e6 for us in column] for column in zip(*(by_day[key].by_state_us for key in keys), strict=True)]
    await run(
        connection,
        SQL["put_days"],
        [device_id for device_id, _ in keys],
        [day for _, day in keys],
        *by_state,
        [by_day[key].starts for key in keys],
    )
