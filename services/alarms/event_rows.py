"""The events of alarms: one for each step, `alarm.raise`, `alarm.clear` ..., and one where a flood begins or ends.

Their payload is all that a notification or a screen needs, so that nobody has to ask again in a storm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from analytics.alarms.flood import Flood
from analytics.alarms.machine import AlarmKey
from analytics.alarms.telling import Transition
from services.alarms.rows import SERVICE, AlarmRow
from services.database import Connection, run
from services.statements import statements

SQL = statements("alarms")
_CAUSES_TOLD = 3


class EventToAdd(NamedTuple):
    """An event that is to be written."""

    kind: str
    subject: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that an alarm took, with its names."""

    key: AlarmKey
    row: AlarmRow
    """As it was before; its names hold."""
    transition: Transition
    is_first_out: bool
    is_flood: bool
    causes: Sequence[Mapping[str, Any]]
    shelved_until: datetime | None = None
    """Of one that is shelved by this step."""


def step_event(step: Step) -> EventToAdd:
    """The event of a step."""
    row, taken, occurrence = step.row, step.transition, step.transition.occurrence
    payload = {
        "site": row.site,
        "rule": row.rule,
        "subject_kind": row.subject_kind,
        "subject": row.subject,
        "name": row.name,
        "name_zh": row.name_zh,
        "system": row.system,
        "machine": row.machine,
        "machine_zh": row.machine_zh,
        "state": taken.to_state,
        "from": taken.from_state,
        "event": taken.event,
        "reason": taken.reason,
        "level": occurrence.level if occurrence else taken.level,
        "priority": occurrence.priority if occurrence else None,
        "value": occurrence.value if occurrence else taken.value,
        "limit": occurrence.limit if occurrence else None,
        "unit": occurrence.unit if occurrence else "",
        "message": occurrence.message if occurrence else row.name,
        "message_zh": occurrence.message_zh if occurrence else row.name_zh,
        "at": _time(taken.at),
        "raised_at": _time(occurrence.raised_at) if occurrence else None,
        "shelved_until": None if step.shelved_until is None else _time(step.shelved_until),
        "first_out": step.is_first_out,
        "flood": step.is_flood,
        "causes": [
            {name: cause.get(name) for name in ("code", "name", "name_zh", "likelihood")}
            for cause in step.causes[:_CAUSES_TOLD]
        ],
        "actor": taken.actor,
        "comment": taken.comment,
    }
    return EventToAdd(f"alarm.{taken.event}", row.address, payload)


def flood_event(kind: str, site: str, started_at: datetime, ended_at: datetime | None, flood: Flood) -> EventToAdd:
    """The event of a flood that begins or ends."""
    payload = {
        "site": site,
        "started_at": _time(started_at),
        "ended_at": None if ended_at is None else _time(ended_at),
        "alarms": flood.alarms,
        "peak_in_ten_minutes": flood.peak_in_ten_minutes,
    }
    return EventToAdd(kind, site or SERVICE, payload)


async def add(connection: Connection, events: Sequence[EventToAdd]) -> None:
    """Write events in the caller's transaction, in this order."""
    if events:
        columns = [list(column) for column in zip(*events, strict=True)]
        await run(connection, SQL["add_events"], *columns)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
