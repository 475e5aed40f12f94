"""Laws of drawing with fewer readings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.downsampling import FEWEST, Series, downsample, extremes, largest_triangles

values = st.integers(1, 400).flatmap(
    lambda count: arrays(np.float64, count, elements=st.floats(-1e9, 1e9, allow_nan=False, width=32))
)


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Readings at irregular times, with gaps."""
    drawn = draw(values)
    steps = draw(arrays(np.int64, len(drawn), elements=st.integers(1, 10**9)))
    return Series(np.cumsum(steps), drawn)


@given(series(), st.integers(FEWEST, 60))
def test_never_more_than_asked_for_and_every_one_was_measured(whole: Series, at_most: int) -> None:
    few = downsample(whole, at_most)
    assert len(few) <= at_most
    measured = dict(zip(whole.times_us.tolist(), whole.values.tolist(), strict=True))
    assert all(measured[time] == value for time, value in zip(few.times_us.tolist(), few.values.tolist(), strict=True))
    assert (np.diff(few.times_us) > 0).all()


@given(series(), st.integers(FEWEST, 60))
def test_both_ends_and_both_extremes_stay(whole: Series, at_most: int) -> None:
    few = downsample(whole, at_most)
    assert (few.times_us[0], few.times_us[-1]) == (whole.times_us[0], whole.times_us[-1])
    assert (few.values.min(), few.values.max()) == (whole.values.min(), whole.values.max())


@given(series(), st.integers(FEWEST, 60))
def test_a_series_that_is_short_enough_stays_whole(whole: Series, at_most: int) -> None:
    if len(whole) <= at_most:
        assert downsample(whole, at_most) == whole


@given(series(), st.integers(1, 30))
def test_no_bucket_loses_its_extremes_in_the_preselection(whole: Series, buckets: int) -> None:
    kept = extremes(whole, buckets)
    span_us = int(whole.times_us[-1] - whole.times_us[0]) + 1
    width_us = -(-span_us // buckets)
    bucket = (whole.times_us - whole.times_us[0]) // width_us
    for each in np.unique(bucket):
        inside, chosen = whole.values[bucket == each], whole.values[kept][bucket[kept] == each]
        assert (chosen.min(), chosen.max()) == (inside.min(), inside.max())
    assert len(kept) <= 2 * buckets + 2


@given(series(), st.integers(3, 60))
def test_triangles_choose_as_many_as_asked_for(whole: Series, at_most: int) -> None:
    chosen = largest_triangles(whole, at_most)
    assert len(chosen) == min(len(whole), at_most)
    assert (np.diff(chosen) > 0).all()


def test_a_spike_of_one_reading_in_a_year_is_drawn() -> None:
    values = np.sin(np.arange(3_153_600) / 8640)
    values[1_234_567] = 50.0
    few = downsample(Series(np.arange(3_153_600, dtype=np.int64) * 10_000_000, values), 500)
    assert 50.0 in few.values


def test_triangles_keep_the_corner_and_not_the_straight_line() -> None:
    ramp = np.concatenate([np.zeros(50), np.arange(50.0)])
    few = largest_triangles(Series(np.arange(100, dtype=np.int64), ramp), 5)
    assert min(abs(few - 49)) <= 3


@pytest.mark.parametrize("at_most", [-1, 0, 1, 3])
def test_too_few_to_draw_with_is_refused(at_most: int) -> None:
    with pytest.raises(ValueError, match="fewer than 4"):
        downsample(Series(np.arange(9, dtype=np.int64), np.zeros(9)), at_most)


def test_a_series_must_ascend() -> None:
    with pytest.raises(ValueError, match="ascend"):
        Series(np.array([2, 1], dtype=np.int64), np.zeros(2))
