"""Who is told what, as a timeline: collecting, returning, keeping quiet, escalating, floods."""

from __future__ import annotations

import json
from typing import Any

from analytics.notifications.model import Channel, Escalation, Route
from services.notifications.log import put_test_message
from tests.notifications.office import Plant, after, plant
from tests.notifications.receivers import HttpReceiver, http_receiver
from tests.notifications.ways import hook

BOSS = Escalation({"critical": 5, "high": 10}, ("boss",))
HEAD = Escalation({"critical": 20, "high": 30}, ("head",))


def two(receiver: HttpReceiver) -> list[Channel]:
    return [hook(receiver.url(f"/{code}"), code) for code in ("crew", "boss", "head")]


async def run(site: Plant, *seconds: float) -> None:
    for at_s in seconds:
        await site.round(after(at_s))


def paths(receiver: HttpReceiver) -> list[str]:
    return [request.path for request in receiver.requests]


async def test_alarms_of_five_seconds_are_one_message(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",))])
            await site.raised("comp-1")
            await run(site, 0)
            await site.raised("comp-2", at=after(3), priority="critical")
            await run(site, 3, 5)
            await site.raised("comp-3", at=after(6))
            await run(site, 6, 12)
            assert await site.titles() == [
                "[CRITICAL] Compressor comp-2: Element outlet temperature high and 1 more",
                "[HIGH] Compressor comp-3: Element outlet temperature high",
            ]
        assert paths(receiver) == ["/crew", "/crew"]


async def test_routes_by_system_and_priority(database_url: str) -> None:
    with http_receiver() as receiver:
        routes = [
            Route("air", ("crew",), systems=("compressed_air",), priority="high"),
            Route("water", ("boss",), systems=("water",)),
            Route("worst", ("head",), priority="critical"),
        ]
        async with plant(database_url) as site:
            await site.use(two(receiver), routes)
            await site.raised("comp-1", priority="medium")
            await run(site, 0, 6)
            assert paths(receiver) == []
            await site.raised("comp-1", at=after(10))
            await run(site, 10, 16)
            assert paths(receiver) == ["/crew"]
            await site.event("worsen", "comp-1", state="unacknowledged", priority="critical", level="HH")
            await run(site, 20, 26)
            assert sorted(paths(receiver)) == ["/crew", "/crew", "/head"]


async def test_what_was_told_is_told_again_when_it_is_normal(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), priority="high")])
            await site.raised("comp-1")
            await site.raised("comp-2", priority="low")
            await run(site, 0, 6)
            await site.event("clear", "comp-1", state="returned_unacknowledged", at=after(60))
            await site.event("clear", "comp-2", state="returned_unacknowledged", priority="low", at=after(60))
            await run(site, 60, 66)
            await site.event("acknowledge", "comp-1", state="normal", at=after(70))
            await run(site, 70, 80)
            assert await site.titles() == [
                "[HIGH] Compressor comp-1: Element outlet temperature high",
                "[returned] Compressor comp-1: Element outlet temperature high",
            ]
            assert await site.connection.fetchval("SELECT count(*) FROM notification_told") == 0


async def test_shelved_and_suppressed_are_not_told_until_they_ask_again(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",))])
            await site.event("raise", "comp-1", state="suppressed")
            await site.event("raise", "comp-2", state="shelved")
            await run(site, 0, 6)
            assert await site.titles() == []
            await site.event("unsuppress", "comp-1", state="unacknowledged")
            await site.event("shelf_expired", "comp-2", state="unacknowledged")
            await run(site, 10, 16)
            assert await site.titles() == ["[HIGH] Compressor comp-1: Element outlet temperature high and 1 more"]
            await site.event("suppress", "comp-1", state="suppressed")
            await site.event("unsuppress", "comp-1", state="unacknowledged")
            await run(site, 20, 26)
            assert len(await site.titles()) == 1, "the machine was stopped for a moment: they know already"
            await site.event("suppress", "comp-1", state="suppressed")
            await site.event("clear", "comp-1", state="normal")
            await run(site, 30, 36)
            assert (await site.titles())[1:] == ["[returned] Compressor comp-1: Element outlet temperature high"]


async def test_nobody_acknowledges(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), escalations=(BOSS, HEAD))])
            await site.raised("comp-1")
            await site.raised("comp-2", priority="medium")
            await run(site, 0, 6, 599)
            assert paths(receiver) == ["/crew"]
            await run(site, 600, 606, 700, 1200)
            assert paths(receiver) == ["/crew", "/boss"]
            await run(site, 1801, 1807, 5000, 50_000)
            assert paths(receiver) == ["/crew", "/boss", "/head"]
            assert (await site.titles())[1] == (
                "[NOT ACKNOWLEDGED] [HIGH] Compressor comp-1: Element outlet temperature high"
            )
            await site.event("clear", "comp-1", state="returned_unacknowledged")
            await run(site, 60_000, 60_006)
            assert sorted(paths(receiver)[3:]) == ["/boss", "/crew", "/head"], "who was called hears that it is over"


