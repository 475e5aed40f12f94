"""Compressors with alarms on a virtual clock, and the duty `maintenance` stepped by hand.

    yard = await make(connection, ["comp-1", "comp-2"])        each is equipment of its own: air-1, air-2
    await yard.raised("hot", "comp-1", at=10)                  told to keeping, as the evaluation does
    await yard.round(11)                                       one round of the duty
    await yard.orders()                                        ["1 air-1 cooler-dirty open high"]

Seconds count from START of `kept_plant`. Rules that name the same cause first are about one thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from analytics.alarms.rule import Cause, Level, Priority, Rule, Signal, Target
from analytics.maintenance.settings import Escalation, MaintenanceSettings, TeamRule
from services import people
from services.database import Connection
from services.maintenance.engine import Rounds
from services.work_orders import changes, steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderRef
from tests.alarms import kept_plant
from tests.alarms.kept_plant import Plant, at

__all__ = ["Escalation", "Rounds", "TeamRule", "Yard", "judge", "make", "second"]

SITE = "kunshan"
DIRTY = Cause("cooler-dirty", "Oil cooler dirty", "Clean the cooler.", 4.0, "油冷却器脏", "清洗冷却器。")
OIL_LOW = Cause("oil-low", "Oil low", "Top up the oil.", 1.0, "油位低", "补油。")
VALVE = Cause("valve", "Inlet valve stuck", "Free the valve.", 2.0, "进气阀卡滞", "检修进气阀。")
LEVELS = (Level("H", 105.0, "high"), Level("HH", 109.0, "critical"))


def rule(code: str, *causes: Cause, levels: tuple[Level, ...] = LEVELS, off_delay_s: float = 0.0) -> Rule:
    """A rule about a compressor's temperature."""
    return Rule(
        code, code.capitalize(), Target(kind="compressor"), Signal("value", "temperature_degc", unit="degC"), levels,
        system="compressed_air", off_delay_s=off_delay_s, causes=causes,
    )  # fmt: skip


RULES = (
    rule("hot", DIRTY, OIL_LOW),
    rule("oil-hot", DIRTY),
    rule("pressure", VALVE),
    rule("noisy"),
    rule("warm", DIRTY, levels=(Level("L", 10.0, "low"), Level("H", 90.0, "medium"), Level("HH", 99.0, "critical"))),
)


@dataclass(slots=True)
class Yard:
    """The compressors, their alarms, and the rounds of the duty."""

    connection: Connection
    plant: Plant
    rounds: Rounds = field(default_factory=Rounds)

    async def tell(self, rule: str, device: str, seconds: float, level: str | None, **more: Any) -> None:  # noqa: ANN401
        """What evaluation says at a second."""
        await self.plant.tell(self.plant.instance(rule, device), seconds, level, **more)

    async def raised(self, rule: str, device: str, seconds: float, level: str = "H") -> None:
        """An alarm comes."""
        await self.tell(rule, device, seconds, level)

    async def gone(self, rule: str, device: str, seconds: float) -> None:
        """Its condition is gone."""
        await self.tell(rule, device, seconds, None, value=90.0)

    async def round(self, seconds: float) -> bool:
        """One round of the duty."""
        return await self.rounds.round(self.connection, at(seconds))

    async def step(self, number: int, event: Any, seconds: float, by: str | None = None, **given: Any) -> Any:  # noqa: ANN401
        """Somebody takes a step of an order; gives what `steps.take` gives."""
        async with self.connection.transaction():
            actor = await people.actor(self.connection, by)
            return await steps.take(self.connection, OrderRef(SITE, number), event, actor, at(seconds), Given(**given))

    async def done(self, number: int, seconds: float, cause: str = "cooler-dirty", by: str | None = "wang") -> None:
        """Somebody starts an order and does it, ten seconds each."""
        for more, event in enumerate(("start", "complete")):
            given = {"cause": cause} if event == "complete" else {}
            taken = await self.step(number, event, seconds - 10 + 10 * more, by, **given)
            assert isinstance(taken, steps.Taken), taken

    async def done_from_started(self, number: int, seconds: float) -> None:
        """Somebody who is at it does it."""
        taken = await self.step(number, "complete", seconds, "wang", cause="cooler-dirty")
        assert isinstance(taken, steps.Taken), taken

    async def orders(self) -> list[str]:
        """Number, machine, cause, state and priority of every order."""
        found = await self.connection.fetch(
            "SELECT number, subject::text AS subject, suspected, state, priority FROM work_order ORDER BY number"
        )
        return [" ".join(map(str, row.values())) for row in found]

    async def alarms(self, number: int) -> int:
        """How many alarms an order has."""
        found: int = await self.connection.fetchval(
            "SELECT count(*) FROM work_order_alarm AS x JOIN work_order AS w ON w.id = x.order_id WHERE w.number = $1",
            number,
        )
        return found

    async def trail(self, number: int, *events: str) -> list[tuple[float, str, str, Any]]:
        """Second, event, comment and detail of what happened to an order; all of it, or only these events."""
        found = await self.connection.fetch(
            """SELECT y.at, y.event, y.comment, y.detail
               FROM work_order_entry AS y JOIN work_order AS w ON w.id = y.order_id
               WHERE w.number = $1 AND (cardinality($2::text[]) = 0 OR y.event = ANY ($2)) ORDER BY y.id""",
            number,
            list(events),
        )
        return [(second(row["at"]), row["event"], row["comment"], row["detail"]) for row in found]

    async def row(self, number: int) -> Any:  # noqa: ANN401
        """An order as stored."""
        return await self.connection.fetchrow("SELECT * FROM work_order WHERE number = $1", number)

    async def keep(self, **settings: Any) -> None:  # noqa: ANN401
        """The site's settings."""
        document = msgspec.to_builtins(MaintenanceSettings(**settings))
        await self.connection.execute(
            """INSERT INTO maintenance_settings (site_id, document) SELECT id, $1 FROM site WHERE code = 'kunshan'
               ON CONFLICT (site_id) DO UPDATE SET document = excluded.document""",
            document,
        )


