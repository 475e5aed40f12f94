"""The table of a work order's life: no way is missing, none is doubtful, and what it refuses says what to do."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from analytics.work_orders.lifecycle import (
    GUARDS,
    NEEDS,
    OVER,
    TABLE,
    WHEN,
    Event,
    Guard,
    Moment,
    Refused,
    State,
    Stepped,
    possible,
    step,
    ways,
)

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)
#: Nothing stands in the way, and all is given.
FREE = Moment(has_comment=True, has_assignee=True, has_cause=True)
#: For each guard a moment in which it alone stands in the way of the event.
HINDERED: tuple[tuple[State, Event, Moment, Guard], ...] = (
    ("open", "assign", replace(FREE, has_assignee=False), "assignee_missing"),
    ("assigned", "assign", replace(FREE, lacks_skill=True), "skill_missing"),
    ("open", "start", replace(FREE, open_isolations=1), "isolation_open"),
    ("on_hold", "resume", replace(FREE, open_isolations=1), "isolation_open"),
    ("in_progress", "hold", replace(FREE, has_comment=False), "reason_missing"),
    ("in_progress", "complete", replace(FREE, open_tasks=1), "tasks_open"),
    ("in_progress", "complete", replace(FREE, hanging_locks=1), "isolation_open"),
    ("in_progress", "complete", replace(FREE, lacks_signature=True), "signature_missing"),
    ("in_progress", "complete", replace(FREE, needs_cause=True, has_cause=False), "cause_missing"),
    ("in_progress", "complete", replace(FREE, is_cause_known=False), "cause_unknown"),
    ("done", "reopen", replace(FREE, has_comment=False), "reason_missing"),
    ("done", "verify", replace(FREE, is_checked=False), "not_checked"),
    ("done", "verify", replace(FREE, standing_alarms=1), "condition_stands"),
    ("done", "verify", replace(FREE, is_same_person=True), "same_person"),
    ("open", "cancel", replace(FREE, has_comment=False), "reason_missing"),
    ("on_hold", "cancel", replace(FREE, hanging_locks=1), "isolation_open"),
)


def test_every_state_and_event_stands_in_the_table() -> None:
    assert set(TABLE) == set(STATES)
    assert {event for _, event, _, _ in ways()} == set(EVENTS)
    assert {to for _, _, _, to in ways()} == set(STATES) - {"requested"}
    assert {state for state in STATES if not TABLE[state]} == OVER


@pytest.mark.parametrize("state", STATES)
def test_at_any_moment_there_is_exactly_one_way(state: State) -> None:
    for branches in TABLE[state].values():
        for is_assigned in (False, True):
            assert sum(WHEN[when](Moment(is_assigned=is_assigned)) for when in branches) == 1


@pytest.mark.parametrize(("state", "event"), list(product(STATES, EVENTS)))
def test_what_is_not_in_the_table_does_not_happen(state: State, event: Event) -> None:
    result = step(state, event, FREE)
    if event in TABLE[state]:
        assert isinstance(result, Stepped)
        assert result.state in TABLE[state][event].values()
    else:
        assert isinstance(result, Refused)
        assert result.reason == "not_now"
        assert result.why.startswith(("it is", "it has", "it goes", "nobody", "somebody"))
        assert "_" not in result.why


@pytest.mark.parametrize(("state", "event", "moment", "guard"), HINDERED)
def test_a_guard_refuses_with_its_name_and_what_to_do(state: State, event: Event, moment: Moment, guard: Guard) -> None:
    result = step(state, event, moment)
    assert isinstance(result, Refused)
    assert result.reason == guard
    assert ": " in result.why, "a reason, and what to do"
    assert isinstance(step(state, event, FREE), Stepped)


def test_every_guard_of_the_table_is_tried_above() -> None:
    tried = {(event, guard) for _, event, _, guard in HINDERED}
    assert tried == {(event, guard) for event, guards in GUARDS.items() for guard, _ in guards}


@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_can_be_done_with_what_it_needs(state: State) -> None:
    offered = possible(state, Moment(needs_cause=True))
    assert [offer.event for offer in offered] == list(TABLE[state])
    for offer in offered:
        given = Moment(
            needs_cause=True,
            has_comment="comment" in offer.needs,
            has_assignee="assignee" in offer.needs,
            has_cause="cause" in offer.needs,
        )
        assert isinstance(step(state, offer.event, given), Stepped)
        assert set(NEEDS.get(offer.event, ())) <= set(offer.needs)


@pytest.mark.parametrize(("state", "event", "moment", "guard"), HINDERED)
def test_an_offer_says_what_stands_in_its_way_unless_it_can_be_given(
    state: State, event: Event, moment: Moment, guard: Guard
) -> None:
    offer = next(each for each in possible(state, moment) if each.event == event)
    if guard in ("reason_missing", "assignee_missing", "cause_missing"):
        assert offer.refused is None
        assert offer.needs
    else:
        assert offer.refused is not None
        assert offer.refused.reason == guard


def test_nobody_works_on_a_machine_that_is_not_locked_out() -> None:
    """Every way into work asks for the lock-out, and every way out of it leaves no padlock behind."""
    for state, event, _, to in ways():
        if to == "in_progress" and state != "in_progress":
            assert isinstance(step(state, event, replace(FREE, open_isolations=1)), Refused)
        if to in (*OVER, "done") and state != "done" and event != "accept":
            assert isinstance(step(state, event, replace(FREE, hanging_locks=1)), Refused)
