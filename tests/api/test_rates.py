"""How often something may be done from one place, on a clock of the test's own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.rates import PLACES, Rates


def test_six_in_a_minute_and_the_seventh_waits_until_the_first_is_a_minute_old() -> None:
    rates = Rates(6, 60.0)
    assert [rates.wait_s("a", float(second)) for second in range(6)] == [0.0] * 6
    assert rates.wait_s("a", 6.0) == 54.0
    assert rates.wait_s("b", 6.0) == 0.0
    assert rates.wait_s("a", 59.0) == 1.0
    assert rates.wait_s("a", 60.0) == 0.0
    assert rates.wait_s("a", 60.5) == 0.5


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 10)), max_size=80))
def test_no_span_has_more_than_may_be_and_whoever_waits_as_told_gets_through(asked: list[tuple[str, float]]) -> None:
    rates, now_s = Rates(3, 10.0), 0.0
    done: dict[str, list[float]] = {"a": [], "b": []}
    for place, later_s in asked:
        now_s += later_s
        wait_s = rates.wait_s(place, now_s)
        assert 0 <= wait_s <= 10.0
        if wait_s:
            now_s += wait_s + 1e-6
            assert rates.wait_s(place, now_s) == 0.0
        done[place].append(now_s)
    for times in done.values():
        assert all(fourth - first >= 10.0 for first, fourth in zip(times, times[3:], strict=False))


def test_places_that_are_quiet_are_forgotten() -> None:
    rates = Rates(1, 60.0)
    for number in range(PLACES + 10):
        assert rates.wait_s(f"place {number}", 1.0) == 0.0
    assert rates.wait_s(f"place {PLACES + 9}", 2.0) == 59.0
    assert rates.wait_s("place 0", 2.0) == 0.0  # gone for the newer ones: what is kept has a limit
