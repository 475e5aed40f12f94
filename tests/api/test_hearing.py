"""Nothing looks fresh that nobody could have heard: ingest that is silent, a gateway that said goodbye."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from services.database import Connection
from services.workers import report
from tests.api.plant import POWER, SECOND_US, store
from tests.api.serving import Stream, streaming

OTHER = "kunshan/m-2/active_power_kw"


async def stale(client: httpx.AsyncClient) -> set[str]:
    items = (await client.get("/api/v1/live?site=kunshan&quantity=active_power")).json()["items"]
    return {item["id"] for item in items if item["stale"] and item["value"] is not None}


async def power_is_stale(client: httpx.AsyncClient, space: str) -> bool:
    spaces = (await client.get("/api/v1/live/power?site=kunshan")).json()["spaces"]
    return bool({each["space"]: each["stale"] for each in spaces}[space])


async def fresh_values(connection: Connection, points: dict[str, int]) -> None:
    now = int(datetime.now(UTC).timestamp() * SECOND_US)
    await store(connection, {(points[POWER], now): 12.5, (points[OTHER], now): 3.0}, worker="ingest-1")


async def next_hearing(stream: Stream) -> dict[str, Any]:
    hearing: dict[str, Any] = (await stream.until(lambda frame: frame.event == "hearing"))[-1].data["hearing"]
    return hearing


async def test_without_anybody_who_listens_every_value_is_stale(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    await report(connection, "ingest-1", "receiving", "")
    await report(connection, "ingest-1", "receiving", "")
    await fresh_values(connection, points)
    assert await stale(client) == set()
    async with streaming(client) as stream:
        assert (await stream.frame()).data["hearing"] == {"listening": True, "lost": []}
        await report(connection, "ingest-1", "disconnected", "the broker is away")
        assert await stale(client) == {POWER, OTHER}
        assert await power_is_stale(client, "b1")
        assert await next_hearing(stream) == {"listening": False, "lost": []}
        await report(connection, "ingest-1", "receiving", "")
        assert await next_hearing(stream) == {"listening": True, "lost": []}
        assert await stale(client) == set()
        await connection.execute(
            "UPDATE ingest_worker SET seen_at = now() - interval '16 s', started_at = now() - interval '1 h'"
        )
        assert await stale(client) == {POWER, OTHER}
        assert (await next_hearing(stream))["listening"] is False


async def test_of_a_worker_that_never_reported_nothing_is_known(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    await fresh_values(connection, points)
    await connection.execute(
        "UPDATE ingest_worker SET started_at = now() - interval '1 h', seen_at = now() - interval '1 h'"
    )
    assert await stale(client) == set()


async def test_devices_behind_a_gateway_that_is_offline_are_stale(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    """Whatever their own status says; what comes after it is fresh."""
    await connection.execute(
        "INSERT INTO device (site_id, code, name) SELECT id, 'gw-1', 'Gateway' FROM site WHERE code = 'kunshan'"
    )
    await connection.execute(
        "UPDATE device SET gateway_id = (SELECT id FROM device WHERE code = 'gw-1') WHERE code = 'm-2'"
    )
    await connection.execute(
        "INSERT INTO device_status (device_id, online, since) SELECT id, true, now() FROM device WHERE code = 'm-2'"
    )
    await fresh_values(connection, points)
    async with streaming(client, "?site=kunshan") as stream:
        await stream.frame()
        await connection.execute(
            "INSERT INTO device_status (device_id, online, since) "
            "SELECT id, false, now() FROM device WHERE code = 'gw-1'"
        )
        lost = (await next_hearing(stream))["lost"]
        assert {device for device, _ in lost} == {"kunshan/gw-1", "kunshan/m-2"}
    assert await stale(client) == {OTHER}
    assert (await power_is_stale(client, "b1"), await power_is_stale(client, "b1/f1")) == (False, True)
    await fresh_values(connection, points)
    assert await stale(client) == set()


async def test_a_silence_that_is_raised_makes_what_was_said_before_stale(
    client: httpx.AsyncClient, connection: Connection, points: dict[str, int]
) -> None:
    """Where one reading a minute is expected, three minutes would pass until its age says so."""
    await fresh_values(connection, points)
    await connection.execute(
        "WITH rule AS (INSERT INTO alarm_rule (site_id, code, origin, version, document) "
        """SELECT id, 'device-silent', 'shipped', 1, '{"signal": {"kind": "silence"}}' FROM site """
        "WHERE code = 'kunshan' RETURNING id, site_id) "
        "INSERT INTO alarm (rule_id, site_id, subject_kind, subject, device_id, level, condition_since) "
        "SELECT rule.id, rule.site_id, 'device', device.code, device.id, 'H', now() FROM rule, device "
        "WHERE device.code = 'm-2'"
    )
    assert await stale(client) == {OTHER}
    await connection.execute("UPDATE alarm SET level = NULL")
    assert await stale(client) == set()
