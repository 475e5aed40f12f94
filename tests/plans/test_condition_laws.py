"""A condition that is looked at where something changes is found to hold as one that is looked at each second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.expression import parse
from analytics.maintenance.condition import Series, instants, truth
from analytics.maintenance.schedule import holding

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONDITION = parse("a > 1 or b == 2")
LAST_S = 60
READINGS = st.dictionaries(st.integers(0, LAST_S), st.sampled_from([0.0, 1.5, 2.0]), max_size=15)


def series(readings: dict[int, float], valid_s: int) -> Series:
    ordered = sorted(readings.items())
    times = np.array([time_s * 1_000_000 for time_s, _ in ordered], dtype=np.int64)
    return Series(times, np.array([value for _, value in ordered], dtype=np.float64), valid_s * 1_000_000)


def each_second(a: dict[int, float], b: dict[int, float], valid_s: int) -> int | None:
    """Since when it has held, second by second with nothing of ours; None: it does not."""
    since = None
    for now_s in range(1, LAST_S + 1):
        known: list[float | None] = []
        for readings in (a, b):
            last = max((time_s for time_s in readings if time_s <= now_s), default=None)
            known.append(readings[last] if last is not None and now_s - last < valid_s else None)
        holds = (known[0] is not None and known[0] > 1) or known[1] == 2
        since = (now_s if since is None else since) if holds else None
    return since


@given(a=READINGS, b=READINGS, valid_s=st.integers(1, 30))
def test_looking_where_something_changes_is_enough(a: dict[int, float], b: dict[int, float], valid_s: int) -> None:
    found = {"a": series(a, valid_s), "b": series(b, valid_s)}
    # What already holds at the first second is looked at there, as after a start of the service.
    at_us = np.unique(np.concatenate([[1_000_000], instants(found, 1_000_000, LAST_S * 1_000_000)]))
    times = [EPOCH + timedelta(microseconds=int(each)) for each in at_us]
    since = holding(None, times, truth(CONDITION, found, {}, at_us))
    expected = each_second(a, b, valid_s)
    assert since == (None if expected is None else EPOCH + timedelta(seconds=expected))


@given(a=READINGS, b=READINGS, valid_s=st.integers(1, 30), cut_s=st.integers(2, LAST_S - 1))
def test_looking_in_two_goes_finds_the_same(a: dict[int, float], b: dict[int, float], valid_s: int, cut_s: int) -> None:
    found = {"a": series(a, valid_s), "b": series(b, valid_s)}
    since = None
    for after_s, until_s in ((0, cut_s), (cut_s, LAST_S)):
        at_us = instants(found, after_s * 1_000_000, until_s * 1_000_000)
        times = [EPOCH + timedelta(microseconds=int(each)) for each in at_us]
        since = holding(since, times, truth(CONDITION, found, {}, at_us))
    at_us = instants(found, 0, LAST_S * 1_000_000)
    times = [EPOCH + timedelta(microseconds=int(each)) for each in at_us]
    assert (since is None) == (holding(None, times, truth(CONDITION, found, {}, at_us)) is None)
