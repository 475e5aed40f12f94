"""What is overdue is overdue everywhere: in the due list, in the list of plans, and for the rule that counts it."""

from __future__ import annotations

from datetime import datetime, timedelta

from analytics.alarms.machine import AlarmKey, Instance, Machine
from analytics.alarms.rule import Level, Rule, Signal, Target
from services import people
from services.alarms.facts_maintenance import maintenance
from services.database import Connection
from services.plans import reads
from services.work_orders import steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderRef
from tests.plans.shop import SITE, local, open_shop

DAY = timedelta(days=1)
COUNTED = Instance(
    AlarmKey(SITE, "overdue", "site", SITE),
    Rule("overdue", "Overdue", Target("site"), Signal("maintenance", "plans_overdue"), (Level("ON", 0.5, "low"),)),
    Machine(SITE, "site", SITE, "Shop"),
    {},
)


async def overdue(connection: Connection, now: datetime) -> list[int]:
    """How many plans on machines are overdue, by each of those who say it."""
    listed = [due for due in await reads.due_list(connection) if due.is_overdue(now)]
    counted = await maintenance(connection, [COUNTED], now)
    return [len(listed), sum(row.overdue for row in await reads.plans(connection, now)), int(counted[COUNTED.key])]


async def test_overdue_until_it_is_done_and_not_until_it_is_verified(connection: Connection) -> None:
    weekly = {"kind": "calendar", "every": "1 week"}
    plan = {"code": "weekly", "triggers": [weekly], "equipment_class": "pump", "begins": "2026-05-01"}
    shop = await open_shop(connection, [{**plan, "slack_days": 2}])
    await shop.look(local("2026-05-08"))
    assert await overdue(connection, local("2026-05-11") - timedelta(seconds=1)) == [0, 0, 0]
    assert await overdue(connection, local("2026-05-11")) == [2, 2, 2]
    li, wang = await people.actor(connection, "li"), await people.actor(connection, "wang")
    await connection.execute("DELETE FROM work_order_isolation; DELETE FROM work_order_task")
    number, given = OrderRef(SITE, 1), Given(comment="so it is")
    for event, actor, left in (("start", li, 2), ("complete", li, 1), ("reopen", wang, 2)):
        async with connection.transaction():
            taken = await steps.take(connection, number, event, actor, local("2026-05-12"), given)  # type: ignore[arg-type]
        assert isinstance(taken, steps.Taken), taken
        assert await overdue(connection, local("2026-05-12")) == [left] * 3
    await shop.cancel("shop/1", local("2026-05-12"))
    await shop.look(local("2026-05-13"))
    assert await overdue(connection, local("2026-05-13")) == [2, 2, 2]


async def test_what_nobody_has_looked_at_is_not_said_to_be_overdue(connection: Connection) -> None:
    weekly = {"kind": "calendar", "every": "1 week"}
    plan = {"code": "weekly", "triggers": [weekly], "machines": ["pump-1"], "begins": "2026-05-01", "slack_days": 0}
    shop = await open_shop(connection, [plan])
    await shop.look(local("2026-05-07"))
    assert await overdue(connection, local("2026-05-07") + 30 * DAY) == [0, 0, 0]
    await shop.look(local("2026-05-07") + 30 * DAY)
    assert await overdue(connection, local("2026-05-07") + 30 * DAY) == [1, 1, 1]
