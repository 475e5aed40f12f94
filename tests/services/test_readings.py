"""Laws of storing: whatever comes, in whatever order and however often, each reading is stored once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.batches import Columns
from services.batch import Batch, DeadLetter, UnmappedSample
from services.database import Connection, connect
from services.readings import Recorder
from tests.registry_rows import add_points

Sample = tuple[int, int, float]  # point (0, 1, 2), second, value

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START_US = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000

samples = st.tuples(st.integers(0, 2), st.integers(0, 6), st.sampled_from([1.0, 2.0]))
batches = st.lists(st.lists(samples, max_size=12), max_size=5)


def batch_of(point_ids: Sequence[int], chosen: Sequence[Sample]) -> Batch:
    return Batch(
        "ingest-1",
        NOW,
        Columns(
            np.array([point_ids[point] for point, _, _ in chosen], dtype=np.int32),
            np.array([START_US + second * 1_000_000 for _, second, _ in chosen], dtype=np.int64),
            np.array([value for _, _, value in chosen], dtype=np.float64),
        ),
        messages=1,
    )


class Bench:
    """A database with three points, and its own loop for tests that hypothesis runs many times."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.loop = asyncio.new_event_loop()
        self.connection: Connection = self.loop.run_until_complete(connect(url, name="test"))
        self.points = self.loop.run_until_complete(add_points(self.connection, site="lab", devices=1, keys=3))

    async def empty(self) -> None:
        await self.connection.execute(
            "DELETE FROM reading; DELETE FROM latest; DELETE FROM batch_log; DELETE FROM dead_letter"
        )

    def close(self) -> None:
        self.loop.run_until_complete(self.connection.close())
        self.loop.close()


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    made = Bench(database_url)
    yield made
    made.close()


@given(sent=batches, forget=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_of_each_key_is_kept_and_everything_is_accounted_for(
    bench: Bench, sent: list[list[Sample]], forget: bool
) -> None:
    bench.loop.run_until_complete(_check_law(bench, sent, forget))


async def _check_law(bench: Bench, sent: list[list[Sample]], forget: bool) -> None:
    await bench.empty()
    recorder = Recorder(bench.connection)
    counts: Counter[str] = Counter()
    for chosen in sent:
        recorder = Recorder(bench.connection) if forget else recorder
        counts.update((await recorder.record(batch_of(bench.points, chosen))).counts)

    first: dict[tuple[int, int], float] = {}
    expected: Counter[str] = Counter(messages=len(sent))
    for point, second, value in (sample for chosen in sent for sample in chosen):
        kept = first.setdefault((point, second), value)
        expected["duplicate" if kept == value else "conflict"] += 1
    expected["stored"] = len(first)
    expected["duplicate"] -= len(first)
    assert counts == +expected

    stored = await bench.connection.fetch("SELECT point_id, time, value FROM reading")
    assert {
        (bench.points.index(row["point_id"]), round(row["time"].timestamp() - START_US / 1e6)): row["value"]
        for row in stored
    } == first
    in_log = await bench.connection.fetchval("SELECT coalesce(sum(samples), 0) FROM batch_log")
    assert in_log == len(first)
    latest = await bench.connection.fetch("SELECT point_id, extract(epoch FROM time)::int8 AS time FROM latest")
    newest: dict[int, int] = {}
    for point, second in first:
        newest[point] = max(newest.get(point, 0), second)
    assert {(bench.points.index(row["point_id"])): row["time"] - START_US // 1_000_000 for row in latest} == newest
    conflicts = await bench.connection.fetchval("SELECT coalesce(sum(repeats + 1), 0) FROM dead_letter")
    assert conflicts == counts["conflict"]


async def test_a_batch_whose_commit_was_not_heard_of_is_not_stored_again(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        points = await add_points(connection, site="lab", devices=1, keys=3)
        batch = batch_of(points, [(0, 1, 5.0)])
        await Recorder(connection).record(batch)
        again = await Recorder(connection).record(batch, again=True)
        assert again.already
        assert await connection.fetchval("SELECT sum(count) FROM ingest_tally WHERE reason = 'stored'") == 1
    finally:
        await connection.close()


async def test_what_is_refused_is_kept_with_its_reason(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        points = await add_points(connection, site="lab", devices=1, keys=3)
        empty = batch_of(points, []).readings
        letter = DeadLetter("not_json", "zero byte \0 and half a pair \ud800", "t/\0", b"\x00" * 5000)
        stranger = UnmappedSample("lab", "d\0", "k\ud800", START_US, "text\0")
        for _ in range(2):
            await Recorder(connection).record(
                Batch("ingest-1", NOW, empty, [letter], [stranger], messages=2), again=False
            )
        kept = await connection.fetchrow("SELECT reason, payload, payload_bytes, repeats FROM dead_letter")
        assert (kept["reason"], len(kept["payload"]), kept["payload_bytes"], kept["repeats"]) == (
            "not_json",
            4096,
            5000,
            1,
        )
        assert await connection.fetchval("SELECT samples FROM unmapped") == 2
        assert await connection.fetchval("SELECT count(*) FROM unmapped_sample") == 1
    finally:
        await connection.close()
