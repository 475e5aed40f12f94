"""A flood on a route: one message when it begins and one when it ends, and what these count."""

from __future__ import annotations

from typing import Any

from analytics.notifications.model import Route
from tests.notifications.office import Plant, after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import BOSS, three


async def flood(site: Plant, count: int, began_at: int = 10) -> None:
    """So many alarms in a minute; the flood begins with the one after `began_at`."""
    for number in range(count):
        at_s = 60 * number / count
        if number == began_at:
            await site.flood("flood_began", after(at_s))
        await site.raised(f"m-{number}", at=after(at_s), machine=f"Machine {number % 7}")
        if number % 25 == 24:
            await site.run(at_s)


async def test_a_flood_is_one_message_a_route_and_one_at_its_end(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            routes = [
                Route("all", ("crew",), escalations=(BOSS,)),
                Route("air", ("head",), systems=("compressed_air",)),
                Route("water", ("boss",), systems=("water",)),
            ]
            await site.use(three(receiver), routes)
            await flood(site, 500)
            await site.run(60, 70, 300)
            assert sorted(receiver.paths) == ["/crew", "/head"]
            await site.run(700, 706, 800, 900)
            assert sorted(receiver.paths) == ["/boss", "/crew", "/head"], "one escalation stands for all of it"
            for number in range(498):
                await site.event("clear", f"m-{number}", state="returned_unacknowledged")
            await site.run(950, 960)
            assert len(receiver.requests) == 3
            await site.flood("flood_ended", after(1000), 500)
            await site.run(1000, 1006, 5000)
            assert sorted(receiver.paths[3:]) == ["/boss", "/crew", "/head"], "who was called hears that it is over"
            title, body = await site.connection.fetchrow(
                "SELECT title, body FROM notification_message WHERE kind = 'flood_ended' ORDER BY id LIMIT 1"
            )
            held = await site.connection.fetchval("SELECT count(*) FROM notification_item WHERE message_id IS NULL")
            raises: Any = await site.connection.fetch(
                """SELECT route_id, count(*), count(DISTINCT event_id) FROM notification_item
                   WHERE kind = 'raised' GROUP BY 1"""
            )
    assert held == 0
    assert [tuple(row)[1:] for row in raises] == [(500, 500), (500, 500)]
    assert title == "[flood over] Kunshan: 500 alarms"
    assert "is over: 500 alarms on this route" in body
    assert "First one: [HIGH] Machine 0" in body
    assert "Still standing: 2" in body


async def test_what_came_with_the_beginning_of_a_flood_still_stands_at_its_end(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.flood("flood_began")
            await site.raised("m-0", machine="Machine 0")
            await site.run(0, 6)
            await site.raised("m-1", at=after(10), machine="Machine 1")
            await site.event("clear", "m-1", state="returned_unacknowledged", at=after(20))
            await site.flood("flood_ended", after(900))
            await site.run(900, 906)
            body = await site.connection.fetchval("SELECT body FROM notification_message WHERE kind = 'flood_ended'")
    assert body.splitlines()[0] == "The flood that began at 2026-11-23 08:00:00+08:00 is over: 2 alarms on this route."
    assert body.split("Still standing: ")[1].splitlines()[:2] == [
        "1",
        "- [HIGH] Machine 0: Element outlet temperature high, value 109.5 degC, limit 105 degC",
    ]


async def test_a_route_that_is_taken_away_lets_go_of_what_a_flood_held_back(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), escalations=(BOSS,)), Route("other", ("head",))])
            await flood(site, 20)
            await site.run(60, 66)
            await site.event("raise", "late", state="unacknowledged", at=after(70))
            await site.run(70)
            await site.use(three(receiver), [Route("other", ("head",))], now=after(80))
            await site.run(90, 5000)
            assert receiver.paths.count("/crew") == 2
            assert "/boss" not in receiver.paths
