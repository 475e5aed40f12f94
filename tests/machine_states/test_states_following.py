"""The follower over restarts and holes in the log, and history that was there before it."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from services.database import OUTAGES, Connection, connect
from services.machine_states import catching_up
from services.machine_states.following import Following
from tests.machine_states.stated_plant import HOLD_US, StatedPlant, make, plain_changes, plain_days, us

BEGIN_US = us(datetime(2026, 3, 1, 6, tzinfo=UTC))
S = 1_000_000


def day_of(dice: Random, hours: float = 30.0) -> dict[int, str]:
    """Readings each ten seconds or so, with gaps, over more than a day."""
    at, word, readings = BEGIN_US, "stopped", {}
    while at < BEGIN_US + hours * 3600 * S:
        at += dice.choice([10 * S] * 30 + [25 * S, 31 * S, 900 * S])
        word = dice.choice([word] * 20 + ["stopped", "unloaded", "loaded", "fault"])
        readings[at] = word
    return readings


async def settled(following: Following, connection: Connection) -> None:
    while (await following.step(connection)).is_busy:
        pass


async def is_plain(plant: StatedPlant, code: str, readings: dict[int, str]) -> None:
    assert await plant.changes(code) == plain_changes(readings)
    assert await plant.days(code) == plain_days(readings, plant.zone)


async def test_a_follower_that_dies_between_or_in_takes_leaves_nothing_out_and_nothing_twice(
    database_url: str, connection: Connection
) -> None:
    dice = Random(1)
    plant = await make(connection, ["a", "b"])
    readings = {code: day_of(dice) for code in ("a", "b")}
    arriving = [(code, at) for code, each in readings.items() for at in each]
    arriving.sort(key=lambda key: key[1] + dice.choice([0, 0, 0, 3600 * S]))
    worker = await connect(database_url, name="duty")
    following = await Following.begin(worker)
    died = 0
    while arriving:
        some, arriving = arriving[:400], arriving[400:]
        for code in ("a", "b"):
            await plant.store(code, {at: readings[code][at] for owner, at in some if owner == code})
        if dice.random() < 0.5:
            died += await _dies(worker, following, connection)
            worker = await connect(database_url, name="duty")
            following = await Following.begin(worker)
        elif dice.random() < 0.5:
            await following.step(worker)
    await settled(following, worker)
    assert died > 3
    for code in ("a", "b"):
        await is_plain(plant, code, readings[code])
    assert await connection.fetchval("SELECT last_id FROM log_follower WHERE name = 'states'") == following.last_id
    await worker.close()


async def _dies(worker: Connection, following: Following, other: Connection) -> bool:
    """Have the server end the follower's session when it wants to write; gives whether it noticed."""
    async with other.transaction():
        await other.execute("LOCK TABLE machine_state_cover IN ACCESS EXCLUSIVE MODE")
        await other.execute("SELECT pg_terminate_backend($1)", worker.get_server_pid())
        try:
            await following.step(worker)
        except OUTAGES:
            return True
        finally:
            worker.terminate()
    return False


async def test_a_hole_in_the_log_is_found_in_the_readings(connection: Connection) -> None:
    plant = await make(connection)
    readings = day_of(Random(2))
    times = sorted(readings)
    following = await Following.begin(connection)
    await plant.store("comp-1", {at: readings[at] for at in times[:800]})
    await settled(following, connection)
    # Late ones and new ones that nobody will tell of.
    late = {at + 5 * S: "fault" for at in times[100:700:100]}
    await plant.store("comp-1", late)
    await plant.store("comp-1", {at: readings[at] for at in times[800:900]})
    await connection.execute("DELETE FROM batch_log")
    await connection.execute("UPDATE batch_log_floor SET dropped_up_to = 1000")
    await connection.execute("SELECT setval('batch_log_id_seq', 1000)")
    await settled(following, connection)
    await plant.store("comp-1", {at: readings[at] for at in times[900:]})
    await settled(following, connection)
    await is_plain(plant, "comp-1", readings | late)


async def test_history_from_before_is_derived_page_by_page_while_new_readings_are_taken_in(
    connection: Connection,
) -> None:
    plant = await make(connection, zone="Europe/Berlin")
    dice = Random(3)
    readings = {BEGIN_US + n * 10 * S: dice.choice(["loaded"] * 50 + ["stopped"]) for n in range(2 * catching_up.PAGE)}
    await plant.store("comp-1", readings)
    await connection.execute("DELETE FROM batch_log")
    following = await Following.begin(connection)
    newest = max(readings)
    # What stands now is known before any history is.
    assert (await plant.changes("comp-1"))[-1][0] == newest
    busy = [(await following.step(connection)).is_busy]
    newer = {newest + n * 10 * S: "fault" for n in range(1, 20)}
    late = {BEGIN_US + 15 * S: "fault", newest - 15 * S: "fault"}
    await plant.store("comp-1", newer | late)
    while busy[-1]:
        busy.append((await following.step(connection)).is_busy)
    assert len(busy) >= 3
    await is_plain(plant, "comp-1", readings | newer | late)
    assert await connection.fetchval("SELECT count(*) FROM machine_state_cover WHERE derived_to IS NOT NULL") == 0


async def test_words_that_mean_something_else_now_are_read_so_from_the_beginning(connection: Connection) -> None:
    plant = await make(connection)
    following = await Following.begin(connection)
    readings = day_of(Random(4), 26)
    await plant.store("comp-1", readings)
    await settled(following, connection)
    said = {"machine_states": [{"kind": "compressor", "states": {"unloaded": "stopped"}}]}
    await connection.execute("INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site", said)
    following.look_again()
    await settled(following, connection)
    otherwise = {at: "stopped" if word == "unloaded" else word for at, word in readings.items()}
    assert otherwise != readings
    await is_plain(plant, "comp-1", otherwise)


