"""Why an order does not take a step, in sentences that tell a person what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_LOCKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "start": "it is not locked out: confirm each isolation with the number of its padlock first",
        "resume": "it is not locked out: confirm each isolation with the number of its padlock first",
        "complete": "its padlocks still hang: take each one off and say so first",
        "cancel": "its padlocks still hang: take each one off and say so first",
    }
)
WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reason_missing": "others will ask why: give the reason as `comment`",
        "assignee_missing": "it says to nobody: give a person as `assignee`, or a `team`",
        "skill_missing": (
            "that person has not the skill it asks for: choose one of the candidates, or say `anyway` with the reason "
            "as `comment`"
        ),
        "tasks_open": "a required task has no result: give every required task one first",
        "cause_missing": "what it was is not known: give the true `cause`, or not-reproducible where nothing was found",
        "cause_unknown": "there is no such cause: give one of its causes, or other and what it was in the note",
        "signature_missing": "its job asks for a signature: have it signed first",
        "not_checked": (
            "it has not been looked yet whether its alarms are gone: that comes with the end of their off-delay, "
            "within an hour"
        ),
        "condition_stands": "an alarm of it stands again: reopen it and mend the cause",
        "same_person": (
            "whoever did the work does not verify it: let somebody else do so, and name both the one and the other by "
            "giving `by`"
        ),
    }
)

_BEFORE: Final = "nobody has started it: start it first"
_IS_OVER: Final[Mapping[str, str]] = {
    "verified": "it is verified, and over: open another order",
    "cancelled": "it is cancelled, and over: open another order",
}
_NOT_NOW: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "assign": {
            "requested": "it is only requested: accept it first",
            "done": "it is done: reopen it to have somebody work on it again",
        },
        "release": {
            "requested": "nobody has it",
            "open": "nobody has it",
            "in_progress": "somebody works on it: assign it to somebody else, or put it on hold",
            "on_hold": "it has been started: assign it to somebody else",
            "done": "it is done: verify or reopen it",
        },
        "start": {
            "requested": "it is only requested: accept it first",
            "in_progress": "it is started already",
            "on_hold": "it is on hold: resume it",
            "done": "it is done: reopen it to work on it again",
        },
        "hold": {
            "requested": _BEFORE,
            "open": _BEFORE,
            "assigned": _BEFORE,
            "on_hold": "it is on hold already",
            "done": "it is done: verify or reopen it",
        },
        "resume": {
            "requested": _BEFORE,
            "open": _BEFORE,
            "assigned": _BEFORE,
            "in_progress": "it goes on already",
            "done": "it is done: reopen it to work on it again",
        },
        "complete": {
            "requested": "it is only requested: accept and start it first",
            "open": _BEFORE,
            "assigned": _BEFORE,
            "on_hold": "it is on hold: resume it first",
            "done": "it is done already: verify it",
        },
        "verify": {
            "in_progress": "somebody still works on it: complete it first",
            "on_hold": "it is on hold: resume and complete it first",
        },
        "cancel": {
            "in_progress": "somebody works on it: put it on hold first",
            "done": "it is done: verify it, or reopen it to cancel it",
        },
    }
)
_NOT_NOW_ELSEWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accept": "it is accepted already",
        "reopen": "it is not done: there is nothing to reopen",
        "verify": "it is not done: there is nothing to verify",
    }
)


def why(event: str, guard: str) -> str:
    """Why a guard refuses an event that the table has."""
    return _LOCKS[event] if guard == "isolation_open" else WHY[guard]


def why_not(state: str, event: str) -> str:
    """Why the table has no such event for a state."""
    if state in _IS_OVER:
        return _IS_OVER[state]
    return _NOT_NOW.get(event, {}).get(state) or _NOT_NOW_ELSEWHERE[event]
