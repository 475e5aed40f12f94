"""A small site with machines, written straight into the tables: a press line with a press and its hydraulic unit.

line (line-1)
  press (press-1)           device press-1, with a state
    hydraulics (hydraulics-1)
other (other-1)             nothing of it may show anywhere
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.database import Connection

ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Machines:
    """What was made: numeric ids by code."""

    connection: Connection
    site_id: int
    equipment: dict[str, int]
    devices: dict[str, int]
    people: dict[str, int]

    async def states(self, device: str, *changes: tuple[str, str]) -> None:
        """Write changes of state of a device: ("2026-07-01T08:00+08:00", "running")."""
        await self.connection.executemany(
            "INSERT INTO machine_state (device_id, at, state) VALUES ($1, $2, $3)",
            [(self.devices[device], datetime.fromisoformat(at), state) for at, state in changes],
        )

    async def covers(self, device: str, first: datetime, last: datetime) -> None:
        """Write that a device's readings from the first to the last have been taken in; the last holds a minute."""
        point_id = await self.connection.fetchval(
            """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind,
                                  expected_interval_s, states)
               VALUES ($1, 'state', 'State', 'state', '', '', 1, 'state', 10, '{"stopped": 0, "running": 1}')
               RETURNING id""",
            self.devices[device],
        )
        await self.connection.execute(
            """INSERT INTO machine_state_cover
                 (device_id, point_id, meaning, first_reading_at, last_reading_at, last_value, valid_until)
               VALUES ($1, $2, '{}', $3, $4, 0, $4::timestamptz + interval '1 minute')""",
            self.devices[device],
            point_id,
            first,
            last,
        )


async def make(connection: Connection, site: str = "plant") -> Machines:
    """Insert them."""
    site_id = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ($1::text, $1::text, $2) RETURNING id", site, ZONE
    )
    equipment: dict[str, int] = {}
    for code, kind, parent in (
        ("line-1", "line", None),
        ("press-1", "press", "line-1"),
        ("hydraulics-1", "hydraulic_unit", "press-1"),
        ("other-1", "press", None),
    ):
        equipment[code] = await connection.fetchval(
            """INSERT INTO equipment (site_id, code, name, name_zh, class, parent_id)
               VALUES ($1, $2::text, initcap($2), '机器', $3, $4) RETURNING id""",
            site_id,
            code,
            kind,
            equipment.get(parent or ""),
        )
    devices: dict[str, int] = {}
    for code in ("press-1", "hydraulics-1", "other-1"):
        devices[code] = await connection.fetchval(
            """INSERT INTO device (site_id, code, name, equipment_id) VALUES ($1, $2::text, initcap($2), $3)
               RETURNING id""",
            site_id,
            code,
            equipment[code],
        )
    people: dict[str, int] = {}
    for code in ("li", "wang"):
        user_id = await connection.fetchval(
            "INSERT INTO users (code, name) VALUES ($1::text, initcap($1)) RETURNING id", code
        )
        people[code] = await connection.fetchval(
            "INSERT INTO actor (code, kind, user_id) VALUES ($1, 'user', $2) RETURNING id", code, user_id
        )
    return Machines(connection, site_id, equipment, devices, people)
