"""What is shelved, suppressed or latched is told when it asks again, and not before."""

from __future__ import annotations

from analytics.notifications.model import Route
from tests.notifications.office import plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import BOSS, three


async def test_shelved_and_suppressed_are_not_told_until_they_ask_again(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.event("raise", "comp-1", state="suppressed")
            await site.event("raise", "comp-2", state="shelved")
            await site.run(0, 6)
            assert await site.titles() == []
            await site.event("unsuppress", "comp-1", state="unacknowledged")
            await site.event("shelf_expired", "comp-2", state="unacknowledged")
            await site.run(10, 16)
            assert await site.titles() == ["[HIGH] Compressor comp-1: Element outlet temperature high and 1 more"]
            await site.event("suppress", "comp-1", state="suppressed")
            await site.event("unsuppress", "comp-1", state="unacknowledged")
            await site.run(20, 26)
            assert len(await site.titles()) == 1, "the machine was stopped for a moment: they know already"
            await site.event("suppress", "comp-1", state="suppressed")
            await site.event("clear", "comp-1", state="normal")
            await site.run(30, 36)
            assert (await site.titles())[1:] == ["[returned] Compressor comp-1: Element outlet temperature high"]


async def test_what_got_worse_while_it_was_kept_quiet_is_told_when_it_is_heard(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), escalations=(BOSS,))])
            await site.raised("comp-1")
            await site.run(0, 6)
            await site.event("suppress", "comp-1", state="suppressed")
            await site.event("worsen", "comp-1", state="suppressed", priority="critical")
            await site.run(10, 16)
            await site.event("unsuppress", "comp-1", state="unacknowledged", priority="critical")
            await site.run(20, 26)
            assert (await site.titles())[1:] == ["[CRITICAL] Compressor comp-1: Element outlet temperature high"]
            await site.run(319)
            assert receiver.paths == ["/crew", "/crew"]
            await site.run(320, 326)
            assert receiver.paths == ["/crew", "/crew", "/boss"], (
                "five minutes for a critical one, from when it was told"
            )


async def test_a_latched_alarm_that_is_unshelved_is_over(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.raised("comp-1")
            await site.run(0, 6)
            await site.event("shelve", "comp-1", state="shelved")
            await site.event("clear", "comp-1", state="shelved")
            await site.event("shelf_expired", "comp-1", state="latched_unacknowledged")
            await site.run(60, 66)
            assert (await site.titles())[1:] == ["[returned] Compressor comp-1: Element outlet temperature high"]
