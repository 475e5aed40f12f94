"""Windows remember little, whatever comes, and what they answer does not depend on what they have let go."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alarms.signals.windows import Window

STEPS = 24
OVER_US = 240


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=40), min_size=1, max_size=20))
def test_it_answers_with_the_last_of_the_newest_step_and_stays_small(takes: list[list[int]]) -> None:
    window = Window([OVER_US * 1e-6], STEPS)
    now, seen = 1_000_000, list[int]()
    for gaps in takes:
        times = now + np.cumsum(np.array(gaps, dtype=np.int64))
        now = int(times[-1])
        local = np.zeros(len(times), dtype=np.int64)
        window.put(local, times, times.astype(np.float64))
        seen += times.tolist()
        kept = {time // (OVER_US // STEPS): time for time in seen}.values()
        answers = window.before(local, times)
        for time, answer in zip(times.tolist(), answers.tolist(), strict=True):
            before = [each for each in kept if each <= time - OVER_US]
            assert (before[-1] if before else None) == (None if answer < 0 else int(window.at_us[answer]))
        window.let_go(local, times)
        assert len(window.local) <= STEPS + 2
