"""States as spans: several devices of one machine, and charts that lose no second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.state_spans import StateSpan, combined, seconds_by_state, thinned

START = datetime(2026, 7, 1, tzinfo=UTC)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def spans(*told: tuple[float, float, str]) -> list[StateSpan]:
    return [StateSpan(at(start), at(stop), state) for start, stop, state in told]


def test_a_new_controller_goes_on_where_the_former_one_fell_silent() -> None:
    former = [(at(0), "running"), (at(30), "no_data")]
    new = [(at(0), "no_data"), (at(25), "stopped"), (at(40), "running")]
    assert combined([former, new], at(60)) == spans((0, 30, "running"), (30, 40, "stopped"), (40, 60, "running"))
    assert combined([new, former], at(60)) == spans((0, 25, "running"), (25, 40, "stopped"), (40, 60, "running"))
    assert combined([former], at(60)) == spans((0, 30, "running"), (30, 60, "no_data"))


def test_a_part_is_called_by_the_state_it_had_longest_and_keeps_the_others() -> None:
    told = spans((0, 9, "running"), (9, 10, "fault"), (10, 14, "running"), (14, 20, "stopped"), (20, 60, "idle"))
    assert thinned(told, 3) == [
        StateSpan(at(0), at(20), "running", {"running": 780.0, "fault": 60.0, "stopped": 360.0}),
        StateSpan(at(20), at(60), "idle", {"idle": 2400.0}),
    ]
    assert thinned(told, 5) == told


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.sampled_from(["running", "idle", "fault", "no_data"])), min_size=1),
    st.integers(1, 40),
)
def test_thinned_spans_are_few_and_lose_no_second(lengths: list[tuple[int, str]], parts: int) -> None:
    whole, edge = [], START
    for seconds, state in lengths:
        whole.append(StateSpan(edge, edge + timedelta(seconds=seconds), state))
        edge = whole[-1].stop
    drawn = thinned(whole, parts)
    assert len(drawn) <= parts
    assert [drawn[0].start, drawn[-1].stop] == [START, edge]
    assert all(one.stop == following.start for one, following in pairwise(drawn))
    kept: dict[str, float] = {}
    for part in drawn:
        for state, seconds_in in (part.seconds or {part.state: part.length_s}).items():
            kept[state] = kept.get(state, 0.0) + seconds_in
    assert kept == pytest.approx(seconds_by_state(whole), abs=1e-3)
