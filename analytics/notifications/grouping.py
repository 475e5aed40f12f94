"""Which waiting items become one message.

Items of one route, one site and one step go together once the oldest has waited for the route's time. Where one of
them is a flood's beginning or end, the items that it held back come along. Work orders are told apart from alarms,
those of each team by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analytics.notifications.happening import FLOOD_BEGAN, FLOOD_ENDED
from analytics.notifications.orders import ORDER, team_of
from analytics.notifications.plan import Item, ItemKind

MessageKind = Literal["alarms", "escalation", "flood_began", "flood_ended", "work_orders", "test"]
_FLOODS = (FLOOD_BEGAN, FLOOD_ENDED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that is in no message yet. `due_at` None: held back by a flood."""

    item_id: int
    route_id: int
    due_at: datetime | None
    item: Item


@dataclass(frozen=True, slots=True)
class Group:
    """Items that become one message."""

    kind: MessageKind
    route_id: int
    site: str
    step: int
    items: tuple[Waiting, ...]
    team: str = ""
    """Who is called by a message about work orders."""


def groups(waiting: Iterable[Waiting], now: datetime) -> list[Group]:
    """The messages that are due, the oldest first; what is left out goes on waiting."""
    waiting = list(waiting)
    together: dict[tuple[int, str, bool, int], list[Waiting]] = {}
    for each in (each for each in waiting if each.item.kind != ORDER):
        item = each.item
        of_flood = each.due_at is None or item.kind in _FLOODS  # what a flood held back goes with its messages
        step = 0 if of_flood else item.step
        together.setdefault((each.route_id, item.site, item.kind == "escalated", step), []).append(each)
    found = _of_orders(waiting, now)
    for (route_id, site, escalated, step), items in together.items():
        flooded = {each.item.kind: each.item.step for each in items if each.item.kind in _FLOODS}
        taken = [each for each in items if flooded or each.due_at is not None]
        if any(each.due_at is not None and each.due_at <= now for each in taken):
            kind: MessageKind = "escalation" if escalated else _kind(flooded)
            furthest = max(flooded.values(), default=step)
            found.append(Group(kind, route_id, site, furthest, tuple(sorted(taken, key=lambda each: each.item_id))))
    return sorted(found, key=lambda group: group.items[0].item_id)


def _of_orders(waiting: Iterable[Waiting], now: datetime) -> list[Group]:
    together: dict[tuple[int, str, str], list[Waiting]] = {}
    for each in waiting:
        if each.item.kind == ORDER:
            together.setdefault((each.route_id, each.item.site, team_of(each.item.payload)), []).append(each)
    return [
        Group("work_orders", route_id, site, 0, tuple(sorted(items, key=lambda each: each.item_id)), team)
        for (route_id, site, team), items in together.items()
        if any(each.due_at is not None and each.due_at <= now for each in items)
    ]


def _kind(flooded: Collection[ItemKind]) -> MessageKind:
    """Of a flood that is over before its beginning was told, only the end is."""
    if FLOOD_ENDED in flooded:
        return FLOOD_ENDED
    return FLOOD_BEGAN if flooded else "alarms"
