"""What orders say when they are verified moves the ranking of causes, with the numbers behind it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.database import Connection
from services.work_orders.steps import Taken
from tests.api.serving import serving, until_ready
from tests.maintenance import yard as yards
from tests.maintenance.yard import Yard


@pytest.fixture
async def yard(connection: Connection) -> Yard:
    return await yards.make(connection, ["comp-1", "comp-2"])


async def ranking(connection: Connection) -> list[tuple[str, float, int, int]]:
    """The causes of the newest alarm `hot`: code, likelihood, how often true, of how many."""
    found: list[dict[str, Any]] = await connection.fetchval(
        """SELECT o.causes FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id
           JOIN alarm_rule AS r ON r.id = a.rule_id WHERE r.code = 'hot' ORDER BY o.raised_at DESC LIMIT 1"""
    )
    return [(each["code"], each["likelihood"], each["times_true"], each["times_counted"]) for each in found]


async def order(yard: Yard, number: int, seconds: float, cause: str, *, verified: bool = True) -> None:
    """Hot, an order, mended, and verified by another person."""
    await yard.raised("hot", "comp-1", seconds)
    await yard.round(seconds + 1)
    await yard.gone("hot", "comp-1", seconds + 10)
    await yard.done(number, seconds + 30, cause)
    await yard.round(seconds + 40)
    if verified:
        assert isinstance(await yard.step(number, "verify", seconds + 50, "li"), Taken)
    else:
        assert (await yard.row(number))["state"] == "done"


async def test_the_ranking_moves_as_orders_are_verified(yard: Yard, connection: Connection) -> None:
    # Weights 4 and 1: imaginary cases, to which those of orders are added.
    await order(yard, 1, 0, "oil-low")
    assert await ranking(connection) == [("cooler-dirty", 0.8, 0, 0), ("oil-low", 0.2, 0, 0)]
    await order(yard, 2, 1000, "oil-low")
    assert await ranking(connection) == [("cooler-dirty", round(4 / 6, 4), 0, 1), ("oil-low", round(2 / 6, 4), 1, 1)]
    for number in range(3, 7):
        await order(yard, number, 1000 * number, "oil-low" if number < 6 else "not-reproducible")
    await yard.raised("hot", "comp-2", 9000)
    assert await ranking(connection) == [("oil-low", round(6 / 10, 4), 5, 6), ("cooler-dirty", 0.4, 0, 6)]
    # An order that is only done counts nothing.
    await order(yard, 8, 10_000, "oil-low", verified=False)
    assert await connection.fetchval("SELECT count(*) FROM cause_outcome") == 6


async def test_another_class_of_machine_has_its_own_counts(yard: Yard, connection: Connection) -> None:
    await order(yard, 1, 0, "oil-low")
    await connection.execute("UPDATE cause_outcome SET class = 'chiller'")
    await yard.raised("hot", "comp-2", 100)
    assert await ranking(connection) == [("cooler-dirty", 0.8, 0, 0), ("oil-low", 0.2, 0, 0)]


async def test_the_numbers_and_the_orders_behind_them(yard: Yard, database_url: str) -> None:
    await order(yard, 1, 0, "oil-low")
    await order(yard, 2, 1000, "oil-low")
    await order(yard, 3, 2000, "not-reproducible")
    async with serving(database_url) as client:
        await until_ready(client)

        async def ask(query: str) -> httpx.Response:
            return await client.get(f"/api/v1/cause-counts{query}")

        first, second = (await ask("?site=kunshan&rule=hot&class=compressor")).json()["items"]
        assert (first["cause"], first["name"], first["name_zh"], first["weight"]) == (
            "oil-low",
            "Oil low",
            "油位低",
            1.0,
        )
        assert (first["times_true"], first["times_counted"]) == (2, 3)
        assert (first["class"], first["orders"]) == ("compressor", ["kunshan/2", "kunshan/1"])
        assert (second["cause"], second["name"], second["weight"], second["orders"]) == (
            *("not-reproducible", "", None),
            ["kunshan/3"],
        )
        assert (await ask("?class=chiller")).json()["items"] == []
        assert (await ask("?site=nowhere")).status_code == 404
        page = (await ask("?limit=1")).json()
        rest = (await ask(f"?limit=1&cursor={page['next']}")).json()
        assert [page["items"][0]["cause"], rest["items"][0]["cause"]] == ["oil-low", "not-reproducible"]
        causes = (await client.get("/api/v1/alarms/kunshan/hot/comp-1")).json()["causes"]
        # As they were ranked when it was raised.
        assert {each["code"]: (each["times_true"], each["times_counted"]) for each in causes} == {
            "oil-low": (2, 2),
            "cooler-dirty": (0, 2),
        }
