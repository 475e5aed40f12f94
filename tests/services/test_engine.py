"""The engine: one works, and it keeps the reads around each local midnight."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.anchors import offered
from analytics.batches import Columns
from analytics.local_days import day_starts_us
from services import anchors, engine
from services.anchors import AnchorKeeper
from services.database import Connection, DatabaseSettings, run
from services.readings import Recorder
from services.retention import RetentionSettings, let_go
from tests.acceptance.platform import until
from tests.registry_rows import add_points
from tests.services.test_readings import batch_of

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.integers(1_262_304_000, 1_893_456_000).map(
    lambda second: EPOCH + timedelta(seconds=second)
)  # 2010 to 2029


def us(instant: datetime) -> int:
    return (instant - EPOCH) // timedelta(microseconds=1)


@given(st.sampled_from(ZONES), instants, st.integers(0, 400))
def test_day_starts_are_the_first_instants_of_local_dates(name: str, begin: datetime, days: int) -> None:
    zone = ZoneInfo(name)
    end = begin + timedelta(days=days)
    starts = day_starts_us(zone, us(begin), us(end)).tolist()
    assert starts[0] <= us(begin) < starts[1]
    assert starts[-2] <= us(end) < starts[-1]
    assert starts == sorted(set(starts))
    for start in starts:
        here = (EPOCH + timedelta(microseconds=start)).astimezone(zone)
        just_before = (EPOCH + timedelta(microseconds=start - 1)).astimezone(zone)
        assert just_before.date() == here.date() - timedelta(days=1)


@given(
    st.sampled_from(ZONES),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12 * 24)), unique=True, min_size=1, max_size=40),
)
def test_offers_are_the_reads_next_to_each_midnight(name: str, hours: list[tuple[int, int]]) -> None:
    begin = datetime(2024, 10, 25, tzinfo=UTC)  # Berlin's clock changes on the 27th, New York's on November 3rd
    keys = sorted((point, us(begin + timedelta(hours=hour))) for point, hour in hours)
    reads = Columns(
        np.array([point for point, _ in keys], dtype=np.int32),
        np.array([time for _, time in keys], dtype=np.int64),
        np.arange(len(keys), dtype=np.float64),
    )
    starts = day_starts_us(ZoneInfo(name), int(reads.times_us.min()) - 1, int(reads.times_us.max()))
    before, after = offered(reads, starts)
    expected_before: dict[tuple[int, int], int] = {}
    expected_after: dict[tuple[int, int], int] = {}
    for point, time in keys:  # the plain way
        midnight = min(start for start in starts.tolist() if start >= time)
        previous = max(start for start in starts.tolist() if start < time)
        expected_before[point, midnight] = time
        expected_after.setdefault((point, previous), time)
    for found, expected in ((before, expected_before), (after, expected_after)):
        assert {
            (point, midnight): time
            for point, midnight, time in zip(
                found.reads.point_ids.tolist(), found.midnights_us.tolist(), found.reads.times_us.tolist(), strict=True
            )
        } == expected


async def anchors_of(connection: Connection) -> list[tuple[str, datetime, float]]:
    found = await connection.fetch("SELECT side, time, value FROM anchor ORDER BY midnight, side DESC")
    return [(row["side"], row["time"], row["value"]) for row in found]


async def test_anchors_outlive_the_readings_and_are_the_same_by_either_road(connection: Connection) -> None:
    points = await add_points(connection, site="lab", devices=1, keys=3, kind="counter")
    keeper = AnchorKeeper()
    await keeper.learn_registers(connection)
    recorder = Recorder(connection)
    for day in (2, 0, 1):  # out of order
        batch = batch_of(points, [(0, day * 86_400 + hour * 3600, day * 24.0 + hour) for hour in range(1, 24, 3)])
        await recorder.record(batch)
        keeper.offer(batch.readings)
        async with connection.transaction():
            await keeper.write(connection)
        keeper.written()
    followed = await anchors_of(connection)
    assert len(followed) == 8  # four midnights of Shanghai touch three days of UTC, each from both sides
    await connection.execute("DELETE FROM anchor")
    await run(connection, anchors.SQL["anchors_from_readings"])
    assert await anchors_of(connection) == followed

    await connection.execute("SELECT set_chunk_time_interval('reading', INTERVAL '1 day')")
    gone = await let_go(connection, RetentionSettings(raw_readings_days=1))
    assert gone["reading chunks"] >= 2
    assert await anchors_of(connection) == followed


WORKING = """SELECT pid FROM pg_stat_activity JOIN pg_locks USING (pid)
             WHERE application_name = 'ioe energy duty' AND locktype = 'advisory' AND granted"""


async def test_a_second_engine_waits_until_the_first_is_gone(connection: Connection, database_url: str) -> None:
    gone: set[int] = set()

    async def another_works(other: Connection) -> bool:
        return await other.fetchval(WORKING) not in {None, *gone}

    async def follows_the_log(other: Connection) -> bool:
        return bool(await other.fetchval("SELECT EXISTS (SELECT FROM log_follower WHERE name = 'engine')"))

    engines = [
        asyncio.create_task(engine.run_engine(DatabaseSettings(url=database_url), RetentionSettings()))
        for _ in range(2)
    ]
    try:
        await until(database_url, another_works, within_s=10)
        gone.add(await connection.fetchval(WORKING))
        await connection.execute("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", list(gone))
        await until(database_url, another_works, within_s=10)
        await until(database_url, follows_the_log, within_s=10)
    finally:
        for task in engines:
            task.cancel()
        await asyncio.gather(*engines, return_exceptions=True)
