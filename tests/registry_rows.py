"""A small registry written straight into the tables, for tests that are not about the registry."""

from __future__ import annotations

from services.database import Connection


async def add_points(connection: Connection, *, site: str, devices: int, keys: int, kind: str = "gauge") -> list[int]:
    """Add a site with devices d0, d1 ... of points v0, v1 ...; gives the point ids, device by device."""
    await connection.execute(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, 'Asia/Shanghai')", site
    )
    await connection.execute(
        """INSERT INTO device (site_id, code, name)
           SELECT id, 'd' || n, 'Device ' || n FROM site, generate_series(0, $2::int - 1) AS n WHERE code = $1::text""",
        site,
        devices,
    )
    found = await connection.fetch(
        """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
           SELECT d.id, 'v' || n, 'Value ' || n, 'active_power', 'kW', 'kW', 1, $3, 10
           FROM device AS d JOIN site ON site.id = d.site_id, generate_series(0, $2::int - 1) AS n
           WHERE site.code = $1::text ORDER BY d.id, n RETURNING id""",
        site,
        keys,
        kind,
    )
    await connection.execute("UPDATE registry_revision SET revision = revision + 1")
    await connection.execute("NOTIFY registry")
    return [row["id"] for row in found]
