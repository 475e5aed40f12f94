"""The life of an alarm after ISA-18.2 / IEC 62682: one literal table of states, events and what each leads to.

    normal --raise--> unacknowledged --acknowledge--> acknowledged --clear--> normal
                        |   ^   ^------ worsen, re_alarm -----|
                      clear raise
                        v   |
                      returned_unacknowledged --acknowledge--> normal         (latched ones wait for a reset as well)

    any state --shelve--> shelved, --remove_from_service--> out_of_service, an active one --suppress--> suppressed;
    each is left by what holds at that moment. The whole drawing: docs/images/alarm-lifecycle.svg

A step takes a state, an event and the moment (does the condition hold, is it kept quiet, does it latch) and gives the
next state with a named reason, or refuses with what a person can do instead. What is not in the table does not happen.

Two decisions. An alarm whose condition does not hold stays normal while its machine stands still: there is nothing to
suppress, and thirty rules of a machine would write thirty lines at each stop. And what somebody was told of and latches
is still latched after shelving, also where it came and went again unheard meanwhile: only a reset lets it go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

State = Literal[
    "normal",
    "unacknowledged",
    "acknowledged",
    "returned_unacknowledged",
    "latched_unacknowledged",
    "latched_acknowledged",
    "shelved",
    "suppressed",
    "out_of_service",
]
Event = Literal[
    "raise",
    "clear",
    "worsen",
    "acknowledge",
    "reset",
    "re_alarm",
    "shelve",
    "unshelve",
    "shelf_expired",
    "suppress",
    "unsuppress",
    "remove_from_service",
    "return_to_service",
    "retire",
]
#: On which circumstances a step depends; its name is the step's reason.
When = Literal[
    "always",
    "heard",
    "kept_quiet",
    "latches",
    "lets_go",
    "still_active",
    "active_kept_quiet",
    "returned_latched",
    "returned",
]


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds when an event comes."""

    is_active: bool = False
    """The condition holds, after the event."""
    is_quiet: bool = False
    """It is kept quiet by design."""
    is_latched: bool = False
    """The rule latches, and people were told of it since it was last normal."""


WHEN: Final[Mapping[When, Callable[[Moment], bool]]] = MappingProxyType(
    {
        "always": lambda _: True,
        "heard": lambda moment: not moment.is_quiet,
        "kept_quiet": lambda moment: moment.is_quiet,
        "latches": lambda moment: moment.is_latched,
        "lets_go": lambda moment: not moment.is_latched,
        "still_active": lambda moment: moment.is_active and not moment.is_quiet,
        "active_kept_quiet": lambda moment: moment.is_active and moment.is_quiet,
        "returned_latched": lambda moment: not moment.is_active and moment.is_latched,
        "returned": lambda moment: not moment.is_active and not moment.is_latched,
    }
)

_Ways = Mapping[When, State]
_RAISED: Final[_Ways] = {"heard": "unacknowledged", "kept_quiet": "suppressed"}
_LEFT: Final[_Ways] = {
    "still_active": "unacknowledged",
    "active_kept_quiet": "suppressed",
    "returned_latched": "latched_unacknowledged",
    "returned": "normal",
}
_SHELVED: Final[_Ways] = {"always": "shelved"}
_OUT: Final[_Ways] = {"always": "out_of_service"}
_NORMAL: Final[_Ways] = {"always": "normal"}
#: Whatever the state, a person may put an alarm away, and its rule may go.
_PUT_AWAY: Final[Mapping[Event, _Ways]] = {"shelve": _SHELVED, "remove_from_service": _OUT, "retire": _NORMAL}

