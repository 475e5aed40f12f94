"""What values mean: usual words, a site's own, limits of a figure; what nobody explained is not guessed."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.machine_states.meaning import Meaning
from analytics.machine_states.state import STATES
from analytics.maintenance.settings import StateMeaning


def read(meaning: Meaning, *values: float) -> list[str]:
    return [STATES[code] for code in meaning.read(np.array(values, dtype=np.float64)).tolist()]


def test_usual_words_are_understood() -> None:
    words = {"off": 0, "standby": 1, "unloaded": 2, "loaded": 3, "on": 4, "discharging": 5, "trip": 6, "error": 7}
    assert read(Meaning.of(10.0, words, None), *range(8)) == [
        "stopped", "idle", "idle", "loaded", "running", "running", "fault", "fault",
    ]  # fmt: skip


def test_a_word_that_nobody_explained_and_a_value_that_is_none_say_nothing() -> None:
    assert read(Meaning.of(10.0, {"stopped": 0, "purging": 1}, None), 0, 1, 2, -1) == ["stopped"] + ["no_data"] * 3


def test_a_site_s_words_come_before_the_usual_ones_and_leave_the_others() -> None:
    said = StateMeaning(kind="pv_inverter", states={"standby": "stopped", "purging": "idle"})
    assert read(Meaning.of(10.0, {"standby": 0, "running": 1, "purging": 2}, said), 0, 1, 2) == [
        "stopped", "running", "idle",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            StateMeaning(kind="press", point="p", running_from=20.0),
            ["stopped", "stopped", "stopped", "running", "running"],
        ),
        (
            StateMeaning(kind="press", point="p", idle_from=2.0, running_from=20.0),
            ["stopped", "stopped", "idle", "running", "running"],
        ),
        (
            StateMeaning(kind="press", point="p", idle_from=2.0, running_from=20.0, loaded_from=50.0),
            ["stopped", "stopped", "idle", "running", "loaded"],
        ),
    ],
)
def test_a_figure_is_read_by_its_limits_which_belong_to_what_is_above(said: StateMeaning, expected: list[str]) -> None:
    assert read(Meaning.of(10.0, None, said), -5.0, 1.999, 2.0, 20.0, 50.0) == expected


@pytest.mark.parametrize(("interval_s", "hold_s"), [(2.0, 30.0), (10.0, 30.0), (10.5, 31.5), (900.0, 2700.0)])
def test_a_reading_is_believed_for_three_intervals_and_half_a_minute_at_least(interval_s: float, hold_s: float) -> None:
    assert Meaning.of(interval_s, {}, None).hold_s == hold_s
