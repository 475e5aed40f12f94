"""The life of a work order: one literal table of states, events and what each leads to.

    requested --accept--> open --assign--> assigned --start--> in_progress --complete--> done --verify--> verified
                           '---------------start-------------->  |      ^                 |
                                                               hold   resume           reopen --> open, or assigned
                                                                 v      |
                                                                  on_hold       cancel: from all that nobody works at

A step takes a state, an event and the moment, and gives the next state with a named reason, or refuses with a named
reason and what a person can do instead. What is not in the table does not happen; what is in it may still be refused by
a guard: a machine that is not locked out is not worked on, and nobody verifies what they did themselves.
The whole drawing: docs/images/work-order-lifecycle.svg
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from analytics.work_orders.refusals import why, why_not

State = Literal["requested", "open", "assigned", "in_progress", "on_hold", "done", "verified", "cancelled"]
Event = Literal["accept", "assign", "release", "start", "hold", "resume", "complete", "reopen", "verify", "cancel"]
#: On which circumstances a step depends; its name is the step's reason.
When = Literal["always", "is_assigned", "is_nobodys"]
#: Why a step that the table has is refused.
Guard = Literal[
    "reason_missing",
    "assignee_missing",
    "skill_missing",
    "isolation_open",
    "tasks_open",
    "cause_missing",
    "cause_unknown",
    "signature_missing",
    "same_person",
    "not_checked",
    "condition_stands",
]
#: Why the table has no such step: `not_now`: in no moment of this state.
Reason = Guard | Literal["not_now"]
#: Why something that is done during an order's life (a result, a padlock, hours ...) is refused.
WorkReason = Literal[
    "not_now",
    "no_such_position",
    "value_missing",
    "not_measured",
    "note_missing",
    "photo_missing",
    "lock_missing",
    "hangs_already",
    "hangs_not",
    "no_machine",
    "is_down_already",
    "is_not_down",
    "bad_time",
    "no_picture",
    "too_many_files",
    "no_such_job",
    "has_job",
]
#: What whoever asks for a step has to give with it.
Need = Literal["comment", "assignee", "cause"]

#: An order in one of these is over, and stays so.
OVER: Final[frozenset[State]] = frozenset({"verified", "cancelled"})


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds when an event comes: of the order, and of what is given with the event."""

    is_assigned: bool = False
    """It has an assignee."""
    open_isolations: int = 0
    """Energies that are not locked out."""
    hanging_locks: int = 0
    """Energies that are locked out."""
    open_tasks: int = 0
    """Required tasks without a result."""
    needs_cause: bool = False
    """It comes from alarms, or repairs something: its true cause is wanted."""
    lacks_signature: bool = False
    """Its job asks for a signature, and it has none."""
    is_checked: bool = True
    """Since it was done it was looked whether the condition of its alarms is gone."""
    standing_alarms: int = 0
    """Alarms of it whose condition holds."""
    is_same_person: bool = False
    """Whoever asks is who said that it is done."""
    has_comment: bool = False
    has_assignee: bool = False
    """A person or a team is given."""
    has_cause: bool = False
    is_cause_known: bool = True
    lacks_skill: bool = False
    """The person who is given has not the skill that the order asks for, and nobody said that it shall be so anyway."""


WHEN: Final[Mapping[When, Callable[[Moment], bool]]] = MappingProxyType(
    {
        "always": lambda _: True,
        "is_assigned": lambda moment: moment.is_assigned,
        "is_nobodys": lambda moment: not moment.is_assigned,
    }
)

_Ways = Mapping[When, State]
_CANCELLED: Final[_Ways] = {"always": "cancelled"}

#: All there is. Due times run on while an order is on hold: the machine waits as well.
TABLE: Final[Mapping[State, Mapping[Event, _Ways]]] = MappingProxyType(
    {
        "requested": {
            "accept": {"always": "open"},
            "cancel": _CANCELLED,
        },
        "open": {
            "assign": {"always": "assigned"},
            "start": {"always": "in_progress"},
            "cancel": _CANCELLED,
        },
        "assigned": {
            "assign": {"always": "assigned"},
            "release": {"always": "open"},
            "start": {"always": "in_progress"},
            "cancel": _CANCELLED,
        },
        "in_progress": {
            "assign": {"always": "in_progress"},
            "hold": {"always": "on_hold"},
            "complete": {"always": "done"},
        },
        "on_hold": {
            "assign": {"always": "on_hold"},
            "resume": {"always": "in_progress"},
            "cancel": _CANCELLED,
        },
        "done": {
            "reopen": {"is_assigned": "assigned", "is_nobodys": "open"},
            "verify": {"always": "verified"},
        },
        "verified": {},
        "cancelled": {},
    }
)

