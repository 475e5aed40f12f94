"""Keeping alarms: what evaluation says becomes what people are told, once and in order.

    changes --lock rows in id order--> told (analytics/alarms/telling.py) --> causes ranked --> written (recording.py)
    what stands, once the log is read to its end --put_right--> the same, and nothing is left as it was by mistake
    instances --settle--> a row for each rule and machine; those that are gone retire
    time --pass_time--> shelving ends, acknowledged ones ask again, floods end

Everything works in the caller's transaction. The rows are the authority: telling a change twice, late or from a log
that is read again changes nothing, so whoever evaluates may crash and start again as it likes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from analytics.alarms import telling
from analytics.alarms.change import Change
from analytics.alarms.first_out import group_of
from analytics.alarms.lifecycle import Refused
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.telling import Standing, Transition, instant, take, told
from analytics.alarms.wording import Graded, grade
from services.alarms import causes, event_rows, flooding
from services.alarms.causes import Raised
from services.alarms.event_rows import Step
from services.alarms.recording import Touched, record
from services.alarms.rows import AlarmRow, FoundRow, HeldRow
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("alarms")


async def apply(
    connection: Connection, changes: Sequence[Change], instances: Mapping[AlarmKey, Instance]
) -> list[Step]:
    """Tell alarms what evaluation found, each alarm's changes in their order; gives the steps that were taken.

    Every step has the time of its change: an hour of backlog is told as it was, not as of now. A change of an alarm
    that has no instance (its rule went in this very moment) is passed over: settle retires it.
    """
    return await _tell(connection, changes, instances, told)


async def put_right(
    connection: Connection, standing: Sequence[Change], instances: Mapping[AlarmKey, Instance], now: datetime
) -> list[Step]:
    """Tell alarms what stands by an evaluation that has read the log to its end; it is right where they differ.

    An earlier evaluation may have known things from its clock alone: a device that was silent until it ended.
    """
    return await _tell(connection, standing, instances, partial(_put_right, now))


def _put_right(
    now: datetime,
    alarm: Standing,
    change: Change,
    grade: Callable[[str, float | None], Graded],
    held: Container[datetime],
) -> list[Transition]:
    return telling.put_right(alarm, change, grade, now, held)


async def _tell(
    connection: Connection,
    changes: Sequence[Change],
    instances: Mapping[AlarmKey, Instance],
    tell: Callable[[Standing, Change, Callable[[str, float | None], Graded], Container[datetime]], list[Transition]],
) -> list[Step]:
    by_key: defaultdict[AlarmKey, list[Change]] = defaultdict(list)
    for change in changes:
        if change.key in instances:
            by_key[change.key].append(change)
    found = await _locked(connection, list(by_key))
    if len(found) < len(by_key):
        known = {row.key for row in found}
        await _put_instances(connection, [instances[key] for key in by_key if key not in known])
        found = await _locked(connection, list(by_key))
    held = await _held(connection, found, by_key)
    touched: list[Touched] = []
    for row in found:
        each = Touched.of(row)
        was = (row.level, row.quiet, row.condition_since)
        graded = partial(grade, instances[row.key])
        for change in sorted(by_key[row.key], key=lambda change: change.at_us):
            each.steps += tell(each.alarm, change, graded, held.get(row.id, ()))
        if each.steps or (each.alarm.level, each.alarm.quiet, each.alarm.condition_since) != was:
            touched.append(each)
    raised = [
        Raised(instances[each.row.key], new[-1].raised_at, new[-1].value)
        for each in touched
        if (new := [occurrence for occurrence in each.occurrences() if occurrence.occurrence_id is None])
    ]
    return await record(connection, touched, await causes.rank(connection, raised))


async def settle(connection: Connection, instances: Collection[Instance], now: datetime) -> list[Step]:
    """Make an alarm for each instance, and retire alarms in use that have none: give all instances of all sites."""
    await _put_instances(connection, instances)
    gone = [
        record["id"] for record in await connection.fetch(SQL["alarms_without_instance"].text, *_columns(instances))
    ]
    if not gone:
        return []
    touched: list[Touched] = []
    for row in await _by_id(connection, gone):
        each = Touched.of(row)
        each.alarm.level = each.alarm.value = each.alarm.quiet = each.alarm.condition_since = None
        step = take(each.alarm, "retire", now, "retired")
        if not isinstance(step, Refused):
            each.steps.append(step)
            touched.append(each)
    steps = await record(connection, touched)
    await run(connection, SQL["retire_alarms"], gone, now)
    return steps


async def pass_time(connection: Connection, now: datetime) -> list[Step]:
    """Do what time brings, at the time it should have come, also where nobody was at work then."""
    due = [record["id"] for record in await connection.fetch(SQL["alarms_due"].text, now)]
    touched: list[Touched] = []
    for row in await _by_id(connection, due) if due else []:
        each = Touched.of(row)
        if row.state == "shelved" and row.shelved_until is not None and row.shelved_until <= now:
            step = take(each.alarm, "shelf_expired", row.shelved_until, "time")
        elif row.state == "acknowledged" and row.since + timedelta(seconds=row.re_alarm_s) <= now:
            step = take(each.alarm, "re_alarm", row.since + timedelta(seconds=row.re_alarm_s), "still_there")
        else:
            continue  # somebody was quicker, between the look and the lock
        assert not isinstance(step, Refused), step
        each.steps.append(step)
        touched.append(each)
    steps = await record(connection, touched)
    flooded = await flooding.pass_time(connection, now)
    await event_rows.add(connection, [*flooded.began, *flooded.ended])
    return steps


async def _locked(connection: Connection, keys: Sequence[AlarmKey]) -> list[AlarmRow]:
    if not keys:
        return []
    columns = [list(column) for column in zip(*keys, strict=True)]
    found = await rows(connection, SQL["lock_alarms_named"], FoundRow, *columns)
    return await rows(connection, SQL["alarms_by_id"], AlarmRow, [row.id for row in found])


async def _by_id(connection: Connection, ids: Sequence[int]) -> list[AlarmRow]:
    await connection.fetch(SQL["lock_alarms"].text, ids)
    return await rows(connection, SQL["alarms_by_id"], AlarmRow, ids)


async def _held(
    connection: Connection, found: Sequence[AlarmRow], changes: Mapping[AlarmKey, Sequence[Change]]
) -> Mapping[int, set[datetime]]:
    """Of changes that are older than what their alarms know: the instants at which an occurrence held."""
    old = [
        (row.id, instant(change.at_us))
        for row in found
        for change in changes[row.key]
        if row.condition_since is not None and instant(change.at_us) <= row.condition_since
    ]
    held: defaultdict[int, set[datetime]] = defaultdict(set)
    if old:
        ids, times = [alarm_id for alarm_id, _ in old], [at for _, at in old]
        for row in await rows(connection, SQL["held_at"], HeldRow, ids, times):
            held[row.alarm_id].add(row.at)
    return held


async def _put_instances(connection: Connection, instances: Collection[Instance]) -> None:
    if not instances:
        return
    machines = [each.machine for each in instances]
    await run(
        connection,
        SQL["put_instances"],
        *_columns(instances),
        [machine.code if machine.subject == "device" else None for machine in machines],
        [machine.equipment or None for machine in machines],
        [machine.code if machine.subject == "meter" else None for machine in machines],
        [group_of(each) for each in instances],
    )


def _columns(instances: Collection[Instance]) -> list[list[str]]:
    return [[each.key[column] for each in instances] for column in range(4)]
