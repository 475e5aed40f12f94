"""Two who look at once, and whoever dies while looking: exactly one order for each plan on each machine."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

from services.database import OUTAGES, Connection, connect
from services.plans import looking
from tests.plans.shop import MACHINES, local, open_shop

PLANS: list[dict[str, Any]] = [
    {
        "code": f"weekly-{number}",
        "triggers": [{"kind": "calendar", "every": "1 week"}],
        "machines": list(MACHINES),
        "begins": "2026-05-01",
        "lead_days": 0,
    }
    for number in range(8)
]


async def everything(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """All that a look writes."""
    queries = (
        """SELECT plan_id, subject, counts_from, due_at, is_due, since, overdue_at, order_id
           FROM plan_machine ORDER BY 1, 2""",
        "SELECT number, plan_id, subject, state, due_at FROM work_order ORDER BY 1",
        "SELECT kind, subject FROM event ORDER BY id",
    )
    return [[tuple(row) for row in await connection.fetch(query)] for query in queries]


async def test_two_look_at_once(connection: Connection, database_url: str) -> None:
    shop = await open_shop(connection, PLANS)
    now = local("2026-05-09")
    others = [await connect(database_url, name="other") for _ in range(3)]
    try:
        opened = await asyncio.gather(shop.look(now), *(looking.look(other, now) for other in others))
    finally:
        for other in others:
            await other.close()
    assert sum(opened) == len(PLANS) * len(MACHINES)
    orders = await shop.orders()
    assert len(orders) == len(set(orders)) == len(PLANS) * len(MACHINES)
    last = await connection.fetchval("SELECT last FROM work_order_number")
    assert last == len(orders)


async def test_who_dies_while_looking_has_changed_nothing(connection: Connection, database_url: str) -> None:
    shop = await open_shop(connection, PLANS)
    await shop.look(local("2026-05-02"))
    before = await everything(connection)
    now = local("2026-05-09")
    for moment in range(12):
        dying = await connect(database_url, name="dying")
        process = dying.get_server_pid()
        look = asyncio.create_task(looking.look(dying, now))
        # A few more turns of the loop each time: it dies between other statements.
        for _ in range(moment * 25):
            if look.done():
                break
            await asyncio.sleep(0)
        is_over = look.done()
        await connection.execute("SELECT pg_terminate_backend($1)", process)
        with suppress(*OUTAGES, asyncpg.PostgresError):
            await look
        dying.terminate()
        if not is_over and not await connection.fetchval("SELECT count(*) FROM work_order"):
            after = await everything(connection)
            assert [row[:4] for row in after[0]] == [row[:4] for row in before[0]]
            assert after[1:] == before[1:]
    await shop.look(now)
    orders = await shop.orders()
    assert len(orders) == len({order[:2] for order in orders}) == len(PLANS) * len(MACHINES)
    assert await shop.look(now) == 0
    told = await connection.fetchval("SELECT count(*) FROM event WHERE kind = 'plan.due'")
    assert told == len(orders)
