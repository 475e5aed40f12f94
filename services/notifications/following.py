"""From events to things to tell: the outbox is written in the transaction that moves the cursor.

    cursor locked --> events after it --> each route decides --> items, what routes were told, floods --> cursor

Because all of it is one transaction, an event is dealt with once, whoever dies: nothing lost, nothing doubled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from analytics.notifications import orders, plan
from analytics.notifications.escalation import next_step
from analytics.notifications.happening import FLOOD_BEGAN, Happening, happening
from analytics.notifications.orders import OrderTold
from analytics.notifications.plan import COMING, Flood, Item, Told
from services import events
from services.database import Connection, rows, run
from services.notifications.applying import CHANGED
from services.notifications.store import SQL, Book, FloodRow, PendingRow, StoredRoute, ToldRow

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Followed:
    """Where following stopped."""

    is_all: bool
    """No event waits."""
    is_book_old: bool
    """Channels or routes were changed just here: what follows is for those that hold from now on."""


async def follow(connection: Connection, book: Book, now: datetime) -> Followed:
    """Write what the next events have to tell, up to where channels and routes change."""
    async with connection.transaction():
        last: int = await connection.fetchval(SQL["lock_cursor"].text)
        found = await events.read_after(connection, last, _AT_ONCE)
        if not found:
            return Followed(is_all=True, is_book_old=False)
        is_all = len(found) < _AT_ONCE
        changed = next((at for at, row in enumerate(found, start=1) if row.kind == CHANGED), None)
        found = found[:changed]
        happened = [each for row in found if (each := happening(row.id, row.kind, row.payload)) is not None]
        told = [order for row in found if (order := orders.told_of(row.id, row.kind, row.payload)) is not None]
        if happened or told:
            desk = await _desk(connection, book, happened, now)
            for what in happened:
                await desk.take(connection, what)
            for order in told:
                desk.tell_order(order)
            await desk.write(connection)
        await run(connection, SQL["advance_cursor"], found[-1].id)
    return Followed(is_all and changed is None, changed is not None)


async def _desk(connection: Connection, book: Book, happened: Sequence[Happening], now: datetime) -> _Desk:
    alarms = sorted({what.alarm for what in happened if not what.is_flood})
    told: dict[tuple[int, str], Told] = {
        (row.route_id, row.alarm): row for row in await rows(connection, SQL["told_of_alarms"], ToldRow, alarms)
    }
    floods: dict[tuple[int, str], Flood] = {
        (row.route_id, row.site): row for row in await rows(connection, SQL["floods_on"], FloodRow)
    }
    return _Desk([each for each in book.routes.values() if not each.row.is_retired], told, floods, now)


def told_rows(told: Mapping[tuple[int, str], tuple[StoredRoute, Told]]) -> list[dict[str, Any]]:
    """Rows for `put_told`."""
    made = []
    for (route_id, alarm), (stored, each) in told.items():
        following = next_step(stored.route, each)
        made.append(
            {
                **asdict(each),
                "route_id": route_id,
                "alarm": alarm,
                "escalates_at": None if following is None else following[1],
            }
        )
    return made


class _Desk:
    """The events of one transaction, dealt with one after the other in memory."""

    def __init__(
        self,
        routes: Sequence[StoredRoute],
        told: dict[tuple[int, str], Told],
        floods: dict[tuple[int, str], Flood],
        now: datetime,
    ) -> None:
        self._routes, self._told, self._floods, self._now = routes, told, floods, now
        self._changed: dict[tuple[int, str], tuple[StoredRoute, Told] | None] = {}
        self._changed_floods: dict[tuple[int, str], Flood | None] = {}
        self._items: list[tuple[StoredRoute, Item]] = []

    async def take(self, connection: Connection, what: Happening) -> None:
        """Let every route of the site decide."""
        routes = [each for each in self._routes if not what.site or each.row.site == what.site]
        if not what.is_flood:
            for stored in routes:
                self._alarm(stored, what)
        elif what.event == FLOOD_BEGAN:
            pending = {
                (row.route_id, row.alarm)
                for row in await rows(connection, SQL["waiting_of_site"], PendingRow, what.site)
            }
            for stored in routes:
                self._began(stored, what, {alarm for route_id, alarm in pending if route_id == stored.row.id})
        else:
            for stored in routes:
                self._ended(stored, what)

    def tell_order(self, told: OrderTold) -> None:
        """Let every route of the site tell of a work order."""
        for stored in self._routes:
            if stored.row.site == told.site and (item := orders.item(told, stored.route)) is not None:
                self._items.append((stored, item))

    def _alarm(self, stored: StoredRoute, what: Happening) -> None:
        key, of_site = (stored.row.id, what.alarm), (stored.row.id, what.site)
        flood = self._floods.get(of_site)
        decision = plan.take(what, stored.route, self._told.get(key), flood, self._now)
        self._items += [(stored, item) for item in decision.items]
        if decision.flood is not None and decision.flood != flood:
            self._floods[of_site] = self._changed_floods[of_site] = decision.flood
        self._know(stored, what.alarm, decision.told)

    def _know(self, stored: StoredRoute, alarm: str, told: Told | None) -> None:
        key = (stored.row.id, alarm)
        if told is None:
            if self._told.pop(key, None) is not None:
                self._changed[key] = None
        elif self._told.get(key) != told:
            self._told[key] = told
            self._changed[key] = (stored, told)

    def _began(self, stored: StoredRoute, what: Happening, pending: set[str]) -> None:
        here = {
            item.alarm for of, item in self._items if of is stored and item.site == what.site and item.kind in COMING
        }
        share = pending | here
        items, flood = plan.flood_began(what, has_share=bool(share))
        self._items += [(stored, item) for item in items]
        self._floods[(stored.row.id, what.site)] = self._changed_floods[(stored.row.id, what.site)] = flood
        for alarm in share:
            told = self._told.get((stored.row.id, alarm))
            if told is not None:
                self._know(stored, alarm, replace(told, flood_event_id=what.event_id))

    def _ended(self, stored: StoredRoute, what: Happening) -> None:
        of_site = (stored.row.id, what.site)
        flood = self._floods.pop(of_site, None)
        self._items += [(stored, item) for item in plan.flood_ended(what, flood)]
        if flood is not None:
            self._changed_floods[of_site] = None

    async def write(self, connection: Connection) -> None:
        """Write what was decided, in the caller's transaction."""
        if self._items:
            await run(connection, SQL["put_items"], item_rows(self._items, self._now))
        told = {key: known for key, known in self._changed.items() if known is not None}
        gone = [key for key, known in self._changed.items() if known is None]
        if told:
            await run(connection, SQL["put_told"], told_rows(told))
        if gone:
            await run(connection, SQL["forget_told"], [route for route, _ in gone], [alarm for _, alarm in gone])
        await self._write_floods(connection)

    async def _write_floods(self, connection: Connection) -> None:
        over = [key for key, flood in self._changed_floods.items() if flood is None]
        on = [
            {**asdict(flood), "route_id": route_id, "site": site}
            for (route_id, site), flood in self._changed_floods.items()
            if flood is not None
        ]
        if on:
            await run(connection, SQL["put_floods"], on)
        if over:
            await run(connection, SQL["forget_floods"], [route for route, _ in over], [site for _, site in over])


def item_rows(items: Sequence[tuple[StoredRoute, Item]], now: datetime) -> list[dict[str, Any]]:
    """Rows for `put_items`, in order."""
    return [
        {
            "place": place,
            "route_id": stored.row.id,
            "event_id": item.event_id,
            "kind": item.kind,
            "step": item.step,
            "site": item.site,
            "alarm": item.alarm,
            "payload": item.payload,
            "noted_at": now,
            "due_at": None if item.is_held else now + timedelta(seconds=stored.route.group_wait_s),
        }
        for place, (stored, item) in enumerate(items)
    ]
