"""What people are told of work orders: which of their events, on which routes, to which team.

    event work_order.* --told_of--> OrderTold --route tells orders, urgent enough--> Item, in a message for its team

A route tells orders where it says `work_orders = true`. Told are an order that is opened, assigned, escalated or
overdue; all else is on screens. One that is opened from an alarm and is nobody's in particular is not told: the alarm
itself was. An event is data, and may be of an older version: what is missing is left empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from analytics.alarms.rule import PRIORITIES, Priority
from analytics.notifications.model import Route
from analytics.notifications.plan import Item

ORDER: Final = "work_order"
TOLD: Final = frozenset({"opened", "assigned", "escalated", "overdue"})
_PREFIX = "work_order."


@dataclass(frozen=True, slots=True)
class OrderTold:
    """An event of a work order that people are told of."""

    event_id: int
    event: str
    site: str
    order: str
    """kunshan/41"""
    priority: Priority
    team: str
    """Who is called: of an escalation the team of its step, else the order's. Empty: nobody in particular."""
    payload: Mapping[str, Any]


def told_of(event_id: int, kind: str, payload: Mapping[str, Any]) -> OrderTold | None:
    """What an event tells of an order; None: nothing."""
    event = kind.removeprefix(_PREFIX)
    if not kind.startswith(_PREFIX) or event not in TOLD or not text(payload, "order"):
        return None
    team = team_of(payload)
    if event == "opened" and payload.get("origin") == "alarm" and not team:
        return None
    given = payload.get("priority")
    priority = cast("Priority", given) if given in PRIORITIES else "high"  # one that is not known is told, not lost
    return OrderTold(event_id, event, text(payload, "site"), text(payload, "order"), priority, team, payload)


def item(told: OrderTold, route: Route) -> Item | None:
    """What a route of the order's site tells of it."""
    if not route.work_orders or PRIORITIES.index(told.priority) > PRIORITIES.index(route.priority):
        return None
    return Item(ORDER, 0, told.event_id, told.site, told.order, told.payload)


def team_of(payload: Mapping[str, Any]) -> str:
    """Who is called."""
    detail = payload.get("detail")
    called = text(detail, "team") if payload.get("event") == "escalated" and isinstance(detail, Mapping) else ""
    return called or text(payload, "team")


def text(payload: Mapping[str, Any], name: str) -> str:
    """A word of an event, on one line."""
    value = payload.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""
