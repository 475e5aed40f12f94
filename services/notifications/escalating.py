"""Alarms that nobody acknowledged in time become items for the next ones to be called, once a step."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from analytics.notifications.escalation import next_step
from analytics.notifications.plan import Item, Told
from services.database import Connection, rows, run
from services.notifications.following import item_rows, told_rows
from services.notifications.store import SQL, Book, FloodRow, StoredRoute, ToldRow


async def escalate(connection: Connection, book: Book, now: datetime) -> int:
    """Write what goes one step further by now; gives how many alarms. Of a flood, all go in one message."""
    due = await rows(connection, SQL["told_and_due"], ToldRow, now)
    if not due:
        return 0
    async with connection.transaction():
        await connection.fetchval(SQL["lock_cursor"].text)
        steps = _steps_of_floods(book, due, now)
        changed: dict[tuple[int, str], tuple[StoredRoute, Told]] = {}
        retired: list[tuple[int, str]] = []
        items: list[tuple[StoredRoute, Item]] = []
        for row in due:
            stored = book.routes.get(row.route_id)
            if stored is None or stored.row.is_retired:
                retired.append((row.route_id, row.alarm))
                continue
            step = _step(stored, row, steps, now)
            changed[row.route_id, row.alarm] = (stored, row)  # a route that lost its steps calls nobody any more
            if step is None:
                continue
            if not row.is_quiet:
                site = str(row.payload.get("site") or "")
                items.append((stored, Item("escalated", step, row.event_id, site, row.alarm, row.payload)))
            changed[row.route_id, row.alarm] = (stored, replace(row, step=step))
        if items:
            await run(connection, SQL["put_items"], item_rows(items, now))
        if changed:
            await run(connection, SQL["put_told"], told_rows(changed))
        if retired:
            await run(connection, SQL["forget_told"], [route for route, _ in retired], [alarm for _, alarm in retired])
        await _mark_floods(connection, steps)
    return len(items)


def _step(stored: StoredRoute, told: Told, steps: dict[tuple[int, int], int], now: datetime) -> int | None:
    """The step that an alarm takes now: its own, or that of its flood."""
    if told.flood_event_id is not None:
        of_flood = steps.get((stored.row.id, told.flood_event_id))
        return of_flood if of_flood is not None and of_flood > told.step else None
    following = next_step(stored.route, told)
    return following[0] if following is not None and following[1] <= now else None


def _steps_of_floods(book: Book, due: list[ToldRow], now: datetime) -> dict[tuple[int, int], int]:
    """By route and flood: the step that the first of its alarms takes by now."""
    steps: dict[tuple[int, int], int] = {}
    for row in due:
        stored = book.routes.get(row.route_id)
        following = next_step(stored.route, row) if stored is not None else None
        if row.flood_event_id is not None and following is not None and following[1] <= now:
            key = (row.route_id, row.flood_event_id)
            steps[key] = max(steps.get(key, 0), following[0])
    return steps


async def _mark_floods(connection: Connection, steps: dict[tuple[int, int], int]) -> None:
    """What joins a flood later is taken to be as far as the flood is."""
    if not steps:
        return
    on = await rows(connection, SQL["floods_on"], FloodRow)
    marked = [
        asdict(replace(row, step=steps[row.route_id, row.event_id]))
        for row in on
        if (row.route_id, row.event_id) in steps
    ]
    if marked:
        await run(connection, SQL["put_floods"], marked)
