"""Alarms, occurrences and floods as lists show them, a page at a time.

Lists have filters that may be left out. After a few executions PostgreSQL makes one plan for whatever is asked, and
that one reads every occurrence there ever was; so these are planned for what is asked each time (`planned`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from services.alarms.actions import AlarmRef
from services.alarms.rows import AlarmRow
from services.database import Connection, one, rows, run
from services.statements import statements

SQL = statements("alarm_reads")
ALARMS = statements("alarms")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """An alarm's place in the list: how urgent, since when, its address."""

    id: int
    rank: int
    since: datetime
    address: str


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """A step that an alarm took; no actor: the service itself."""

    at: datetime
    recorded_at: datetime
    event: str
    from_state: str
    to_state: str
    reason: str
    level: str | None
    value: float | None
    actor: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class AddressRow:
    """Which alarm an occurrence is of."""

    id: int
    address: str


@dataclass(frozen=True, slots=True)
class OccurrenceRow:
    """From raise to normal, with the names of its alarm."""

    id: int
    address: str
    site: str
    rule: str
    subject_kind: str
    subject: str
    machine: str
    machine_zh: str
    equipment: str | None
    name: str
    name_zh: str
    system: str
    message: str
    message_zh: str
    level: str
    priority: str
    value: float | None
    limit_value: float
    unit: str
    raised_at: datetime
    announced_at: datetime | None
    returned_at: datetime | None
    first_acknowledged_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    ended_at: datetime | None
    is_first_out: bool
    first_out_id: int | None
    is_flood: bool
    causes: Any


@dataclass(frozen=True, slots=True)
class FloodRow:
    """A flood; no end: it goes on."""

    id: int
    site: str
    started_at: datetime
    ended_at: datetime | None
    alarms: int
    peak_in_ten_minutes: int


class After(NamedTuple):
    """The place where a page of alarms ended."""

    rank: int
    since: datetime
    address: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alarms; None: any. `site` "" is this service itself."""

    site: str | None = None
    states: Sequence[str] | None = None
    priorities: Sequence[str] | None = None
    systems: Sequence[str] | None = None
    machine: str | None = None
    with_normal: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Which occurrences; None: any. Those that nobody was told of only `with_quiet`."""

    start: datetime
    stop: datetime
    site: str | None = None
    rule: str | None = None
    machine: str | None = None
    priorities: Sequence[str] | None = None
    systems: Sequence[str] | None = None
    with_quiet: bool = False
    alarm_id: int | None = None


@asynccontextmanager
async def planned(connection: Connection) -> AsyncIterator[None]:
    """Statements within are planned for their values."""
    async with connection.transaction():
        await run(connection, SQL["plan_for_these"])
        yield


async def alarms(
    connection: Connection, wanted: Wanted, limit: int, after: After | None = None
) -> tuple[list[AlarmRow], After | None]:
    """At most `limit` alarms after a place, the most urgent first, and the place where the rest begins."""
    async with planned(connection):
        places = await rows(
            connection,
            SQL["alarms_page"],
            PlaceRow,
            wanted.site,
            wanted.states,
            wanted.priorities,
            wanted.systems,
            wanted.machine,
            wanted.with_normal,
            *(after or (None, None, None)),
            limit + 1,
        )
    shown = places[:limit]
    found = {
        row.id: row for row in await rows(connection, ALARMS["alarms_by_id"], AlarmRow, [place.id for place in shown])
    }
    last = shown[-1] if len(places) > limit else None
    rest = None if last is None else After(last.rank, last.since, last.address)
    return [found[place.id] for place in shown if place.id in found], rest


async def alarm(connection: Connection, ref: AlarmRef) -> AlarmRow | None:
    """One alarm, also one that is retired."""
    return await one(connection, SQL["alarm_addressed"], AlarmRow, *ref)


async def transitions(connection: Connection, alarm_id: int, limit: int) -> list[TransitionRow]:
    """The newest steps of an alarm, the newest first."""
    return await rows(connection, SQL["transitions_of_alarm"], TransitionRow, alarm_id, limit)


async def addresses(connection: Connection, occurrence_ids: Sequence[int]) -> Mapping[int, str]:
    """Which alarm each occurrence is of."""
    if not occurrence_ids:
        return {}
    found = await rows(connection, SQL["addresses_of_occurrences"], AddressRow, list(occurrence_ids))
    return {row.id: row.address for row in found}


async def occurrences(
    connection: Connection, period: Period, limit: int, before: tuple[datetime, int] | None = None
) -> tuple[list[OccurrenceRow], tuple[datetime, int] | None]:
    """At most `limit` occurrences below a place, the newest first, and the place below which the rest is."""
    async with planned(connection):
        found = await rows(
            connection,
            SQL["occurrences_page"],
            OccurrenceRow,
            period.start,
            period.stop,
            period.site,
            period.rule,
            period.machine,
            period.priorities,
            period.systems,
            period.with_quiet,
            period.alarm_id,
            *(before or (None, None)),
            limit + 1,
        )
    shown = found[:limit]
    return shown, (shown[-1].raised_at, shown[-1].id) if len(found) > limit else None


async def floods(
    connection: Connection,
    start: datetime,
    stop: datetime,
    site: str | None,
    limit: int,
    before: tuple[datetime, int] | None = None,
) -> tuple[list[FloodRow], tuple[datetime, int] | None]:
    """At most `limit` floods that touch a period, the newest first, and the place below which the rest is."""
    found = await rows(
        connection, SQL["floods_page"], FloodRow, start, stop, site, *(before or (None, None)), limit + 1
    )
    shown = found[:limit]
    return shown, (shown[-1].started_at, shown[-1].id) if len(found) > limit else None
