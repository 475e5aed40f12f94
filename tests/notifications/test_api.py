"""Channels, routes and the log over HTTP; a test message that is queued."""

from __future__ import annotations

from analytics.notifications.model import Escalation, Route
from tests.api.serving import serving, until_ready
from tests.notifications.office import Plant, after, plant
from tests.notifications.receivers import HttpReceiver, http_receiver
from tests.notifications.ways import hook, mail


async def use(site: Plant, receiver: HttpReceiver) -> None:
    step = Escalation({"high": 10.0}, ("mail",))
    await site.use(
        [hook(receiver.url(), secret="IOE_SECRET_HOOK"), mail(25)], [Route("all", ("hook",), escalations=(step,))]
    )


async def test_who_is_told_and_what_became_of_it(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site, serving(database_url) as client:
            await use(site, receiver)
            await until_ready(client)
            await site.raised()
            await site.round(after(0))
            await site.round(after(6))
            channels = (await client.get("/api/v1/notification-channels?site=kunshan")).json()["items"]
            routes = (await client.get("/api/v1/notification-routes")).json()["items"]
            page = (await client.get("/api/v1/notifications?state=waiting&time_zone=UTC")).json()
            others = (await client.get("/api/v1/notification-channels?site=york")).json()["items"]
    assert [(each["channel"], each["kind"], each["variables"], each["waiting"]) for each in channels] == [
        ("hook", "webhook", ["IOE_SECRET_HOOK"], 1),
        ("mail", "email", [], 0),
    ]
    assert channels[0]["address"] == f"http://127.0.0.1:{receiver.port}/..."
    assert channels[0]["trouble"].startswith("IOE_SECRET_HOOK is not set")
    assert others == []
    assert routes[0]["escalations"] == [{"after_minutes": {"high": 10.0}, "channels": ["mail"], "team": ""}]
    (entry,) = page["items"]
    assert (entry["channel"], entry["route"], entry["kind"], entry["tries"]) == ("hook", "all", "alarms", 1)
    assert entry["title"] == "[HIGH] Compressor comp-3: Element outlet temperature high"
    assert entry["next_try_at"].startswith("2026-11-23T00:00:1")


async def test_a_test_message_is_queued(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site, serving(database_url) as client:
            await site.use([hook(receiver.url())])
            await until_ready(client)
            answer = await client.post("/api/v1/notification-channels/kunshan/hook/test")
            wrong = await client.post("/api/v1/notification-channels/kunshan/hok/test")
            due = await site.connection.fetchval("SELECT due_at FROM notification_delivery")
            await site.round(due)
        (request,) = receiver.requests
    assert answer.status_code == 200
    assert request.headers["idempotency-key"] == answer.json()["notification"]
    assert (wrong.status_code, wrong.json()["type"]) == (404, "/problems/channel-not-found")
    assert wrong.json()["detail"] == "site 'kunshan' has no channel 'hok': it has hook"
