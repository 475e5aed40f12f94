"""The table of an alarm's life: no way is missing, none is doubtful, and what it refuses says what to do."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from analytics.alarms.lifecycle import TABLE, WHEN, Event, Moment, Refused, State, Stepped, step, ways

STATES: tuple[State, ...] = get_args(State)
EVENTS: tuple[Event, ...] = get_args(Event)
MOMENTS = [Moment(*each) for each in product((False, True), repeat=3)]
BY_PEOPLE: tuple[Event, ...] = (
    "acknowledge",
    "reset",
    "shelve",
    "unshelve",
    "remove_from_service",
    "return_to_service",
)


def test_every_state_and_event_stands_in_the_table() -> None:
    assert set(TABLE) == set(STATES)
    assert {event for _, event, _, _ in ways()} == set(EVENTS)
    assert {to for _, _, _, to in ways()} == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_at_any_moment_there_is_exactly_one_way(state: State) -> None:
    for event, branches in TABLE[state].items():
        for moment in MOMENTS:
            assert sum(WHEN[when](moment) for when in branches) == 1, (event, moment)


@pytest.mark.parametrize(("state", "event"), list(product(STATES, EVENTS)))
def test_what_is_not_in_the_table_does_not_happen(state: State, event: Event) -> None:
    for moment in MOMENTS:
        result = step(state, event, moment)
        assert isinstance(result, Stepped if event in TABLE[state] else Refused)


@pytest.mark.parametrize(("state", "event"), list(product(STATES, BY_PEOPLE)))
def test_a_refusal_is_a_sentence_for_a_person(state: State, event: Event) -> None:
    result = step(state, event, Moment())
    if isinstance(result, Refused):
        assert result.why.startswith(("it is", "its condition", "it does", "nobody"))
        assert "_" not in result.why


@pytest.mark.parametrize(
    ("state", "event", "moment", "to"),
    [
        # ISA-18.2, figure 2: the letters of its states.
        ("normal", "raise", Moment(is_active=True), "unacknowledged"),  # A -> B
        ("unacknowledged", "acknowledge", Moment(is_active=True), "acknowledged"),  # B -> C
        ("acknowledged", "clear", Moment(), "normal"),  # C -> A
        ("unacknowledged", "clear", Moment(), "returned_unacknowledged"),  # B -> D
        ("returned_unacknowledged", "acknowledge", Moment(), "normal"),  # D -> A
        ("returned_unacknowledged", "raise", Moment(is_active=True), "unacknowledged"),  # D -> B
        ("acknowledged", "re_alarm", Moment(is_active=True), "unacknowledged"),  # C -> B
        ("unacknowledged", "clear", Moment(is_latched=True), "latched_unacknowledged"),  # B -> E
        ("latched_unacknowledged", "acknowledge", Moment(is_latched=True), "latched_acknowledged"),  # E -> F
        ("latched_acknowledged", "reset", Moment(is_latched=True), "normal"),  # F -> A
        ("shelved", "shelf_expired", Moment(is_active=True), "unacknowledged"),  # G -> B
        ("shelved", "unshelve", Moment(), "normal"),  # G -> A
        ("shelved", "unshelve", Moment(is_active=True, is_quiet=True), "suppressed"),  # G -> H
        ("suppressed", "unsuppress", Moment(is_active=True), "unacknowledged"),  # H -> B
        ("suppressed", "clear", Moment(is_quiet=True), "normal"),  # H -> A
        ("out_of_service", "return_to_service", Moment(), "normal"),  # I -> A
    ],
)
def test_the_standard_s_ways_are_there(state: State, event: Event, moment: Moment, to: State) -> None:
    result = step(state, event, moment)
    assert isinstance(result, Stepped)
    assert result.state == to


@pytest.mark.parametrize("state", [state for state in STATES if state != "normal"])
def test_from_everywhere_there_is_a_way_to_silence_and_a_way_out(state: State) -> None:
    assert "retire" in TABLE[state]
    assert state == "out_of_service" or {"shelve", "remove_from_service"} <= set(TABLE[state])
