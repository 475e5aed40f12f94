"""Nobody acknowledges: who is called next, when, and when no more."""

from __future__ import annotations

from analytics.notifications.model import Route
from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import BOSS, HEAD, three


async def test_nobody_acknowledges(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), escalations=(BOSS, HEAD))])
            await site.raised("comp-1")
            await site.raised("comp-2", priority="medium")
            await site.run(0, 6, 599)
            assert receiver.paths == ["/crew"]
            await site.run(600, 606, 700, 1200)
            assert receiver.paths == ["/crew", "/boss"]
            await site.run(1801, 1807, 5000, 50_000)
            assert receiver.paths == ["/crew", "/boss", "/head"]
            assert (await site.titles())[1] == (
                "[NOT ACKNOWLEDGED] [HIGH] Compressor comp-1: Element outlet temperature high"
            )
            await site.event("clear", "comp-1", state="returned_unacknowledged")
            await site.run(60_000, 60_006)
            assert sorted(receiver.paths[3:]) == ["/boss", "/crew", "/head"], "who was called hears that it is over"


async def test_acknowledged_in_time(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await site.run(0, 6)
            await site.event("acknowledge", "comp-1", state="acknowledged")
            await site.run(590, 601, 607, 5000)
            assert receiver.paths == ["/crew"]
            await site.event("re_alarm", "comp-1", state="unacknowledged")
            await site.run(5001, 5007, 5600)
            assert receiver.paths == ["/crew", "/crew"]
            await site.run(5602, 5608)
            assert receiver.paths == ["/crew", "/crew", "/boss"], "it asked again, and again nobody came"


async def test_who_was_called_hears_the_end_also_where_it_got_worse_in_between(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await site.run(0, 6, 600, 606)
            await site.event("worsen", "comp-1", state="unacknowledged", priority="critical")
            await site.run(610, 616)
            await site.event("clear", "comp-1", state="returned_unacknowledged", priority="critical")
            await site.run(620, 626, 5000)
            assert receiver.paths[:3] == ["/crew", "/boss", "/crew"]
            assert sorted(receiver.paths[3:]) == ["/boss", "/crew"]


async def test_minutes_count_anew_where_it_asks_again_after_somebody_answered(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await site.raised("comp-2")
            await site.run(0, 6)
            await site.event("acknowledge", "comp-1", state="acknowledged")
            for machine in ("comp-1", "comp-2"):
                await site.event("suppress", machine, state="suppressed")
            await site.run(1000)
            for machine in ("comp-1", "comp-2"):
                await site.event("unsuppress", machine, state="unacknowledged")
            await site.run(2000, 2006, 2599)
            titles = await site.titles()
            assert titles[1:] == ["[NOT ACKNOWLEDGED] [HIGH] Compressor comp-2: Element outlet temperature high"]
            await site.run(2600, 2606)
            assert receiver.paths == ["/crew", "/boss", "/boss"]


async def test_another_occurrence_that_is_not_for_this_route_calls_nobody(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), priority="high", escalations=(BOSS,))])
            await site.raised("comp-1")
            await site.run(0, 6)
            await site.event("clear", "comp-1", state="returned_unacknowledged")
            await site.run(60, 66)
            await site.raised("comp-1", at=after(1000), priority="medium")
            await site.run(1000, 1006, 5000)
            assert receiver.paths == ["/crew", "/crew"]
