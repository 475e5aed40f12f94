"""The due list, the calendar, plans and jobs, as people read them.

    due list   everything that is due, and what will be until a day
    calendar   the same with what comes after it: a plan of dates goes on from each due date as if it were done that day

What is overdue: it is due, its day and its slack have passed and nobody has done it. An order that is done and waits
to be verified is done. The list of plans and the rule `plans-overdue` (`maintenance_counts`) count by the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from analytics.maintenance.job import Job
from analytics.maintenance.plan import Calendar, Calibration, Plan, later
from analytics.maintenance.schedule import day_begins
from services.database import Connection, rows
from services.plans.rows import SQL

#: A plan of each day in a calendar of years is cut off here.
_REPEATS_AT_MOST = 400
#: And one of decades here: there is no day after the last one that a date can be.
_REPEATS_UNTIL = 2500
_DONE = ("done", "verified")


@dataclass(frozen=True, slots=True)
class DueRow:
    """How a plan stands on a machine, with their names."""

    site: str
    time_zone: str
    plan: str
    document: Any
    job: Any
    subject_kind: str
    subject: str
    machine: str
    machine_zh: str
    equipment_class: str
    space: str | None
    counts_from: datetime
    due_at: datetime | None
    used: float | None
    allowed: float | None
    unit: str
    is_due: bool
    since: datetime | None
    overdue_at: datetime | None
    not_before: datetime | None
    order_number: int | None
    order_state: str | None
    assignee: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the due list or the calendar."""

    row: DueRow
    plan: Plan
    job: Job | None
    due_at: datetime | None
    is_repeat: bool = False
    """Not the next time but one after it, if that one is done on its day."""

    @property
    def zone(self) -> ZoneInfo:
        """Of the site."""
        return ZoneInfo(self.row.time_zone)

    @property
    def due_on(self) -> date | None:
        """The local day."""
        return None if self.due_at is None else self.due_at.astimezone(self.zone).date()

    @property
    def order(self) -> str | None:
        """The order that is open for it."""
        is_open = self.row.order_number is not None and not self.is_repeat
        return f"{self.row.site}/{self.row.order_number}" if is_open else None

    @property
    def is_due(self) -> bool:
        """Whether it is due now."""
        return self.row.is_due and not self.is_repeat

    def is_overdue(self, now: datetime) -> bool:
        """Its time is over, and nobody has done it."""
        overdue_at = self.row.overdue_at
        return self.is_due and overdue_at is not None and overdue_at <= now and self.row.order_state not in _DONE


@dataclass(frozen=True, slots=True)
class ListedPlanRow:
    """A plan, and on how many machines it is, is due and is overdue."""

    site: str
    code: str
    version: int
    document: Any
    retired_at: datetime | None
    machines: int
    due: int
    overdue: int

    @property
    def plan(self) -> Plan:
        """The plan."""
        return msgspec.convert(self.document, Plan)


@dataclass(frozen=True, slots=True)
class ListedJobRow:
    """A job, and the plans that have it done."""

    site: str
    code: str
    version: int
    document: Any
    retired_at: datetime | None
    plans: list[str]

    @property
    def job(self) -> Job:
        """The job."""
        return msgspec.convert(self.document, Job)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of a job or plan."""

    at: datetime
    actor: str
    before: Any
    after: Any
    reason: str


async def due_list(
    connection: Connection, *, site: str | None = None, machine: str | None = None, plan: str | None = None
) -> list[Due]:
    """How every plan stands on every machine, the earliest due first; those that cannot be said are last."""
    return [
        Due(
            row,
            msgspec.convert(row.document, Plan),
            None if row.job is None else msgspec.convert(row.job, Job),
            row.due_at,
        )
        for row in await rows(connection, SQL["due_list"], DueRow, site, machine, plan)
    ]


def between(listed: Sequence[Due], start: datetime | None, stop: datetime | None) -> list[Due]:
    """The calendar of [start, stop): what is due in it, and what is due already; without a start, everything until."""
    found = [each for due in listed for each in (due, *(repeats(due, stop) if stop is not None else ()))]
    return sorted(
        (each for each in found if _is_within(each, start, stop)),
        key=lambda each: (each.due_at is None, each.due_at or each.row.counts_from, each.row.plan, each.row.subject),
    )


def repeats(due: Due, stop: datetime) -> Iterator[Due]:
    """When a plan of dates is due after the next time, if it is done each time on its day."""
    every = min(
        (each.every for each in due.plan.triggers if isinstance(each, Calendar | Calibration)),
        key=lambda text: later(date(2000, 1, 1), text),
        default=None,
    )
    day = due.due_on
    if every is None or day is None:
        return
    for _ in range(_REPEATS_AT_MOST):
        day = later(day, every)
        due_at = day_begins(day, due.zone)
        if due_at >= stop or day.year >= _REPEATS_UNTIL:
            return
        yield replace(due, due_at=due_at, is_repeat=True)


def _is_within(due: Due, start: datetime | None, stop: datetime | None) -> bool:
    if due.due_at is None:
        return start is None and stop is None
    if stop is not None and due.due_at >= stop:
        return False
    return start is None or due.due_at >= start or due.is_due


async def plans(
    connection: Connection, now: datetime, *, site: str | None = None, code: str | None = None
) -> list[ListedPlanRow]:
    """Plans by site and code, retired ones too."""
    return await rows(connection, SQL["plans_of_sites"], ListedPlanRow, site, code, now)


async def jobs(connection: Connection, *, site: str | None = None, code: str | None = None) -> list[ListedJobRow]:
    """Jobs by site and code, retired ones too."""
    return await rows(connection, SQL["jobs_of_sites"], ListedJobRow, site, code)


async def changes(connection: Connection, site: str, kind: str, code: str) -> list[ChangeRow]:
    """Every change of a job or plan, the newest first."""
    return await rows(connection, SQL["changes_of_document"], ChangeRow, site, kind, code)
