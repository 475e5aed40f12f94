"""Every step of an order's life, as people and the service take them.

    lock the order --its rows, what is given--> analytics/work_orders/lifecycle.py --> refused, with the reason
                                                  '-> what the step brings with it --> the order, an entry, an event

All in the caller's transaction. Starting may take the machine's alarms out of service; completing brings them back,
ends the downtime, and says when it is looked whether their condition is gone. Reopening begins the lock-out anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from analytics.work_orders.lifecycle import Event, Moment, Refused, State, step
from services.database import Connection
from services.people import Actor, person_id, team_id
from services.statements import statements
from services.work_orders import (
    causes,
    downtime,
    isolation,
    learning,
    locking,
    moments,
    opening,
    silencing,
    tasks,
    trail,
)
from services.work_orders.moments import Given
from services.work_orders.rows import Order, OrderRef

ALARMS = statements("work_order_alarms")

#: After an order is done its alarms may take this long at most to be normal.
CHECKED_AFTER_AT_MOST: Final = timedelta(hours=1)
Detail = dict[str, object]


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    ref: OrderRef
    from_state: State
    to_state: State
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Step:
    """What a step works with."""

    connection: Connection
    order: Order
    actor: Actor | None
    now: datetime
    given: Given

    @property
    def by(self) -> str:
        """Who acts, as alarms are told."""
        return "" if self.actor is None else self.actor.code


async def take(
    connection: Connection,
    ref: OrderRef,
    event: Event,
    actor: Actor | None,
    now: datetime,
    given: Given = Given(),  # noqa: B008 - frozen, and empty
) -> Taken | Refused:
    """Take one step of the table; without an actor the service itself does.

    Raises OrderNotFoundError, and PersonNotFoundError or TeamNotFoundError where somebody is given whom nobody knows.
    """
    order = await locking.lock(connection, ref)
    stepped = step(order.at, event, await _moment(connection, order, event, actor, given))
    if isinstance(stepped, Refused):
        return stepped
    came_from = order.at
    order.state = stepped.state
    if stepped.state != came_from:
        order.since = now
    detail = await _EFFECTS[event](_Step(connection, order, actor, now, given))
    await locking.put(connection, order)
    await trail.add(
        connection,
        order.id,
        event,
        now,
        actor,
        comment=given.comment,
        from_state=came_from,
        to_state=stepped.state,
        detail=detail,
    )
    if event == "verify":
        await learning.learn(connection, order.id)
    return Taken(order.ref, came_from, stepped.state, detail)


async def _moment(connection: Connection, order: Order, event: Event, actor: Actor | None, given: Given) -> Moment:
    asked = moments.Asked(
        order.id,
        order.origin,
        order.kind,
        order.skill,
        order.assignee_id is not None,
        order.requires_signature,
        order.signature_id is not None,
        order.checked_at is not None,
        order.done_by,
    )
    wants_causes = event == "complete" and given.cause is not None
    known = {row.code for row in await causes.choices(connection, order.id)} if wants_causes else None
    return await moments.moment(connection, asked, await moments.facts(connection, order.id), actor, given, known)


async def _accept(the: _Step) -> Detail:
    promised = the.order.due_at
    await _count_anew(the)
    if promised is not None:  # a person has set it while it was only requested
        the.order.due_at = promised
    return {}


async def _count_anew(the: _Step) -> None:
    order = the.order
    times = await opening.due(the.connection, order.site_id, order.priority, the.now)
    order.respond_by, order.due_at = times
    order.escalates_at, order.escalated, order.is_breach_told = times.respond_by, 0, False


async def _assign(the: _Step) -> Detail:
    given, order = the.given, the.order
    if given.team is not None:
        order.team_id = await team_id(the.connection, given.team)
    order.assignee_id = None if given.assignee is None else await person_id(the.connection, given.assignee)
    detail: Detail = {"assignee": given.assignee, "team": given.team}
    return {**detail, "anyway": True} if given.anyway else detail


async def _release(the: _Step) -> Detail:
    the.order.assignee_id = None
    return {}


async def _start(the: _Step) -> Detail:
    order = the.order
    order.first_started_at = order.first_started_at or the.now
    order.escalates_at = None
    if order.assignee_id is None and the.actor is not None:
        order.assignee_id = the.actor.user_id
    wanted = order.takes_out_of_service if the.given.out_of_service is None else the.given.out_of_service
    if not wanted:
        return {}
    return {"out_of_service": await silencing.silence(the.connection, order, the.by, the.now)}


async def _nothing(_: _Step) -> Detail:
    return {}


async def _complete(the: _Step) -> Detail:
    order, given = the.order, the.given
    order.done_at, order.done_by = the.now, None if the.actor is None else the.actor.id
    order.cause, order.cause_note = given.cause or order.cause, given.cause_note or order.cause_note
    order.resolution = given.resolution or order.resolution
    order.escalates_at = None
    detail = await _leave_machine(the)
    if (await moments.facts(the.connection, order.id)).alarms:
        seconds: float = await the.connection.fetchval(ALARMS["longest_return"].text, order.id)
        order.check_at = the.now + min(timedelta(seconds=seconds), CHECKED_AFTER_AT_MOST)
    else:
        order.checked_at = the.now
    return {"cause": order.cause, "resolution": order.resolution, **detail}


async def _leave_machine(the: _Step) -> Detail:
    """Nobody works on the machine any more: its alarms are heard again, and it is up."""
    heard = await silencing.let_heard(the.connection, the.order, the.by, the.now)
    ended = await downtime.close(the.connection, the.order.id, the.now)
    return {**({"returned_to_service": heard} if heard else {}), **({"downtime_ended": True} if ended else {})}


async def _reopen(the: _Step) -> Detail:
    order = the.order
    order.reopened += 1
    order.done_at = order.done_by = order.check_at = order.checked_at = order.signature_id = None
    await _count_anew(the)
    await isolation.reset(the.connection, order.id)
    if not the.given.keep_results:
        await tasks.reset(the.connection, order.id)
    return {"evidence": list(the.given.evidence)} if the.given.evidence else {}


async def _verify(the: _Step) -> Detail:
    the.order.verified_at, the.order.verified_by = the.now, None if the.actor is None else the.actor.id
    return {}


async def _cancel(the: _Step) -> Detail:
    the.order.cancelled_at = the.now
    the.order.escalates_at = None
    return await _leave_machine(the)


_EFFECTS: Final[Mapping[Event, Callable[[_Step], Awaitable[Detail]]]] = MappingProxyType(
    {
        "accept": _accept,
        "assign": _assign,
        "release": _release,
        "start": _start,
        "hold": _nothing,
        "resume": _nothing,
        "complete": _complete,
        "reopen": _reopen,
        "verify": _verify,
        "cancel": _cancel,
    }
)
