"""Days kept by the hour never differ from the readings they were made of, whatever comes late and whoever looks."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from services import days
from services.buckets import EPOCH, MICROSECOND, Span, extremes, summaries
from services.database import Connection, connect
from services.days import DAY, HOUR, whole_days
from tests.api.plant import build, store

START = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
STOP = datetime(2026, 3, 29, 17, 45, tzinfo=UTC)  # Europe's clocks change in between: these days are UTC and do not
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def at_random(dice: random.Random) -> int:
    """An instant of the span on a full second, in microseconds since 1970."""
    return int((START - EPOCH).total_seconds() + dice.randrange(int((STOP - START).total_seconds()))) * 1_000_000


async def one_point(url: str) -> tuple[Connection, int]:
    connection = await connect(url, name="test")
    return connection, (await build(connection))["kunshan/m-1/active_power_kw"]


async def kept(connection: Connection) -> int:
    count: int = await connection.fetchval("SELECT count(*) FROM reading_day")
    return count


@pytest.mark.parametrize("width", [HOUR, 6 * HOUR, DAY])
async def test_buckets_from_kept_days_equal_those_from_readings(database_url: str, width: timedelta) -> None:
    connection, point = await one_point(database_url)
    dice = random.Random(3)
    measured: dict[int, float] = {}
    span = Span(point, START, STOP)
    for _ in range(4):  # each round stores more, much of it in days that are kept by then
        fresh = {at_random(dice): dice.gauss(0, 100) for _ in range(300)}
        fresh = {time_us: value for time_us, value in fresh.items() if time_us not in measured}
        await store(connection, {(point, time_us): value for time_us, value in fresh.items()})
        measured |= fresh
        for _ in range(2):  # the second look finds the days kept
            groups = defaultdict[datetime, list[float]](list)
            for time_us, value in sorted(measured.items()):
                groups[EPOCH + time_us * MICROSECOND // width * width].append(value)
            found = await summaries(connection, span, width, NOW)
            assert [row.start for row in found] == sorted(groups)
            for row in found:
                values = groups[row.start]
                assert (row.readings, row.minimum, row.maximum) == (len(values), min(values), max(values))
                assert (row.first, row.last) == (values[0], values[-1])
                assert row.mean == pytest.approx(sum(values) / len(values))
            extreme = await extremes(connection, span, 40, NOW)
            assert sum(row.readings for row in extreme) == len(measured)
            assert min(row.lowest for row in extreme) == min(measured.values())
            assert {row.highest_at for row in extreme} <= {EPOCH + time_us * MICROSECOND for time_us in measured}
    assert await kept(connection) == 27
    await connection.close()


async def test_a_late_reading_takes_its_day_away_and_no_other(database_url: str) -> None:
    connection, point = await one_point(database_url)
    await days.keep(connection, point, datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
    assert await kept(connection) == 7
    late = datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC)
    await store(connection, {(point, (late - EPOCH) // MICROSECOND): 1.0})
    gone = await connection.fetch(
        "SELECT day FROM generate_series(timestamptz '2026-03-02Z', '2026-03-08Z', '24 hours') AS g (day) "
        "WHERE NOT EXISTS (SELECT FROM reading_day AS d WHERE d.day = g.day)"
    )
    assert [row["day"] for row in gone] == [datetime(2026, 3, 4, tzinfo=UTC)]
    await connection.close()


async def test_no_kept_day_misses_a_reading_while_writers_and_lookers_race(database_url: str) -> None:
    connection, point = await one_point(database_url)
    span = Span(point, START, START + 9 * DAY)

    async def write(number: int) -> None:
        dice, writer = random.Random(number), await connect(database_url, name=f"writer {number}")
        for _ in range(30):
            when = [EPOCH + at_random(dice) * MICROSECOND for _ in range(3)]
            batch = {
                (point, (span.start + (time - span.start) % (9 * DAY) - EPOCH) // MICROSECOND): 1.0 for time in when
            }
            await store(writer, batch, worker=f"writer-{number}")
        await writer.close()

    async def look(done: asyncio.Event, number: int) -> None:
        looker = await connect(database_url, name=f"looker {number}")
        while not done.is_set():
            await summaries(looker, span, HOUR, NOW)
        await looker.close()

    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for number in range(2):
            tasks.create_task(look(done, number))
        await asyncio.gather(*(tasks.create_task(write(number)) for number in range(3)))
        done.set()
    wrong = await connection.fetch(
        "SELECT d.day FROM reading_day AS d WHERE (SELECT coalesce(sum(n), 0) FROM unnest(d.readings) AS n) <> "
        "(SELECT count(*) FROM reading AS r "
        "WHERE r.point_id = d.point_id AND r.time >= d.day AND r.time < d.day + interval '24 hours')"
    )
    assert [row["day"] for row in wrong] == []
    await connection.close()


async def test_a_writer_that_stands_still_keeps_nobody_from_looking(database_url: str) -> None:
    connection, point = await one_point(database_url)
    await store(connection, {(point, (START - EPOCH) // MICROSECOND): 7.0})
    writer = await connect(database_url, name="writer")
    transaction = writer.transaction()
    await transaction.start()
    await writer.execute("DELETE FROM reading_day")  # as a writer does, between storing and its commit
    async with asyncio.timeout(60):
        found = await summaries(connection, Span(point, START, STOP), DAY, NOW)
    assert [row.first for row in found] == [7.0]
    assert await kept(connection) == 0
    await transaction.rollback()
    await writer.close()
    await connection.close()


async def test_the_engine_keeps_the_day_that_is_over_a_few_points_at_a_time(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    points = list((await build(connection)).values())
    yesterday = (NOW - EPOCH) // DAY * 86_400_000_000 - 3_600_000_000
    await store(connection, {(point, yesterday + hour * 3_600_000_000): 1.0 for point in points[:5] for hour in (0, 2)})
    await store(connection, {(points[6], yesterday): 1.0})
    rounds = [await days.keep_some(connection, NOW + 2 * HOUR, 2) for _ in range(5)]
    assert rounds == [2, 2, 2, 0, 0]
    found = await connection.fetch("SELECT day, readings FROM reading_day")
    assert {(row["day"], tuple(row["readings"])) for row in found} == {(NOW - DAY, (1,))}
    await connection.close()


@pytest.mark.parametrize(
    ("start", "stop", "now", "first", "last"),
    [
        ("2026-03-01T00:00", "2026-03-03T00:00", "2026-06-01T00:00", "2026-03-01", "2026-03-03"),
        ("2026-03-01T00:01", "2026-03-03T23:59", "2026-06-01T00:00", "2026-03-02", "2026-03-03"),
        ("2026-03-01T00:00", "2026-03-09T00:00", "2026-03-05T00:59", "2026-03-01", "2026-03-04"),
        ("2026-03-01T00:00", "2026-03-09T00:00", "2026-03-05T01:00", "2026-03-01", "2026-03-05"),
        ("2026-03-01T05:00", "2026-03-01T09:00", "2026-06-01T00:00", "2026-03-02", "2026-03-02"),
    ],
)
def test_whole_days_lie_in_the_span_and_have_been_over_for_an_hour(
    start: str, stop: str, now: str, first: str, last: str
) -> None:
    begin, end, at, one, other = (
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, stop, now, first, last)
    )
    assert whole_days(begin, end, at) == (one, other)
