"""What was sent, what waits and what failed; and a message that somebody asks for to try a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from analytics.notifications.document import document
from analytics.notifications.texts import Setting, test_message
from services.database import Connection, one, rows, run
from services.notifications.store import SQL, StoredChannel, load

#: As the database names them.
STATES = ("waiting", "delivered", "failed")


class NoSuchChannelError(Exception):
    """The site has no such channel; the message says which there are."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One message on one channel."""

    id: int
    key: str
    site: str
    channel: str
    channel_kind: str
    route: str | None
    team: str
    kind: str
    made_at: datetime
    title: str
    body: str
    state: str
    tries: int
    detail: str
    done_at: datetime | None
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class StateRow:
    """What became of one message."""

    state: str
    tries: int
    detail: str


@dataclass(frozen=True, slots=True)
class ChannelStateRow:
    """How a channel has done lately; `trouble` is what its oldest waiting message met."""

    channel_id: int
    waiting: int
    failed_in_a_day: int
    delivered_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """Events of alarms that were dropped with their term before anybody read them, and when last."""

    alarms: int
    at: datetime | None


async def log_page(
    connection: Connection,
    limit: int,
    below: int | None = None,
    *,
    site: str | None = None,
    state: str | None = None,
    channel: str | None = None,
) -> tuple[list[LogRow], int | None]:
    """A page of the log, the newest first, and where the next one begins."""
    found = await rows(connection, SQL["deliveries_page"], LogRow, site, state, channel, below, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


async def channel_states(connection: Connection) -> dict[int, ChannelStateRow]:
    """How each channel has done lately; one that never had a message is not among them."""
    return {row.channel_id: row for row in await rows(connection, SQL["states_of_channels"], ChannelStateRow)}


async def unread_alarms(connection: Connection) -> UnreadRow:
    """What nobody was told of, because `ioe watch` did not run for longer than events are kept."""
    (row,) = await rows(connection, SQL["unread_alarms"], UnreadRow)
    return row


async def put_test_message(connection: Connection, site: str, channel: str, now: datetime) -> str:
    """Queue a test message for a channel; gives its key. `ioe watch` sends it. Raises NoSuchChannelError."""
    book = await load(connection)
    stored = book.channel(site, channel)
    if stored is None:
        known = [each.channel.code for each in book.channels.values() if each.row.site == site]
        there = f"it has {', '.join(known)}" if known else "it has none: `ioe notify apply FOLDER`"
        raise NoSuchChannelError(f"site {site!r} has no channel {channel!r}: {there}")
    key = uuid4()
    await _put(connection, stored, key, now)
    return str(key)


async def _put(connection: Connection, stored: StoredChannel, key: UUID, now: datetime) -> None:
    text = test_message(Setting("en", stored.row.site, "UTC"))
    body = document(str(key), "test", stored.row.site, "", [], text, now)
    ways: tuple[list[int], list[int], list[str]] = ([], [stored.row.id], [""])
    await run(
        connection, SQL["put_message"], key, stored.row.site_id, None, "test", now, text.title, text.body, body, *ways
    )


async def outcome_of(connection: Connection, key: str) -> StateRow | None:
    """What became of a test message."""
    return await one(connection, SQL["delivery_of_message"], StateRow, UUID(key))
