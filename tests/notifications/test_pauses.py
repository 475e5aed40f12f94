"""When a channel that failed is tried again: pauses that grow, their end, and giving up."""

from __future__ import annotations

import itertools

import pytest

from analytics.notifications.retry import GIVEN_UP_AFTER
from services.notifications.duty import Office
from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import hook


async def test_a_channel_that_is_away_is_tried_again_with_the_same_key(database_url: str) -> None:
    with http_receiver() as receiver:
        receiver.answers = [(503, b"maintenance"), (200, b"")]
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())])
            await site.tell()
            assert await site.deliveries() == [("hook", "waiting", 1, "HTTP 503: maintenance")]
            await site.round(after(10))
            assert len(receiver.requests) == 1, "not before the pause is over"
            await site.round(after(17))
            assert await site.deliveries() == [("hook", "delivered", 2, "HTTP 200")]
        first, second = receiver.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body


async def test_pauses_grow_and_a_day_is_enough(database_url: str) -> None:
    with http_receiver() as receiver:
        receiver.answers = [(500, b"")]
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())])
            await site.tell()
            tried, last = [6.0], 6.0
            while (await site.deliveries())[0][1] == "waiting":
                due = await site.connection.fetchval("SELECT due_at FROM notification_delivery")
                assert due > after(last)
                last = (due - after(0)).total_seconds()
                tried.append(last)
                await site.round(due)
            ((_, state, tries, detail),) = await site.deliveries()
    pauses = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert (state, tries, detail) == ("failed", len(receiver.requests), "HTTP 500")
    assert 7.5 <= pauses[0] <= 10
    assert max(pauses) <= 900
    assert min(pauses[8:]) >= 675
    assert GIVEN_UP_AFTER.total_seconds() <= tried[-1] <= GIVEN_UP_AFTER.total_seconds() + 1000


async def test_a_receiver_that_refuses_is_asked_three_times(database_url: str) -> None:
    with http_receiver() as receiver:
        receiver.answers = [(404, b"")]
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())])
            await site.tell()
            for minute in range(1, 10):
                await site.round(after(60 * minute))
            assert await site.deliveries() == [("hook", "failed", 3, "HTTP 404")]


async def test_a_secret_that_is_missing_is_named(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IOE_SECRET_HOOK", raising=False)
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url(), secret="IOE_SECRET_HOOK")])
            await site.tell()
            ((_, state, _, detail),) = await site.deliveries()
            assert (state, detail.split(":")[0]) == ("waiting", "IOE_SECRET_HOOK is not set where `ioe watch` runs")
            monkeypatch.setenv("IOE_SECRET_HOOK", "now it is")
            await site.round(after(17))
            assert [each[1] for each in await site.deliveries()] == ["delivered"]


async def test_a_pause_ends_where_a_process_begins_that_has_the_secret(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IOE_SECRET_HOOK", raising=False)
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url(), secret="IOE_SECRET_HOOK")])
            await site.tell()
            await site.run(17, 40, 90, 200, 400)
            due = await site.connection.fetchval("SELECT due_at FROM notification_delivery")
            assert due > after(500), "it is tried again much later"
            monkeypatch.setenv("IOE_SECRET_HOOK", "now it is")
            site.office = Office()
            await site.run(401)
            assert [each[1] for each in await site.deliveries()] == ["delivered"]


async def test_a_pause_ends_where_its_channel_is_mended(database_url: str) -> None:
    with http_receiver() as receiver, http_receiver() as wrong:
        wrong.answers = [(503, b"")]
        async with plant(database_url) as site:
            await site.use([hook(wrong.url())])
            office = site.office
            await site.tell()
            await site.use([hook(receiver.url())], now=after(7))
            site.office = office  # the process goes on with what it has read
            await site.run(8)
            assert await site.deliveries() == [("hook", "delivered", 2, "HTTP 200")]
        assert len(wrong.requests) == 1
