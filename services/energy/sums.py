"""Sums of energy over a period: reduced to class, bucket and band in the database, weighted here, exactly.

    a class     the registers that count for the same keys with the same weights: added up as they are, read once
    a bucket    the months, and days at the edges, that neither the answer nor a price tells apart

So a thousand meters over a year come back as a hundred rows. What is taken away (a negative weight) and was not
measured makes what is left as uncertain by as much: a difference is never of better quality than what it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from services.database import Connection, rows
from services.energy.periods import Level, Part, midnight, parts
from services.statements import statements

SQL = statements("energy")


@dataclass(frozen=True, slots=True)
class DatedRow:
    """Energy of a class of registers in a bucket of days or months, the first bucket being 1."""

    number: int
    bucket: int
    band: int
    measured: int
    interpolated: int
    estimated: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class TimedRow:
    """Energy of a class of registers in an hour or quarter hour."""

    number: int
    at: datetime
    band: int
    measured: int
    interpolated: int
    estimated: int
    covered_us: int


class Weight(NamedTuple):
    """How much counts for a key, which goes by its number."""

    key: int
    weight: Decimal


#: The registers of each class; all registers of a class have one calendar, as keys have.
Classes: TypeAlias = Mapping[tuple[Weight, ...], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Weighted energy of a key from an instant on, in millionths; `day`: the local day whose prices hold."""

    key: int
    at: datetime
    day: date
    band: int
    measured: Decimal
    interpolated: Decimal
    estimated: Decimal
    covered_us: int


@dataclass(frozen=True, slots=True)
class Period:
    """[start, stop) in a zone; `coarsest`: what may be read; `starts`: local days on which a bucket begins."""

    zone: ZoneInfo
    start: datetime
    stop: datetime
    coarsest: Level
    starts: Sequence[date]


async def summed(
    connection: Connection, period: Period, classes: Classes, calendar_of: Mapping[int, int]
) -> list[Piece]:
    """Energy of a period by key, bucket and band. `calendar_of`: the calendar of a key's number."""
    zone, weights = period.zone, list(classes)
    registers = [register for members in classes.values() for register in members]
    numbers = [number for number, members in enumerate(classes.values()) for _ in members]
    found: list[Piece] = []
    if not registers:
        return found
    begins = [max(midnight(zone, day), period.start) for day in period.starts]
    for part in parts(zone, period.start, period.stop, period.coarsest):
        if part.level in ("month", "day"):
            statement = SQL["sum_months" if part.level == "month" else "sum_days"]
            dates = (part.start.astimezone(zone).date(), part.stop.astimezone(zone).date())
            for dated in await rows(connection, statement, DatedRow, registers, numbers, *dates, period.starts):
                at = begins[dated.bucket - 1]
                found += _pieces(weights[dated.number], dated, at, at.astimezone(zone).date())
        else:
            for timed in await _timed(connection, part, registers, numbers, weights, calendar_of):
                found += _pieces(weights[timed.number], timed, timed.at, timed.at.astimezone(zone).date())
    return found


async def _timed(
    connection: Connection,
    part: Part,
    registers: Sequence[int],
    numbers: Sequence[int],
    weights: Sequence[tuple[Weight, ...]],
    calendar_of: Mapping[int, int],
) -> list[TimedRow]:
    if part.level == "hour":
        return await rows(connection, SQL["sum_hours"], TimedRow, registers, numbers, part.start, part.stop)
    calendars = [calendar_of[weights[number][0].key] for number in numbers]
    return await rows(connection, SQL["sum_intervals"], TimedRow, registers, numbers, calendars, part.start, part.stop)


def _pieces(weights: Sequence[Weight], row: DatedRow | TimedRow, at: datetime, day: date) -> Iterator[Piece]:
    for key, weight in weights:
        if weight < 0:
            uncertain = -weight * row.interpolated, -weight * row.estimated
            measured = weight * (row.measured + 2 * row.interpolated + 2 * row.estimated)
            yield Piece(key, at, day, row.band, measured, *uncertain, covered_us=0)
        else:
            yield Piece(
                key, at, day, row.band,
                weight * row.measured, weight * row.interpolated, weight * row.estimated, row.covered_us,
            )  # fmt: skip


def bucket_start(zone: ZoneInfo, at: datetime, resolution: str) -> datetime:
    """The start of the bucket that an instant lies in; `total` is one bucket."""
    if resolution == "15m":
        return at
    local = at.astimezone(zone)
    if resolution == "hour":
        while local.minute:
            local = (local.astimezone(UTC) - timedelta(minutes=15)).astimezone(zone)
        return local.astimezone(UTC)
    return midnight(zone, local.date() if resolution == "day" else local.date().replace(day=1))
