"""A device behind a gateway is offline when its gateway is."""

from __future__ import annotations

from services.database import connect
from services.registry.devices import devices
from services.registry.pages import Page
from tests.registry_rows import add_points


async def test_a_device_is_offline_when_its_gateway_is(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        await add_points(connection, site="lab", devices=3, keys=1)
        await connection.execute(
            """UPDATE device SET gateway_id = (SELECT id FROM device WHERE code = 'd0') WHERE code <> 'd0';
               INSERT INTO device_status (device_id, online, since)
               SELECT id, true, '2026-03-01T08:00Z' FROM device WHERE code <> 'd2'"""
        )

        async def online() -> list[bool | None]:
            return [row.online for row in (await devices(connection, Page(), site="lab")).rows]

        assert await online() == [True, True, None]
        await connection.execute(
            """UPDATE device_status SET online = false, since = '2026-03-01T09:00Z'
               WHERE device_id = (SELECT id FROM device WHERE code = 'd0')"""
        )
        assert await online() == [False, False, False]
    finally:
        await connection.close()
