"""Band calendars: a contract's tariffs written out in the database, a row for each quarter hour or part of one.

    contract --terms, tariffs, holidays, critical days--> Plan --analytics.tariffs.calendar--> calendar_piece

Rows are written when somebody needs the span (`cover`), a UTC month at a time, and rewritten when a document, a term or
a critical day changes (`rewrite`); both queue at the calendar's row. Every site has a calendar without a contract: it
knows local hours, days and months, and all of it is unbilled. Edges are only ever added: a cut that is there stays, so
that energy already stored keeps its pieces.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.metering.model import QUARTER_US, Edges
from analytics.tariffs.calendar import CalendarPieces, cuts, date_of, local_midnights_us, pieces
from analytics.tariffs.clock import DAY_US, EPOCH_DAY, midnight_us, to_us
from analytics.tariffs.expansion import Plan
from services.band_plan import CalendarRow, NoSuchCalendarError, plan
from services.database import Connection, one, rows, run
from services.statements import statements

SQL = statements("calendars")
#: Before any reading: everything of a calendar.
EVER = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A UTC day, as days since 1970."""

    day: int


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A piece as it is stored; day and month as days since 1970."""

    start_us: int
    stop_us: int
    band: int
    hour_us: int
    day: int
    month: int


@dataclass(frozen=True, slots=True)
class CutRow:
    """A start off the quarter hour."""

    cut_us: int


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A register that follows another calendar now."""

    register_id: int
    old_calendar_id: int
    new_calendar_id: int
    has_energy: bool


@dataclass(frozen=True, slots=True)
class SpanRow:
    """From when to when a calendar has pieces; None: it has none."""

    start: datetime | None
    stop: datetime | None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register."""

    register_id: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What rewriting a calendar changed: local days with another band, and the cuts that quarter hours got."""

    days: frozenset[date]
    new_cuts_us: Sequence[int] = ()


#: Told of cuts that quarter hours got, in microseconds.
Recut = Callable[[Sequence[int]], Awaitable[None]]


async def base(connection: Connection, site_code: str) -> int:
    """The id of a site's calendar without a contract; made where there is none. Raises NoSuchCalendarError."""
    return (await of_contract(connection, site_code, None)).id


async def of_contract(connection: Connection, site_code: str, contract: str | None) -> CalendarRow:
    """The calendar of a contract (None: of none), made where there is none. Raises NoSuchCalendarError."""
    found = await one(connection, SQL["calendar_of"], CalendarRow, site_code, contract)
    if found is None:
        await run(connection, SQL["put_calendar"], site_code, contract)
        found = await one(connection, SQL["calendar_of"], CalendarRow, site_code, contract)
    if found is None:
        wanted = f"site {site_code!r}" if contract is None else f"contract {contract!r} at site {site_code!r}"
        raise NoSuchCalendarError(f"there is no {wanted}: apply its folder first")
    return found


async def assign(connection: Connection, site_code: str) -> Sequence[MovedRow]:
    """Make every register of a site follow the calendar of its contract; gives those that follow another one now.

    In the caller's transaction.
    """
    await base(connection, site_code)
    await run(connection, SQL["put_contract_calendars"], site_code)
    moved = await rows(connection, SQL["assign_registers"], MovedRow, site_code)
    # Where there is energy, the new calendar must reach wherever the old one did, and roll-ups have other bands.
    for old, new in sorted({(row.old_calendar_id, row.new_calendar_id) for row in moved if row.has_energy}):
        span = await one(connection, SQL["span_of_calendar"], SpanRow, old)
        if span is not None and span.start is not None and span.stop is not None:
            await cover(connection, new, span.start, span.stop)
            await mark_stale(connection, {new}, EVER)
    return moved


async def mark_stale(connection: Connection, calendar_ids: Collection[int], since: date) -> None:
    """Note that calendars and their registers' roll-ups are to be worked out anew from a local day on.

    services/tariff_changes.py does it; until then they are as they were.
    """
    await run(connection, SQL["mark_stale"], sorted(calendar_ids), since)


async def registers(connection: Connection, calendar_id: int) -> list[int]:
    """The registers that follow a calendar."""
    return [row.register_id for row in await rows(connection, SQL["registers_of"], RegisterRow, calendar_id)]


