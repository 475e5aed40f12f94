"""What happened to an alarm, as its event tells it, read with care: an event is data, and may be of an older version.

`Happening` is what decisions need; `Alarm` is what people are told about it. Both come from the same payload, which
travels unchanged from the event to the message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from analytics.alarms.rule import PRIORITIES, Priority

SERVICE = "service"
FLOOD_BEGAN: Final = "flood_began"
FLOOD_ENDED: Final = "flood_ended"
_PREFIX = "alarm."


def alarm_name(payload: Mapping[str, Any]) -> str:
    """What people see an alarm as: `kunshan/header-pressure-low/air-header`; of the service, `service/...`."""
    return f"{_text(payload, 'site') or SERVICE}/{_text(payload, 'rule')}/{_text(payload, 'subject')}"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of an alarm or a flood."""

    event_id: int
    event: str
    """As the lifecycle names it: raise, clear, acknowledge ...; flood_began, flood_ended."""
    site: str
    """"" for an alarm of the service."""
    alarm: str
    state: str
    system: str
    priority: Priority
    raised_at: str
    payload: Mapping[str, Any]

    @property
    def is_flood(self) -> bool:
        """Whether it is about a flood, not one alarm."""
        return self.event in (FLOOD_BEGAN, FLOOD_ENDED)


def happening(event_id: int, kind: str, payload: Mapping[str, Any]) -> Happening | None:
    """The happening that an event tells of; None where it is about something else."""
    if not kind.startswith(_PREFIX):
        return None
    event = kind.removeprefix(_PREFIX)
    site = _text(payload, "site")
    if event in (FLOOD_BEGAN, FLOOD_ENDED):
        return Happening(event_id, event, site, site or SERVICE, "", "", "critical", "", payload)
    if not payload.get("rule") or not payload.get("subject"):
        return None  # of rules, figures and the like: nothing that one alarm went through
    return Happening(
        event_id,
        event,
        site,
        alarm_name(payload),
        _text(payload, "state"),
        _text(payload, "system") or "other",
        _priority(payload),
        _text(payload, "raised_at"),
        payload,
    )


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause, in both languages."""

    name: str
    name_zh: str
    action: str
    action_zh: str
    likelihood: float | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a message says of an alarm."""

    alarm: str
    site: str
    name: str
    name_zh: str
    machine: str
    machine_zh: str
    message: str
    message_zh: str
    system: str
    priority: Priority
    level: str
    value: float | None
    limit: float | None
    unit: str
    raised_at: datetime | None
    at: datetime | None
    state: str
    followers: int
    """How many alarms of its group came after it; 0 where it was not the first."""
    causes: Sequence[Cause]


def alarm(payload: Mapping[str, Any]) -> Alarm:
    """An alarm as its payload describes it; each of its words on one line."""
    return Alarm(
        alarm=alarm_name(payload),
        site=_text(payload, "site"),
        name=_text(payload, "name") or _text(payload, "rule"),
        name_zh=_text(payload, "name_zh"),
        machine=_text(payload, "machine") or _text(payload, "subject"),
        machine_zh=_text(payload, "machine_zh"),
        message=_text(payload, "message"),
        message_zh=_text(payload, "message_zh"),
        system=_text(payload, "system") or "other",
        priority=_priority(payload),
        level=_text(payload, "level"),
        value=_number(payload, "value"),
        limit=_number(payload, "limit"),
        unit=_text(payload, "unit"),
        raised_at=_instant(payload, "raised_at"),
        at=_instant(payload, "at"),
        state=_text(payload, "state"),
        followers=int(_number(payload, "followers") or 0),
        causes=tuple(_cause(each) for each in payload.get("causes") or () if isinstance(each, Mapping)),
    )


def _cause(given: Mapping[str, Any]) -> Cause:
    return Cause(
        _text(given, "name") or _text(given, "code"),
        _text(given, "name_zh"),
        _text(given, "action"),
        _text(given, "action_zh"),
        _number(given, "likelihood"),
    )


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _number(payload: Mapping[str, Any], name: str) -> float | None:
    value = payload.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(_text(payload, name))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _priority(payload: Mapping[str, Any]) -> Priority:
    given = payload.get("priority")
    # One that is not known is told rather than lost.
    return cast("Priority", given) if given in PRIORITIES else "high"
