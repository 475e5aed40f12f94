"""What stands in a message, read at its receiver."""

from __future__ import annotations

import json

from analytics.notifications.model import Route
from tests.notifications.office import after, plant
from tests.notifications.receivers import http_receiver
from tests.notifications.ways import three


async def test_chinese(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",), language="zh")])
            await site.raised(
                "comp-1", machine_zh="3号空压机", causes=[{"code": "x", "name": "Cooler", "name_zh": "油冷却器脏堵"}]
            )
            await site.run(0, 6)
            row = await site.connection.fetchrow("SELECT title, body FROM notification_message")
    assert row["title"] == "[高] 3号空压机:主机出口温度高"
    assert row["body"].splitlines()[:4] == [
        "3号空压机 (昆山): 主机出口温度高",
        "当前值 109.5 degC,限值 105 degC",
        "开始时间 2026-11-23 08:00:00+08:00",
        "可能原因:油冷却器脏堵",
    ]


async def test_the_likely_cause_comes_with_what_to_do(database_url: str) -> None:
    cause = {"code": "cooler", "name": "Oil cooler fouled", "likelihood": 0.72, "action": "Clean the oil cooler."}
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.occurred("comp-1", [cause, {"code": "fan", "name": "Fan stands", "likelihood": 0.28}])
            await site.raised("comp-1", causes=[{"code": "cooler", "name": "Oil cooler fouled", "likelihood": 0.72}])
            await site.run(0, 6)
        told = json.loads(receiver.requests[0].body)
    assert told["alarms"][0]["causes"][0] == cause
    assert told["text"].splitlines()[3:6] == [
        "Likely cause: Oil cooler fouled (72%)",
        "What to do: Clean the oil cooler.",
        "Also possible: Fan stands (28%)",
    ]


async def test_the_first_of_a_group_is_said_where_something_followed(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.occurred("comp-1", [])
            await site.raised("comp-1", first_out=True)
            await site.run(0, 6)
            await site.occurred("comp-2", [], after="comp-1")
            await site.event("worsen", "comp-1", state="unacknowledged", first_out=True)
            await site.run(10, 16)
        alone, followed = (json.loads(request.body)["text"].splitlines()[2] for request in receiver.requests)
    assert alone == "since 2026-11-23 08:00:00+08:00"
    assert followed == "got worse, since 2026-11-23 08:00:00+08:00, first of its group, 1 followed"


async def test_one_alarm_of_a_flood_that_got_worse_is_one(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use(three(receiver), [Route("all", ("crew",))])
            await site.flood("flood_began")
            await site.raised("m-0")
            await site.event("worsen", "m-0", state="unacknowledged", priority="critical")
            await site.run(0, 6)
            await site.flood("flood_ended", after(900))
            await site.run(900, 906)
        began, ended = (json.loads(request.body) for request in receiver.requests)
    assert began["title"] == "[ALARM FLOOD] Kunshan: 1 alarm so far"
    assert began["text"].splitlines()[1] == "By priority: CRITICAL 1"
    assert ended["title"] == "[flood over] Kunshan: 1 alarm"
    assert ended["text"].splitlines()[0].endswith("is over: 1 alarm on this route.")
