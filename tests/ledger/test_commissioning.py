"""What is wrong with a meter shows in the ratio of its register to its power."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.metering.commissioning import Comparison, compared, without_power


def kinds(energy: float, forward: float, backward: float = 0.0, multiplier: float = 1.0) -> list[tuple[str, object]]:
    found = compared(Comparison(96, energy, forward, backward, multiplier))
    return [(finding.kind, finding.factor) for finding in found]


@pytest.mark.parametrize(
    ("energy", "forward", "backward", "multiplier", "expected"),
    [
        (1000.0, 990.0, 0.0, 1.0, []),
        # Wh taken for kWh: 24 h of 41 kW are 984 kWh, the register says 984,000.
        (984_000.0, 984.0, 0.0, 1.0, [("power_of_ten", 1000.0)]),
        (0.984, 984.0, 0.0, 1.0, [("power_of_ten", 0.001)]),
        (1970.0, 984.0, 0.0, 1.0, [("doubled", 2.0)]),
        (490.0, 984.0, 0.0, 1.0, [("doubled", 0.5)]),
        # CT 600/5 on 10 kV / 100 V: K = 120 x 100, applied to a meter that reports primary values already.
        (12_000.0 * 984, 984.0, 0.0, 12_000.0, [("multiplier", 12_000.0)]),
        (984 / 12_000, 984.0, 0.0, 12_000.0, [("multiplier", 1 / 12_000)]),
        # A multiplier that is a power of ten has two possible causes, and both are named.
        (98_400.0, 984.0, 0.0, 100.0, [("multiplier", 100.0), ("power_of_ten", 100.0)]),
        (984.0, 3.0, 990.0, 1.0, [("reversed", -1.0)]),
        (984_000.0, 0.0, 984.0, 1.0, [("reversed", -1.0), ("power_of_ten", 1000.0)]),
        (0.0, 984.0, 0.0, 1.0, [("never_moves", None)]),
        # A feeder that only fed in: its import register stands still, and rightly.
        (0.0, 0.0, 984.0, 1.0, []),
        # A works with its own generation, that feeds in more than it takes.
        (100.0, 101.0, 500.0, 1.0, []),
        (1300.0, 1000.0, 0.0, 1.0, [("inexact", 1.3)]),
    ],
)
def test_the_usual_mistakes_are_told_apart(
    energy: float, forward: float, backward: float, multiplier: float, expected: list[tuple[str, object]]
) -> None:
    assert kinds(energy, forward, backward, multiplier) == expected


@given(
    st.floats(1e-3, 1e9),
    st.integers(-6, 6),
    st.floats(0.96, 1.04),
    st.sampled_from([1, -1]),
)
def test_a_power_of_ten_is_found_at_any_size_and_direction(
    flowed: float, exponent: int, inexact: float, sign: int
) -> None:
    energy = flowed * 10.0**exponent * inexact
    forward, backward = (flowed, 0.0) if sign > 0 else (0.0, flowed)
    found = dict(kinds(energy, forward, backward))
    assert ("reversed" in found) == (sign < 0)
    assert ("power_of_ten" in found) == (exponent != 0)
    if exponent:
        assert found["power_of_ten"] == pytest.approx(10.0**exponent)


@given(st.floats(3, 90_000), st.floats(0.96, 1.04), st.booleans())
def test_a_multiplier_that_counts_twice_or_not_at_all_is_found(multiplier: float, inexact: float, twice: bool) -> None:
    factor = multiplier if twice else 1 / multiplier
    assert ("multiplier", factor) in kinds(500 * factor * inexact, 500.0, 0.0, multiplier)


def test_too_little_to_compare_says_so() -> None:
    assert [finding.kind for finding in compared(Comparison(3, 1.0, 1.0, 0.0))] == ["not_compared"]
    assert [finding.kind for finding in compared(Comparison(96, 1.0, 0.0, 0.0))] == ["not_compared"]


def test_a_register_that_was_read_and_never_moved_is_named() -> None:
    assert [finding.kind for finding in without_power(0.0, 0.9)] == ["never_moves"]
    assert without_power(0.0, 0.1) == []
    assert without_power(5.0, 1.0) == []
