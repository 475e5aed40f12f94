"""Alarms that took steps are written: occurrences, the alarm, its transitions, floods, first-out, events.

    Touched (row, alarm, steps) --> occurrences changed, then added --> alarm rows --> first-out, floods
                                                                     ---> transitions, one event for each

All in the caller's transaction and by sets, so five hundred raises at once cost a dozen statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analytics.alarms.first_out import Heard, followers
from analytics.alarms.machine import AlarmKey
from analytics.alarms.telling import Occurrence, Standing, Transition
from services.alarms import event_rows, flooding
from services.alarms.event_rows import Step
from services.alarms.rows import AddedRow, AlarmRow, FirstRow
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("alarms")
Causes = Mapping[AlarmKey, Sequence[Mapping[str, Any]]]


@dataclass(slots=True)
class Touched:
    """An alarm before and after some steps."""

    row: AlarmRow
    alarm: Standing
    before: Occurrence | None
    was_announced: bool
    steps: list[Transition] = field(default_factory=list)

    @classmethod
    def of(cls, row: AlarmRow) -> Touched:
        """An alarm as it is stored, before anything happens to it."""
        alarm = row.standing()
        return cls(row, alarm, alarm.occurrence, row.announced_at is not None)

    def occurrences(self) -> Iterator[Occurrence]:
        """Each occurrence that there is or was meanwhile, in order."""
        seen: set[int] = set()
        for each in (self.before, *(step.occurrence for step in self.steps), self.alarm.occurrence):
            if each is not None and id(each) not in seen:
                seen.add(id(each))
                yield each

    def announced(self) -> Iterator[Occurrence]:
        """Those that people have just been told of."""
        for each in self.occurrences():
            if each.announced_at is not None and not (each is self.before and self.was_announced):
                yield each


async def record(connection: Connection, touched: Sequence[Touched], causes: Causes | None = None) -> list[Step]:
    """Write what became of alarms, which the caller has locked, and give each step in order of its time."""
    if not touched:
        return []
    heard = [(each, occurrence) for each in touched for occurrence in each.announced()]
    if heard:
        await flooding.queue(connection)
    await _put_occurrences(connection, touched, causes or {})
    await _put_alarms(connection, touched)
    firsts = await _mark_first_out(connection, heard)
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for each, occurrence in heard:
        assert occurrence.announced_at is not None
        times[each.row.site].append(occurrence.announced_at)
    flooded = await flooding.announced(connection, times) if times else flooding.Flooded()
    steps = [
        Step(
            each.row.key,
            each.row,
            transition,
            firsts.get(each.row.id, _was_first(each, transition)),
            _in_flood(each, transition, flooded),
            _causes(each, transition, causes or {}),
            each.alarm.shelved_until if transition.to_state == "shelved" else None,
        )
        for each in touched
        for transition in each.steps
    ]
    steps.sort(key=lambda step: step.transition.at)
    await _add_transitions(connection, steps)
    await event_rows.add(connection, [*flooded.began, *map(event_rows.step_event, steps), *flooded.ended])
    return steps


def _was_first(each: Touched, transition: Transition) -> bool:
    return transition.occurrence is each.before and bool(each.row.is_first_out)


def _in_flood(each: Touched, transition: Transition, flooded: flooding.Flooded) -> bool:
    occurrence = transition.occurrence
    if occurrence is None:
        return False
    was = occurrence is each.before and each.row.flood_id is not None
    return was or occurrence.occurrence_id in flooded.members


def _causes(each: Touched, transition: Transition, causes: Causes) -> Sequence[Mapping[str, Any]]:
    if transition.occurrence is not None and transition.occurrence is each.before:
        return list(each.row.causes or ())
    return causes.get(each.row.key, ())


async def _put_occurrences(connection: Connection, touched: Sequence[Touched], causes: Causes) -> None:
    stored = [o for each in touched for o in each.occurrences() if o.occurrence_id is not None]
    if stored:
        await run(
            connection,
            SQL["change_occurrences"],
            [o.occurrence_id for o in stored],
            [o.level for o in stored],
            [o.priority for o in stored],
            [o.value for o in stored],
            [o.limit for o in stored],
            [o.unit for o in stored],
            [o.message for o in stored],
            [o.message_zh for o in stored],
            [o.announced_at for o in stored],
            [o.returned_at for o in stored],
            [o.first_acknowledged_at for o in stored],
            [o.acknowledged_at for o in stored],
            [o.acknowledged_by for o in stored],
            [o.ended_at for o in stored],
        )
    # One instant of raising is one occurrence: of two told for it, the later one says how it went on.
    new = {
        (each.row.id, o.raised_at): (each, o) for each in touched for o in each.occurrences() if o.occurrence_id is None
    }
    if not new:
        return
    fresh = [o for _, o in new.values()]
    added = await rows(
        connection,
        SQL["add_occurrences"],
        AddedRow,
        [alarm_id for alarm_id, _ in new],
        [raised_at for _, raised_at in new],
        [o.level for o in fresh],
        [o.priority for o in fresh],
        [o.value for o in fresh],
        [o.limit for o in fresh],
        [o.unit for o in fresh],
        [o.message for o in fresh],
        [o.message_zh for o in fresh],
        [o.announced_at for o in fresh],
        [o.returned_at for o in fresh],
        [o.ended_at for o in fresh],
        [each.row.rule_version for each, _ in new.values()],
        [list(causes.get(each.row.key, ())) for each, _ in new.values()],
    )
    ids = {(row.alarm_id, row.raised_at): row.id for row in added}
    for each in touched:
        for occurrence in each.occurrences():
            occurrence.occurrence_id = occurrence.occurrence_id or ids[each.row.id, occurrence.raised_at]


async def _put_alarms(connection: Connection, touched: Sequence[Touched]) -> None:
    alarms = [each.alarm for each in touched]
    await run(
        connection,
        SQL["put_alarms"],
        [each.row.id for each in touched],
        [a.state for a in alarms],
        [a.since for a in alarms],
        [a.level for a in alarms],
        [a.value for a in alarms],
        [a.quiet for a in alarms],
        [a.condition_since for a in alarms],
        [a.shelved_until for a in alarms],
        [a.is_one_shot for a in alarms],
        [a.is_announced for a in alarms],
        [a.occurrence.occurrence_id if a.occurrence else None for a in alarms],
    )


async def _mark_first_out(connection: Connection, heard: Sequence[tuple[Touched, Occurrence]]) -> Mapping[int, bool]:
    grouped = [
        Heard(each.row.first_out_group, o.raised_at, o.priority, each.row.id)
        for each, o in heard
        if each.row.first_out_group is not None and o is each.alarm.occurrence
    ]
    if not grouped:
        return {}
    standing = await rows(connection, SQL["first_ones_standing"], FirstRow, sorted({each.group for each in grouped}))
    found = followers(grouped, {row.first_out_group: row.alarm_id for row in standing})
    await run(connection, SQL["mark_first_out"], list(found), list(found.values()))
    return {alarm_id: first is None for alarm_id, first in found.items()}


async def _add_transitions(connection: Connection, steps: Sequence[Step]) -> None:
    if not steps:
        return
    taken = [step.transition for step in steps]
    await run(
        connection,
        SQL["add_transitions"],
        [step.row.id for step in steps],
        [t.occurrence.occurrence_id if t.occurrence else None for t in taken],
        [t.at for t in taken],
        [t.event for t in taken],
        [t.from_state for t in taken],
        [t.to_state for t in taken],
        [t.reason for t in taken],
        [t.level for t in taken],
        [t.value for t in taken],
        [t.actor for t in taken],
        [t.comment for t in taken],
    )
