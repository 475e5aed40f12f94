"""The board against a dictionary: whatever comes in whatever order, a client that adds up its frames has the newest."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from api.board import Board, Selection
from services.live import LivePointRow
from tests.api.plant import columns

POINTS = [
    LivePointRow(number, site, f"m-{number % 3}", "p_kw", space)
    for number, (site, space) in enumerate(
        [("a", "b1"), ("a", "b1/f1"), ("a", None), ("b", "b1"), ("b", "b10"), ("b", None)], start=1
    )
]
NAMES = {point.point_id: point.id for point in POINTS}
EVERYTHING = Selection()

batches = st.lists(
    st.dictionaries(
        st.tuples(st.integers(1, 8), st.integers(0, 40).map(lambda second: second * 1000)),  # 7 and 8 are strangers
        st.floats(-100, 100),
        max_size=12,
    ),
    max_size=12,
)


def board() -> Board:
    made = Board()
    made.rename(POINTS)
    return made


def newest(readings: Mapping[tuple[int, int], float]) -> dict[str, tuple[int, float]]:
    """The newest reading of each point that the board knows, the first of an instant."""
    found: dict[str, tuple[int, float]] = {}
    for (point, time_us), value in readings.items():
        if point in NAMES and (NAMES[point] not in found or time_us // 1000 > found[NAMES[point]][0]):
            found[NAMES[point]] = (time_us // 1000, value)
    return found


@given(batches, st.lists(st.integers(0, 12), max_size=6))
def test_frames_add_up_to_the_newest_of_each_point(
    arriving: list[dict[tuple[int, int], float]], looks: list[int]
) -> None:
    seen, held = -1, dict[str, tuple[int, float]]()
    watched = board()
    stored: dict[tuple[int, int], float] = {}
    for number, batch in enumerate(arriving):
        fresh = {key: value for key, value in sorted(batch.items()) if key not in stored}
        stored |= fresh
        watched.apply(columns(fresh))
        if number in looks:  # a slow client looks seldom, and at no set times
            held |= {name: (time_ms, value) for name, time_ms, value in watched.changed(EVERYTHING, seen)}
            seen = watched.version
    held |= {name: (time_ms, value) for name, time_ms, value in watched.changed(EVERYTHING, seen)}
    assert held == newest(stored)


@given(batches)
def test_the_same_batches_again_change_nothing(arriving: list[dict[tuple[int, int], float]]) -> None:
    watched = board()
    for batch in arriving:
        watched.apply(columns(dict(sorted(batch.items()))))
    version = watched.version
    for batch in arriving:
        watched.apply(columns(dict(sorted(batch.items()))))
    assert watched.changed(EVERYTHING, version) == []


def test_a_correction_replaces_the_value_of_its_instant_and_no_newer_one() -> None:
    watched = board()
    watched.apply(columns({(1, 5000): 1.0, (2, 9000): 2.0}))
    version = watched.version
    watched.apply(columns({(1, 5000): 1.5, (2, 5000): 7.0}), corrected=True)
    assert watched.changed(EVERYTHING, version) == [(NAMES[1], 5, 1.5)]


def test_a_renamed_or_new_point_counts_as_changed_and_keeps_its_value() -> None:
    watched = board()
    watched.apply(columns({(1, 5000): 1.0, (2, 5000): 2.0}))
    version = watched.version
    watched.rename([LivePointRow(1, "a", "new", "p_kw", "b1"), POINTS[1], LivePointRow(9, "a", "m-9", "p_kw", None)])
    assert watched.changed(EVERYTHING, version) == [("a/new/p_kw", 5, 1.0)]
    watched.apply(columns({(9, 1000): 9.0, (3, 9000): 3.0}))
    assert watched.changed(EVERYTHING, version)[-1] == ("a/m-9/p_kw", 1, 9.0)


def test_selections_take_spaces_with_everything_below_them() -> None:
    watched = board()
    watched.apply(columns({(point.point_id, 1000): float(point.point_id) for point in POINTS}))

    def selected(selection: Selection) -> list[float]:
        return [value for _, _, value in watched.changed(selection, -1)]

    assert selected(Selection(site="a", space="b1")) == [1.0, 2.0]
    assert selected(Selection(site="b", space="b1")) == [4.0]
    assert selected(Selection(site="b")) == [4.0, 5.0, 6.0]
    assert selected(Selection(devices=frozenset({"a/m-1"}))) == [1.0]
    assert selected(Selection(points=frozenset({"b/m-0/p_kw"}), site="a")) == []
