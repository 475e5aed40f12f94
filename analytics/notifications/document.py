"""A message as JSON, for receivers that are programs: the same as the text, figure by figure.

{"notification": key, "kind", "site", "route", "made_at", "title", "text",
 "alarms": [{"alarm", "kind", "machine", "name", "priority", "state", "value", "limit", "raised_at" ...}]}
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.notifications.grouping import MessageKind
from analytics.notifications.plan import Item
from analytics.notifications.texts import Text

#: Alarms that one document carries; a flood has more, and says how many.
CARRIED = 100
_FIELDS = (
    *("site", "rule", "subject_kind", "subject", "machine", "machine_zh", "name", "name_zh", "message", "message_zh"),
    *("system", "priority", "state", "level", "value", "limit", "unit", "raised_at", "at", "first_out", "causes"),
)


def document(
    key: str, kind: MessageKind, site: str, route: str, items: Sequence[Item], text: Text, now: datetime
) -> dict[str, Any]:
    """The body that a webhook gets."""
    alarms = [item for item in items if item.kind not in ("flood_began", "flood_ended")]
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
    }
