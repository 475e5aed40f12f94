"""Telling people without the outbox, for the one thing that the outbox cannot tell: that the database is away.

The channels, routes and addresses that were last seen are kept in memory; the routes that take service alarms are
used, with the same words as ever. Each channel is tried once and there is no cursor: what is sent this way may be told
again by the outbox when the database is back. A process that began while the database was away knows no
channel: it can tell nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from analytics.notifications.document import document
from analytics.notifications.happening import happening
from analytics.notifications.plan import Item
from analytics.notifications.retry import Outcome
from analytics.notifications.texts import message
from services.notifications.gathering import setting_of
from services.notifications.sending import Letter, send
from services.notifications.store import Book, StoredChannel, StoredRoute

log = logging.getLogger("ioe.notifications")


class Direct:
    """What is known of channels and routes, and sending by them at once."""

    def __init__(self, console_url: str = "") -> None:
        self._book: Book | None = None
        self._console_url = console_url

    def learn(self, book: Book) -> None:
        """Remember channels and routes as they are now."""
        self._book = book

    async def tell(self, payloads: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Outcome]:
        """Send one message on each route that takes these service alarms; gives what each channel said.

        Payloads are those of events of raises (site "", rule, subject, name, priority, raised_at ...). A repeat with
        the same payloads has the same key.
        """
        if self._book is None:
            log.error("nobody can be told: no channel was ever read from the database by this process")
            return {}
        book = self._book
        sending = [
            self._send(book, stored, channel, items, now)
            for stored in book.routes.values()
            if not stored.row.is_retired and (items := _items(stored, payloads))
            for channel in _channels(book, stored)
        ]
        outcomes: dict[str, Outcome] = {}
        for name, outcome in await asyncio.gather(*sending):
            outcomes[name] = outcome
            if outcome.answer != "taken":
                log.error("channel %s was not told directly: %s", name, outcome.detail)
        return outcomes

    async def _send(
        self, book: Book, stored: StoredRoute, channel: StoredChannel, items: Sequence[Item], now: datetime
    ) -> tuple[str, Outcome]:
        text = message("alarms", items, setting_of(stored, self._console_url), now)
        what = "/".join(f"{item.alarm}:{item.payload.get('raised_at')}" for item in items)
        key = str(
            uuid5(NAMESPACE_URL, f"ioe:direct/{stored.row.site}/{stored.route.code}/{channel.channel.code}/{what}")
        )
        body = document(key, "alarms", stored.row.site, stored.route.code, items, text, now)
        letter = Letter(key, text, body, book.recipients(channel.channel, stored.route.team))
        return f"{stored.row.site}/{channel.channel.code}", await send(channel.channel, letter, now)


def _items(stored: StoredRoute, payloads: Sequence[Mapping[str, Any]]) -> list[Item]:
    found = []
    for at, payload in enumerate(payloads):
        what = happening(at, "alarm.raise", payload)
        if what is not None and stored.route.matches(what.system, what.priority, of_service=not what.site):
            found.append(Item("raised", 0, at, what.site, what.alarm, payload))
    return found


def _channels(book: Book, stored: StoredRoute) -> list[StoredChannel]:
    return [found for code in stored.route.channels if (found := book.channel(stored.row.site, code)) is not None]
