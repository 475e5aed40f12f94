"""A message as JSON, for receivers that are programs: the same as the text, figure by figure.

{"notification": key, "kind", "site", "route", "made_at", "title", "text",
 "alarms": [{"alarm", "kind", "machine", "name", "priority", "state", "value", "limit", "raised_at" ...}],
 "orders": [{"order", "event", "title", "machine", "priority", "state", "due_at", "assignee", "team" ...}]}
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.notifications.grouping import MessageKind
from analytics.notifications.orders import ORDER
from analytics.notifications.plan import Item
from analytics.notifications.texts import Text

#: Alarms or orders that one document carries; a flood has more, and says how many.
CARRIED = 100
_FIELDS = (
    *("site", "rule", "subject_kind", "subject", "machine", "machine_zh", "name", "name_zh", "message", "message_zh"),
    *("system", "priority", "state", "level", "value", "limit", "unit", "raised_at", "at", "first_out", "causes"),
)
_OF_ORDER = (
    *("event", "site", "number", "title", "title_zh", "machine", "machine_zh", "subject_kind", "subject", "priority"),
    *("state", "origin", "due_at", "assignee", "team", "actor", "comment", "detail", "at"),
)


def document(
    key: str, kind: MessageKind, site: str, route: str, items: Sequence[Item], text: Text, now: datetime
) -> dict[str, Any]:
    """The body that a webhook gets."""
    alarms = [item for item in items if item.kind not in ("flood_began", "flood_ended", ORDER)]
    return {
        "notification": key,
        "kind": kind,
        "site": site,
        "route": route,
        "made_at": now.isoformat(),
        "title": text.title,
        "text": text.body,
        "alarm_count": len(alarms),
        "alarms": [
            {"alarm": item.alarm, "kind": item.kind, **{name: item.payload.get(name) for name in _FIELDS}}
            for item in alarms[:CARRIED]
        ],
        "orders": [
            {"order": item.alarm, **{name: item.payload.get(name) for name in _OF_ORDER}}
            for item in [item for item in items if item.kind == ORDER][:CARRIED]
        ],
    }
