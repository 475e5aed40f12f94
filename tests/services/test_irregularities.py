"""What the way in which readings arrive tells of a device: each fault of a transmission under its own name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.batches import Columns
from services.batch import Batch, DeadLetter
from services.database import Connection, connect
from services.readings import Recorder
from tests.registry_rows import add_points

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000

Sent = tuple[int, float, float]  # point, seconds from NOW, value


class Line:
    """A worker that stores what two devices with two points each send."""

    def __init__(self, connection: Connection, points: Sequence[int]) -> None:
        self.connection, self.points = connection, points
        self._recorder = Recorder(connection)

    async def send(self, *sent: Sent, letters: Sequence[DeadLetter] = (), after_s: float = 0) -> dict[str, int]:
        """Store a batch as it arrived; gives what was noticed about it, by device code and reason."""
        columns = Columns(
            np.array([self.points[point] for point, _, _ in sent], dtype=np.int32),
            np.array([NOW_US + round(second * 1e6) for _, second, _ in sent], dtype=np.int64),
            np.array([value for _, _, value in sent], dtype=np.float64),
        )
        await self.connection.execute("DELETE FROM device_irregularity")
        await self._recorder.record(
            Batch("ingest-1", NOW + timedelta(seconds=after_s), columns, letters, messages=len(sent))
        )
        rows = await self.connection.fetch(
            """SELECT code || ' ' || reason AS what, count FROM device_irregularity
               JOIN device ON device.id = device_id"""
        )
        return {row["what"]: row["count"] for row in rows}


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[Line]:
    connection = await connect(database_url, name="test")
    yield Line(connection, await add_points(connection, site="lab", devices=2, keys=2))
    await connection.close()


async def test_an_ordinary_line_shows_nothing(line: Line) -> None:
    assert await line.send((0, -9, 1.0), (1, -9, 1.0), (2, -8, 1.0), (0, 1, 2.0), (1, 1, 2.0)) == {}
    assert await line.send((0, 10, 3.0), (2, 2, 2.0), after_s=10) == {}
    # A slow point beside a fast one is no disorder, and half a second of jitter is none either.
    assert await line.send((3, -100, 3.0), (2, 1.5, 3.0), after_s=11) == {}


async def test_everything_twice_and_what_a_memory_sends_again(line: Line) -> None:
    # Two values of one message sent twice are one duplicate.
    twice = [(0, 0, 1.0), (1, 0, 2.0), (0, 0, 1.0), (1, 0, 2.0)]
    assert await line.send(*twice) == {"d0 duplicate": 1}
    assert await line.send((0, 0, 1.0), (1, 0, 2.0), after_s=1) == {"d0 duplicate": 1}
    await line.send((0, 500, 1.0), after_s=500)
    assert await line.send((0, 0, 1.0), (0, 500, 1.0), after_s=501) == {"d0 redelivered": 1, "d0 duplicate": 1}
    assert await line.send((0, 500, 1.5), after_s=501) == {"d0 conflict": 1}


async def test_disorder_within_a_batch_and_between_batches(line: Line) -> None:
    assert await line.send((0, 30, 1.0), (0, 10, 1.0), (2, 10, 1.0), (0, 20, 1.0), (0, 40, 1.0), after_s=40) == {
        "d0 disorder": 2
    }
    assert await line.send((0, 60, 1.0), (2, 60, 1.0), after_s=60) == {}
    assert await line.send((0, 50, 1.0), (2, 50, 1.0), (2, 61, 1.0), after_s=61) == {
        "d0 disorder": 1,
        "d1 disorder": 1,
    }
    assert await line.send((0, -200, 1.0), (0, -190, 1.0), after_s=61) == {"d0 late": 2}


async def test_a_memory_that_is_emptied_in_order_is_a_backlog(line: Line) -> None:
    await line.send((0, 0, 1.0), (1, 0, 1.0))
    backlog = [(point, second, 1.0) for second in range(10, 600, 10) for point in (0, 1)]
    assert await line.send(*backlog, after_s=600) == {"d0 backlog": 47}  # up to two minutes ago
    assert await line.send((0, 600, 1.0), (1, 600, 1.0), after_s=600) == {}


async def test_what_was_refused_belongs_to_the_device_of_its_point(line: Line) -> None:
    letters = [
        DeadLetter("future", "", point_id=line.points[0]),
        DeadLetter("future", "", point_id=line.points[1]),
        DeadLetter("out_of_range", "", point_id=line.points[2], occurrences=3),
        DeadLetter("not_json", ""),
    ]
    assert await line.send(letters=letters) == {"d0 future": 1, "d1 out_of_range": 3}