async def test_acknowledged_in_time(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await run(site, 0, 6)
            await site.event("acknowledge", "comp-1", state="acknowledged")
            await run(site, 590, 601, 607, 5000)
            assert paths(receiver) == ["/crew"]
            await site.event("re_alarm", "comp-1", state="unacknowledged")
            await run(site, 5001, 5007, 5600)
            assert paths(receiver) == ["/crew", "/crew"]
            await run(site, 5602, 5608)
            assert paths(receiver) == ["/crew", "/crew", "/boss"], "it asked again, and again nobody came"


async def test_who_was_called_hears_the_end_also_where_it_got_worse_in_between(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await run(site, 0, 6, 600, 606)
            await site.event("worsen", "comp-1", state="unacknowledged", priority="critical")
            await run(site, 610, 616)
            await site.event("clear", "comp-1", state="returned_unacknowledged", priority="critical")
            await run(site, 620, 626, 5000)
            assert paths(receiver)[:3] == ["/crew", "/boss", "/crew"]
            assert sorted(paths(receiver)[3:]) == ["/boss", "/crew"]


async def test_what_got_worse_while_it_was_kept_quiet_is_told_when_it_is_heard(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await run(site, 0, 6)
            await site.event("suppress", "comp-1", state="suppressed")
            await site.event("worsen", "comp-1", state="suppressed", priority="critical")
            await run(site, 10, 16)
            await site.event("unsuppress", "comp-1", state="unacknowledged", priority="critical")
            await run(site, 20, 26)
            assert (await site.titles())[1:] == ["[CRITICAL] Compressor comp-1: Element outlet temperature high"]
            await run(site, 319)
            assert paths(receiver) == ["/crew", "/crew"]
            await run(site, 320, 326)
            assert paths(receiver) == ["/crew", "/crew", "/boss"], (
                "five minutes for a critical one, from when it was told"
            )


async def test_minutes_count_anew_where_it_asks_again_after_somebody_answered(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await site.raised("comp-2")
            await run(site, 0, 6)
            await site.event("acknowledge", "comp-1", state="acknowledged")
            for machine in ("comp-1", "comp-2"):
                await site.event("suppress", machine, state="suppressed")
            await run(site, 1000)
            for machine in ("comp-1", "comp-2"):
                await site.event("unsuppress", machine, state="unacknowledged")
            await run(site, 2000, 2006, 2599)
            titles = await site.titles()
            assert titles[1:] == ["[NOT ACKNOWLEDGED] [HIGH] Compressor comp-2: Element outlet temperature high"]
            await run(site, 2600, 2606)
            assert paths(receiver) == ["/crew", "/boss", "/boss"]


async def test_another_occurrence_that_is_not_for_this_route_calls_nobody(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), priority="high", escalations=(BOSS,))])
            await site.raised("comp-1")
            await run(site, 0, 6)
            await site.event("clear", "comp-1", state="returned_unacknowledged")
            await run(site, 60, 66)
            await site.raised("comp-1", at=after(1000), priority="medium")
            await run(site, 1000, 1006, 5000)
            assert paths(receiver) == ["/crew", "/crew"]


async def test_a_latched_alarm_that_is_unshelved_is_over(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",))])
            await site.raised("comp-1")
            await run(site, 0, 6)
            await site.event("shelve", "comp-1", state="shelved")
            await site.event("clear", "comp-1", state="shelved")
            await site.event("shelf_expired", "comp-1", state="latched_unacknowledged")
            await run(site, 60, 66)
            assert (await site.titles())[1:] == ["[returned] Compressor comp-1: Element outlet temperature high"]


async def test_channels_and_routes_hold_as_soon_as_they_are_applied(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            crew, boss, _ = two(receiver)
            await site.use([crew], [Route("all", ("crew",), escalations=(BOSS,))])
            await run(site, 0)
            office = site.office
            await site.raised("comp-1")
            await site.use([crew, boss], [Route("other", ("boss",))], after(1))
            await site.raised("comp-2")
            key = await put_test_message(site.connection, "kunshan", "boss", after(1))
            site.office = office  # the process goes on with what it has read
            await run(site, 1, 6, 700)
            assert paths(receiver) == ["/boss", "/crew", "/boss"]
            assert [request.headers["idempotency-key"] == key for request in receiver.requests] == [True, False, False]
            assert await site.connection.fetchval("SELECT count(*) FROM notification_told WHERE alarm LIKE '%1'") == 0


async def flood(site: Plant, count: int, began_at: int = 10) -> None:
    """So many alarms in a minute; the flood begins with the one after `began_at`."""
    for number in range(count):
        at_s = 60 * number / count
        if number == began_at:
            await site.flood("flood_began", after(at_s))
        await site.raised(f"m-{number}", at=after(at_s), machine=f"Machine {number % 7}")
        if number % 25 == 24:
            await run(site, at_s)


async def test_a_flood_is_one_message_a_route_and_one_at_its_end(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            routes = [
                Route("all", ("crew",), escalations=(BOSS,)),
                Route("air", ("head",), systems=("compressed_air",)),
                Route("water", ("boss",), systems=("water",)),
            ]
            await site.use(two(receiver), routes)
            await flood(site, 500)
            await run(site, 60, 70, 300)
            assert sorted(paths(receiver)) == ["/crew", "/head"]
            await run(site, 700, 706, 800, 900)
            assert sorted(paths(receiver)) == ["/boss", "/crew", "/head"], "one escalation stands for all of it"
            for number in range(498):
                await site.event("clear", f"m-{number}", state="returned_unacknowledged")
            await run(site, 950, 960)
            assert len(receiver.requests) == 3
            await site.flood("flood_ended", after(1000), 500)
            await run(site, 1000, 1006, 5000)
            assert sorted(paths(receiver)[3:]) == ["/boss", "/crew", "/head"], "who was called hears that it is over"
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
            await site.use(two(receiver), [Route("all", ("crew",))])
            await site.flood("flood_began")
            await site.raised("m-0", machine="Machine 0")
            await run(site, 0, 6)
            await site.raised("m-1", at=after(10), machine="Machine 1")
            await site.event("clear", "m-1", state="returned_unacknowledged", at=after(20))
            await site.flood("flood_ended", after(900))
            await run(site, 900, 906)
            body = await site.connection.fetchval("SELECT body FROM notification_message WHERE kind = 'flood_ended'")
    assert body.splitlines()[0] == "The flood that began at 2026-11-23 08:00:00 is over: 2 alarms on this route."
    assert body.split("Still standing: ")[1].splitlines()[:2] == [
        "1",
        "- [HIGH] Machine 0: Element outlet temperature high, value 109.5 degC, limit 105 degC",
    ]


async def test_the_service_tells_of_itself_where_a_route_asks_for_it(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            routes = [Route("all", ("crew",)), Route("us", ("boss",), priority="high", service_alarms=True)]
            await site.use(two(receiver), routes)
            await site.raised("ingest", site="", rule="ingest-silent", machine="Ingest", name="Ingest is silent")
            await run(site, 0, 6)
            assert paths(receiver) == ["/boss"]
            assert await site.titles() == ["[HIGH] Ingest: Ingest is silent"]


async def test_chinese(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), language="zh")])
            await site.raised(
                "comp-1", machine_zh="3号空压机", causes=[{"code": "x", "name": "Cooler", "name_zh": "油冷却器脏堵"}]
            )
            await run(site, 0, 6)
            row = await site.connection.fetchrow("SELECT title, body FROM notification_message")
    assert row["title"] == "[高] 3号空压机:主机出口温度高"
    assert row["body"].splitlines()[:4] == [
        "3号空压机 (昆山): 主机出口温度高",
        "当前值 109.5 degC,限值 105 degC",
        "开始时间 2026-11-23 08:00:00",
        "可能原因:油冷却器脏堵",
    ]


async def test_the_likely_cause_comes_with_what_to_do(database_url: str) -> None:
    cause = {"code": "cooler", "name": "Oil cooler fouled", "likelihood": 0.72, "action": "Clean the oil cooler."}
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",))])
            await site.occurred("comp-1", [cause, {"code": "fan", "name": "Fan stands", "likelihood": 0.28}])
            await site.raised("comp-1", causes=[{"code": "cooler", "name": "Oil cooler fouled", "likelihood": 0.72}])
            await run(site, 0, 6)
        told = json.loads(receiver.requests[0].body)
    assert told["alarms"][0]["causes"][0] == cause
    assert told["text"].splitlines()[3:6] == [
        "Likely cause: Oil cooler fouled (72%)",
        "What to do: Clean the oil cooler.",
        "Also possible: Fan stands (28%)",
    ]


async def test_a_route_that_is_taken_away_lets_go_of_what_a_flood_held_back(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(two(receiver), [Route("all", ("crew",), escalations=(BOSS,)), Route("other", ("head",))])
            await flood(site, 20)
            await run(site, 60, 66)
            await site.event("raise", "late", state="unacknowledged", at=after(70))
            await run(site, 70)
            await site.use(two(receiver), [Route("other", ("head",))], now=after(80))
            await run(site, 90, 5000)
            assert paths(receiver).count("/crew") == 2
            assert "/boss" not in paths(receiver)
