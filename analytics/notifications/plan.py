"""What one route does about what happened: tell it, keep it back, or only remember it.

    happening + what the route was told + a flood that is on --> items to tell, and what the route has been told now

An alarm is told when it comes (raised, worse, asking again), and once more when it is normal again. What is shelved,
suppressed or out of service is not told; where that ends with the alarm still there, it is told then. While a flood is
on, items are held back: the flood's own two messages tell of them, and each item still is in exactly one message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from analytics.alarms.rule import PRIORITIES
from analytics.notifications.happening import FLOOD_BEGAN, FLOOD_ENDED, Happening
from analytics.notifications.model import Route

ItemKind = Literal[
    "raised", "worsened", "re_alarmed", "returned", "escalated", "flood_began", "flood_ended", "work_order"
]
#: Kinds by which an alarm comes to people.
COMING: frozenset[str] = frozenset({"raised", "worsened", "re_alarmed"})

_COMES: Mapping[str, ItemKind] = {
    "raise": "raised",
    "worsen": "worsened",
    "re_alarm": "re_alarmed",
    # Somebody had put it away, and it is there still.
    "unshelve": "raised",
    "shelf_expired": "raised",
    "return_to_service": "raised",
    "unsuppress": "raised",
}
_ASKS = ("unacknowledged", "latched_unacknowledged")
_CONDITION_GONE = ("normal", "returned_unacknowledged", "latched_unacknowledged", "latched_acknowledged")


@dataclass(frozen=True, slots=True)
class Told:
    """What a route knows of an alarm that it was told of, until that is normal again."""

    raised_at: str
    priority: str
    told_at: datetime
    step: int
    called: int
    """The furthest step before it was told again, which begins the steps anew: who was called is told of the end."""
    is_acknowledged: bool
    """Since it was told; it may ask again since then."""
    is_quiet: bool
    """Nobody is called again: acknowledged, gone by itself, shelved, suppressed or out of service."""
    is_returned: bool
    flood_event_id: int | None
    event_id: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Flood:
    """A flood that is on at a route's site. A route is told of it only where it has a share in it."""

    event_id: int
    payload: Mapping[str, Any]
    is_told: bool = False
    step: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to tell on a route; held back where a flood's message will tell of it."""

    kind: ItemKind
    step: int
    event_id: int
    site: str
    alarm: str
    """Of a work order its name, as kunshan/41."""
    payload: Mapping[str, Any]
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Items to write, and what the route knows from now on (None: nothing any more)."""

    items: tuple[Item, ...]
    told: Told | None
    flood: Flood | None


def take(what: Happening, route: Route, told: Told | None, flood: Flood | None, now: datetime) -> Decision:
    """What a route does about what happened to one alarm. `flood`: the one that is on at the alarm's site."""
    kind = _coming(what, told)
    if kind is not None and route.matches(what.system, what.priority, of_service=not what.site):
        return _tell(what, kind, told, flood, now)
    if told is None or what.event == "retire":
        return Decision((), None, flood)  # a rule that is gone says nothing about health
    if kind is not None and told.raised_at != what.raised_at:
        return Decision((), None, flood)  # another occurrence, and not for this route
    return _remember(what, told, flood, now)


def _coming(what: Happening, told: Told | None) -> ItemKind | None:
    """The kind of item by which an alarm comes to people just now, if it does."""
    if what.state != "unacknowledged":  # a latched one that is unshelved is over all the same
        return None
    if what.event == "unsuppress" and told is not None and not told.is_returned and told.raised_at == what.raised_at:
        # The machine was stopped for a while: they know already, unless it got worse meanwhile.
        return "worsened" if PRIORITIES.index(what.priority) < PRIORITIES.index(told.priority) else None
    return _COMES.get(what.event)


def _tell(what: Happening, kind: ItemKind, told: Told | None, flood: Flood | None, now: datetime) -> Decision:
    items = [Item(kind, 0, what.event_id, what.site, what.alarm, what.payload, is_held=flood is not None)]
    if flood is not None and not flood.is_told:
        items.append(Item(FLOOD_BEGAN, 0, flood.event_id, what.site, what.site, flood.payload))
        flood = replace(flood, is_told=True)
    again = told is not None and told.raised_at == what.raised_at and not told.is_returned
    known = Told(
        raised_at=what.raised_at,
        priority=what.priority,
        told_at=now,
        step=0 if flood is None else flood.step,
        called=max(told.step, told.called) if told is not None and again else 0,
        is_acknowledged=False,
        is_quiet=False,
        is_returned=False,
        flood_event_id=None if flood is None else flood.event_id,
        event_id=what.event_id,
        payload=what.payload,
    )
    return Decision(tuple(items), known, flood)


def _remember(what: Happening, told: Told, flood: Flood | None, now: datetime) -> Decision:
    items: tuple[Item, ...] = ()
    gone = what.state in _CONDITION_GONE
    if gone and not told.is_returned:
        held = flood is not None and flood.is_told
        step = max(told.step, told.called)
        items = (Item("returned", step, what.event_id, what.site, what.alarm, what.payload, is_held=held),)
    if what.state == "normal":
        return Decision(items, None, flood)
    is_quiet = what.state not in _ASKS
    asks_again = told.is_acknowledged and told.is_quiet and not is_quiet
    known = replace(
        told,
        told_at=now if asks_again else told.told_at,  # the minutes that had run when somebody answered are over
        is_acknowledged=told.is_acknowledged or what.event == "acknowledge",
        is_quiet=is_quiet,
        is_returned=told.is_returned or gone,
        payload=what.payload,
    )
    return Decision(items, known, flood)


def flood_began(what: Happening, *, has_share: bool) -> tuple[tuple[Item, ...], Flood]:
    """A flood begins. `has_share`: alarms that this route was about to tell belong to it."""
    flood = Flood(what.event_id, what.payload, is_told=has_share)
    if not has_share:
        return (), flood
    return (Item(FLOOD_BEGAN, 0, what.event_id, what.site, what.site, what.payload),), flood


def flood_ended(what: Happening, flood: Flood | None) -> tuple[Item, ...]:
    """A flood is over: told where its beginning was, and to who was called for it."""
    if flood is None or not flood.is_told:
        return ()
    return (Item(FLOOD_ENDED, flood.step, what.event_id, what.site, what.site, what.payload),)
