"""Until a plan was done here once, what it says of the time before may be mended, and counts from the next look on."""

from __future__ import annotations

from typing import Any

from services.database import Connection
from tests.plans.shop import Shop, at, local, open_shop, put

HOURS = {
    "code": "hours",
    "name": "Hours",
    "job": "service",
    "triggers": [{"kind": "run_hours", "hours": 100}],
    "machines": ["pump-1"],
    "lead_days": 0,
}


async def say(shop: Shop, **more: Any) -> None:  # noqa: ANN401 - fields of a plan
    """Change what the plan says."""
    await put(shop.connection, "maintenance_plan", {**HOURS, **more})


async def test_hours_that_were_forgotten_at_first_count_once_they_are_said(connection: Connection) -> None:
    shop = await open_shop(connection, [HOURS])
    await shop.ran("pump-1", [(at(0), "running")], at(400))
    await shop.look(at(1))
    await say(shop, used={"pump-1": 60})
    await shop.look(at(11))
    assert (await shop.stands("hours", "pump-1")).used == 70
    await say(shop, used={"pump-1": 60}, done={"pump-1": "2026-05-01"})
    assert await shop.look(at(11)) == 0
    assert (await shop.stands("hours", "pump-1")).used == 71


async def test_a_day_that_was_wrong_makes_nothing_due_once_it_is_mended(connection: Connection) -> None:
    shop = await open_shop(connection, [{**HOURS, "used": {"pump-1": 170}}])
    assert await shop.look(at(1)) == 1
    description: str = await connection.fetchval("SELECT description FROM work_order")
    assert description == "Hours: 170 of 100 h since 2026-05-01, 170 of them before"
    await say(shop, used={"pump-1": 17})
    assert await shop.look(at(2)) == 0
    assert not (await shop.stands("hours", "pump-1")).is_due
    await shop.cancel("shop/1", at(3))
    assert await shop.look(at(24 * 30)) == 0


async def test_after_it_was_done_here_what_was_before_counts_no_more(connection: Connection) -> None:
    shop = await open_shop(connection, [{**HOURS, "used": {"pump-1": 99}}])
    await shop.ran("pump-1", [(at(0), "running")], at(400))
    await shop.look(at(0))
    assert await shop.look(at(2)) == 1
    await shop.do("shop/1", at(3))
    await shop.look(at(4))
    await say(shop, used={"pump-1": 90}, done={"pump-1": "2026-01-01"})
    await shop.look(at(13))
    stands = await shop.stands("hours", "pump-1")
    assert (stands.used, stands.order, stands.is_due) == (10, None, False)
    assert local("2026-05-01") == at(0)
