"""A small site with plans and a clock that is set by hand.

    shop = await open_shop(connection, plans=[{...}])
    await shop.ran("pump-1", since=at(0), hours=24, every_h=24)     states as telemetry would have left them
    await shop.look(at(48))

Two pumps and a fan with a state and a pressure each, and two meters. Instants are hours after 2026-05-01 in Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from analytics.maintenance.job import Job
from analytics.maintenance.plan import Plan
from services import people
from services.database import Connection
from services.plans import looking
from services.work_orders import steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderRef

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, tzinfo=ZONE).astimezone(UTC)
SITE = "shop"
MACHINES = {"pump-1": "pump", "pump-2": "pump", "fan-1": "fan"}
METERS = ("me-1", "me-2")
JOB: Mapping[str, Any] = {
    "code": "service",
    "name": "Service",
    "name_zh": "保养",
    "kind": "maintenance",
    "tasks": [{"text": "Look at the seal"}, {"text": "Vibration", "kind": "measure", "unit": "mm/s", "maximum": 4.5}],
    "isolations": [{"energy": "electricity 400 V", "where": "MCC 3"}],
    "parts": [{"part": "seal", "quantity": 2}],
}


def at(hours: float) -> datetime:
    """An instant of the test."""
    return START + timedelta(hours=hours)


def local(day: str) -> datetime:
    """The beginning of a local day."""
    return datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands on a machine."""

    due_at: datetime | None
    used: float
    is_due: bool
    overdue_at: datetime | None
    order: str | None


@dataclass(frozen=True, slots=True)
class Shop:
    """The site."""

    connection: Connection

    async def look(self, now: datetime) -> int:
        """Look at all plans."""
        return await looking.look(self.connection, now)

    async def ran(self, device: str, changes: Sequence[tuple[datetime, str]], until: datetime) -> None:
        """What the telemetry of a device said: its states, heard until an instant."""
        await self.connection.execute(
            """INSERT INTO machine_state (device_id, at, state)
               SELECT d.id, c.at, c.state FROM device d, unnest($2::timestamptz[], $3::text[]) AS c(at, state)
               WHERE d.code = $1 ON CONFLICT (device_id, at) DO UPDATE SET state = excluded.state""",
            device,
            [at for at, _ in changes],
            [state for _, state in changes],
        )
        await self.connection.execute(
            """INSERT INTO machine_state_cover
                 (device_id, point_id, meaning, first_reading_at, last_reading_at, last_value, valid_until)
               SELECT d.id, p.id, '{}', $2, $3, 0, $3
               FROM device d JOIN point p ON p.device_id = d.id AND p.key = 'state' WHERE d.code = $1
               ON CONFLICT (device_id) DO UPDATE SET last_reading_at = excluded.last_reading_at,
                 valid_until = excluded.valid_until""",
            device,
            changes[0][0],
            until,
        )

    async def showed(self, device: str, key: str, readings: Sequence[tuple[datetime, float]]) -> None:
        """Readings of a point."""
        await self.connection.execute(
            """INSERT INTO reading (point_id, time, value)
               SELECT p.id, r.time, r.value FROM point p JOIN device d ON d.id = p.device_id,
                 unnest($3::timestamptz[], $4::float8[]) AS r(time, value) WHERE d.code = $1 AND p.key = $2""",
            device,
            key,
            [time for time, _ in readings],
            [value for _, value in readings],
        )

    async def orders(self) -> list[tuple[str, str, datetime]]:
        """Which plan opened an order on what, and when, by number."""
        found = await self.connection.fetch(
            """SELECT p.code, o.subject, o.opened_at FROM work_order o JOIN maintenance_plan p ON p.id = o.plan_id
               ORDER BY o.number"""
        )
        return [(row["code"], row["subject"], row["opened_at"]) for row in found]

    async def stands(self, plan: str, subject: str) -> Standing:
        """What is remembered of a plan on a machine."""
        row = await self.connection.fetchrow(
            """SELECT m.due_at, m.used, m.is_due, m.overdue_at, s.code || '/' || o.number AS order
               FROM plan_machine m JOIN maintenance_plan p ON p.id = m.plan_id JOIN site s ON s.id = p.site_id
               LEFT JOIN work_order o ON o.id = m.order_id WHERE p.code = $1 AND m.subject = $2""",
            plan,
            subject,
        )
        assert row is not None
        return Standing(**dict(row.items()))

    async def do(self, order: str, done_at: datetime) -> None:
        """Li does an order, and Wang looks whether it was done."""
        li, wang = await people.actor(self.connection, "li"), await people.actor(self.connection, "wang")
        await self.connection.execute("""DELETE FROM work_order_isolation; DELETE FROM work_order_task""")
        for event, actor in (("start", li), ("complete", li), ("verify", wang)):
            await self._take(order, event, actor, done_at)

    async def cancel(self, order: str, now: datetime) -> None:
        """Li says that it is not done this time."""
        await self._take(order, "cancel", await people.actor(self.connection, "li"), now)

    async def _take(self, order: str, event: Any, actor: people.Actor, now: datetime) -> None:  # noqa: ANN401
        async with self.connection.transaction():
            given = Given(comment="so it is")
            taken = await steps.take(self.connection, OrderRef.of(order), event, actor, now, given)
        assert isinstance(taken, steps.Taken), taken


async def open_shop(connection: Connection, plans: Sequence[Mapping[str, Any]]) -> Shop:
    """Write the site into the tables."""
    site_id = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ($1, 'Shop', $2) RETURNING id", SITE, ZONE.key
    )
    for code, equipment_class in MACHINES.items():
        await connection.execute(
            """WITH machine AS (
                 INSERT INTO equipment (site_id, code, name, class) VALUES ($1, $2::text, $2::text, $3) RETURNING id
               ), device AS (
                 INSERT INTO device (site_id, code, name, equipment_id)
                 SELECT $1, $2::text, $2::text, id FROM machine RETURNING id
               )
               INSERT INTO point
                 (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
               SELECT device.id, key, key, 'pressure', 'Pa', 'Pa', 1, kind, 600
               FROM device, (VALUES ('state', 'state'), ('pressure_pa', 'gauge')) AS p(key, kind)""",
            site_id,
            code,
            equipment_class,
        )
    for code in METERS:
        await connection.execute(
            """INSERT INTO meter (site_id, code, name, carrier, kind)
               VALUES ($1, $2::text, $2::text, 'electricity', 'register')""",
            site_id,
            code,
        )
    await connection.execute("INSERT INTO users (code, name) VALUES ('li', 'Li'), ('wang', 'Wang')")
    await put(connection, "job", JOB)
    for plan in plans:
        await put(connection, "maintenance_plan", {"name": f"Plan {plan['code']}", "job": "service", **plan})
    return Shop(connection)


async def put(connection: Connection, table: str, document: Mapping[str, Any]) -> None:
    """Write a job or plan as it is stored."""
    stored = msgspec.to_builtins(msgspec.convert(document, Job if table == "job" else Plan))
    await connection.execute(
        f"""INSERT INTO {table} (site_id, code, version, document) SELECT id, $1::text, 1, $2::jsonb FROM site
            ON CONFLICT (site_id, code) DO UPDATE SET document = excluded.document""",
        document["code"],
        stored,
    )
