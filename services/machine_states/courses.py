"""What machines did in spans of time, as it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.machine_states.state import CODES, STATES
from analytics.machine_states.totals import Course
from services.database import Connection, rows
from services.machine_states.bindings import SQL


class Span(NamedTuple):
    """A device's time [start, stop), microseconds since 1970."""

    device_id: int
    start_us: int
    stop_us: int


@dataclass(frozen=True, slots=True)
class CourseRow:
    """Changes in a span, packed big-endian, and what stood before; `number` counts the spans asked for from 1."""

    number: int
    before: str
    known_before: str
    times_us: bytes | None
    places: bytes | None


async def courses(connection: Connection, spans: Sequence[Span]) -> list[Course]:
    """The course of each span, in their order."""
    if not spans:
        return []
    columns = [list(column) for column in zip(*spans, strict=True)]
    return [_course(row) for row in await rows(connection, SQL["courses"], CourseRow, *columns, STATES)]


def _course(row: CourseRow) -> Course:
    times = np.frombuffer(row.times_us or b"", dtype=">i8").astype(np.int64)
    states = (np.frombuffer(row.places or b"", dtype=">i2") - 1).astype(np.int8)  # the database counts from 1
    return Course(times, states, CODES[row.before], CODES[row.known_before])
