"""People are told of work orders: on routes that say so, the order's team by letter, and apart from alarms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analytics.notifications.model import Route
from services import events
from tests.notifications.office import T0, Plant, after, plant
from tests.notifications.receivers import http_receiver, mail_receiver
from tests.notifications.test_recipients import team
from tests.notifications.ways import hook, mail

ORDERS = Route("orders", ("hook",), priority="high", work_orders=True)


async def happens(site: Plant, event: str, number: int = 41, /, **more: Any) -> None:  # noqa: ANN401
    """An event of an order, as its trail writes it."""
    payload = {
        "order": f"kunshan/{number}", "site": "kunshan", "number": number, "title": "Compressor 3: Outlet hot",
        "title_zh": "3号空压机：排气温度高", "machine": "Compressor 3", "machine_zh": "", "subject_kind": "equipment",
        "subject": "air-3", "priority": "high", "state": "open", "from": None, "event": event, "origin": "hand",
        "due_at": after(86_400).isoformat(), "assignee": None, "team": None, "actor": None, "comment": "", "detail": {},
        "at": T0.isoformat(), **more,
    }  # fmt: skip
    await events.record(site.connection, f"work_order.{event}", str(payload["order"]), payload)


async def test_an_order_is_told_by_webhook(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())], [ORDERS])
            await happens(site, "opened", team="air", comment="Hisses loudly.")
            await site.run(0, 6)
            await happens(site, "overdue", 41, state="in_progress", assignee="wang")
            await happens(site, "assigned", 42, state="assigned", assignee="li")
            await site.run(10, 16)
            assert await site.titles() == [
                "[WORK ORDER] kunshan/41 Compressor 3: Outlet hot",
                "[OVERDUE] kunshan/41 Compressor 3: Outlet hot and 1 more",
            ]
        first, second = (json.loads(request.body) for request in receiver.requests)
    assert (first["kind"], first["alarms"], first["alarm_count"]) == ("work_orders", [], 0)
    (order,) = first["orders"]
    assert (order["order"], order["event"], order["team"]) == ("kunshan/41", "opened", "air")
    assert first["text"].splitlines() == [
        "[WORK ORDER] kunshan/41 Compressor 3: Outlet hot",
        "  priority HIGH, due 2026-11-24 08:00+08:00, team air",
        "  Hisses loudly.",
        "",
        "Console: https://energy.example.com/#/work-orders/kunshan/41",
    ]
    assert [(each["order"], each["event"]) for each in second["orders"]] == [
        ("kunshan/41", "overdue"),
        ("kunshan/42", "assigned"),
    ]


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ("commented", {}),
        ("opened", {"priority": "medium"}),
        ("opened", {"origin": "alarm"}),  # the alarm itself was told
        ("opened", {"site": "elsewhere", "order": "elsewhere/41"}),
        ("opened", {"order": None}),
    ],
)
async def test_what_is_not_told(database_url: str, event: str, more: dict[str, Any]) -> None:
    async with plant(database_url) as site:
        await site.use([hook("http://127.0.0.1:9/hook")], [ORDERS, Route("alarms", ("hook",))])
        await happens(site, event, **more)
        await site.run(0, 6)
        assert await site.titles() == []


async def test_the_team_that_is_called_gets_the_letter_and_no_other(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        await team(site, "air", "li@example.com")
        await team(site, "managers", "boss@example.com")
        route = Route("orders", ("mail",), language="zh", work_orders=True)
        await site.use([mail(receiver.port)], [route])
        await happens(site, "opened", origin="alarm", team="air")
        await happens(site, "escalated", 40, team="air", detail={"step": 2, "team": "managers"})
        await site.run(0, 6, 7)
        found = {tuple(recipients): letter["subject"] for recipients, letter in receiver.letters}
    assert found == {
        ("a@example.com", "li@example.com"): "[新工单] kunshan/41 3号空压机：排气温度高",
        ("a@example.com", "boss@example.com"): "[无人响应] kunshan/40 3号空压机：排气温度高",
    }


async def test_a_site_that_names_channels_only_is_told_of_orders(database_url: str) -> None:
    with http_receiver() as receiver:
        async with plant(database_url) as site:
            await site.use([hook(receiver.url())])
            await happens(site, "escalated")
            await site.raised()
            await site.run(0, 6)
            assert await site.titles() == [
                "[HIGH] Compressor comp-3: Element outlet temperature high",
                "[NOT BEGUN] kunshan/41 Compressor 3: Outlet hot",
            ]
