"""Whatever people enter, in whatever order and at the same moment: a stock is the sum of its movements, never below 0.

Three people act at once, each over a connection of their own. A plain shelf (a number) is played beside it where they
act one after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.database import Connection, connect
from services.parts import of_orders, stock
from services.parts.rows import MovementRow
from services.parts.stock import MovementRefusedError
from tests.parts import shelf
from tests.parts.shelf import FILTER, Shelf, at

Verb = Literal["receive", "use", "give_back", "count"]


@dataclass(frozen=True, slots=True)
class Act:
    verb: Verb
    quantity: Decimal
    order: int
    key: int | None
    """Acts with the same key are one act that was sent twice."""


acts = st.builds(
    Act,
    st.sampled_from(["receive", "use", "use", "give_back", "count"]),
    st.integers(1, 60).map(lambda tenths: Decimal(tenths) / 10),
    st.integers(0, 1),
    st.none() | st.integers(0, 2),
)


@dataclass(slots=True)
class Bench:
    loop: asyncio.AbstractEventLoop
    shelf: Shelf
    people: list[Connection]


@pytest.fixture
def bench(database_url: str) -> Iterator[Bench]:
    loop = asyncio.new_event_loop()
    people = [loop.run_until_complete(connect(database_url, name=f"person {n}")) for n in range(3)]
    yield Bench(loop, loop.run_until_complete(shelf.make(people[0], stock=0)), people)
    for person in people:
        loop.run_until_complete(person.close())
    loop.close()


async def act(connection: Connection, kept: Shelf, wanted: Act, keys: list[UUID]) -> MovementRow | None:
    key, order = None if wanted.key is None else keys[wanted.key], kept.orders[wanted.order]
    try:
        async with connection.transaction():
            if wanted.verb == "receive":
                return await stock.receive(connection, FILTER, wanted.quantity, kept.local, at(0), client_key=key)
            if wanted.verb == "count":
                return await stock.count(connection, FILTER, wanted.quantity, kept.local, at(0), client_key=key)
            take = of_orders.use if wanted.verb == "use" else of_orders.give_back
            return await take(connection, order, FILTER.code, wanted.quantity, kept.local, at(0), client_key=key)
    except MovementRefusedError:
        return None


async def laws(kept: Shelf) -> None:
    """What holds of all that was ever entered whenever nobody is in the middle of something."""
    found = await kept.connection.fetch("SELECT quantity, stock, order_id FROM part_movement ORDER BY id")
    total, fell, taken = Decimal(0), 0, dict.fromkeys(kept.orders, Decimal(0))
    minimum = (await kept.part()).minimum
    for row in found:
        fell += total >= minimum > total + row["quantity"]
        total += row["quantity"]
        assert row["stock"] == total >= 0
        if row["order_id"] is not None:
            taken[row["order_id"]] -= row["quantity"]
            assert taken[row["order_id"]] >= 0
    assert await kept.stock() == total
    assert len(await kept.low_events()) == fell


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, min_size=3, max_size=12))
def test_the_stock_is_the_sum_of_its_movements_whoever_acts_at_the_same_moment(bench: Bench, wanted: list[Act]) -> None:
    keys = [uuid4() for _ in range(3)]

    async def person(number: int) -> list[tuple[Act, MovementRow | None]]:
        return [(each, await act(bench.people[number], bench.shelf, each, keys)) for each in wanted[number::3]]

    async def together() -> None:
        async with asyncio.timeout(60):
            done = [each for part in await asyncio.gather(*map(person, range(3))) for each in part]
        await laws(bench.shelf)
        for number, key in enumerate(keys):
            ids = {made.id for each, made in done if each.key == number and made is not None}
            kept = await bench.shelf.connection.fetch("SELECT id FROM part_movement WHERE client_key = $1", key)
            assert {row["id"] for row in kept} == ids
            assert len(ids) <= 1

    bench.loop.run_until_complete(together())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=15))
def test_one_after_another_it_is_a_number_that_is_counted_up_and_down(bench: Bench, wanted: list[Act]) -> None:
    async def played() -> None:
        there = await bench.shelf.stock()
        taken = [sum((p.used for p in await of_orders.of_order(bench.shelf.connection, each)), Decimal(0))
                 for each in bench.shelf.orders]  # fmt: skip
        for each in wanted:
            made = await act(bench.shelf.connection, bench.shelf, replace(each, key=None), [])
            match each.verb:
                case "receive":
                    there += each.quantity
                case "count":
                    there = each.quantity
                case "use" if each.quantity <= there:
                    there, taken[each.order] = there - each.quantity, taken[each.order] + each.quantity
                case "give_back" if each.quantity <= taken[each.order]:
                    there, taken[each.order] = there + each.quantity, taken[each.order] - each.quantity
                case _:
                    assert made is None
                    continue
            assert made is not None
            assert made.stock == there
        await laws(bench.shelf)

    bench.loop.run_until_complete(played())