async def evaluates(connection: Connection, said_at: str = "2200-01-01T00:00:00Z", behind_s: float = 0.0) -> None:
    """What the duty `alarms` said last of how far it is, by the database's clock; without more: all is evaluated."""
    await connection.execute(
        """INSERT INTO duty (name, backend_pid, holder, since, beat_at, detail)
           VALUES ('alarms', 0, 'test', now(), now(), $1)
           ON CONFLICT (name) DO UPDATE SET detail = excluded.detail""",
        {"said_at": said_at, "behind_s": behind_s},
    )


async def judge(connection: Connection, number: int, priority: Priority, now: datetime) -> None:
    """Somebody says how urgent an order is."""
    li = await people.actor(connection, "li")
    assert await changes.set_priority(connection, OrderRef(SITE, number), priority, "It can wait.", li, now) is None


def second(instant: datetime) -> float:
    """Seconds since the beginning."""
    return (instant - kept_plant.START).total_seconds()


async def make(connection: Connection, devices: list[str], machines: list[str] | None = None) -> Yard:
    """Insert compressors: device n on the nth machine, or on air-1, air-2 ...; people wang and li; no settings."""
    plant = await kept_plant.make(connection, devices, RULES, SITE)
    on = machines or [f"air-{number}" for number in range(1, len(devices) + 1)]
    await connection.execute(
        """INSERT INTO equipment (site_id, code, name, name_zh, class)
           SELECT site.id, k.code, 'Compressor ' || k.code, '空压机' || k.code, 'compressor'
           FROM site, (SELECT DISTINCT unnest($1::text[]) AS code) AS k""",
        on,
    )
    await connection.execute(
        """WITH kind AS (INSERT INTO device_template (site_id, code, name, kind)
                         SELECT id, 'screw', 'Screw', 'compressor' FROM site RETURNING id)
           UPDATE device SET template_id = kind.id, equipment_id = e.id
           FROM kind, unnest($1::text[], $2::text[]) AS k (device, machine) JOIN equipment AS e ON e.code = k.machine
           WHERE device.code = k.device""",
        devices,
        on,
    )
    await connection.execute(
        "UPDATE alarm SET device_id = d.id, equipment_id = d.equipment_id FROM device AS d WHERE d.code = alarm.subject"
    )
    await connection.execute("INSERT INTO users (code, name) VALUES ('wang', 'Wang Wei'), ('li', 'Li Na')")
    await evaluates(connection)
    return Yard(connection, plant)
