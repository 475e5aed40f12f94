"""Floods as they come: begun in the transaction of the alarm that was one too many, ended as time passes.

The announcements since the flood's window are counted again each time (analytics/alarms/flood.py), so a late alarm, one
that is told twice, and hours without anybody at work give the same flood.
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


@dataclass(frozen=True, slots=True)
class AnnouncedRow:
    """An occurrence that people were told of."""

    id: int
    announced_at: datetime


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
            await _count(connection, row.site, row, row.started_at, now, flooded)
    return flooded


async def _count(
    connection: Connection, site: str, running: OpenRow | None, earliest: datetime, until: datetime, flooded: Flooded
) -> None:
    start = min(earliest, running.started_at) if running else earliest
    ended = await connection.fetchval(SQL["flood_ended_last"].text, site, until)
    after = start - WINDOW if ended is None else max(start, ended) - WINDOW
    known = await rows(connection, SQL["announcements"], AnnouncedRow, site, after)
    found = floods((row.announced_at for row in known if row.announced_at <= until), until)
    for number, flood in enumerate(found):
        if number == 0 and running is not None:
            await _go_on(connection, running, flood, flooded)
            flood_id = running.id
        else:
            flood_id = await _begin(connection, site, flood, flooded)
        members = [row.id for row in known if flood.first_alarm_at <= row.announced_at <= flood.last_alarm_at]
        await run(connection, SQL["mark_flood"], flood_id, members)
        flooded.members.update(dict.fromkeys(members, flood_id))


async def _begin(connection: Connection, site: str, flood: Flood, flooded: Flooded) -> int:
    flood_id: int = await connection.fetchval(
        SQL["add_flood"].text, site, flood.started_at, flood.ended_at, flood.alarms, flood.peak_in_ten_minutes
    )
    flooded.began.append(flood_event("alarm.flood_began", site, flood.started_at, None, flood))
    if flood.ended_at is not None:
        flooded.ended.append(flood_event("alarm.flood_ended", site, flood.started_at, flood.ended_at, flood))
    return flood_id


async def _go_on(connection: Connection, running: OpenRow, flood: Flood, flooded: Flooded) -> None:
    if flood.alarms == running.alarms and flood.ended_at is None:
        return
    # A late alarm may show that it began earlier: the start that people were told stays, and the end comes after it.
    ended_at = None if flood.ended_at is None else max(flood.ended_at, running.started_at)
    await run(connection, SQL["change_flood"], running.id, ended_at, flood.alarms, flood.peak_in_ten_minutes)
    if ended_at is not None:
        flooded.ended.append(flood_event("alarm.flood_ended", running.site, running.started_at, ended_at, flood))
