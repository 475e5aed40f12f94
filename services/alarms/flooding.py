"""Floods as they come: begun in the transaction of the alarm that was one too many, ended as time passes.

The announcements of the last ten minutes are counted again each time (analytics/alarms/flood.py), so a late alarm, one
that is told twice, and hours without anybody at work give the same flood, and a flood of days costs no more than one of
minutes: that it still goes on is in its row, and which alarms are its members in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analytics.alarms.flood import ENDS_BELOW, WINDOW, Flood, floods
from services.alarms.event_rows import EventToAdd, flood_event
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("alarm_floods")


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A flood that goes on."""

    id: int
    site: str
    started_at: datetime
    alarms: int
    peak_in_ten_minutes: int


@dataclass(frozen=True, slots=True)
class AnnouncedRow:
    """An occurrence that people were told of."""

    id: int
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class OverRow:
    """A flood that is over."""

    started_at: datetime
    ended_at: datetime

    def covers(self, at: datetime) -> bool:
        """Whether it was going on at an instant."""
        return self.started_at <= at < self.ended_at


@dataclass(slots=True)
class Flooded:
    """What became of floods: members by occurrence, and the events to write."""

    members: dict[int, int] = field(default_factory=dict)
    began: list[EventToAdd] = field(default_factory=list)
    ended: list[EventToAdd] = field(default_factory=list)


async def queue(connection: Connection) -> None:
    """Call before occurrences are changed, where any of them is announced."""
    await run(connection, SQL["queue_for_floods"])


async def announced(connection: Connection, times: Mapping[str, Sequence[datetime]]) -> Flooded:
    """Count announcements by site that have just been written."""
    flooded = Flooded()
    running = {row.site: row for row in await rows(connection, SQL["floods_open"], OpenRow)}
    for site, new in times.items():
        await _count(connection, site, running.get(site), min(new), max(new), flooded)
    return flooded


async def pass_time(connection: Connection, now: datetime) -> Flooded:
    """End the floods that are over by now, at the time when they were."""
    flooded = Flooded()
    await queue(connection)
    for row in await rows(connection, SQL["floods_open"], OpenRow):
        lately = await connection.fetchval(SQL["how_many_lately"].text, row.site, now - WINDOW, ENDS_BELOW)
        if lately < ENDS_BELOW:
            await _count(connection, row.site, row, max(row.started_at, now), max(row.started_at, now), flooded)
    return flooded


async def _count(
    connection: Connection, site: str, running: OpenRow | None, earliest: datetime, until: datetime, flooded: Flooded
) -> None:
    going_on: Flood | None = None
    lately_until = earliest
    if running is not None and running.started_at <= earliest:
        # It went on when people were last told of something: from there on it is counted.
        last: datetime | None = await connection.fetchval(SQL["last_announcement"].text, site, earliest)
        lately_until = last or earliest
        going_on = Flood(running.started_at, earliest, lately_until, running.alarms, running.peak_in_ten_minutes)
    elif running is not None:
        # A backlog tells of what was before the flood that goes on: both are counted, up to its beginning at least.
        until = max(until, running.started_at)
    after = lately_until - WINDOW
    known = await rows(connection, SQL["announcements"], AnnouncedRow, site, after, until)
    lately = [row.announced_at for row in known if row.announced_at < earliest] if going_on is not None else []
    over = await rows(connection, SQL["floods_ended_after"], OverRow, site, after)
    for flood in floods((row.announced_at for row in known[len(lately) :]), until, going_on, lately):
        members = [row.id for row in known if flood.first_alarm_at <= row.announced_at <= flood.last_alarm_at]
        if running is not None and _covers(flood, running.started_at):
            flood_id = running.id
            marked = await run(connection, SQL["mark_flood"], flood_id, members)
            await _go_on(connection, running, flood, marked, flooded)
        elif any(_covers(flood, each.started_at) or each.covers(flood.started_at) for each in over):
            continue  # it is on record; what came late does not change it
        else:
            flood_id = await _begin(connection, site, flood, flooded)
            await run(connection, SQL["mark_flood"], flood_id, members)
        flooded.members.update(dict.fromkeys(members, flood_id))


def _covers(flood: Flood, at: datetime) -> bool:
    return flood.started_at <= at and (flood.ended_at is None or at < flood.ended_at)


async def _begin(connection: Connection, site: str, flood: Flood, flooded: Flooded) -> int:
    flood_id: int = await connection.fetchval(
        SQL["add_flood"].text, site, flood.started_at, flood.ended_at, flood.alarms, flood.peak_in_ten_minutes
    )
    flooded.began.append(flood_event("alarm.flood_began", site, flood.started_at, None, flood))
    if flood.ended_at is not None:
        flooded.ended.append(flood_event("alarm.flood_ended", site, flood.started_at, flood.ended_at, flood))
    return flood_id


async def _go_on(connection: Connection, running: OpenRow, flood: Flood, marked: int, flooded: Flooded) -> None:
    if marked == 0 and flood.ended_at is None:
        return
    # Members are those that are marked: of a long flood only the last ones were looked at again.
    flood.alarms = running.alarms + marked
    flood.peak_in_ten_minutes = max(running.peak_in_ten_minutes, flood.peak_in_ten_minutes)
    # A late alarm may show that it began earlier: the start that people were told stays, and the end comes after it.
    ended_at = None if flood.ended_at is None else max(flood.ended_at, running.started_at)
    await run(connection, SQL["change_flood"], running.id, ended_at, flood.alarms, flood.peak_in_ten_minutes)
    if ended_at is not None:
        flooded.ended.append(flood_event("alarm.flood_ended", running.site, running.started_at, ended_at, flood))
