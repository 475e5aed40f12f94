"""Change points and totals as columns, against looking at one instant after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.machine_states.deriving import Marks, Windows, derive
from analytics.machine_states.state import CODES, STATES
from analytics.machine_states.totals import Course, in_all, starts_us, totals
from tests.machine_states.stated_plant import (
    HOLD_US,
    MEANS,
    Changes,
    plain_changes,
    plain_starts,
    plain_state,
    plain_totals,
)

S = 1_000_000
moments = st.integers(0, 400 * S) | st.integers(0, 40).map(lambda n: n * 10 * S)
histories = st.dictionaries(moments, st.sampled_from(sorted(MEANS)), min_size=1, max_size=30)


def derived(parts: Sequence[tuple[Mapping[int, str], int, int]]) -> list[Changes]:
    """Each history's changes in its window, all in one go, by what has to be read for it."""
    first, last, newest, marks = [], [], [], []
    for number, (readings, first_us, last_us) in enumerate(parts):
        first.append(first_us)
        last.append(last_us)
        newest.append(max(readings))
        needed = {at for at in readings if first_us - HOLD_US <= at <= last_us}
        marks += [(number, at, CODES[MEANS[readings[at]]]) for at in needed]
    windows = Windows(*(np.array(column) for column in (first, last, [HOLD_US] * len(parts), newest)))
    columns = [np.array(column, dtype=np.int64) for column in zip(*marks, strict=True)] or [np.empty(0, np.int64)] * 3
    found = derive(windows, Marks.in_order(columns[0], columns[1], columns[2].astype(np.int8)))
    changes: list[Changes] = [[] for _ in parts]
    for number, at, state in zip(found.windows.tolist(), found.times_us.tolist(), found.states.tolist(), strict=True):
        changes[number].append((at, STATES[state]))
    return changes


def test_a_reading_is_believed_until_the_next_but_no_longer_than_its_hold() -> None:
    readings = {
        0: "loaded",
        10 * S: "loaded",
        20 * S: "stopped",
        100 * S: "loaded",
        130 * S: "loaded",
        161 * S: "fault",
    }
    [found] = derived([(readings, 0, 161 * S)])
    assert found == [
        (0, "loaded"), (20 * S, "stopped"), (50 * S, "no_data"), (100 * S, "loaded"), (160 * S, "no_data"),
        (161 * S, "fault"),
    ]  # fmt: skip


@given(st.lists(histories, min_size=1, max_size=4))
def test_whole_histories_of_several_machines_at_once(several: list[dict[int, str]]) -> None:
    found = derived([(readings, min(readings), max(readings)) for readings in several])
    assert found == [plain_changes(readings) for readings in several]


@given(histories, moments, st.sampled_from(sorted(MEANS)))
def test_one_more_reading_changes_only_the_window_of_its_hold(readings: dict[int, str], at: int, word: str) -> None:
    newest = max(readings)
    at = min(at, newest)
    after = {**readings, at: word}
    first, last = at, min(at + HOLD_US, newest)
    kept = [change for change in plain_changes(readings) if not first <= change[0] <= last]
    [anew] = derived([(after, first, last)])
    assert sorted(kept + anew) == plain_changes(after)


@given(histories, st.lists(moments, min_size=2, max_size=8, unique=True))
def test_totals_of_neighbouring_spans_are_those_of_the_whole(readings: dict[int, str], some: list[int]) -> None:
    edges = sorted(some)
    changes = plain_changes(readings, edges[-1])
    inside = [change for change in changes if edges[0] <= change[0] < edges[-1]]
    before = [state for at, state in changes if at < edges[0]]
    known = [state for state in before if state != "no_data"]
    course = Course(
        np.array([at for at, _ in inside], dtype=np.int64),
        np.array([CODES[state] for _, state in inside], dtype=np.int8),
        CODES[before[-1] if before else "no_data"],
        CODES[known[-1] if known else "no_data"],
    )
    parts = totals(course, np.array(edges, dtype=np.int64))
    assert [sum(part.by_state_us) for part in parts] == np.diff(edges).tolist()
    whole = in_all(parts)
    sums, starts = plain_totals(readings, edges[0], edges[-1])
    assert {state: us for state, us in zip(STATES, whole.by_state_us, strict=True) if us} == sums
    assert whole.starts == starts
    assert [at for at in plain_starts(readings, edges[-1]) if edges[0] <= at < edges[-1]] == starts_us(course).tolist()
    assert plain_state(readings, edges[0]) == (
        STATES[course.before] if not inside or inside[0][0] > edges[0] else inside[0][1]
    )


def test_from_off_over_silence_to_on_is_a_start_and_from_on_over_silence_to_on_is_none() -> None:
    course = Course(
        np.array([1, 2, 3, 4, 5, 6, 7], dtype=np.int64),
        np.array(
            [CODES[each] for each in ("no_data", "loaded", "no_data", "idle", "fault", "stopped", "running")], np.int8
        ),
        CODES["stopped"],
        CODES["stopped"],
    )
    assert starts_us(course).tolist() == [2, 7]
    unheard = Course(np.array([1], dtype=np.int64), np.array([CODES["loaded"]], dtype=np.int8))
    assert starts_us(unheard).tolist() == []
