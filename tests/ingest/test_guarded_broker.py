"""A broker that wants TLS and a password: what it takes to get in, and what is said where it stays closed."""

from __future__ import annotations

import asyncio
import json
import time

import msgspec
import pytest

from ingest import worker
from ingest.settings import MqttSettings
from services.database import Connection, DatabaseSettings
from simulators.broker_address import BrokerAddress
from simulators.mqtt import Publisher as Device
from tests.guarded_broker import TLS, GuardedBroker
from tests.ingest.working import reasons, running, settings, until
from tests.registry_rows import add_points


async def test_tls_and_a_password(guarded_broker: GuardedBroker, database_url: str, connection: Connection) -> None:
    await add_points(connection, site="tls", devices=1, keys=1)
    url = f"mqtts://localhost:{guarded_broker.guarded_port}"
    good = MqttSettings(url=url, username="meter", password="s:3cr/et@", ca_file=str(TLS / "ca.pem"))
    count = 30_000  # far more than one TLS record, so that decrypted bytes wait behind the socket
    async with running(settings("tls-1"), good, DatabaseSettings(url=database_url)):
        ts = int(time.time() * 1000) - count
        for start in range(0, count, 10_000):
            payload = json.dumps([{"ts": ts + n, "values": {"v0": n}} for n in range(start, start + 10_000)])
            await _publish_plainly(guarded_broker.url, "ioe/v1/tls/d0/telemetry", payload)

        async def all_there() -> bool:
            return (await reasons(connection)).get("stored") == count

        await until(all_there)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "wrong"}, "refused the connection: Not authorized"),
        ({"ca_file": ""}, "certificate verify failed"),
        ({"url": "mqtt://127.0.0.1:1"}, "Connection refused"),
    ],
)
async def test_a_broker_that_stays_closed_is_named(
    guarded_broker: GuardedBroker, database_url: str, connection: Connection, changes: dict[str, str], reason: str
) -> None:
    url = f"mqtts://localhost:{guarded_broker.guarded_port}"
    good = MqttSettings(url=url, username="meter", password="s:3cr/et@", ca_file=str(TLS / "ca.pem"))
    mqtt = msgspec.structs.replace(good, **changes)
    task = asyncio.create_task(worker.run(settings("door-1"), mqtt, DatabaseSettings(url=database_url)))

    async def named() -> bool:
        detail: str | None = await connection.fetchval("SELECT detail FROM ingest_worker WHERE state = 'disconnected'")
        return reason in (detail or "")

    try:
        await until(named)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _publish_plainly(url: str, topic: str, payload: str) -> None:
    """Publish over the broker's open listener."""
    async with Device(BrokerAddress.parse(url), "plain") as device:
        await device.publish(topic, payload.encode())
        await device.flush()
