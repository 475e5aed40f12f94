"""Occurrences as CSV, written as they are read, each page over a connection of its own, as api/tables.py has it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from fastapi.responses import StreamingResponse

from api.context import Context
from api.instants import shown
from api.tables import streamed
from services.alarms import reads
from services.alarms.reads import OccurrenceRow, Period

_ROWS_AT_ONCE = 5_000
_HEAD = (
    "alarm", "machine", "name", "system", "priority", "level", "value", "limit", "unit", "message", "raised_at",
    "announced_at", "first_acknowledged_at", "acknowledged_by", "returned_at", "ended_at", "first_out", "first_out_of",
    "flood", "likely_cause", "likelihood",
)  # fmt: skip


async def occurrences_as_csv(context: Context, period: Period) -> StreamingResponse:
    """All occurrences of a period as CSV."""
    return await streamed(_parts(context, period), "alarms", period.start, period.stop)


async def _parts(context: Context, period: Period) -> AsyncIterator[str]:
    head: list[Sequence[object]] = [_HEAD]
    before: tuple[datetime, int] | None = None
    while True:
        async with context.connections.borrow() as connection:
            found, before = await reads.occurrences(connection, period, _ROWS_AT_ONCE, before)
            firsts = await reads.addresses(connection, [row.first_out_id for row in found if row.first_out_id])
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*head, *(_row(row, firsts) for row in found)])
        yield text.getvalue()
        head = []
        if before is None:
            return


def _row(row: OccurrenceRow, firsts: Mapping[int, str]) -> Sequence[object]:
    likeliest = row.causes[0] if row.causes else {}
    return (
        row.address, row.machine, row.name, row.system, row.priority, row.level, row.value, row.limit_value, row.unit,
        row.message, shown(row.raised_at), _time(row.announced_at), _time(row.first_acknowledged_at),
        row.acknowledged_by, _time(row.returned_at), _time(row.ended_at), str(row.is_first_out).lower(),
        firsts.get(row.first_out_id or 0), str(row.is_flood).lower(),
        likeliest.get("name"), likeliest.get("likelihood"),
    )  # fmt: skip


def _time(at: datetime | None) -> str:
    return "" if at is None else shown(at)
