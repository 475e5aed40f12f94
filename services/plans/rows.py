"""Plans, the machines they are for, and what is remembered of each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from analytics.maintenance.job import Job
from analytics.maintenance.plan import Plan
from services.database import Connection, rows
from services.statements import statements

SQL = statements("plans")


class Key(NamedTuple):
    """A plan on a machine or meter: `equipment` or `meter`."""

    plan_id: int
    subject_kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan as stored; no job: it is retired, or was never there."""

    id: int
    site_id: int
    site: str
    time_zone: str
    code: str
    version: int
    document: Any
    job: Any


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan in force."""

    id: int
    site_id: int
    site: str
    zone: ZoneInfo
    plan: Plan
    job: Job | None


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A living machine or meter; `id` within its kind."""

    subject_kind: str
    id: int
    code: str
    equipment_class: str


@dataclass(frozen=True, slots=True)
class RememberedRow:
    """What is remembered of a plan on a machine, and what became of its order."""

    plan_id: int
    subject_kind: str
    subject: str
    counts_from: datetime
    used_before: float
    holds_since: datetime | None
    is_due: bool
    since: datetime | None
    not_before: datetime | None
    looked_at: datetime | None
    order_id: int | None
    order_state: str | None
    done_at: datetime | None
    cancelled_at: datetime | None
    was_done: bool
    """Whether an order of this plan on this machine was ever verified."""
    is_retired: bool

    @property
    def key(self) -> Key:
        """Which plan on which machine."""
        return Key(self.plan_id, self.subject_kind, self.subject)


async def in_force(connection: Connection) -> Sequence[StoredPlan]:
    """Every plan that is not retired, by site and code."""
    return [
        StoredPlan(
            row.id,
            row.site_id,
            row.site,
            ZoneInfo(row.time_zone),
            msgspec.convert(row.document, Plan),
            None if row.job is None else msgspec.convert(row.job, Job),
        )
        for row in await rows(connection, SQL["plans_in_force"], PlanRow)
    ]
