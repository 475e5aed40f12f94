"""A site with channels and routes in a real database, alarm events as keeping writes them, and rounds of one clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.notifications.model import Channel, Route
from services import events
from services.database import Connection, connect
from services.notifications.applying import Wanted, apply
from services.notifications.duty import Office

T0 = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


@dataclass
class Plant:
    """The site `kunshan`, its notifications, and what happens to its alarms."""

    connection: Connection
    office: Office

    async def use(self, channels: list[Channel], routes: list[Route] | None = None, now: datetime = T0) -> None:
        await apply(self.connection, "kunshan", Wanted(channels, routes or []), now)
        self.office = Office("https://energy.example.com")

    async def event(
        self,
        event: str,
        subject: str = "comp-3",
        *,
        state: str,
        at: datetime = T0,
        **more: Any,  # noqa: ANN401
    ) -> None:
        payload = {
            "site": "kunshan", "rule": "element-outlet-high", "subject_kind": "device", "subject": subject,
            "name": "Element outlet temperature high", "name_zh": "主机出口温度高", "system": "compressed_air",
            "machine": f"Compressor {subject}", "machine_zh": "", "state": state, "from": "normal", "event": event,
            "reason": "", "level": "H", "priority": "high", "value": 109.53, "limit": 105.0, "unit": "degC",
            "message": "", "message_zh": "", "at": at.isoformat(), "raised_at": T0.isoformat(), "first_out": False,
            "flood": False, "causes": [], "actor": None, "comment": "", **more,
        }  # fmt: skip
        address = f"{payload['site'] or 'service'}/{payload['rule']}/{subject}"
        await events.record(self.connection, f"alarm.{event}", address, payload)

    async def occurred(self, subject: str, causes: list[dict[str, Any]], *, after: str | None = None) -> None:
        """The rows that keeping writes with a raise; `after`: the first of the group, which this follows."""
        await self.connection.execute(
            """INSERT INTO alarm_rule (site_id, code, origin, version, document)
               SELECT id, 'element-outlet-high', 'shipped', 1, '{}' FROM site WHERE code = 'kunshan'
               ON CONFLICT DO NOTHING"""
        )
        await self.connection.execute(
            """WITH made AS (
                 INSERT INTO alarm (rule_id, site_id, subject_kind, subject, first_out_group)
                 SELECT id, site_id, 'device', $1::text, 'kunshan/heat@station' FROM alarm_rule
                 WHERE code = 'element-outlet-high' RETURNING id
               )
               INSERT INTO alarm_occurrence (alarm_id, raised_at, level, priority, limit_value, rule_version, causes,
                 is_first_out, first_out_id)
               SELECT made.id, $2::timestamptz, 'H', 'high', 105, 1, $3, $4::text IS NULL, (
                 SELECT o.id FROM alarm_occurrence o JOIN alarm f ON f.id = o.alarm_id WHERE f.subject = $4)
               FROM made""",
            subject,
            T0,
            causes,
            after,
        )
        await self.connection.execute(
            "UPDATE alarm SET occurrence_id = o.id FROM alarm_occurrence o WHERE o.alarm_id = alarm.id"
        )

    async def raised(self, subject: str = "comp-3", at: datetime = T0, **more: Any) -> None:  # noqa: ANN401
        await self.event("raise", subject, state="unacknowledged", at=at, raised_at=at.isoformat(), **more)

    async def flood(self, event: str, at: datetime = T0, alarms: int = 11) -> None:
        payload = {
            "site": "kunshan", "started_at": T0.isoformat(), "alarms": alarms, "peak_in_ten_minutes": alarms,
            "ended_at": at.isoformat() if event == "flood_ended" else None,
        }  # fmt: skip
        await events.record(self.connection, f"alarm.{event}", "kunshan", payload)

    async def round(self, now: datetime) -> None:
        """One round, and all that it sends is sent and noted."""
        await self.office.round(self.connection, now)
        while self.office.deliveries.tasks:
            await self.office.deliveries.wait()
            await self.office.deliveries.settle(self.connection, now)

    async def run(self, *seconds: float) -> None:
        """Rounds at these seconds."""
        for at_s in seconds:
            await self.round(after(at_s))

    async def tell(self, machine: str = "comp-3", at_s: float = 0) -> None:
        """An alarm comes, and its message is sent."""
        await self.raised(machine, at=after(at_s))
        await self.run(at_s, at_s + 6)

    async def deliveries(self) -> list[tuple[str, str, int, str]]:
        """Channel, state, tries and detail of every delivery, the oldest first."""
        found = await self.connection.fetch(
            """SELECT c.code, d.state, d.tries, d.detail FROM notification_delivery d
               JOIN notification_channel c ON c.id = d.channel_id ORDER BY d.id"""
        )
        return [tuple(row) for row in found]

    async def titles(self) -> list[str]:
        found = await self.connection.fetch("SELECT title FROM notification_message ORDER BY id")
        return [row["title"] for row in found]


@asynccontextmanager
async def plant(database_url: str) -> AsyncIterator[Plant]:
    connection = await connect(database_url, name="test")
    try:
        await connection.execute(
            """INSERT INTO site (code, name, name_zh, time_zone) VALUES ('kunshan', 'Kunshan', '昆山', 'Asia/Shanghai')
               ON CONFLICT DO NOTHING"""
        )
        made = Plant(connection, Office())
        yield made
        await made.office.deliveries.close()
    finally:
        await connection.close()