#: All there is. Conditions go on being told, and logged, while an alarm is shelved, suppressed or out of service.
TABLE: Final[Mapping[State, Mapping[Event, _Ways]]] = MappingProxyType(
    {
        "normal": {
            "raise": _RAISED,
            "shelve": _SHELVED,
            "remove_from_service": _OUT,
        },
        "unacknowledged": {
            "acknowledge": {"always": "acknowledged"},
            "clear": {"latches": "latched_unacknowledged", "lets_go": "returned_unacknowledged"},
            "worsen": {"always": "unacknowledged"},
            "suppress": {"always": "suppressed"},
            **_PUT_AWAY,
        },
        "acknowledged": {
            "clear": {"latches": "latched_acknowledged", "lets_go": "normal"},
            "worsen": {"always": "unacknowledged"},
            "re_alarm": {"always": "unacknowledged"},
            "suppress": {"always": "suppressed"},
            **_PUT_AWAY,
        },
        "returned_unacknowledged": {
            "acknowledge": {"always": "normal"},
            "raise": _RAISED,
            **_PUT_AWAY,
        },
        "latched_unacknowledged": {
            "acknowledge": {"always": "latched_acknowledged"},
            "raise": _RAISED,
            **_PUT_AWAY,
        },
        "latched_acknowledged": {
            "reset": {"always": "normal"},
            "raise": _RAISED,
            **_PUT_AWAY,
        },
        "shelved": {
            "raise": _SHELVED,
            "clear": _SHELVED,
            "worsen": _SHELVED,
            "unshelve": _LEFT,
            "shelf_expired": _LEFT,
            **_PUT_AWAY,
        },
        "suppressed": {
            "clear": {"latches": "latched_unacknowledged", "lets_go": "normal"},
            "worsen": {"always": "suppressed"},
            "unsuppress": {"always": "unacknowledged"},
            **_PUT_AWAY,
        },
        "out_of_service": {
            "raise": _OUT,
            "clear": _OUT,
            "worsen": _OUT,
            "return_to_service": _LEFT,
            "retire": _NORMAL,
        },
    }
)

_NOT_HEARD: Final[Mapping[State, str]] = {
    "shelved": "it is shelved: unshelve it first",
    "suppressed": "it is kept quiet by design and asks nothing of anybody: wait until it is heard again",
    "out_of_service": "it is out of service: return it to service first",
}
_REFUSED: Final[Mapping[Event, Mapping[State, str]]] = {
    "acknowledge": {
        **_NOT_HEARD,
        "normal": "it is normal: there is nothing to acknowledge",
        "acknowledged": "it is acknowledged already",
        "latched_acknowledged": "it is acknowledged already, and latched: reset it",
    },
    "reset": {
        **_NOT_HEARD,
        "normal": "it is normal: there is nothing to reset",
        "unacknowledged": "its condition still holds: mend the cause and acknowledge it first",
        "acknowledged": "its condition still holds: mend the cause first",
        "returned_unacknowledged": "it does not latch: acknowledge it, and it is normal",
        "latched_unacknowledged": "nobody has acknowledged it: acknowledge it first",
    },
    "shelve": {"out_of_service": "it is out of service, which is quiet enough: return it to service to shelve it"},
    "remove_from_service": {"out_of_service": "it is out of service already"},
}
_REFUSED_ELSEWHERE: Final[Mapping[Event, str]] = {
    "unshelve": "it is not shelved",
    "return_to_service": "it is not out of service",
}


class Stepped(NamedTuple):
    """Where an event led to, and why there."""

    state: State
    reason: When


class Refused(NamedTuple):
    """The event does not happen in that state; `why` tells a person what to do instead."""

    why: str


def step(state: State, event: Event, moment: Moment) -> Stepped | Refused:
    """Take one step of the table."""
    ways = TABLE[state].get(event)
    if ways is None:
        return Refused(_why_not(state, event))
    for when, to in ways.items():
        if WHEN[when](moment):
            return Stepped(to, when)
    raise AssertionError(f"the table has no way for {event} of {state} at {moment}")


def ways() -> Iterator[tuple[State, Event, When, State]]:
    """Every line of the table."""
    for state, events in TABLE.items():
        for event, branches in events.items():
            for when, to in branches.items():
                yield state, event, when, to


def _why_not(state: State, event: Event) -> str:
    otherwise = _REFUSED_ELSEWHERE.get(event, f"{event} does not happen to an alarm that is {state}")
    return _REFUSED.get(event, {}).get(state, otherwise)
