"""Figures as the database has them, written by those whose figures they are."""

from __future__ import annotations

import numpy as np

from analytics.batches import Columns
from services import batch_log, workers
from services.batch import Batch
from services.database import Connection
from services.readings import Recorder
from services.watch import parts
from services.watch.figures import gather
from tests.registry_rows import add_points

MICRO = 1_000_000


async def test_a_new_database_has_nobody_and_nothing(connection: Connection) -> None:
    found = await gather(connection)
    assert (found.workers, found.duties, found.followers) == ([], [], [])
    assert (found.arrivals.devices, found.arrivals.median_age_s) == (0, None)
    assert (found.dead_letters, found.unmapped) == (0, 0)


async def test_readings_are_as_old_as_they_were_when_they_came_in(connection: Connection) -> None:
    """In the middle of devices, not of points; history that is imported beside them is not a backlog."""
    points = await add_points(connection, site="s", devices=4, keys=2)
    now = (await gather(connection)).now
    received_us = int(now.timestamp() * MICRO)
    ages_s = [2.0, 90.0, 95.0, 400 * 86400.0]
    readings = Columns(
        np.array(points, dtype=np.int32),
        np.repeat([received_us - int(age * MICRO) for age in ages_s], 2),
        np.zeros(8),
    )
    await Recorder(connection).record(Batch("ingest-1", now, readings, messages=1))
    found = (await gather(connection)).arrivals
    assert (found.devices, found.newest_at, found.median_age_s) == (3, now, 90.0)


async def test_a_follower_is_behind_by_its_oldest_batch(connection: Connection) -> None:
    place = await batch_log.register(connection, "engine")
    assert [row.behind_s for row in (await gather(connection)).followers] == [0.0]
    point = (await add_points(connection, site="s", devices=1, keys=1))[0]
    readings = Columns(np.array([point], dtype=np.int32), np.array([MICRO]), np.zeros(1))
    for _ in range(2):
        await batch_log.write(connection, "readings", "ingest-1", readings)
    await connection.execute("UPDATE batch_log SET stored_at = stored_at - interval '40 s' WHERE id = $1", place + 1)
    assert [40 <= row.behind_s < 50 for row in (await gather(connection)).followers] == [True]
    await batch_log.advance(connection, "engine", place + 1)
    assert [row.behind_s < 10 for row in (await gather(connection)).followers] == [True]


async def test_letters_and_unknown_names_count_while_they_are_new(connection: Connection) -> None:
    await connection.execute(
        "INSERT INTO dead_letter (digest, reason, detail, received_at, last_received_at) "
        "SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'null', '', now(), now() - n * interval '4 minutes' "
        "FROM generate_series(1, 5) AS n"
    )
    await connection.execute(
        "INSERT INTO unmapped (site, device, key, first_seen_at, last_seen_at, samples) "
        "SELECT 's', 'd', n::text, now() - n * interval '25 minutes', now(), 1 FROM generate_series(1, 5) AS n"
    )
    found = await gather(connection)
    assert (found.dead_letters, found.unmapped) == (2, 2)


async def test_parts_are_those_that_must_be_there_and_those_that_are(connection: Connection) -> None:
    always = {(machine.kind, machine.code) for machine in await parts.load(connection)}
    await workers.report(connection, "ingest-2", "receiving", "")
    await batch_log.register(connection, "engine")
    await batch_log.register(connection, "Somebody's notebook")
    now = {(machine.kind, machine.code) for machine in await parts.load(connection)}
    assert now - always == {("ingest_worker", "ingest-2"), ("follower", "log-engine")}
    await workers.forget(connection, "ingest-2")
    assert ("ingest_worker", "ingest-2") not in {
        (machine.kind, machine.code) for machine in await parts.load(connection)
    }


async def test_silences_are_by_the_database_s_clock(connection: Connection) -> None:
    await workers.report(connection, "ingest-1", "receiving", "")
    await connection.execute("UPDATE ingest_worker SET seen_at = clock_timestamp() - interval '40 s'")
    await connection.execute(
        "INSERT INTO duty (name, backend_pid, holder, since, beat_at) "
        "VALUES ('energy', 0, 'one', now(), clock_timestamp() - interval '50 s')"
    )
    found = await gather(connection)
    assert 40 <= found.workers[0].silent_s < 50 <= found.duties[0].silent_s < 60


async def test_a_notification_waits_until_its_channel_takes_it(connection: Connection) -> None:
    assert (await gather(connection)).notifications_waiting_s == 0
    await add_points(connection, site="s", devices=1, keys=1)
    await connection.execute(
        "INSERT INTO notification_channel (site_id, code, document) SELECT id, 'mail', '{}' FROM site"
    )
    await connection.execute(
        "INSERT INTO notification_message (key, site_id, kind, made_at, title, body, document) "
        "SELECT gen_random_uuid(), id, 'test', now() - interval '400 s', '', '', '{}' FROM site"
    )
    await connection.execute(
        "INSERT INTO notification_delivery (message_id, channel_id, due_at) "
        "SELECT m.id, c.id, now() FROM notification_message AS m, notification_channel AS c"
    )
    assert 400 <= (await gather(connection)).notifications_waiting_s < 430
    await connection.execute("UPDATE notification_delivery SET state = 'delivered', done_at = now()")
    assert (await gather(connection)).notifications_waiting_s == 0