async def test_a_power_stands_for_a_state_where_the_site_says_from_where_on(connection: Connection) -> None:
    plant = await make(connection, ["press"], states=None, key="active_power_kw")
    following = await Following.begin(connection)
    await plant.store("press", {BEGIN_US: 30.0, BEGIN_US + 10 * S: 1.0, BEGIN_US + 20 * S: 3.0})
    await settled(following, connection)
    assert await plant.changes("press") == []
    limits = {"kind": "compressor", "point": "active_power_kw", "idle_from": 2.0, "running_from": 20.0}
    await connection.execute(
        "INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site", {"machine_states": [limits]}
    )
    following.look_again()
    await settled(following, connection)
    assert await plant.changes("press") == [
        (BEGIN_US, "running"), (BEGIN_US + 10 * S, "stopped"), (BEGIN_US + 20 * S, "idle"),
    ]  # fmt: skip


async def test_a_device_that_tells_its_state_by_another_point_begins_anew_with_it(connection: Connection) -> None:
    plant = await make(connection)
    following = await Following.begin(connection)
    await plant.store("comp-1", {BEGIN_US: "loaded"})
    await settled(following, connection)
    former = plant.points["comp-1"]
    plant.points["comp-1"] = await connection.fetchval(
        """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s,
                              states)
           SELECT device_id, 'mode', name, quantity, unit, canonical_unit, scale, kind, expected_interval_s, states
           FROM point WHERE id = $1 RETURNING id""",
        former,
    )
    readings = {BEGIN_US + n * HOLD_US: word for n, word in enumerate(["stopped", "loaded", "fault"])}
    await plant.store("comp-1", readings)
    await settled(following, connection)
    said = {"machine_states": [{"kind": "compressor", "point": "mode", "states": {"loaded": "loaded"}}]}
    await connection.execute("INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site", said)
    following.look_again()
    await settled(following, connection)
    await is_plain(plant, "comp-1", readings)


@pytest.mark.parametrize("table", ["device", "point"])
async def test_what_is_retired_keeps_the_states_it_had(connection: Connection, table: str) -> None:
    plant = await make(connection)
    following = await Following.begin(connection)
    await plant.store("comp-1", {BEGIN_US: "loaded", BEGIN_US + 10 * S: "stopped"})
    await settled(following, connection)
    await connection.execute(f"UPDATE {table} SET retired_at = now()")
    following.look_again()
    await settled(following, connection)
    assert await plant.changes("comp-1") == [(BEGIN_US, "loaded"), (BEGIN_US + 10 * S, "stopped")]


async def test_a_late_reading_takes_a_start_from_a_later_day(connection: Connection) -> None:
    plant = await make(connection)
    day = 86_400 * S
    readings = {
        BEGIN_US: "loaded",
        BEGIN_US + 10 * S: "stopped",
        BEGIN_US + 3 * day: "loaded",
        BEGIN_US + 5 * day: "loaded",
    }
    following = await Following.begin(connection)
    await plant.store("comp-1", readings)
    await settled(following, connection)
    assert [starts for _, (_, starts) in sorted((await plant.days("comp-1")).items())] == [0, 0, 0, 1, 0]
    late = {BEGIN_US + 20 * S: "loaded"}
    await plant.store("comp-1", late)
    await settled(following, connection)
    assert [starts for _, (_, starts) in sorted((await plant.days("comp-1")).items())] == [1, 0, 0, 0, 0]
    await is_plain(plant, "comp-1", readings | late)


async def test_what_was_derived_from_readings_that_are_gone_stays_whatever_is_corrected(connection: Connection) -> None:
    plant = await make(connection, zone="UTC")
    dice = Random(5)
    begin_us = us(datetime(2026, 3, 1, tzinfo=UTC))
    word, readings = "loaded", {}
    for at in range(begin_us, begin_us + 76 * 3600 * S, 25 * S):
        word = dice.choice([word] * 40 + ["stopped", "unloaded", "loaded"])
        readings[at] = word
    following = await Following.begin(connection)
    await plant.store("comp-1", readings)
    await settled(following, connection)
    days = await plant.days("comp-1")
    dropped = await connection.fetch("SELECT drop_chunks('reading', older_than => $1::timestamptz)", instant_of(3))
    assert dropped
    await plant.correct("comp-1", {begin_us + 12 * 3600 * S: "fault"})
    await settled(following, connection)
    await connection.execute("UPDATE machine_state_cover SET derived_to = timestamptz 'epoch'")
    await settled(following, connection)
    await is_plain(plant, "comp-1", readings)
    assert await plant.days("comp-1") == days
    # What is kept is corrected as ever.
    late = {begin_us + 60 * 3600 * S + 1: "fault"}
    await plant.correct("comp-1", late)
    await settled(following, connection)
    await is_plain(plant, "comp-1", readings | late)


def instant_of(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


async def test_what_a_device_sent_while_nobody_read_it_is_read_once_somebody_does(connection: Connection) -> None:
    plant = await make(connection, ["press", "other"], states=None, key="active_power_kw")
    limits = {"kind": "compressor", "point": "active_power_kw", "running_from": 20.0}
    said = {"machine_states": [limits]}
    await connection.execute("INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site", said)
    following = await Following.begin(connection)
    told = []
    for n, document in enumerate([said, {}, said]):
        await connection.execute("UPDATE maintenance_settings SET document = $1", document)
        following.look_again()
        await settled(following, connection)
        at = BEGIN_US + n * 10 * S
        await plant.store("press", {at: 30.0, at + 5 * S: 1.0})
        await settled(following, connection)
        told += [(at, "running"), (at + 5 * S, "stopped")]
    assert await plant.changes("press") == told
