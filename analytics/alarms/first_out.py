"""First out: of the alarms of one group that come together, which came first; the others are its consequences.

Alarms belong together that have the same group on the same machine: the equipment, else the space it stands in, else
the subject itself. While the first one holds, what follows in the group points to it; the next one after that is a
first one again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from analytics.alarms.machine import Instance
from analytics.alarms.rule import PRIORITIES


@dataclass(frozen=True, slots=True)
class Heard:
    """An alarm of a group that people have just been told of."""

    group: str
    raised_at: datetime
    priority: str
    alarm_id: int


def group_of(instance: Instance) -> str | None:
    """What an instance's alarm has in common with those that belong to it; None where the rule has no group."""
    rule, machine = instance.rule, instance.machine
    if not rule.group:
        return None
    station = machine.equipment or machine.space or machine.code
    return f"{machine.site}/{rule.group}@{station}"


def followers(heard: Iterable[Heard], standing: Mapping[str, int]) -> Mapping[int, int | None]:
    """For each alarm by id the alarm that came first, None: it is that itself. `standing`: firsts that still hold."""
    first = dict(standing)
    found: dict[int, int | None] = {}
    for each in sorted(heard, key=lambda h: (h.raised_at, PRIORITIES.index(h.priority), h.alarm_id)):
        leader = first.setdefault(each.group, each.alarm_id)
        found[each.alarm_id] = None if leader == each.alarm_id else leader
    return found
