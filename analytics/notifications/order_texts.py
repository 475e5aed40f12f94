"""A message about work orders in words.

title   [OVERDUE] kunshan/41 Compressor 3: Outlet hot and 2 more
body    each order on a line or two: what happened, how urgent, due when, whose; why, where somebody said so
        where to look: console#/work-orders/...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.alarms.rule import PRIORITIES
from analytics.notifications.orders import team_of, text
from analytics.notifications.plan import Item
from analytics.notifications.texts import Setting, Text
from analytics.notifications.words import ORDER_EVENTS, WORDS
from analytics.notifications.words import PRIORITIES as PRIORITY_WORDS

#: Orders that one message lists.
LISTED = 10
#: The most pressing stands in the title.
_PRESSING = ("overdue", "escalated", "assigned", "opened")


def order_message(items: Sequence[Item], setting: Setting) -> Text:
    """Word a message of these items, each an event of an order."""
    words = WORDS[setting.language]
    newest = list({item.alarm: item for item in items}.values())
    first, *others = sorted(newest, key=_weight)
    title = _head(first.payload, setting)
    if others:
        title = words["title_more"].format(first=title, more=len(others), all=len(others) + 1)
    lines = [line for item in (first, *others)[:LISTED] for line in _lines(item.payload, setting)]
    if len(newest) > LISTED:
        lines.append(words["more"].format(count=len(newest) - LISTED))
    if setting.console_url:
        place = f"{setting.console_url.rstrip('/')}/#/work-orders" + ("" if others else f"/{first.alarm}")
        lines += ["", words["console"].format(address=place)]
    return Text(title, "\n".join(lines))


def _weight(item: Item) -> tuple[int, int, int]:
    event, priority = text(item.payload, "event"), text(item.payload, "priority")
    return (
        _PRESSING.index(event) if event in _PRESSING else len(_PRESSING),
        next((place for place, each in enumerate(PRIORITIES) if each == priority), 0),
        item.event_id,
    )


def _head(payload: Mapping[str, Any], setting: Setting) -> str:
    event = ORDER_EVENTS[setting.language].get(text(payload, "event"), text(payload, "event"))
    title = (text(payload, "title_zh") if setting.language == "zh" else "") or text(payload, "title")
    return f"[{event}] {text(payload, 'order')} {title}"


def _lines(payload: Mapping[str, Any], setting: Setting) -> list[str]:
    words = WORDS[setting.language]
    priority = text(payload, "priority")
    named = {
        "order_priority": PRIORITY_WORDS[setting.language].get(priority, priority),
        "order_due": _clock(text(payload, "due_at"), setting),
        "order_assignee": text(payload, "assignee"),
        "order_team": team_of(payload),
    }
    said = [words[name].format(value=value) for name, value in named.items() if value]
    comment = text(payload, "comment")
    joined = ("," if setting.language == "zh" else ", ").join(said)
    return [_head(payload, setting), f"  {joined}", *([f"  {comment}"] if comment else [])]


def _clock(at: str, setting: Setting) -> str:
    try:
        return datetime.fromisoformat(at).astimezone(ZoneInfo(setting.time_zone)).isoformat(" ", "minutes")
    except ValueError:
        return at
