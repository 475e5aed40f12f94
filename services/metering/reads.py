"""Effective readings of registers from the database: the latest correction of an instant, else the raw reading.

They come as PostgreSQL's binary COPY, whose rows of fixed width are read as one structured array: half a million reads
a second instead of a Python object each. A register reads from different points at different times (`Source`); a read
exactly where a segment begins belongs to that segment.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.readings import Float64, Int64
from services.database import Connection
from services.metering.rules import Register, Source
from services.statements import statements

SQL = statements("metering")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_US = 946_684_800_000_000
_HEADER_BYTES, _TRAILER_BYTES = 19, 2
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("register length", ">i4"),
        ("register_id", ">i4"),
        ("time length", ">i4"),
        ("time", ">i8"),
        ("value length", ">i4"),
        ("value", ">f8"),
    ]
)


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads of one register, sorted by time, no instant twice."""

    times_us: Int64
    values: Float64

    def __len__(self) -> int:
        return len(self.times_us)

    def between(self, after_us: int, until_us: int) -> Reads:
        """The reads after one instant, up to and with another."""
        begin, end = np.searchsorted(self.times_us, (after_us, until_us), side="right").tolist()
        return Reads(self.times_us[begin:end], self.values[begin:end])


NO_READS = Reads(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64))


def joined(parts: Sequence[Reads]) -> Reads:
    """Reads that came in any order, sorted; of equal instants the one that came last."""
    if len(parts) == 1:
        return parts[0]
    times = np.concatenate([part.times_us for part in parts])
    values = np.concatenate([part.values for part in parts])
    if not (times[1:] > times[:-1]).all():
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
        newest = np.append(times[1:] != times[:-1], True)
        times, values = times[newest], values[newest]
    return Reads(times, values)


async def of_registers(
    connection: Connection, wanted: Iterable[tuple[Register, int, int]]
) -> Iterator[tuple[int, Reads]]:
    """(register id, its effective reads after one instant up to another) for each that has any."""
    spans = [
        (register.register_id, source.point_id, after_us, until_us)
        for register, from_us, to_us in wanted
        for source, after_us, until_us in sources_between(register, from_us, to_us)
    ]
    if not spans:
        return iter(())
    into = io.BytesIO()
    await connection.copy_from_query(
        SQL["effective_reads"].text.rstrip(";"),
        *([span[column] for span in spans] for column in range(4)),
        _EPOCH + timedelta(microseconds=min(span[2] for span in spans)),
        _EPOCH + timedelta(microseconds=max(span[3] for span in spans)),
        output=into,
        format="binary",
    )
    rows = np.frombuffer(into.getbuffer()[_HEADER_BYTES:-_TRAILER_BYTES], dtype=_ROW)
    return _by_register(rows["register_id"], rows["time"].astype(np.int64), rows["value"].astype(np.float64))


async def of_register(connection: Connection, register: Register, after_us: int, until_us: int) -> Reads:
    """The effective reads of one register after one instant up to another."""
    found = dict(await of_registers(connection, [(register, after_us, until_us)]))
    return found.get(register.register_id, NO_READS)


async def newest_us(connection: Connection, register: Register, after_us: int, until_us: int) -> int | None:
    """The time of a register's newest effective read in a span."""
    newest: int | None = await connection.fetchval(
        SQL["newest_effective"].text, *_columns(sources_between(register, after_us, until_us))
    )
    return newest


async def stop_of(connection: Connection, register: Register, after_us: int, until_us: int, count: int) -> int:
    """An instant up to which there are about so many raw reads; `until_us` where there are fewer."""
    columns = _columns(sources_between(register, after_us, until_us))
    stop_us: int | None = await connection.fetchval(SQL["time_of_nth_read"].text, *columns, count)
    # The last of fewer reads: what follows it up to `until_us` can only be corrections.
    if stop_us is None:
        return until_us
    further: int | None = await connection.fetchval(
        SQL["time_of_nth_read"].text, *_columns(sources_between(register, stop_us, until_us)), 1
    )
    return until_us if further is None else stop_us


def sources_between(register: Register, after_us: int, until_us: int) -> Iterator[tuple[Source, int, int]]:
    """The sources that have reads after one instant up to another, each with its own such bounds."""
    for source in register.sources:
        begin_us, end_us = max(after_us, source.from_us - 1), min(until_us, source.stop_us - 1)
        if source.point_id is not None and begin_us < end_us:
            yield source, begin_us, end_us


def _columns(spans: Iterable[tuple[Source, int, int]]) -> tuple[list[int], list[int], list[int]]:
    found = [
        (source.point_id, after_us, until_us) for source, after_us, until_us in spans if source.point_id is not None
    ]
    return [each[0] for each in found], [each[1] for each in found], [each[2] for each in found]


def _by_register(ids: Int64, times: Int64, values: Float64) -> Iterator[tuple[int, Reads]]:
    if len(ids) == 0:
        return
    begins = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    ends = np.append(begins[1:], len(ids))
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        yield int(ids[begin]), Reads(times[begin:end] + _POSTGRES_EPOCH_US, values[begin:end])
