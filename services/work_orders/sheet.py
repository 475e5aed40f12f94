"""The list of orders as a workbook: one line each, times as clocks on the site show them."""

from __future__ import annotations

import asyncio
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from services.database import Connection
from services.papers import sheet
from services.papers.sheet import Column, Value
from services.registry.places import sites
from services.work_orders import reads
from services.work_orders.reads import After, Listed, Wanted

AT_MOST: Final = 20_000
_PAGE: Final = 2_000
_UTC: Final = ZoneInfo("UTC")

COLUMNS: Final = (
    Column("order", 14), Column("state", 12), Column("priority", 9), Column("machine", 24), Column("code", 18),
    Column("title", 44), Column("title_zh", 30), Column("kind", 12), Column("origin", 10), Column("assignee", 18),
    Column("team", 18), Column("opened_at", 19), Column("respond_by", 19), Column("due_at", 19), Column("overdue", 9),
    Column("escalated", 9), Column("alarms", 8), Column("standing", 8), Column("tasks_done", 10), Column("tasks", 8),
    Column("suspected", 28), Column("cause", 22), Column("cause_note", 30), Column("resolution", 44),
    Column("done_at", 19), Column("done_by", 14), Column("verified_at", 19), Column("verified_by", 14),
    Column("reopened", 9), Column("job", 20), Column("plan", 20), Column("parent", 14), Column("requested_by", 18),
    Column("description", 60),
)  # fmt: skip


async def of_orders(connection: Connection, wanted: Wanted, now: datetime) -> bytes:
    """All orders that are wanted, the most urgent first; where there are more than a sheet takes, it says so."""
    zone = await _zone(connection, wanted.site)
    found: list[Listed] = []
    after: After | None = None
    # As of one moment: an order that moves meanwhile would be on two pages, or on none.
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        while len(found) < AT_MOST:
            page, after = await reads.listed(connection, wanted, now, min(_PAGE, AT_MOST - len(found)), after)
            found += page
            if after is None:
                break
    facts: list[tuple[str, Value]] = [("Work orders", len(found)), ("As of", now), ("Times in", str(zone))]
    if after is not None:
        facts.append(("Cut off", f"there are more: choose fewer, by state or by machine; a sheet has {AT_MOST}"))
    lines = [_row(each, now) for each in found]
    # Ten seconds of work for a full sheet: the live stream does not wait for it.
    return await asyncio.to_thread(sheet.workbook, "Work orders", COLUMNS, lines, zone, facts)


async def _zone(connection: Connection, site: str | None) -> tzinfo:
    """The zone of the site that is asked for; UTC where several may be."""
    known = {each.code: each.time_zone for each in await sites(connection)}
    return ZoneInfo(known[site]) if site in known else _UTC


def _row(listed: Listed, now: datetime) -> tuple[Value, ...]:
    order, counts = listed.order, listed.counts
    return (
        order.ref.address, order.state, order.priority, order.machine, order.subject, order.title, order.title_zh,
        order.kind, order.origin, order.assignee_name, order.team_name, order.opened_at, order.respond_by, order.due_at,
        "yes" if order.is_overdue(now) else "", order.escalated, counts.alarms, counts.alarms_standing,
        counts.tasks_done, counts.tasks, order.suspected_name or order.suspected, order.cause, order.cause_note,
        order.resolution, order.done_at, order.done_by, order.verified_at, order.verified_by, order.reopened, order.job,
        order.plan, order.parent, order.requested_by, order.description,
    )  # fmt: skip
