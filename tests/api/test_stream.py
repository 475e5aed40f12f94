"""Snapshot, then follow: what a client has put together at the end is what the database holds."""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack

import httpx
import pytest

from api.feed import RECENT_EVENTS
from services import events
from services.database import connect
from tests.api.conftest import Corner, Service
from tests.api.plant import NOON_US, SECOND_US, store
from tests.api.serving import DEADLINE_S, Frame, Stream, StreamEndedError, running, streaming, until_ready

pytestmark = pytest.mark.asyncio(loop_scope="module")


def own(corner: Corner) -> str:
    """The query that selects the corner's values."""
    return f"?device=kunshan/{corner.device}"


async def test_a_stream_begins_with_the_newest_value_of_each_point(corner: Corner) -> None:
    await store(
        corner.connection,
        {
            (corner.points["active_power_kw"], NOON_US): 1.5,
            (corner.points["active_power_kw"], NOON_US + SECOND_US): 2.5,
        },
    )
    async with streaming(corner.client, own(corner)) as stream:
        frames = await stream.until(lambda frame: bool(frame.data["values"]))
    assert frames[0].event == "snapshot"
    assert frames[-1].data["values"] == [[corner.name("active_power_kw"), NOON_US // 1000 + 1000, 2.5]]


async def test_an_older_reading_changes_history_but_not_the_live_value(corner: Corner) -> None:
    async with streaming(corner.client, own(corner)) as stream:
        await stream.frame()
        await store(corner.connection, {(corner.points["active_power_kw"], NOON_US): 2.0})
        assert (await stream.frame()).data["values"] == [[corner.name("active_power_kw"), NOON_US // 1000, 2.0]]
        await store(corner.connection, {(corner.points["active_power_kw"], NOON_US - SECOND_US): 9.0})
        await store(corner.connection, {(corner.points["active_power_kw"], NOON_US + SECOND_US): 3.0})
        assert (await stream.frame()).data["values"] == [[corner.name("active_power_kw"), NOON_US // 1000 + 1000, 3.0]]


async def test_snapshot_and_changes_add_up_to_the_database_while_writers_write(
    corner: Corner, shared_database_url: str
) -> None:
    ids = list(corner.points.values())
    names = {number: corner.name(key) for key, number in corner.points.items()}

    async def write(worker: int) -> None:
        dice = random.Random(worker)
        writer = await connect(shared_database_url, name=f"writer {worker}")
        try:
            for _ in range(25):
                batch = {(dice.choice(ids), NOON_US + dice.randrange(10**9)): dice.random() for _ in range(20)}
                await store(writer, batch, worker=f"writer-{worker}")
        finally:
            await writer.close()

    held: dict[str, float] = {}
    expected: dict[str, float] | None = None

    async def read() -> None:
        async with asyncio.timeout(DEADLINE_S), streaming(corner.client, own(corner)) as stream:
            while held != expected:
                held.update({name: value for name, _, value in (await stream.frame()).data["values"]})

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read())
        await asyncio.gather(*(tasks.create_task(write(worker)) for worker in range(4)))
        stored = await corner.connection.fetch("SELECT point_id, value FROM latest WHERE point_id = ANY ($1)", ids)
        expected = {names[row["point_id"]]: row["value"] for row in stored}
        if held == expected:  # the last frame came before the last look at the database
            reading.cancel()
    assert held == expected


async def test_at_most_four_frames_a_second_and_the_newest_value_in_each(corner: Corner) -> None:
    async with streaming(corner.client, own(corner)) as stream:
        await stream.frame()
        began, frames, last = time.monotonic(), 0, 0.0
        for number in range(1, 41):
            await store(corner.connection, {(corner.points["active_power_kw"], NOON_US + number * SECOND_US): number})
        while last < 40:
            last = (await stream.frame()).data["values"][0][2]
            frames += 1
        elapsed_s = time.monotonic() - began
    assert frames <= elapsed_s * 4 + 1


async def test_a_reconnecting_client_gets_every_event_of_its_absence_once(corner: Corner) -> None:
    async with streaming(corner.client, own(corner)) as stream:
        cursor = (await stream.frame()).id
    for number in range(3):
        await events.record(corner.connection, "test.happened", "kunshan", {"number": number})
    async with streaming(corner.client, own(corner), last_event_id=cursor) as stream:
        snapshot = await stream.frame()
        first = await _events(stream, 2)
    assert (snapshot.data["resumed"], snapshot.data["cursor"]) == (True, cursor)
    await events.record(corner.connection, "test.happened", "kunshan", {"number": 3})
    async with streaming(corner.client, own(corner), last_event_id=first[-1].id) as stream:
        second = await _events(stream, 3)
    assert [frame.data["payload"]["number"] for frame in first + second] == [0, 1, 2, 3]


async def _events(stream: Stream, last: int) -> list[Frame]:
    """The event frames up to the one with this number."""
    frames = await stream.until(lambda frame: frame.event == "event" and frame.data["payload"]["number"] == last)
    return [frame for frame in frames if frame.event == "event"]


@pytest.mark.parametrize("place", ["999999", "-1", "rubbish", "9" * 30])
async def test_a_place_that_is_not_ours_begins_now_and_says_so(service: Service, place: str) -> None:
    async with streaming(service.client, last_event_id=place) as stream:
        assert (await stream.frame()).data["resumed"] is False


async def test_more_events_than_the_feed_remembers_are_read_from_the_database(corner: Corner) -> None:
    async with streaming(corner.client, own(corner)) as stream:
        cursor = (await stream.frame()).id
    await corner.connection.execute(
        "INSERT INTO event (kind, subject, payload) SELECT 'test.happened', 'kunshan', jsonb_build_object('number', n) "
        "FROM generate_series(0, $1) AS n",
        RECENT_EVENTS + 100,
    )
    async with streaming(corner.client, own(corner), last_event_id=cursor) as stream:
        frames = await _events(stream, RECENT_EVENTS + 100)
    assert [frame.data["payload"]["number"] for frame in frames] == list(range(RECENT_EVENTS + 101))


async def test_a_selection_gets_its_own_values_and_events_only(service: Service) -> None:
    async with streaming(service.client, "?site=kunshan&space=b1/f1") as stream:
        await stream.frame()
        await events.record(service.connection, "test.happened", "york/m-1", {})
        await events.record(service.connection, "test.happened", "ingest-1", {})
        everything = {(point, NOON_US): float(point) for point in service.points.values()}
        await store(service.connection, everything)
        frames = await stream.until(lambda frame: frame.event == "values")
    assert [frame.data["subject"] for frame in frames if frame.event == "event"] == ["ingest-1"]
    assert [name for name, _, _ in frames[-1].data["values"]] == [
        "kunshan/m-2/active_power_kw",
        "kunshan/m-2/import_energy_kwh",
    ]


async def test_a_point_that_is_new_to_the_registry_joins_open_streams(corner: Corner) -> None:
    async with streaming(corner.client, own(corner)) as stream:
        await stream.frame()
        await store(corner.connection, {(corner.points["active_power_kw"], NOON_US): 1.0})
        await stream.frame()
        new = await corner.connection.fetchval(
            "INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)"
            " SELECT device_id, 'new_kw', 'New', 'active_power', 'kW', 'kW', 1, 'gauge', 10 FROM point WHERE id = $1 "
            "RETURNING id",
            corner.points["active_power_kw"],
        )
        await corner.connection.execute("NOTIFY registry")
        await store(corner.connection, {(new, NOON_US): 7.0})
        frames = await stream.until(lambda frame: corner.name("new_kw") in str(frame.data))
    assert frames[-1].data["values"] == [[corner.name("new_kw"), NOON_US // 1000, 7.0]]


async def test_a_correction_of_the_newest_reading_replaces_it(corner: Corner) -> None:
    await store(corner.connection, {(corner.points["import_energy_kwh"], NOON_US): 10.0})
    await corner.connection.execute(
        "INSERT INTO reading_correction (point_id, time, old_value, new_value, actor_id, reason) "
        "SELECT $1, timestamptz '2026-11-23 04:00Z', 10, 11, id, 'misread' FROM actor WHERE code = 'local'",
        corner.points["import_energy_kwh"],
    )
    await corner.connection.execute("NOTIFY registry")
    async with streaming(corner.client, own(corner)) as stream:
        frames = await stream.until(
            lambda frame: [corner.name("import_energy_kwh"), NOON_US // 1000, 11.0] in frame.data["values"]
        )
    assert frames


async def test_streams_end_in_order_when_the_service_stops(database_url: str) -> None:
    async with AsyncExitStack() as service:
        address = await service.enter_async_context(running(database_url))
        async with httpx.AsyncClient(base_url=address, timeout=DEADLINE_S) as client:
            await until_ready(client)
            async with streaming(client) as stream:
                await stream.frame()
                await service.aclose()
                with pytest.raises(StreamEndedError):
                    await stream.frame()


async def test_a_stream_survives_an_outage_of_the_feeds_connection(corner: Corner) -> None:
    async with streaming(corner.client, own(corner)) as stream:
        await stream.frame()
        await corner.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'ioe api live' AND datname = current_database()"
        )
        await store(corner.connection, {(corner.points["active_power_kw"], NOON_US): 5.0})
        frames = await stream.until(lambda frame: frame.event == "values")
    assert [frame.data["hearing"]["listening"] for frame in frames[:-1]] == [False, True]
    assert frames[-1].data["values"] == [[corner.name("active_power_kw"), NOON_US // 1000, 5.0]]
