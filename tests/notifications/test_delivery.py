"""Channels that fail: order, repeats known by their key, and what is never reached."""

from __future__ import annotations

import pytest

from analytics.notifications.model import Channel, Route
from services.notifications.duty import Office
from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver, mail_receiver
from tests.notifications.ways import hook, mail


async def test_order_is_kept_and_a_failing_channel_holds_up_no_other(database_url: str) -> None:
    with http_receiver() as good, http_receiver() as bad:
        bad.answers = [(503, b""), (200, b"")]
        async with plant(database_url) as site:
            await site.use([hook(good.url(), "good"), hook(bad.url(), "bad")])
            await site.tell("comp-1")
            await site.tell("comp-2", at_s=6)
            assert len(good.requests) == 2
            assert len(bad.requests) == 1, "the second waits for the first"
            await site.round(after(30))
            await site.round(after(31))
            assert [state for _, state, _, _ in await site.deliveries()] == ["delivered"] * 4
        keys = [request.headers["idempotency-key"] for request in good.requests]
        assert [request.headers["idempotency-key"] for request in bad.requests] == [keys[0], keys[0], keys[1]]


async def test_who_dies_while_sending_sends_once_more_with_the_same_key(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())])
            await site.raised()
            await site.round(after(0))
            await site.office.round(site.connection, after(6))  # sent, but nobody is left to note it
            await site.office.deliveries.wait()
            site.office = Office()
            await site.round(after(10))
            assert len(receiver.requests) == 1
            await site.round(after(70))
            await site.round(after(200))
            assert await site.deliveries() == [("hook", "delivered", 2, "HTTP 200")]
        first, second = receiver.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


async def test_redirects_are_not_followed(database_url: str) -> None:
    with http_receiver() as elsewhere, http_receiver() as receiver:
        receiver.answers, receiver.location = [(307, b"")], elsewhere.url()
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())])
            await site.tell()
            assert await site.deliveries() == [("hook", "waiting", 1, "HTTP 307")]
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "2130706433", "0.0.0.0", "10.1.2.3", "169.254.169.254", "224.0.0.1"),
        *("[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]"),
        *("[fd00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]"),
    ],
)
async def test_private_addresses_are_not_reached_unless_the_channel_allows_it(database_url: str, host: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(f"http://{host}:{receiver.port}/", allow_private=False)])
            await site.tell()
            ((_, state, _, detail),) = await site.deliveries()
        assert state == "waiting"
        assert "allow_private = true" in detail
        assert receiver.requests == []


async def test_a_mail_server_that_asks_for_patience_gets_it(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        receiver.says = ["451 greylisted", "554 never"]
        await site.use([mail(receiver.port)])
        await site.tell()
        ((_, state, _, detail),) = await site.deliveries()
        assert (state, detail) == ("waiting", "127.0.0.1 says 451 greylisted")
        await site.round(after(17))
        await site.round(after(60))
        ((recipients, letter),) = receiver.letters
        assert recipients == ["a@example.com"]
        key = await site.connection.fetchval("SELECT key::text FROM notification_message")
        assert letter["Message-ID"] == f"<{key}@example.com>"


async def test_nobody_listens(database_url: str) -> None:
    with http_receiver() as receiver:
        port = receiver.port
    async with plant(database_url) as site:
        dead = [hook(f"http://127.0.0.1:{port}/"), mail(port)]
        await site.use(dead)
        await site.tell()
        details = {code: (state, detail) for code, state, _, detail in await site.deliveries()}
    assert details["hook"] == ("waiting", "127.0.0.1 cannot be reached: ConnectError")
    assert details["mail"][0] == "waiting"
    assert "cannot be reached" in details["mail"][1]


async def test_a_channel_that_was_taken_away_fails_at_once(database_url: str) -> None:
    with http_receiver() as receiver:
        receiver.answers = [(503, b"")]
        kept = Channel("kept", "webhook", url=receiver.url(), allow_private=True)
        async with plant(database_url) as site:
            await site.use([hook(receiver.url()), kept], [Route("all", ("hook", "kept"))])
            await site.tell()
            await site.use([kept], [Route("all", ("kept",))], now=after(7))
            await site.round(after(17))
            found = {code: (state, detail) for code, state, _, detail in await site.deliveries()}
        assert found["hook"] == ("failed", "the channel is no longer in notifications.toml")
        assert found["kept"][0] == "waiting"
