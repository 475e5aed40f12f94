"""Whoever keeps alarms and meets another at the same rows begins again; nothing of it is lost, and nobody has to look.

another:    locks comp-2                       wants comp-1 ------- has both, and lets go
keeping:         locks comp-1, wants comp-2 ---- finds the circle after its deadlock_timeout of 1 s, begins again
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from deploy.embedded.database import OWNER
from deploy.embedded.stack import Stack
from services.alarms import keeping
from services.alarms.event_rows import Step
from services.database import Connection, connect, undisturbed
from tests.alarms import kept_plant
from tests.alarms.kept_plant import HOT, Plant, at, change

WORK: dict[str, Callable[[Plant], Awaitable[list[Step]]]] = {
    "clear": lambda plant: keeping.put_right(
        plant.connection, [change(each, 10, None) for each in plant.instances.values()], plant.instances, at(20)
    ),
    "re_alarm": lambda plant: keeping.pass_time(plant.connection, at(1000)),
    "retire": lambda plant: keeping.settle(plant.connection, [], at(20)),
}
_LOCK = "SELECT FROM alarm WHERE subject = $1 FOR UPDATE"
_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)"


@pytest.mark.parametrize("event", WORK)
async def test_what_meets_another_at_the_same_rows_begins_again(
    servers: Stack, database_url: str, connection: Connection, event: str
) -> None:
    plant = await kept_plant.make(connection, ["comp-1", "comp-2"], [replace(HOT, re_alarm_s=600.0)])
    await plant.apply(*(change(each, 0, "H") for each in plant.instances.values()))
    await connection.execute("UPDATE alarm SET state = 'acknowledged', since = $1", at(0))
    servers.database.query(f"GRANT SET ON PARAMETER deadlock_timeout TO {OWNER}")
    another = await connect(database_url, name="another")
    try:
        await another.execute("SET deadlock_timeout = '60s'")  # so that it is keeping that finds it
        async with asyncio.timeout(60), asyncio.TaskGroup() as both, another.transaction():
            await another.execute(_LOCK, "comp-2")
            kept = both.create_task(undisturbed(connection, lambda: WORK[event](plant)))
            while not await another.fetchval(_WAITS, connection.get_server_pid()):
                pass
            await another.execute(_LOCK, "comp-1")
    finally:
        await another.close()
    assert [step.transition.event for step in kept.result()] == [event, event]
    assert await connection.fetchval("SELECT count(*) FROM alarm_transition WHERE event = $1", event) == 2
