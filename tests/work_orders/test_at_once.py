"""Two people who act on one machine at the same moment, each for an order of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from analytics.work_orders.lifecycle import Event, Refused
from services import people
from services.database import Connection, connect
from services.work_orders import downtime, steps
from services.work_orders.moments import Given
from services.work_orders.rows import OrderRef
from services.work_orders.steps import Taken
from tests.alarms.kept_plant import at
from tests.work_orders import shop
from tests.work_orders.shop import Shop

Act = Callable[[Connection], Awaitable[object]]


@pytest.fixture
async def here(connection: Connection) -> Shop:
    return await shop.begin(connection, "kunshan")


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[tuple[Connection, Connection]]:
    first, second = await connect(database_url, name="li"), await connect(database_url, name="wang")
    yield first, second
    await first.close()
    await second.close()


async def at_once(both: tuple[Connection, Connection], first: Act, second: Act) -> tuple[object, object]:
    """Let the second act while the transaction of the first is not over: until it is done, or waits for the first."""

    async def second_acts() -> object:
        async with both[1].transaction():
            return await second(both[1])

    pid = both[1].get_server_pid()
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)"
    async with asyncio.timeout(120):
        async with both[0].transaction():
            said = await first(both[0])
            other = asyncio.create_task(second_acts())
            # Asked over the first connection: the server ends a session that idles in a transaction for 5 s.
            while not other.done() and not await both[0].fetchval(waits, pid):
                pass
        return said, await other


def taking(ref: OrderRef, event: Event, by: str) -> Act:
    async def act(own: Connection) -> Taken | Refused:
        given = Given(comment="not needed", out_of_service=event == "start" or None)
        return await steps.take(own, ref, event, await people.actor(own, by), at(100), given)

    return act


async def test_of_two_orders_that_end_at_once_neither_leaves_the_alarms_out(
    here: Shop, both: tuple[Connection, Connection]
) -> None:
    await here.hot("H")
    for end in ("complete", "cancel"):
        one, other = [await here.open(takes_out_of_service=True) for _ in range(2)]
        await here.go(one, "start", by="li")
        await here.go(other, "start", by="wang")
        assert await here.alarm() == "out_of_service"
        if end == "cancel":
            await here.go(other, "hold", by="wang", comment="lunch")
        ended = await at_once(both, taking(one, "complete", "li"), taking(other, end, "wang"))
        assert all(isinstance(each, Taken) for each in ended), ended
        assert await here.alarm() == "unacknowledged"


async def test_an_order_that_begins_while_another_ends_has_the_alarms_out(
    here: Shop, both: tuple[Connection, Connection]
) -> None:
    await here.hot("H")
    one, other = await here.open(takes_out_of_service=True), await here.open()
    await here.go(one, "start", by="li")
    await at_once(both, taking(one, "complete", "li"), taking(other, "start", "wang"))
    assert await here.alarm() == "out_of_service", "wang has his hands in it"
    here.seconds = 200
    await here.go(other, "complete", by="wang")
    assert await here.alarm() == "unacknowledged"


async def test_of_two_who_say_at_once_that_a_machine_is_down_one_is_told_that_it_is(
    here: Shop, both: tuple[Connection, Connection]
) -> None:
    orders = [await here.open(), await here.open()]

    def down(ref: OrderRef, by: str) -> Act:
        async def act(own: Connection) -> Refused | None:
            return await downtime.begin(own, ref, "breakdown", await people.actor(own, by), at(100))

        return act

    first, second = await at_once(both, down(orders[0], "li"), down(orders[1], "wang"))
    assert first is None
    assert isinstance(second, Refused)
    assert second.reason == "is_down_already"
    assert [entry.event for entry in await here.entries(orders[1])] == ["open"], "nothing is said that is not so"
