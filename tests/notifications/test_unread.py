"""Nobody read events for longer than they are kept: what is lost is counted and said, and holds nothing up later."""

from __future__ import annotations

import pytest

from analytics.notifications.model import Escalation, Route
from services.notifications.log import unread_alarms
from services.retention import RetentionSettings, let_go
from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import hook


async def test_events_that_were_dropped_unread(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            route = Route("all", ("hook",), escalations=(Escalation({"high": 10.0}, ("hook",)),))
            await site.use([hook(receiver.url())], [route])
            await site.raised("comp-1")
            await site.round(after(0))
            await site.round(after(6))
            await site.flood("flood_began", after(10))
            await site.raised("comp-2", at=after(10))
            await site.round(after(10))
            await site.round(after(16))
            await site.raised("comp-3", at=after(20))
            await site.round(after(20))
            await let_go(site.connection, RetentionSettings())
            assert (await unread_alarms(site.connection)).alarms == 0, "what was read is not lost"

            # `ioe watch` is switched off; forty days go by.
            await site.event("clear", "comp-1", state="returned_unacknowledged")
            await site.raised("comp-4", at=after(30))
            await site.flood("flood_ended", after(40))
            await site.connection.execute("UPDATE event SET at = at - interval '40 days'")
            await site.raised("comp-5", at=after(50))
            with caplog.at_level("ERROR"):
                await let_go(site.connection, RetentionSettings())
            assert caplog.messages == [
                "3 events of alarms were dropped unread: nobody was told of them. Is `ioe watch` running?"
            ]
            assert (await unread_alarms(site.connection)).alarms == 3

            await site.connection.execute(
                "UPDATE notification_item SET due_at = $1 WHERE due_at IS NOT NULL", after(60)
            )
            await site.round(after(60))
            await site.round(after(66))
            assert (await site.titles())[2:] == [
                "[HIGH] Compressor comp-3: Element outlet temperature high and 1 more",
            ], "nothing is held back by a flood that is long over"
            await site.round(after(10_000))
            await site.round(after(10_006))
            called = await site.connection.fetch("SELECT alarm FROM notification_item WHERE kind = 'escalated'")
            assert "kunshan/element-outlet-high/comp-1" not in {row["alarm"] for row in called}, (
                "it is normal since long"
            )
