"""Sums of energy by hour, local day and local month, and band: changed together with what they are sums of.

    energy_interval changed in a span
        |  virtual meters over it (services/virtual_meters.py): more changed spans
        v
    the local hours of the spans, from their intervals, each joined to its calendar piece for the band
        |  by how much an hour changed
        v
    energy_day, energy_month: that much is added

Whoever writes energy_interval calls `changed` in the same transaction. Hours are summed anew; a day and a month take
only the difference, so that the quarter hour of now costs the same on the last day of a month as on the first. All are
whole numbers: sums and differences agree exactly. A row that would be all zeros is not there.

*Two writers.* Before it reads, `changed` takes the calendars of its registers (`band_calendar`) until the end of the
transaction; so does whoever rewrites roll-ups after new bands (services/retariff.py). The second to come waits, and
reads what the first has committed. Reads and their own writers wait for nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from services import virtual_meters
from services.database import Connection, one, run
from services.statements import statements

SQL = statements("rollups")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: No local hour is longer.
_LONGEST_HOUR = timedelta(hours=3)
_MONTH_US = 31 * 86_400_000_000

#: Sorted, disjoint spans [start, stop) in microseconds by register.
Spans: TypeAlias = dict[int, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Span:
    """Energy of a register changed somewhere in [start_us, stop_us)."""

    register_id: int
    start_us: int
    stop_us: int


@dataclass(frozen=True, slots=True)
class RolledRow:
    """How many spans no calendar covers, and how many rows of hours changed."""

    uncovered: int
    hours: int


class NoCalendarError(Exception):
    """Energy was written where its calendar has no pieces: the writer covers the span first."""


async def changed(connection: Connection, spans: Sequence[Span]) -> int:
    """Bring virtual meters and roll-ups in line with changed intervals; gives how many rows of hours changed.

    Runs in the caller's transaction. Raises NoCalendarError for a span that the register's calendar does not cover.
    """
    merged = merge((span.register_id, span.start_us, span.stop_us) for span in spans)
    return await _settle(connection, merged, {}) if merged else 0


async def evaluate_anew(connection: Connection, register_id: int, since_us: int = 0) -> None:
    """Evaluate a virtual register whose formula is new or another, from an instant on: a month in each transaction.

    What depends on it follows. Doing it twice does no harm.
    """
    reach = await virtual_meters.reach(connection, register_id)
    if reach is None:
        return
    start_us, stop_us = max(reach[0], since_us), reach[1]
    while start_us < stop_us:
        next_us = min(start_us + _MONTH_US, stop_us)
        async with connection.transaction():
            await _settle(connection, {}, {register_id: [(start_us, next_us)]})
        start_us = next_us


async def _settle(connection: Connection, changed_spans: Spans, new: Spans) -> int:
    """Roll-ups of changed spans, of new virtual ones, and of what depends on either."""
    merged = dict(changed_spans)
    plan = await virtual_meters.above(connection, sorted({*merged, *new}))
    registers = [*new, *plan.registers]
    await run(connection, SQL["hold_calendars"], sorted({*merged, *registers}))
    for register_id, below in [*((register_id, ()) for register_id in new), *plan.steps]:
        stretches = merge(
            (register_id, *span) for source in (merged, new) for term in below for span in source.get(term, ())
        )
        stretches |= {register_id: new[register_id]} if register_id in new else {}
        await virtual_meters.evaluate(connection, stretches)
        merged |= stretches
    return await roll_up(connection, merged)


def merge(spans: Iterable[tuple[int, int, int]]) -> Spans:
    """Spans (register, start, stop) by register, sorted and disjoint."""
    by_register = defaultdict[int, list[tuple[int, int]]](list)
    for register_id, start_us, stop_us in sorted(spans):
        if start_us >= stop_us:
            continue
        known = by_register[register_id]
        if known and start_us <= known[-1][1]:
            known[-1] = (known[-1][0], max(known[-1][1], stop_us))
        else:
            known.append((start_us, stop_us))
    return dict(by_register)


async def roll_up(connection: Connection, merged: Spans) -> int:
    """Hours, days and months over spans by register whose calendars are held; gives how many rows of hours changed."""
    flat = [(register_id, *span) for register_id, known in merged.items() for span in known]
    least_us, most_us = min(start for _, start, _ in flat), max(stop for _, _, stop in flat)
    rolled = await one(
        connection,
        SQL["roll_up"],
        RolledRow,
        *([row[column] for row in flat] for column in range(3)),
        _EPOCH + timedelta(microseconds=least_us) - _LONGEST_HOUR,
        _EPOCH + timedelta(microseconds=most_us) + _LONGEST_HOUR,
    )
    assert rolled is not None
    if rolled.uncovered:
        raise NoCalendarError(
            f"{rolled.uncovered} spans of energy lie outside their band calendar, among {len(flat)}: "
            "write the calendar's pieces (services.calendars.cover) before energy"
        )
    return rolled.hours
