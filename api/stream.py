"""One client's live stream: a snapshot, then what changes, without a gap.

    snapshot  {"cursor", "resumed", "at", "hearing", "values"}     every selected point that has a value
       |
       +--> wait for the feed's bell (at most 4 a second)
       |       event    id: <cursor>  {"kind", "subject", "at", "payload"}   in order, each once
       |       hearing  {"at", "hearing"}                                    whether values can be taken as true now
       +------ values   {"at", "values"}                                      newest value of each changed point

Values carry no id: after a reconnect they come as a snapshot. Events do, and so does the snapshot, so that a browser
that reconnects (`Last-Event-ID`) gets every event of its absence, also when it had seen none before. Nothing is queued
for a client. One that reads slowly gets fewer frames, each with the newest values; events it is late for are read from
the database again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi.sse import ServerSentEvent

from api.board import Selection
from api.connections import DatabaseAwayError
from api.context import Context
from api.feed import as_json
from services import events
from services.events import EventRow
from services.hearing import Hearing

_PAGE = 500

DESCRIPTION = """Server-sent events. The first frame is a `snapshot`, then follow, as they happen:

- `snapshot`: `{"cursor": "41", "resumed": true, "at": "...", "hearing": {"listening": true, "lost":
  [["site/device", since_ms], ...]}, "values": [["site/device/key", time_ms, value], ...]}`, every selected point that
  has a value. `resumed` is false where the events since `Last-Event-ID` are not to be had.
- `hearing`: `{"at": "...", "hearing": {...}}`, when it changes. While `listening` is false nobody receives readings, or
  this process cannot see them: every value is stale until it is true again. Values that a `lost` device (offline or
  silent, itself or its gateway) measured up to `since_ms` are stale, however young.
- `values`: `{"at": "...", "values": [["site/device/key", time_ms, value], ...]}`, the newest value of each point that
  changed, at most 4 frames a second. Values carry no id: after a reconnect they come as a snapshot.
- `event`: `{"kind": "device.status", "subject": "kunshan/m-101", "at": "...", "payload": {...}}`, with an id. A browser
  sends the last id when it reconnects and gets every event since then, each once.

Comments keep a quiet stream open, one each 15 s. `time_ms` counts milliseconds since 1970 in UTC; values are in the
point's unit. With `site`, events of other sites are left out.
"""


@dataclass(frozen=True, slots=True)
class Resume:
    """Where a stream begins: after `cursor`; `resumed` is false where the client's own place is not to be had."""

    cursor: int
    resumed: bool


def resume_from(last_event_id: str | None, now: int, kept: range) -> Resume:
    """Where to begin for a client that says it has seen `last_event_id`, when `kept` are the events there are.

    A place that is not ours (another database, long gone events) is answered with now and resumed = false: refusing it
    would make a browser give up, and what it missed cannot be had.
    """
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        place = int(last_event_id)
        if kept.start - 1 <= place < max(kept.stop, now + 1):
            return Resume(place, resumed=True)
    return Resume(now, resumed=False)


async def frames(context: Context, selection: Selection, start: Resume) -> AsyncIterator[ServerSentEvent]:
    """The frames of one stream, until the client leaves or the service stops."""
    feed, traffic = context.feed, context.traffic
    traffic.streams.inc()
    try:
        seen = feed.board.version
        heard = feed.hearing
        yield _snapshot(feed.board.changed(selection, -1), _heard(heard, selection), start)
        traffic.frames.labels("snapshot").inc()
        cursor = start.cursor
        while not feed.closing:
            step = feed.step
            happened = await _events_after(context, cursor)
            for event in happened:
                cursor = event.id
                if _concerns(event, selection, feed.board.sites):
                    yield _event(event)
                    traffic.frames.labels("event").inc()
            if feed.hearing != heard:
                heard = feed.hearing
                data = {"at": datetime.now(UTC), "hearing": _heard(heard, selection)}
                yield ServerSentEvent(event="hearing", raw_data=as_json(data))
                traffic.frames.labels("hearing").inc()
            values, seen = feed.values_since(selection, seen), feed.board.version
            if values is not None:
                yield ServerSentEvent(event="values", raw_data=values)
                traffic.frames.labels("values").inc()
            behind = bool(happened) and cursor < feed.event_id
            if step == feed.step and not behind:
                await feed.next_change()
    finally:
        traffic.streams.dec()


async def _events_after(context: Context, cursor: int) -> list[EventRow]:
    remembered = context.feed.recent_events(cursor)
    if remembered is not None:
        return remembered
    try:
        async with context.connections.borrow() as connection:
            return await events.read_after(connection, cursor, _PAGE)
    except DatabaseAwayError:
        return []  # the feed rings when the database is back


def _concerns(event: EventRow, selection: Selection, sites: frozenset[str]) -> bool:
    """An event of another site is left out; one of the service itself concerns everybody."""
    site = event.subject.partition("/")[0]
    return selection.site is None or site == selection.site or site not in sites


def _heard(heard: Hearing, selection: Selection) -> dict[str, object]:
    """As it stands in a frame; devices of other sites are left out."""
    prefix = "" if selection.site is None else f"{selection.site}/"
    lost = [
        (device, int(since.timestamp() * 1000)) for device, since in heard.lost.items() if device.startswith(prefix)
    ]
    return {"listening": heard.listening, "lost": lost}


def _snapshot(values: Sequence[tuple[str, int, float]], heard: dict[str, object], start: Resume) -> ServerSentEvent:
    cursor = str(start.cursor)
    data = {
        "cursor": cursor,
        "resumed": start.resumed,
        "at": datetime.now(UTC),
        "hearing": heard,
        "values": values,
    }
    return ServerSentEvent(event="snapshot", id=cursor, raw_data=as_json(data))


def _event(event: EventRow) -> ServerSentEvent:
    data = {"kind": event.kind, "subject": event.subject, "at": event.at, "payload": event.payload}
    return ServerSentEvent(event="event", id=str(event.id), raw_data=as_json(data))
