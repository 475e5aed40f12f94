"""From waiting items to messages: worded once, with a delivery for each channel, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import uuid4

from analytics.notifications.document import document
from analytics.notifications.grouping import Group, Waiting, groups
from analytics.notifications.happening import FLOOD_BEGAN, FLOOD_ENDED, alarm
from analytics.notifications.model import Route
from analytics.notifications.order_texts import order_message
from analytics.notifications.plan import COMING, Item, ItemKind
from analytics.notifications.texts import Setting, message
from services.database import Connection, rows, run
from services.notifications.store import SQL, Book, OccurrenceRow, StoredRoute, WaitingRow

log = logging.getLogger("ioe.notifications")


async def gather(connection: Connection, book: Book, now: datetime, console_url: str = "") -> int:
    """Make the messages that are due; gives how many."""
    if not await connection.fetchval(SQL["anything_due"].text, now):
        return 0
    async with connection.transaction():
        await connection.fetchval(SQL["lock_cursor"].text)
        waiting = [_waiting(row) for row in await rows(connection, SQL["waiting_items"], WaitingRow, now)]
        due = groups(waiting, now)
        for group in due:
            stored = book.routes.get(group.route_id)
            if stored is not None:
                await _make(connection, book, stored, group, setting_of(stored, console_url), now)
    return len(due)


def _waiting(row: WaitingRow) -> Waiting:
    item = Item(
        cast("ItemKind", row.kind), row.step, row.event_id, row.site, row.alarm, row.payload, is_held=row.due_at is None
    )
    return Waiting(row.id, row.route_id, row.due_at, item)


def setting_of(stored: StoredRoute, console_url: str) -> Setting:
    """For whom a route's messages are worded."""
    site = stored.row
    name = site.site_name_zh if stored.route.language == "zh" and site.site_name_zh else site.site_name
    return Setting(stored.route.language, name, site.time_zone, console_url)


async def _make(
    connection: Connection, book: Book, stored: StoredRoute, group: Group, setting: Setting, now: datetime
) -> None:
    known = await _occurrences(connection, [each.item for each in group.items])
    items = [_completed(each.item, known.get(each.item.alarm)) for each in group.items]
    before = await _of_beginning(connection, group) if group.kind == FLOOD_ENDED else []
    if group.kind == "work_orders":
        text = order_message(items, setting)
    else:
        text = message(group.kind, [*before, *items], setting, now)
    key = uuid4()
    ways = [
        (channel.row.id, teams)
        for code, teams in ways_of(stored.route, group).items()
        if (channel := book.channel(stored.row.site, code)) is not None
    ]
    if not ways:
        log.warning("route %s/%s has no channel any more: %s", stored.row.site, stored.route.code, text.title)
    await run(
        connection,
        SQL["put_message"],
        key,
        stored.row.site_id,
        stored.row.id,
        group.kind,
        now,
        text.title,
        text.body,
        document(str(key), group.kind, stored.row.site, stored.route.code, items, text, now),
        [each.item_id for each in group.items],
        [channel_id for channel_id, _ in ways],
        [teams for _, teams in ways],
    )


async def _of_beginning(connection: Connection, group: Group) -> list[Item]:
    """What the message of the flood's beginning told: the end counts it too. Where there was none, it is told here."""
    if any(each.item.kind == FLOOD_BEGAN for each in group.items):
        return []
    told = await rows(connection, SQL["told_when_flood_began"], WaitingRow, group.route_id, group.site)
    return [_waiting(row).item for row in told]


def ways_of(route: Route, group: Group) -> Mapping[str, str]:
    """Channels that a message goes to, each once, and the teams that it names to each, with a space between.

    Those of the message's step, or all up to it where it says that all is well: one letter to a channel's own addresses
    and two teams, not two letters.
    """
    own = [(code, team) for code in route.channels for team in dict.fromkeys((route.team, group.team))]
    steps = [[(code, step.team) for code in step.channels] for step in route.escalations]
    if group.kind == "escalation":
        chosen = steps[group.step - 1] if group.step <= len(steps) else own
    else:
        chosen = [*own, *(way for step in steps[: group.step] for way in step)]
    teams: dict[str, list[str]] = {}
    for code, team in dict.fromkeys(chosen):
        teams.setdefault(code, []).append(team)
    return {code: " ".join(filter(None, named)) for code, named in teams.items()}


async def _occurrences(connection: Connection, items: Sequence[Item]) -> Mapping[str, OccurrenceRow]:
    """What is known by now of the alarms that come, and was not when their events were written."""
    wanted = {
        item.alarm: told.raised_at
        for item in items
        if (item.kind in COMING or item.kind == "escalated") and (told := alarm(item.payload)).raised_at is not None
    }
    found = await rows(connection, SQL["occurrences"], OccurrenceRow, list(wanted), list(wanted.values()))
    return {row.alarm: row for row in found}


def _completed(item: Item, known: OccurrenceRow | None) -> Item:
    if known is None:
        return item
    causes = known.causes[:3] or item.payload.get("causes")
    return replace(item, payload={**item.payload, "causes": causes, "followers": known.followers})
