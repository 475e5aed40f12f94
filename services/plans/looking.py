"""Looking at all plans: how each stands on each of its machines, and an order for what is due within its lead time.

    plan x machine --never done?--> counted from done, begins, now   order verified --> counted from when it was done
         |                                                           order cancelled -> asks again some days later
         v
    use since, condition since --schedule.standing--> row --opens_at reached, no order--> open_order, event plan.due

A site is looked at in one transaction that holds its plans: whoever dies in between has changed nothing, and two who
look at once come one after the other. That there is at most one order for a plan on a machine is the law of an index
besides. A plan whose order cannot be opened (its job or team is gone) is logged at each look and waits.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.maintenance.plan import Plan
from analytics.maintenance.schedule import Count, Standing, Usage, day_begins, standing
from services import events
from services.database import Connection, rows, run, undisturbed
from services.people import TeamNotFoundError
from services.plans import conditions, usage
from services.plans.conditions import Watched
from services.plans.rows import SQL, Key, RememberedRow, StoredPlan, SubjectRow, in_force
from services.plans.usage import Asked
from services.work_orders.opening import NewOrder, OrderRefusedError, open_order

DUE = "plan.due"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A plan on a machine, with what is remembered of them."""

    stored: StoredPlan
    subject: SubjectRow
    count: Count
    order_id: int | None
    not_before: datetime | None
    looked_at: datetime | None

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.stored.plan

    @property
    def key(self) -> Key:
        """As it is remembered."""
        return Key(self.stored.id, self.subject.subject_kind, self.subject.code)


async def look(connection: Connection, now: datetime) -> int:
    """Look at all plans of all sites; gives how many orders were opened."""
    by_site: dict[int, list[StoredPlan]] = defaultdict(list)
    for stored in await in_force(connection):
        by_site[stored.site_id].append(stored)
    opened = 0
    for site_id, plans in by_site.items():
        opened += await undisturbed(connection, lambda at=site_id, of=plans: _look_at(connection, at, of, now))  # type: ignore[misc]
    return opened


async def _look_at(connection: Connection, site_id: int, plans: Sequence[StoredPlan], now: datetime) -> int:
    await run(connection, SQL["hold_plans"], site_id)
    remembered = {row.key: row for row in await rows(connection, SQL["remembered"], RememberedRow, site_id)}
    subjects = await rows(connection, SQL["subjects_of_site"], SubjectRow, site_id)
    pairs = [
        _recall(stored, subject, remembered.get(Key(stored.id, subject.subject_kind, subject.code)), now)
        for stored in plans
        for subject in subjects
        if stored.plan.is_for(subject.subject_kind, subject.code, subject.equipment_class)
    ]
    await _retire(connection, remembered, pairs, now)
    pairs = await _with_conditions(connection, pairs, now)
    used = await _used(connection, pairs, now)
    opened, documents = 0, []
    for pair in pairs:
        stands = standing(pair.plan, pair.count, used.get(pair.key, Usage()), now, pair.stored.zone)
        order_id = pair.order_id
        if order_id is None and _opens(pair, stands, now):
            order_id = await _open(connection, pair, stands, now)
            opened += order_id is not None
        documents.append(_document(pair, stands, order_id, now))
    await run(connection, SQL["put_plan_machines"], documents)
    return opened


def _recall(stored: StoredPlan, subject: SubjectRow, row: RememberedRow | None, now: datetime) -> _Pair:
    """What is known of a plan on a machine before it is looked at anew."""
    if row is None:
        return _Pair(stored, subject, _first_count(stored, subject, now), None, None, None)
    if row.order_state == "verified":
        assert row.done_at is not None
        return _Pair(stored, subject, Count(row.done_at), None, None, row.looked_at)
    count = Count(row.counts_from, row.used_before, row.holds_since, row.since)
    if not row.was_done:
        # Until it is done here once, what the plan says of the time before holds, also where that is mended later.
        first = _first_count(stored, subject, row.counts_from)
        if (first.counts_from, first.used_before) != (row.counts_from, row.used_before):
            count = replace(first, holds_since=row.holds_since)
    if row.order_state == "cancelled":
        assert row.cancelled_at is not None
        day = row.cancelled_at.astimezone(stored.zone).date() + timedelta(days=stored.plan.asks_again_days)
        return _Pair(stored, subject, count, None, day_begins(day, stored.zone), row.looked_at)
    return _Pair(stored, subject, count, row.order_id, row.not_before, row.looked_at)


