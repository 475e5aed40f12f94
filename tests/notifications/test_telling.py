"""Who is told what, as a timeline: collecting, routes, what is normal again, channels and routes that change."""

from __future__ import annotations

from analytics.notifications.model import Route
from services.notifications.log import put_test_message
from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import BOSS, three


async def test_alarms_of_five_seconds_are_one_message(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.raised("comp-1")
            await site.run(0)
            await site.raised("comp-2", at=after(3), priority="critical")
            await site.run(3, 5)
            await site.raised("comp-3", at=after(6))
            await site.run(6, 12)
            assert await site.titles() == [
                "[CRITICAL] Compressor comp-2: Element outlet temperature high and 1 more",
                "[HIGH] Compressor comp-3: Element outlet temperature high",
            ]
        assert receiver.paths == ["/crew", "/crew"]


async def test_routes_by_system_and_priority(database_url: str) -> None:
    with http_receiver() as receiver:
        routes = [
            Route("air", ("crew",), systems=("compressed_air",), priority="high"),
            Route("water", ("boss",), systems=("water",)),
            Route("worst", ("head",), priority="critical"),
        ]
        async with plant(database_url) as site:
            await site.use(three(receiver), routes)
            await site.raised("comp-1", priority="medium")
            await site.run(0, 6)
            assert receiver.paths == []
            await site.raised("comp-1", at=after(10))
            await site.run(10, 16)
            assert receiver.paths == ["/crew"]
            await site.event("worsen", "comp-1", state="unacknowledged", priority="critical", level="HH")
            await site.run(20, 26)
            assert sorted(receiver.paths) == ["/crew", "/crew", "/head"]


async def test_what_was_told_is_told_again_when_it_is_normal(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), priority="high")])
            await site.raised("comp-1")
            await site.raised("comp-2", priority="low")
            await site.run(0, 6)
            await site.event("clear", "comp-1", state="returned_unacknowledged", at=after(60))
            await site.event("clear", "comp-2", state="returned_unacknowledged", priority="low", at=after(60))
            await site.run(60, 66)
            await site.event("acknowledge", "comp-1", state="normal", at=after(70))
            await site.run(70, 80)
            assert await site.titles() == [
                "[HIGH] Compressor comp-1: Element outlet temperature high",
                "[returned] Compressor comp-1: Element outlet temperature high",
            ]
            assert await site.connection.fetchval("SELECT count(*) FROM notification_told") == 0


async def test_the_service_tells_of_itself_where_a_route_asks_for_it(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            routes = [Route("all", ("crew",)), Route("us", ("boss",), priority="high", service_alarms=True)]
            await site.use(three(receiver), routes)
            await site.raised("ingest", site="", rule="ingest-silent", machine="Ingest", name="Ingest is silent")
            await site.run(0, 6)
            assert receiver.paths == ["/boss"]
            assert await site.titles() == ["[HIGH] Ingest: Ingest is silent"]


async def test_channels_and_routes_hold_as_soon_as_they_are_applied(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            crew, boss, _ = three(receiver)
            await site.use([crew], [Route("all", ("crew",), escalations=(BOSS,))])
            await site.run(0)
            office = site.office
            await site.raised("comp-1")
            await site.use([crew, boss], [Route("other", ("boss",))], after(1))
            await site.raised("comp-2")
            key = await put_test_message(site.connection, "kunshan", "boss", after(1))
            site.office = office  # the process goes on with what it has read
            await site.run(1, 6, 700)
            assert receiver.paths == ["/boss", "/crew", "/boss"]
            assert [request.headers["idempotency-key"] == key for request in receiver.requests] == [True, False, False]
            assert await site.connection.fetchval("SELECT count(*) FROM notification_told WHERE alarm LIKE '%1'") == 0