async def cover(connection: Connection, calendar_id: int, start: datetime, stop: datetime) -> None:
    """Write the pieces of [start, stop) that are not there yet, whole UTC months of them."""
    first, end = to_us(start) // DAY_US, -(-to_us(stop) // DAY_US)
    if not await rows(connection, SQL["missing_days"], DayRow, calendar_id, first, end):
        return
    for first_of_month, next_month in _months(first, end):
        async with connection.transaction():
            await run(connection, SQL["hold_calendar"], calendar_id)
            missing = await rows(connection, SQL["missing_days"], DayRow, calendar_id, first_of_month, next_month)
            if missing:
                known = await plan(connection, calendar_id)
                days = np.array([row.day for row in missing], dtype=np.int64)
                whole = pieces(known, first_of_month * DAY_US, next_month * DAY_US)
                await _put(connection, calendar_id, whole.take(np.isin(whole.starts_us // DAY_US, days)))


async def edges(connection: Connection, calendar_id: int, start_us: int, stop_us: int) -> Edges:
    """Cuts and local midnights around [start, stop), rounded outwards to quarter hours and local days; covers it."""
    start_us, stop_us = start_us // QUARTER_US * QUARTER_US, -(-stop_us // QUARTER_US) * QUARTER_US
    await cover(connection, calendar_id, _time(start_us), _time(stop_us))
    calendar = await one(connection, SQL["calendar"], CalendarRow, calendar_id)
    if calendar is None:
        raise NoSuchCalendarError(f"there is no calendar {calendar_id}")
    found = await rows(connection, SQL["cuts_of"], CutRow, calendar_id, start_us, stop_us)
    midnights = local_midnights_us(ZoneInfo(calendar.time_zone), start_us, max(stop_us, start_us + 1))
    return Edges(np.array([row.cut_us for row in found], dtype=np.int64), midnights)


async def has_cuts(connection: Connection, calendar_id: int) -> bool:
    """Whether any quarter hour of any calendar of the same site is cut."""
    found: bool = await connection.fetchval(SQL["has_cuts"].text, calendar_id)
    return found


async def rewrite(connection: Connection, calendar_id: int, since_day: date, recut: Recut | None = None) -> Rewritten:
    """Write anew all pieces that are there from a local day on, a month a transaction where the caller has none.

    `recut` is told the new cuts of a month in its transaction: energy there has to be judged again.
    """
    known = await plan(connection, calendar_id)
    first = midnight_us(known.zone, since_day) // DAY_US
    covered = {row.day for row in await rows(connection, SQL["covered_days"], DayRow, calendar_id, first)}
    changed_days: set[int] = set()
    new_cuts: list[int] = []
    for first_of_month, next_month in _months(first, max(covered, default=first - 1) + 1):
        here = sorted(covered.intersection(range(first_of_month, next_month)))
        if not here:
            continue
        async with connection.transaction():
            await run(connection, SQL["hold_calendar"], calendar_id)
            changed, added = await _rewrite_days(connection, calendar_id, known, here)
            changed_days |= changed
            if added and recut is not None:
                await recut(added)
            new_cuts += added
    return Rewritten(frozenset(map(date_of, changed_days)), sorted(new_cuts))


async def _rewrite_days(
    connection: Connection, calendar_id: int, known: Plan, utc_days: Sequence[int]
) -> tuple[set[int], list[int]]:
    """Rewrite UTC days of one month; gives the local days with another band, and the cuts that were added."""
    span = utc_days[0] * DAY_US, (utc_days[-1] + 1) * DAY_US
    stored = await rows(connection, SQL["pieces_of"], PieceRow, calendar_id, *span)
    old_starts = np.array([row.start_us for row in stored], dtype=np.int64)
    wanted = pieces(known, *span, cuts(old_starts).tolist())
    wanted = wanted.take(np.isin(wanted.starts_us // DAY_US, np.array(utc_days, dtype=np.int64)))
    at = np.searchsorted(old_starts, wanted.starts_us, side="right") - 1
    old_bands = np.array([row.band for row in stored], dtype=np.int8)[at]
    old_days = np.array([row.day for row in stored], dtype=np.int64)[at]
    old_hours = np.array([row.hour_us for row in stored], dtype=np.int64)[at]
    old_stops = np.array([row.stop_us for row in stored], dtype=np.int64)[at]
    new = old_starts[at] != wanted.starts_us
    other = (old_bands != wanted.bands) | (old_days != wanted.days)
    moved = other | new | (old_hours != wanted.hours_us) | (old_stops != wanted.stops_us)
    await _put(connection, calendar_id, wanted.take(moved))
    return {*wanted.days[other].tolist(), *old_days[other].tolist()}, wanted.starts_us[new].tolist()


async def _put(connection: Connection, calendar_id: int, written: CalendarPieces) -> None:
    if len(written):
        columns = (
            written.starts_us, written.stops_us, written.bands, written.hours_us, written.days, written.months
        )  # fmt: skip
        await run(connection, SQL["put_pieces"], calendar_id, *(column.tolist() for column in columns))


def _months(first: int, stop: int) -> Iterator[tuple[int, int]]:
    """The UTC months that hold the days [first, stop), as days since 1970: first day, first day of the next month."""
    day = date_of(first).replace(day=1)
    while (day - EPOCH_DAY).days < stop:
        following = (day + timedelta(days=32)).replace(day=1)
        yield (day - EPOCH_DAY).days, (following - EPOCH_DAY).days
        day = following


def _time(time_us: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=time_us)