#: What has to be given with an event, whoever asks; a guard refuses the step without it.
NEEDS: Final[Mapping[Event, tuple[Need, ...]]] = MappingProxyType(
    {"assign": ("assignee",), "hold": ("comment",), "reopen": ("comment",), "cancel": ("comment",)}
)

_NO_REASON: Final = ("reason_missing", lambda moment: not moment.has_comment)
_LOCKS_HANG: Final = ("isolation_open", lambda moment: moment.hanging_locks > 0)
_NOT_LOCKED: Final = ("isolation_open", lambda moment: moment.open_isolations > 0)
#: What stands in the way of an event that the table has; the first that holds is told.
GUARDS: Final[Mapping[Event, tuple[tuple[Guard, Callable[[Moment], bool]], ...]]] = MappingProxyType(
    {
        "assign": (
            ("assignee_missing", lambda moment: not moment.has_assignee),
            ("skill_missing", lambda moment: moment.lacks_skill),
        ),
        "start": (_NOT_LOCKED,),
        "resume": (_NOT_LOCKED,),
        "hold": (_NO_REASON,),
        "complete": (
            ("tasks_open", lambda moment: moment.open_tasks > 0),
            _LOCKS_HANG,
            ("signature_missing", lambda moment: moment.lacks_signature),
            ("cause_missing", lambda moment: moment.needs_cause and not moment.has_cause),
            ("cause_unknown", lambda moment: moment.has_cause and not moment.is_cause_known),
        ),
        "reopen": (_NO_REASON,),
        "verify": (
            ("not_checked", lambda moment: not moment.is_checked),
            ("condition_stands", lambda moment: moment.standing_alarms > 0),
            ("same_person", lambda moment: moment.is_same_person),
        ),
        "cancel": (_LOCKS_HANG, _NO_REASON),
    }
)
#: What a person can still give with the event: it hinders a step, and no offer of one.
_GIVEN: Final[Mapping[Guard, Need]] = MappingProxyType(
    {"reason_missing": "comment", "assignee_missing": "assignee", "cause_missing": "cause"}
)


class Stepped(NamedTuple):
    """Where an event led to, and why there."""

    state: State
    when: When


class Refused(NamedTuple):
    """It does not happen; `why` tells a person what to do instead."""

    reason: Reason | WorkReason
    why: str


class Offer(NamedTuple):
    """An event that the table has for a state: what has to be given with it, and why it is refused just now."""

    event: Event
    needs: tuple[Need, ...]
    refused: Refused | None


def step(state: State, event: Event, moment: Moment) -> Stepped | Refused:
    """Take one step of the table."""
    ways = TABLE[state].get(event)
    if ways is None:
        return Refused("not_now", why_not(state, event))
    for guard, holds in GUARDS.get(event, ()):
        if holds(moment):
            return Refused(guard, why(event, guard))
    for when, to in ways.items():
        if WHEN[when](moment):
            return Stepped(to, when)
    raise AssertionError(f"the table has no way for {event} of {state} at {moment}")


def possible(state: State, moment: Moment) -> tuple[Offer, ...]:
    """Every event that the table has for a state, with what it needs and what stands in its way at this moment."""
    return tuple(_offer(event, moment) for event in TABLE[state])


def ways() -> Iterator[tuple[State, Event, When, State]]:
    """Every line of the table."""
    for state, events in TABLE.items():
        for event, branches in events.items():
            for when, to in branches.items():
                yield state, event, when, to


def _offer(event: Event, moment: Moment) -> Offer:
    needs = NEEDS.get(event, ()) + (("cause",) if event == "complete" and moment.needs_cause else ())
    for guard, holds in GUARDS.get(event, ()):
        if guard not in _GIVEN and holds(moment):
            return Offer(event, needs, Refused(guard, why(event, guard)))
    return Offer(event, needs, None)
