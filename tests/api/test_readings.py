"""Readings against a reference that holds them all in a dictionary: raw, drawn, summed up, with corrections, as CSV."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import groupby

import pytest
import pytest_asyncio

from api.routes.readings import WIDTHS, Readings
from services.buckets import EPOCH, MICROSECOND
from tests.api.conftest import Service
from tests.api.plant import ENERGY, NOON, POWER, store

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = NOON - timedelta(hours=2)
STOP = NOON + timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a point measured, and which instants were corrected."""

    service: Service
    effective: dict[datetime, float]
    corrected: frozenset[datetime]

    def within(self, start: datetime, stop: datetime) -> list[tuple[datetime, float]]:
        return sorted((time, value) for time, value in self.effective.items() if start <= time < stop)

    async def ask(self, start: datetime = START, stop: datetime = STOP, **more: str) -> Readings:
        parameters = {"point": POWER, "start": start.isoformat(), "stop": stop.isoformat(), **more}
        answer = await self.service.client.get("/api/v1/readings", params=parameters)
        assert answer.status_code == 200, answer.text
        return Readings.model_validate_json(answer.content)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(service: Service) -> Measured:
    """Three hours of readings every few seconds with an hour's gap, some of them corrected, one of them twice."""
    dice = random.Random(7)
    time, raw = NOON - timedelta(hours=1), dict[datetime, float]()
    while time < NOON + timedelta(hours=2):
        if not NOON <= time < NOON + timedelta(minutes=50):
            raw[time] = round(dice.gauss(50, 10), 3)
        time += timedelta(milliseconds=dice.randrange(2_000, 20_000))
    point = service.points[POWER]
    await store(service.connection, {(point, (at - EPOCH) // MICROSECOND): value for at, value in raw.items()})

    times = sorted(raw)
    replaced = [*dice.sample(times, 12), times[0], times[-1], max(raw, key=lambda at: raw[at])]
    added = [NOON + timedelta(minutes=20), NOON - timedelta(minutes=90)]
    effective = dict(raw)
    for at in [*replaced, *added, replaced[0]]:
        value = round(dice.uniform(-500, 500), 3)
        await service.connection.execute(
            "INSERT INTO reading_correction (point_id, time, old_value, new_value, actor_id, reason) "
            "SELECT $1, $2, $3, $4, id, 'misread' FROM actor WHERE code = 'local'",
            point,
            at,
            effective.get(at),
            value,
        )
        effective[at] = value
    return Measured(service, effective, frozenset([*replaced, *added]))


def _spans() -> Iterator[tuple[datetime, datetime]]:
    """The whole, and pieces whose edges fall anywhere."""
    dice = random.Random(11)
    yield START, STOP
    for _ in range(6):
        start = START + timedelta(milliseconds=dice.randrange(4 * 3_600_000))
        yield start, start + timedelta(milliseconds=dice.randrange(1, 2 * 3_600_000))


SPANS = list(_spans())


@pytest.mark.parametrize(("start", "stop"), SPANS)
async def test_raw_readings_are_the_effective_ones_of_the_half_open_span(
    measured: Measured, start: datetime, stop: datetime
) -> None:
    expected = measured.within(start, stop)
    answer = await measured.ask(start, stop, resolution="raw", limit="20000")
    assert answer.readings is not None
    assert [(each.time, each.value) for each in answer.readings] == expected
    assert {each.time for each in answer.readings if each.corrected} == {
        time for time, _ in expected if time in measured.corrected
    }
    assert (answer.based_on_readings, answer.next, answer.buckets) == (len(expected), None, None)


@pytest.mark.parametrize(("start", "stop"), SPANS)
@pytest.mark.parametrize("limit", [10, 50])
async def test_a_drawing_keeps_ends_and_extremes_of_effective_readings(
    measured: Measured, start: datetime, stop: datetime, limit: int
) -> None:
    expected = measured.within(start, stop)
    answer = await measured.ask(start, stop, limit=str(limit))
    assert answer.readings is not None
    drawn = [(each.time, each.value) for each in answer.readings]
    assert len(drawn) <= limit
    assert set(drawn) <= set(expected)
    assert drawn == sorted(drawn)
    assert answer.based_on_readings == len(expected)
    if expected:
        assert (drawn[0], drawn[-1]) == (expected[0], expected[-1])
        values = [value for _, value in drawn]
        assert (min(values), max(values)) == (
            min(value for _, value in expected),
            max(value for _, value in expected),
        )


@pytest.mark.parametrize(("start", "stop"), SPANS)
@pytest.mark.parametrize("resolution", ["1m", "15m", "1h"])
async def test_buckets_sum_up_what_is_in_them(
    measured: Measured, start: datetime, stop: datetime, resolution: str
) -> None:
    width = WIDTHS[resolution]
    answer = await measured.ask(start, stop, resolution=resolution)
    assert answer.buckets is not None
    groups = groupby(measured.within(start, stop), lambda each: EPOCH + (each[0] - EPOCH) // width * width)
    expected = [(begin, [value for _, value in group]) for begin, group in groups]
    assert [bucket.start for bucket in answer.buckets] == [begin for begin, _ in expected]
    for bucket, (_, values) in zip(answer.buckets, expected, strict=True):
        assert bucket.readings == len(values)
        assert (bucket.minimum, bucket.maximum) == (min(values), max(values))
        assert (bucket.first, bucket.last) == (values[0], values[-1])
        assert bucket.mean == pytest.approx(sum(values) / len(values))


async def test_a_long_span_is_reduced_in_the_database_and_gives_the_same_law(measured: Measured) -> None:
    # Ten years: far more readings are to be expected than there are, so the buckets come from the database.
    start, stop = NOON - timedelta(days=1825), NOON + timedelta(days=1825)
    answer = await measured.ask(start, stop, limit="40")
    assert answer.readings is not None
    expected = measured.within(start, stop)
    values = [each.value for each in answer.readings]
    assert len(values) <= 40
    assert answer.based_on_readings == len(expected)
    assert (min(values), max(values)) == (min(value for _, value in expected), max(value for _, value in expected))
    assert {(each.time, each.value) for each in answer.readings} <= set(expected)


@pytest.mark.parametrize(("start", "stop"), SPANS[:3])
async def test_csv_comes_whole_and_equals_the_json(measured: Measured, start: datetime, stop: datetime) -> None:
    parameters = {"point": POWER, "start": start.isoformat(), "stop": stop.isoformat(), "resolution": "raw"}
    answer = await measured.service.client.get(
        "/api/v1/readings", params={**parameters, "limit": "1"}, headers={"Accept": "text/csv"}
    )
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert [(datetime.fromisoformat(row["time"]), float(row["value"])) for row in rows] == measured.within(start, stop)
    assert {(row["point"], row["unit"]) for row in rows} <= {(POWER, "kW")}
    summed = await measured.service.client.get(
        "/api/v1/readings", params={**parameters, "resolution": "15m", "format": "csv"}
    )
    buckets = (await measured.ask(start, stop, resolution="15m")).buckets or []
    assert [float(row["mean"]) for row in csv.DictReader(StringIO(summed.text))] == [each.mean for each in buckets]


async def test_times_are_shown_in_the_zone_that_is_asked_for(measured: Measured) -> None:
    parameters = {"point": POWER, "start": START.isoformat(), "stop": STOP.isoformat(), "limit": "10"}
    for zone, offset in (("Asia/Shanghai", "+08:00"), ("America/St_Johns", "-03:30")):
        answer = await measured.service.client.get("/api/v1/readings", params={**parameters, "time_zone": zone})
        document = answer.json()
        assert document["start"].endswith(offset)
        assert all(each["time"].endswith(offset) for each in document["readings"])
        assert datetime.fromisoformat(document["start"]) == START


async def test_a_plus_sign_that_was_not_encoded_is_understood(measured: Measured) -> None:
    path = f"/api/v1/readings?point={POWER}&start=2026-11-23T10:00:00+08:00&stop=2026-11-23T15:00:00+08:00"
    answer = Readings.model_validate_json((await measured.service.client.get(path)).content)
    assert (answer.start, answer.stop) == (START, STOP)


async def test_without_a_span_the_last_day_is_shown(measured: Measured) -> None:
    answer = Readings.model_validate_json(
        (await measured.service.client.get("/api/v1/readings", params={"point": ENERGY})).content
    )
    assert answer.stop - answer.start == timedelta(hours=24)
    assert abs(answer.stop - datetime.now(UTC)) < timedelta(minutes=1)
    assert answer.readings == []
