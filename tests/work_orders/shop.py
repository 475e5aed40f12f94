"""A site with a compressor, people and alarms, and orders that are led through their life by hand.

    shop = await begin(connection)
    order = await shop.open(tasks=(Task("oil level"),))
    await shop.take(order, "start", "li")

Times are seconds after START; each call is a transaction of its own, as the API makes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, cast

from analytics.work_orders.lifecycle import Event, Refused
from services import people
from services.database import Connection
from services.people import Actor
from services.work_orders import isolation, opening, steps, tasks, trail
from services.work_orders.moments import Given
from services.work_orders.opening import NewOrder, Opened
from services.work_orders.rows import OrderRef
from services.work_orders.steps import Taken
from services.work_orders.tasks import Found, Result
from services.work_orders.trail import EntryRow
from tests.alarms import kept_plant
from tests.alarms.kept_plant import Plant, at

#: Whoever works here, with what they can do.
PEOPLE = {"li": ["mechanical", "electrical"], "wang": ["mechanical"], "zhao": []}
_numbers = count(1)


@dataclass(slots=True)
class Shop:
    """What was made, and a clock that goes on by itself."""

    connection: Connection
    site: str
    plant: Plant
    seconds: float = 0.0

    @property
    def now(self) -> datetime:
        """The time of what was done last."""
        return at(self.seconds)

    async def actor(self, by: str | None) -> Actor:
        """Somebody by code."""
        return await people.actor(self.connection, by)

    async def open(self, by: str | None = None, **more: Any) -> OrderRef:  # noqa: ANN401 - of many sorts
        """Open an order on the compressor; gives its name."""
        return (await self.opened(by, **more)).ref

    async def opened(self, by: str | None = None, **more: Any) -> Opened:  # noqa: ANN401 - of many sorts
        """Open an order on the compressor."""
        self.seconds += 1
        wanted = {
            "origin": "hand", "subject_kind": "equipment", "subject": "comp-1", "title": "Oil leaks", "kind": "other",
            **more,
        }  # fmt: skip
        async with self.connection.transaction():
            return await opening.open_order(
                self.connection, NewOrder(self.site, **wanted), await self.actor(by), self.now
            )

    async def take(self, ref: OrderRef, event: Event, by: str | None = None, **given: Any) -> Taken | Refused:  # noqa: ANN401
        """Let an order take a step, or be refused."""
        self.seconds += 1
        async with self.connection.transaction():
            actor = await self.actor(by)
            return await steps.take(self.connection, ref, event, actor, self.now, Given(**given))

    async def go(self, ref: OrderRef, *events: Event, by: str | None = None, **given: Any) -> str:  # noqa: ANN401
        """Let an order take steps that it must take; gives its state."""
        for event in events:
            taken = await self.take(ref, event, by, **given)
            assert isinstance(taken, Taken), taken
        return str((await self.row(ref))["state"])

    async def reason(self, ref: OrderRef, event: Event, by: str | None = None, **given: Any) -> str:  # noqa: ANN401
        """Ask for a step that must be refused; gives the reason."""
        before = await self.row(ref)
        refused = await self.take(ref, event, by, **given)
        assert isinstance(refused, Refused), refused
        assert await self.row(ref) == before, "what is refused changes nothing"
        return refused.reason

    async def give(
        self,
        ref: OrderRef,
        position: int,
        result: str | None = None,
        **more: Any,  # noqa: ANN401 - a value, a note
    ) -> Found | Refused:
        """Give the result of a task, by li."""
        self.seconds += 1
        async with self.connection.transaction():
            li = await self.actor("li")
            return await tasks.give(self.connection, ref, position, cast("Result", result), li, self.now, **more)

    async def lock(self, ref: OrderRef, position: int = 1, lock: str = "17") -> Refused | None:
        """Hang a padlock, by li."""
        self.seconds += 1
        async with self.connection.transaction():
            return await isolation.confirm(self.connection, ref, position, lock, await self.actor("li"), self.now)

    async def unlock(self, ref: OrderRef, position: int = 1) -> Refused | None:
        """Take a padlock off, by li."""
        self.seconds += 1
        async with self.connection.transaction():
            return await isolation.remove(self.connection, ref, position, await self.actor("li"), self.now)

    async def row(self, ref: OrderRef) -> dict[str, Any]:
        """An order as it is stored."""
        found = await self.connection.fetchrow(
            "SELECT w.* FROM work_order AS w JOIN site AS s ON s.id = w.site_id WHERE s.code = $1 AND w.number = $2",
            *ref,
        )
        return dict(found)

    async def entries(self, ref: OrderRef) -> list[EntryRow]:
        """All that happened to an order."""
        return await trail.of_order(self.connection, (await self.row(ref))["id"])

    async def told(self, event: str, ref: OrderRef) -> dict[str, Any]:
        """The payload of the event of this kind that an order has; the last one."""
        found: dict[str, Any] = await self.connection.fetchval(
            "SELECT payload FROM event WHERE kind = $1 AND subject = $2 ORDER BY id DESC LIMIT 1",
            f"work_order.{event}",
            ref.address,
        )
        return found

    async def attach(self, ref: OrderRef, rule: str = "hot") -> None:
        """Give an order the open alarm of the compressor."""
        await self.connection.execute(
            """INSERT INTO work_order_alarm (occurrence_id, order_id)
               SELECT a.occurrence_id, $1 FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id
               JOIN site AS s ON s.id = a.site_id WHERE r.code = $2 AND s.code = $3""",
            (await self.row(ref))["id"],
            rule,
            self.site,
        )

    async def hot(self, level: str | None) -> None:
        """Let the compressor be hot, or not."""
        self.seconds += 1
        await self.plant.tell(self.plant.instance("hot", "comp-1"), self.seconds, level)

    async def alarm(self) -> str:
        """The state of the compressor's alarm."""
        found: str = await self.connection.fetchval(
            "SELECT a.state FROM alarm AS a JOIN site AS s ON s.id = a.site_id WHERE s.code = $1", self.site
        )
        return found


async def begin(connection: Connection, site: str | None = None) -> Shop:
    """Make a site with a compressor and its alarm; people are there once for all sites."""
    code = site or f"shop-{next(_numbers)}"
    plant = await kept_plant.make(connection, site=code)
    await connection.execute(
        """WITH made AS (
             INSERT INTO equipment (site_id, code, name, name_zh, class)
             SELECT id, 'comp-1', 'Compressor 1', '一号空压机', 'compressor' FROM site WHERE code = $1
             RETURNING id, site_id
           ), linked AS (
             UPDATE device AS d SET equipment_id = made.id FROM made WHERE d.site_id = made.site_id
           )
           UPDATE alarm AS a SET equipment_id = made.id FROM made WHERE a.site_id = made.site_id""",
        code,
    )
    await connection.executemany(
        "INSERT INTO users (code, name, skills) VALUES ($1::text, initcap($1::text), $2) ON CONFLICT (code) DO NOTHING",
        list(PEOPLE.items()),
    )
    await connection.execute("INSERT INTO teams (code, name) VALUES ('mechanics', 'Mechanics') ON CONFLICT DO NOTHING")
    return Shop(connection, code, plant)
