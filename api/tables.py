"""Readings as CSV, written as they are read: a year of them never stands in memory at once.

Each page of rows is read over a connection of its own, so that a client that takes its time holds none. The first page
is read before the answer begins, so that a failure is still a problem document; one later cuts the transfer off, and
the client sees an incomplete chunked answer rather than a file that looks whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from fastapi.responses import StreamingResponse

from api.context import Context
from api.instants import shown
from services import history
from services.buckets import Span
from services.registry.points import PointRow

_ROWS_AT_ONCE = 20_000


async def csv_answer(
    context: Context, point: PointRow, span: Span, width: timedelta | None, draw_with: int | None
) -> StreamingResponse:
    """A whole span as CSV: buckets of a width, or drawn with at most so many readings, or every reading."""
    if width is not None:
        parts = _buckets(context, point, span, width)
    elif draw_with is not None:
        parts = _drawn(context, point, span, draw_with)
    else:
        parts = _readings(context, point, span)
    return await streamed(parts, f"{point.site}_{point.device}_{point.key}", span.start, span.stop)


async def streamed(parts: AsyncIterator[str], name: str, start: datetime, stop: datetime) -> StreamingResponse:
    """CSV as it is made; a failure of its first part is the caller's."""
    first = await anext(parts)

    async def whole() -> AsyncIterator[str]:
        yield first
        async for part in parts:
            yield part

    name = f"{name}_{start:%Y%m%dT%H%M%SZ}_{stop:%Y%m%dT%H%M%SZ}.csv"
    return StreamingResponse(
        whole(),
        media_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _readings(context: Context, point: PointRow, span: Span) -> AsyncIterator[str]:
    head = "point,time,value,unit\n"
    rest: Span | None = span
    while rest is not None:
        async with context.connections.borrow() as connection:
            page = await history.page(connection, rest, _ROWS_AT_ONCE)
        yield head + "".join(f"{point.id},{shown(row.time)},{row.value!r},{point.unit}\n" for row in page.readings)
        head = ""
        rest = None if page.next is None else rest.since(page.next)


async def _drawn(context: Context, point: PointRow, span: Span, at_most: int) -> AsyncIterator[str]:
    async with context.connections.borrow() as connection:
        drawing = await history.drawn(connection, span, at_most, point.expected_interval_s, datetime.now(UTC))
    yield "point,time,value,unit\n" + "".join(
        f"{point.id},{shown(row.time)},{row.value!r},{point.unit}\n" for row in drawing.readings
    )


async def _buckets(context: Context, point: PointRow, span: Span, width: timedelta) -> AsyncIterator[str]:
    head = "point,start,readings,mean,minimum,maximum,first,last,unit\n"
    rest: Span | None = span
    while rest is not None:
        async with context.connections.borrow() as connection:
            summary = await history.summed_up(connection, rest, width, _ROWS_AT_ONCE, datetime.now(UTC))
        yield head + "".join(
            f"{point.id},{shown(row.start)},{row.readings},{row.mean!r},{row.minimum!r},{row.maximum!r},"
            f"{row.first!r},{row.last!r},{point.unit}\n"
            for row in summary.buckets
        )
        head = ""
        rest = None if summary.next is None else rest.since(summary.next)
