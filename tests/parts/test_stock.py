"""The stock of a part as a timeline: received, used by orders, brought back, counted, low."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from services.database import Connection
from services.parts import listing, of_orders, stock
from services.parts.listing import NewPart
from services.parts.rows import PartNotFoundError, PartRef
from services.parts.stock import MovementRefusedError
from services.registry.pages import Page
from tests.parts import shelf
from tests.parts.shelf import FILTER, SEAL, Shelf, at, plain


@pytest.fixture
async def kept(connection: Connection) -> Shelf:
    return await shelf.make(connection)


async def test_a_filter_from_the_shelf_into_an_order_and_back(kept: Shelf) -> None:
    order, _ = kept.orders
    used = await of_orders.use(kept.connection, order, "oil-filter", Decimal(4), kept.local, at(10), reason="leaking")
    assert plain(used.quantity, used.stock, used.unit_cost, used.order) == (-4, 6, 85.5, "kunshan/1")
    back = await of_orders.give_back(kept.connection, order, "oil-filter", Decimal(1), kept.local, at(20))
    assert plain(back.quantity, back.stock, back.unit_cost) == (1, 7, 85.5)
    counted = await stock.count(kept.connection, FILTER, Decimal(5), kept.local, at(30), reason="two were broken")
    assert plain(counted.kind, counted.quantity, counted.stock) == ("counted", -2, 5)
    right = await stock.count(kept.connection, FILTER, Decimal(5), kept.local, at(40))
    assert plain(right.quantity, right.stock) == (0, 5)
    history = await listing.movements(kept.connection, FILTER)
    assert [plain(each.kind, each.quantity, each.stock) for each in history] == [
        ("counted", 0, 5), ("counted", -2, 5), ("returned", 1, 7), ("used", -4, 6), ("counted", 10, 10)
    ]  # fmt: skip
    assert history[-1].reason == "opening stock"


async def test_what_is_not_there_cannot_be_taken_and_the_answer_says_how_many_there_are(kept: Shelf) -> None:
    with pytest.raises(MovementRefusedError) as refused:
        await of_orders.use(kept.connection, kept.orders[0], "oil-filter", Decimal(11), kept.local, at(1))
    assert str(refused.value) == (
        "there are 10 pcs of kunshan/oil-filter (Oil filter) and 11 are wanted: receive what has come in, or count the "
        "shelf"
    )
    assert await kept.stock() == 10
    assert await kept.connection.fetchval("SELECT count(*) FROM part_movement") == 1


async def test_a_part_costs_what_it_cost_when_it_was_taken(kept: Shelf) -> None:
    order, other = kept.orders
    await of_orders.use(kept.connection, order, "oil-filter", Decimal(2), kept.local, at(1))
    await stock.receive(kept.connection, FILTER, Decimal(5), kept.local, at(2), unit_cost=Decimal(100))
    await of_orders.use(kept.connection, other, "oil-filter", Decimal(1), kept.local, at(3))
    (first,), (second,) = [await of_orders.of_order(kept.connection, each) for each in kept.orders]
    assert plain(first.used, first.unit_cost, first.cost, first.stock) == (2, 85.5, 171, 12)
    assert plain(second.used, second.unit_cost, second.cost) == (1, 100, 100)
    await of_orders.give_back(kept.connection, order, "oil-filter", Decimal(2), kept.local, at(4))
    (nothing,) = await of_orders.of_order(kept.connection, order)
    assert plain(nothing.used, nothing.cost) == (0, 0)


async def test_planned_parts_are_shown_with_what_is_there(kept: Shelf) -> None:
    order, _ = kept.orders
    planned = [{"part": "oil-filter", "quantity": 2}, {"part": "gone", "quantity": 1.5}]
    await kept.connection.execute("UPDATE work_order SET planned_parts = $2 WHERE id = $1", order, planned)
    await stock.receive(kept.connection, SEAL, Decimal(3), kept.local, at(0))
    await of_orders.use(kept.connection, order, "shaft-seal", Decimal(1), kept.local, at(1))
    found = {each.part: each for each in await of_orders.of_order(kept.connection, order)}
    assert {code: plain(each.planned, each.used, each.stock, each.is_unknown) for code, each in found.items()} == {
        "gone": (1.5, 0, 0, True),
        "oil-filter": (2, 0, 10, False),
        "shaft-seal": (0, 1, 2, False),
    }
    assert (found["oil-filter"].unit_cost, found["oil-filter"].location) == (Decimal("85.50"), "A-3")


async def test_only_what_an_order_took_is_brought_back(kept: Shelf) -> None:
    order, other = kept.orders
    await of_orders.use(kept.connection, order, "oil-filter", Decimal(2), kept.local, at(1))
    for of, quantity in ((order, 3), (other, 1)):
        with pytest.raises(MovementRefusedError, match="count the shelf if there are more"):
            await of_orders.give_back(kept.connection, of, "oil-filter", Decimal(quantity), kept.local, at(2))


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("requested", "accept it first"),
        ("done", "reopen it first"),
        ("verified", "it is over"),
        ("cancelled", "it is over"),
    ],
)
async def test_an_order_that_nobody_works_on_takes_nothing_and_may_bring_back(
    kept: Shelf, state: str, says: str
) -> None:
    order, _ = kept.orders
    await of_orders.use(kept.connection, order, "oil-filter", Decimal(2), kept.local, at(1))
    await shelf.set_state(kept.connection, order, state)
    with pytest.raises(MovementRefusedError, match=says):
        await of_orders.use(kept.connection, order, "oil-filter", Decimal(1), kept.local, at(2))
    await of_orders.give_back(kept.connection, order, "oil-filter", Decimal(2), kept.local, at(3))
    assert await kept.stock() == 10


async def test_parts_of_an_order_are_in_its_trail(kept: Shelf) -> None:
    order, _ = kept.orders
    await of_orders.use(kept.connection, order, "oil-filter", Decimal("1.5"), kept.local, at(1), reason="leaking")
    entry = await kept.connection.fetchrow("SELECT event, comment, detail FROM work_order_entry")
    assert tuple(entry) == (
        "part",
        "leaking",
        {"part": "oil-filter", "name": "Oil filter", "kind": "used", "quantity": 1.5, "unit": "pcs", "unit_cost": 85.5,
         "currency": "CNY"},
    )  # fmt: skip
    told = await kept.connection.fetchrow("SELECT kind, subject FROM event WHERE kind LIKE 'work_order%'")
    assert tuple(told) == ("work_order.part", "kunshan/1")


async def test_low_is_told_once_when_it_becomes_so(kept: Shelf) -> None:
    order, _ = kept.orders
    for minutes, quantity, events in ((1, 7, 0), (2, 1, 1), (3, 1, 1)):  # 10 -> 3, which is the minimum; 2; 1
        await of_orders.use(kept.connection, order, "oil-filter", Decimal(quantity), kept.local, at(minutes))
        assert len(await kept.low_events()) == events
    await stock.receive(kept.connection, FILTER, Decimal(2), kept.local, at(4))
    await stock.count(kept.connection, FILTER, Decimal(1), kept.local, at(5))
    assert await kept.low_events() == [
        {"part": "oil-filter", "site": "kunshan", "name": "Oil filter", "stock": left, "minimum": 3.0, "unit": "pcs"}
        for left in (2.0, 1.0)
    ]
    low = await listing.parts(kept.connection, Page(), site="kunshan", low=True)
    assert [row.code for row in low.rows] == ["oil-filter"]


async def test_a_minimum_that_is_raised_above_the_stock_tells_too(kept: Shelf) -> None:
    raised = NewPart("oil-filter", "Oil filter", minimum=Decimal(12), unit_cost=Decimal(1), currency="CNY")
    for _ in range(2):
        await listing.put(kept.connection, "kunshan", [raised], kept.local, at(1))
    assert [each["minimum"] for each in await kept.low_events()] == [12.0]


async def test_a_repeat_does_nothing_and_answers_as_before(kept: Shelf) -> None:
    key = uuid4()
    first = await of_orders.use(
        kept.connection, kept.orders[0], "oil-filter", Decimal(4), kept.local, at(1), client_key=key
    )
    await shelf.set_state(kept.connection, kept.orders[0], "verified")
    again = await of_orders.use(
        kept.connection, kept.orders[0], "oil-filter", Decimal(4), kept.local, at(9), client_key=key
    )
    assert again == first
    assert await kept.stock() == 6
    key = uuid4()
    for _ in range(2):
        counted = await stock.count(kept.connection, FILTER, Decimal(6), kept.local, at(2), client_key=key)
        assert counted.quantity == 0


async def test_a_key_of_another_movement_is_refused(kept: Shelf) -> None:
    key, (order, other) = uuid4(), kept.orders
    await of_orders.use(kept.connection, order, "oil-filter", Decimal(4), kept.local, at(1), client_key=key)
    with pytest.raises(MovementRefusedError, match="used 4 pcs of kunshan/oil-filter; make a new key for each"):
        await of_orders.use(kept.connection, other, "oil-filter", Decimal(4), kept.local, at(2), client_key=key)
    with pytest.raises(MovementRefusedError, match="make a new key"):
        await of_orders.use(kept.connection, order, "oil-filter", Decimal(3), kept.local, at(2), client_key=key)
    with pytest.raises(MovementRefusedError, match="make a new key"):
        await stock.receive(kept.connection, SEAL, Decimal(4), kept.local, at(2), client_key=key)
    assert await kept.stock() == 6


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "1e10", "0.0001"])
async def test_what_is_no_quantity_is_refused(kept: Shelf, quantity: str) -> None:
    with pytest.raises(MovementRefusedError, match="a quantity is above 0"):
        await stock.receive(kept.connection, FILTER, Decimal(quantity), kept.local, at(1))
    with pytest.raises(MovementRefusedError, match="a quantity is above 0"):
        await of_orders.use(kept.connection, kept.orders[0], "oil-filter", Decimal(quantity), kept.local, at(1))


@pytest.mark.parametrize("unit_cost", ["-1", "NaN", "Infinity", "1e10", "1e-20"])
async def test_what_nothing_costs_is_refused(kept: Shelf, unit_cost: str) -> None:
    with pytest.raises(MovementRefusedError, match="a unit cost lies between 0 and"):
        await stock.receive(kept.connection, FILTER, Decimal(1), kept.local, at(1), unit_cost=Decimal(unit_cost))
    with pytest.raises(MovementRefusedError, match="a unit cost lies between 0 and"):
        NewPart("x", "X", unit_cost=Decimal(unit_cost), currency="CNY")


async def test_a_price_needs_a_currency_and_what_has_moved_keeps_its_own(kept: Shelf) -> None:
    with pytest.raises(MovementRefusedError, match="give the part a unit cost with one first"):
        await stock.receive(kept.connection, SEAL, Decimal(1), kept.local, at(1), unit_cost=Decimal(5))
    with pytest.raises(MovementRefusedError, match="give both or none"):
        NewPart("x", "X", unit_cost=Decimal(1))
    dollars = NewPart("oil-filter", "Oil filter", unit_cost=Decimal(12), currency="USD")
    with pytest.raises(MovementRefusedError, match="currency of oil-filter stays"):
        await listing.put(kept.connection, "kunshan", [dollars], kept.local, at(1))


async def test_what_was_changed_of_a_part_is_kept_with_before_and_after(kept: Shelf) -> None:
    moved = NewPart("shaft-seal", "Shaft seal", location="B-1")
    assert await listing.put(kept.connection, "kunshan", [moved], kept.local, at(1), "shelf A is full") == [
        "shaft-seal"
    ]
    assert await listing.put(kept.connection, "kunshan", [moved], kept.local, at(2)) == []
    assert await listing.retire(kept.connection, "kunshan", ["shaft-seal", "unheard-of"], kept.local, at(3)) == [
        "shaft-seal"
    ]
    assert await listing.retire(kept.connection, "kunshan", ["shaft-seal"], kept.local, at(4)) == []
    changes = await kept.connection.fetch(
        """SELECT before ->> 'location' AS before, after ->> 'location' AS after, reason FROM record_change
           WHERE kind = 'part' AND subject = 'shaft-seal' ORDER BY id"""
    )
    assert [tuple(each) for each in changes] == [(None, "", ""), ("", "B-1", "shelf A is full"), ("B-1", None, "")]
    listed = await listing.parts(kept.connection, Page(), site="kunshan")
    assert [row.code for row in listed.rows] == ["oil-filter"]
    with pytest.raises(MovementRefusedError, match="retired: take the part"):
        await of_orders.use(kept.connection, kept.orders[0], "shaft-seal", Decimal(1), kept.local, at(5))
    assert await listing.put(kept.connection, "kunshan", [moved], kept.local, at(6)) == ["shaft-seal"]
    assert (await kept.part(SEAL)).retired_at is None


async def test_an_unknown_part_says_where_parts_are(kept: Shelf) -> None:
    with pytest.raises(PartNotFoundError, match="named site/code, as in kunshan/oil-filter"):
        await stock.receive(kept.connection, PartRef("kunshan", "gasket"), Decimal(1), kept.local, at(1))
    with pytest.raises(PartNotFoundError):
        PartRef.of("oil-filter")


@pytest.mark.parametrize("change", ["UPDATE part_movement SET quantity = 1", "DELETE FROM part_movement"])
async def test_the_database_keeps_movements_as_they_are(kept: Shelf, change: str) -> None:
    with pytest.raises(Exception, match="enter another one"):
        await kept.connection.execute(change)