def _first_count(stored: StoredPlan, subject: SubjectRow, otherwise: datetime) -> Count:
    """From when a plan is counted on a machine on which it was never done here."""
    begins = stored.plan.done.get(subject.code, stored.plan.begins)
    counts_from = otherwise if begins is None else day_begins(begins, stored.zone)
    return Count(counts_from, stored.plan.used.get(subject.code, 0.0))


async def _retire(
    connection: Connection, remembered: Mapping[Key, RememberedRow], pairs: Sequence[_Pair], now: datetime
) -> None:
    living = {pair.key for pair in pairs}
    gone = [key for key, row in remembered.items() if key not in living and not row.is_retired]
    if gone:
        await run(connection, SQL["retire_plan_machines"], *map(list, zip(*gone, strict=True)), now)


async def _with_conditions(connection: Connection, pairs: Sequence[_Pair], now: datetime) -> list[_Pair]:
    """The pairs with what is known by now of their conditions."""
    watched = {
        pair.key: Watched(condition, pair.subject.id, pair.count.holds_since, pair.count.counts_from, pair.looked_at)
        for pair in pairs
        if (condition := pair.plan.condition) is not None
    }
    since = dict(zip(watched, await conditions.holding_since(connection, list(watched.values()), now), strict=True))
    return [
        replace(pair, count=replace(pair.count, holds_since=since[pair.key])) if pair.key in since else pair
        for pair in pairs
    ]


async def _used(connection: Connection, pairs: Sequence[_Pair], now: datetime) -> Mapping[Key, Usage]:
    asked = [Asked(pair.key, pair.subject.id, pair.count.counts_from) for pair in pairs if pair.plan.is_counted]
    return await usage.of_machines(connection, asked, now)


def _opens(pair: _Pair, stands: Standing, now: datetime) -> bool:
    if stands.opens_at is None or stands.opens_at > now:
        return False
    return pair.not_before is None or pair.not_before <= now


async def _open(connection: Connection, pair: _Pair, stands: Standing, now: datetime) -> int | None:
    """Open the order of a plan, and tell it; None: it cannot be opened."""
    plan, job = pair.plan, pair.stored.job
    since = f"{pair.count.counts_from.astimezone(pair.stored.zone):%Y-%m-%d}"
    before = f", {pair.count.used_before:,.0f} of them before" if pair.count.used_before else ""
    new = NewOrder(
        site=pair.stored.site,
        origin="plan",
        subject_kind="meter" if pair.subject.subject_kind == "meter" else "equipment",
        subject=pair.subject.code,
        title=plan.name if job is None else job.name,
        title_zh=plan.name_zh if job is None else job.name_zh,
        description=f"{plan.name}: {stands.used:,.0f} of {stands.allowed:,.0f} {stands.unit} since {since}{before}",
        priority=plan.priority,
        job=plan.job,
        plan_id=pair.stored.id,
        team=plan.team,
        due_at=stands.overdue_at,
    )
    try:
        async with connection.transaction():
            opened = await open_order(connection, new, None, now)
    except (OrderRefusedError, TeamNotFoundError) as error:
        _log.warning("plan %s/%s on %s is due and gets no order: %s", pair.stored.site, plan.code, new.subject, error)
        return None
    payload: dict[str, Any] = {
        "plan": plan.code,
        "site": pair.stored.site,
        "name": plan.name,
        "name_zh": plan.name_zh,
        "subject_kind": new.subject_kind,
        "subject": new.subject,
        "order": opened.ref.address,
        "due_at": _time(stands.due_at),
        "used": stands.used,
        "allowed": stands.allowed,
        "unit": stands.unit,
        "at": _time(now),
    }
    await events.record(connection, DUE, f"{pair.stored.site}/{plan.code}", payload)
    return opened.id


def _document(pair: _Pair, stands: Standing, order_id: int | None, now: datetime) -> dict[str, Any]:
    count = pair.count
    return {
        "plan_id": pair.stored.id,
        "subject_kind": pair.subject.subject_kind,
        "subject": pair.subject.code,
        "id": pair.subject.id,
        "counts_from": count.counts_from,
        "due_at": stands.due_at,
        "used": stands.used,
        "allowed": stands.allowed,
        "unit": stands.unit,
        "used_before": count.used_before,
        "holds_since": count.holds_since,
        "is_due": stands.is_due,
        "since": (count.since or stands.due_at) if stands.is_due else None,
        "overdue_at": stands.overdue_at,
        "not_before": None if order_id is not None else pair.not_before,
        "order_id": order_id,
        "looked_at": max(now, pair.looked_at or now),
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
