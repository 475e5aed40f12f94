"""Sums of energy over a period: reduced to key, weight, bucket and band in the database, weighted here, exactly.

What is taken away (a negative weight) and was not measured makes what is left as uncertain by as much: a difference is
never of better quality than what it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.database import Connection, rows
from services.energy.periods import Level, Part, midnight, parts
from services.statements import statements

SQL = statements("energy")


@dataclass(frozen=True, slots=True)
class DatedRow:
    """Energy of meters of one number (a key and weight) in a month or day."""

    key: int
    weight: Decimal
    at: date
    band: int
    measured: int
    interpolated: int
    estimated: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class TimedRow:
    """Energy of meters of one number (a key and weight) in an hour or quarter hour."""

    key: int
    weight: Decimal
    at: datetime
    band: int
    measured: int
    interpolated: int
    estimated: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class Weight:
    """A register counts for a key with a weight."""

    register_id: int
    calendar_id: int
    key: int
    weight: Decimal


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


async def summed(
    connection: Connection,
    zone: ZoneInfo,
    weights: Sequence[Weight],
    start: datetime,
    stop: datetime,
    coarsest: Level,
    *,
    by_day: bool,
) -> list[Piece]:
    """Energy in [start, stop). `by_day`: days at the edges of months stay days."""
    found: list[Piece] = []
    if not weights:
        return found
    # The database groups by whole numbers, one for each key and weight: by the weights themselves takes twice as long.
    numbers = {pair: number for number, pair in enumerate({(each.key, each.weight): None for each in weights})}
    keys = [key for key, _ in numbers]
    columns = (
        [each.register_id for each in weights],
        [each.calendar_id for each in weights],
        [numbers[each.key, each.weight] for each in weights],
        [each.weight for each in weights],
    )
    days: dict[date, datetime] = {}
    for part in parts(zone, start, stop, coarsest):
        if part.level in ("month", "day"):
            for dated in await rows(
                connection, SQL[_statement(part, by_day=by_day)], DatedRow, *columns, *_dates(zone, part)
            ):
                at = days.get(dated.at) or days.setdefault(dated.at, max(midnight(zone, dated.at), start))
                found.append(_piece(keys[dated.key], dated, at, at.astimezone(zone).date()))
        else:
            timed = await rows(
                connection, SQL[_statement(part, by_day=by_day)], TimedRow, *columns, part.start, part.stop
            )
            found += [_piece(keys[row.key], row, row.at, row.at.astimezone(zone).date()) for row in timed]
    return found


def _statement(part: Part, *, by_day: bool) -> str:
    if part.level == "day" and not by_day:
        return "sum_days_by_month"
    return {"month": "sum_months", "day": "sum_days", "hour": "sum_hours", "interval": "sum_intervals"}[part.level]


def _dates(zone: ZoneInfo, part: Part) -> tuple[date, date]:
    return part.start.astimezone(zone).date(), part.stop.astimezone(zone).date()


def _piece(key: int, row: DatedRow | TimedRow, at: datetime, day: date) -> Piece:
    weight = row.weight
    if weight < 0:
        uncertain = -weight * row.interpolated, -weight * row.estimated
        measured = weight * (row.measured + 2 * row.interpolated + 2 * row.estimated)
        return Piece(key, at, day, row.band, measured, *uncertain, covered_us=0)
    return Piece(
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
