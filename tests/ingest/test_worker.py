"""A worker between a real broker and a real database: what is sent ends where it belongs, and nothing stops."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from deploy.embedded.stack import Stack
from ingest import worker
from ingest.settings import MqttSettings
from services.database import Connection, DatabaseSettings
from services.workers import WorkerNotThereError
from tests.ingest.working import Publisher, reasons, running, settings, state_is, until
from tests.registry_rows import add_points


async def test_every_kind_of_message_ends_under_its_reason(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection, tmp_path: Path
) -> None:
    await add_points(connection, site="reasons", devices=1, keys=6)
    await connection.execute("UPDATE point SET minimum = 0, maximum = 100 WHERE key = 'v4'")
    await connection.execute("UPDATE point SET kind = 'state', states = '{\"run\": 2}' WHERE key = 'v5'")
    publisher = Publisher(servers, mqtt_url, "reasons")
    huge = tmp_path / "huge"
    huge.write_bytes(b'{"values":{"v0":' + b" " * 10_000_000 + b"1}}")
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    async with running(settings("reasons-1"), mqtt_url, DatabaseSettings(url=database_url)):
        await publisher.send("d0/telemetry", "-m", "garbage")
        await publisher.send("d0/telemetry", "-f", str(huge))
        for values in (
            {"v0": "text", "v1": [1], "v2": None, "v3": float("nan"), "v4": 101, "v5": "run"},
            {"v5": "walk", "stranger": 7},
        ):
            await publisher.send("d0/telemetry", "-m", json.dumps({"values": values}))
        await publisher.send("d0/telemetry", "-m", '{"ts": "2026-01-01T00:00:00", "values": {"v0": 1}}')
        await publisher.send("d0/telemetry", "-m", '{"ts": "' + ahead + '", "values": {"v0": 1}}')
        await publisher.send("d0/telemetry", "-m", '{"ts": 1000, "values": {"v0": 1}}')
        for value in (1, 1, 2):
            ts = int(time.time()) * 1000 - 60_000
            await publisher.send(
                "d0/telemetry", "-m", json.dumps({"ts": ts // 1_000_000 * 1_000_000, "values": {"v1": value}})
            )
        await publisher.send("d0/telemetri", "-m", '{"values": {"v0": 1}}')
        await publisher.send("d0/telemetry", "-m", "[]")
        await publisher.send("nobody/telemetry", "-m", '{"values": {"v0": 1, "v1": 2}}')
        await publisher.send("d0/telemetry", "-m", '{"values": {"v0": 5}}')

        async def all_there() -> bool:
            return (await reasons(connection)).get("messages") == 14

        await until(all_there)
    assert await reasons(connection) == {
        "messages": 14, "stored": 3, "duplicate": 1, "conflict": 1, "unmapped": 3, "not_json": 1, "too_large": 1,
        "wrong_type": 2, "null": 1, "not_a_number": 1, "out_of_range": 1, "unknown_state": 1, "no_offset": 1,
        "future": 1, "before_retention": 1, "wrong_topic": 1, "empty": 1,
    }  # fmt: skip
    kept = await connection.fetch("SELECT reason, detail, topic, payload_bytes FROM dead_letter")
    assert all(row["detail"] for row in kept)
    assert {row["payload_bytes"] for row in kept if row["reason"] == "too_large"} == {huge.stat().st_size}


async def test_a_changed_registry_is_taken_up_without_a_restart(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection
) -> None:
    publisher = Publisher(servers, mqtt_url, "grows")
    async with running(settings("grows-1"), mqtt_url, DatabaseSettings(url=database_url)):
        await publisher.send("d0/telemetry", "-m", '{"values": {"v0": 1}}')

        async def unmapped() -> bool:
            return (await reasons(connection)).get("unmapped") == 1

        await until(unmapped)
        await add_points(connection, site="grows", devices=1, keys=1)

        async def stored() -> bool:
            await publisher.send("d0/telemetry", "-m", '{"values": {"v0": 1}}')
            return (await reasons(connection)).get("stored", 0) > 0

        await until(stored)


async def test_a_will_tells_that_a_device_is_gone(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection
) -> None:
    await add_points(connection, site="wills", devices=1, keys=1)
    publisher = Publisher(servers, mqtt_url, "wills")
    await publisher.send("d0/status", "-r", "-m", '{"status": "online"}')  # retained, before ingest is there

    async def status_is(online: bool) -> bool:
        found: bool | None = await connection.fetchval("SELECT online FROM device_status")
        return found is online

    async with running(settings("wills-1"), mqtt_url, DatabaseSettings(url=database_url)):
        await until(lambda: status_is(True))
        await publisher.send("d0/status", "-r", "-m", '{"status": "offline"}')
        await until(lambda: status_is(False))
        await publisher.send("d0/status", "-m", "")
    events = await connection.fetch("SELECT payload FROM event WHERE kind = 'device.status' ORDER BY id")
    assert [row["payload"]["online"] for row in events] == [True, False]
    await publisher.send("d0/status", "-r", "-n")


async def test_too_little_disk_pauses_ingest_and_says_so(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection, tmp_path: Path
) -> None:
    await add_points(connection, site="disk", devices=1, keys=1)
    publisher = Publisher(servers, mqtt_url, "disk")
    database = DatabaseSettings(url=database_url, disk_path=str(tmp_path))
    enough, full = settings("disk-1"), msgspec.structs.replace(settings("disk-1"), min_free_disk_bytes=1 << 60)
    async with running(enough, mqtt_url, database):
        pass  # the session exists from here on
    task = asyncio.create_task(worker.run(full, MqttSettings(url=mqtt_url), database))
    await until(lambda: state_is(connection, "disk-1", "paused"))
    detail = await connection.fetchval("SELECT payload ->> 'detail' FROM event WHERE kind = 'ingest.paused'")
    assert "GB of disk left" in detail
    await publisher.send("d0/telemetry", "-m", '{"values": {"v0": 1}}')
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await reasons(connection)).get("stored") is None

    async def stored() -> bool:
        return (await reasons(connection)).get("stored") == 1

    async with running(enough, mqtt_url, database):  # the broker has kept it
        await until(stored)


async def test_a_drained_name_leaves_nothing_behind(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection
) -> None:
    await add_points(connection, site="drain", devices=1, keys=1)
    publisher = Publisher(servers, mqtt_url, "drain")
    leaving = settings("drain-1")
    async with running(leaving, mqtt_url, DatabaseSettings(url=database_url)):
        pass
    for value in range(3):
        await publisher.send(
            "d0/telemetry", "-m", json.dumps({"ts": int(time.time() * 1000) + value, "values": {"v0": value}})
        )
    for name, why in (("nosuch", "no worker is called"), ("drain-1", "stop it first")):
        if name == leaving.name:
            await connection.execute("UPDATE ingest_worker SET state = 'receiving', seen_at = now()")
        with pytest.raises(WorkerNotThereError, match=why):
            await worker.drain(settings(name), MqttSettings(url=mqtt_url), DatabaseSettings(url=database_url))
    await connection.execute("UPDATE ingest_worker SET state = 'stopped'")
    await worker.drain(leaving, MqttSettings(url=mqtt_url), DatabaseSettings(url=database_url), quiet_s=2.0)
    assert (await reasons(connection))["stored"] == 3
    assert await connection.fetchval("SELECT count(*) FROM ingest_worker") == 0


async def test_a_message_that_the_database_refuses_does_not_stop_the_others(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection
) -> None:
    points = await add_points(connection, site="poison", devices=1, keys=2)
    await connection.execute(
        f"ALTER TABLE reading ADD CONSTRAINT poison CHECK (point_id <> {points[1]} OR value <> 13)"
    )
    publisher = Publisher(servers, mqtt_url, "poison")
    patient = msgspec.structs.replace(settings("poison-1"), batch_ms=500)
    async with running(patient, mqtt_url, DatabaseSettings(url=database_url)):
        for value in range(11, 16):
            await publisher.send("d0/telemetry", "-m", json.dumps({"values": {"v0": value, "v1": value}}))

        async def all_there() -> bool:
            return (await reasons(connection)).get("messages") == 5

        await until(all_there)
    counts = await reasons(connection)
    assert (counts["stored"], counts["refused_by_database"]) == (8, 1)


async def test_long_names_and_many_faults_do_not_stop_the_others(
    servers: Stack, mqtt_url: str, database_url: str, connection: Connection, tmp_path: Path
) -> None:
    await add_points(connection, site="many", devices=1, keys=1)
    publisher = Publisher(servers, mqtt_url, "many")
    wide = tmp_path / "wide"
    wide.write_text(json.dumps({"values": {"电" * 1000: "电" * 1000, **{f"n{n}": None for n in range(20_000)}}}))
    early = tmp_path / "early"
    early.write_text(json.dumps([{"ts": n, "values": {"v0": n}} for n in range(10_000)]))
    async with running(settings("many-1"), mqtt_url, DatabaseSettings(url=database_url)):
        await publisher.send("d0/telemetry", "-f", str(wide))
        await publisher.send("d0/telemetry", "-f", str(early))
        await publisher.send("d0/telemetry", "-m", '{"values": {"v0": 1}}')

        async def all_there() -> bool:
            return (await reasons(connection)).get("messages") == 3

        await until(all_there)
    counts = await reasons(connection)
    assert (counts["null"], counts["unmapped"], counts["before_retention"], counts["stored"]) == (20_000, 1, 10_000, 1)
    letters = await connection.fetch(
        "SELECT reason, count(*), sum(repeats) AS repeats FROM dead_letter GROUP BY reason"
    )
    assert {row["reason"]: (row["count"], row["repeats"]) for row in letters} == {
        "null": (20, 19_980),
        "before_retention": (10_000, 0),
    }
