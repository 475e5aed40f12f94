"""From changes of conditions to alarms that would have been: timelines of one machine, in seconds."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.alarms.change import Change, Quiet
from analytics.alarms.machine import AlarmKey
from analytics.alarms.trial import Told

KEY = AlarmKey("plant", "hot", "device", "comp-1")
OTHER = AlarmKey("plant", "fault", "device", "comp-1")


def change(at_s: float, level: str | None, value: float | None = 106.0, quiet: Quiet | None = None) -> Change:
    return Change(KEY, round(at_s * 1e6), level, value, quiet)


def alarms(told: Told) -> list[tuple[float, float | None, str, float | None]]:
    """Raise and return in seconds, the worst level, the worst value."""
    return [
        (each.raised_us / 1e6, None if each.returned_us is None else each.returned_us / 1e6, each.level, each.value)
        for each in told.alarms()
    ]


@pytest.mark.parametrize(
    ("changes", "found", "quiet"),
    [
        ([change(0, None, 80), change(10, "H"), change(20, None, 90)], [(10, 20, "H", 106)], {}),
        ([change(10, "H")], [(10, None, "H", 106)], {}),
        ([change(10, "H"), change(15, "HH", 111), change(18, "H", 107)], [(10, None, "HH", 111)], {}),
        ([change(10, "L", 3), change(15, "LL", 1), change(20, None, 5)], [(10, 20, "LL", 1)], {}),
        # Kept quiet from beginning to end it is none; kept quiet for a while it is the same one.
        ([change(10, "H", quiet="not_running"), change(20, None, 90)], [], {"not_running": 1}),
        ([change(10, "H", quiet="explained"), change(20, "H"), change(30, None)], [(20, 30, "H", 106)], {}),
        ([change(10, "H"), change(20, "H", quiet="explained"), change(30, "H")], [(10, None, "H", 106)], {}),
        ([change(10, "H"), change(20, "H", quiet="explained"), change(30, None)], [(10, 30, "H", 106)], {}),
        # What was there before the span is not counted, and what follows is.
        ([change(-9, "H"), change(20, None), change(30, "H")], [(30, None, "H", 106)], {}),
        ([change(-9, "H", quiet="explained"), change(-5, None)], [], {}),
        ([change(10, "ON", None), change(20, None, None)], [(10, 20, "ON", None)], {}),
    ],
)
def test_what_becomes_of_changes(changes: list[Change], found: list[object], quiet: dict[str, int]) -> None:
    told = Told([KEY], start_us=0)
    for one in changes:
        told.hear([one])
    assert (alarms(told), dict(told.quiet)) == (found, quiet)


def test_alarms_of_others_are_not_counted() -> None:
    told = Told([KEY], start_us=0)
    told.hear([Change(OTHER, 5, "ON", 1.0), change(10, "H")])
    assert [each.key for each in told.alarms()] == [KEY]


def test_an_open_alarm_is_as_bad_as_its_figure_ever_was() -> None:
    told = Told([OTHER, KEY], start_us=0)
    told.hear([change(10, "H")])
    for figure in (108.0, 120.0, np.nan, 107.0):
        told.look(np.array([999.0, figure]))
    told.hear([change(50, None, 90.0)])
    told.look(np.array([999.0, 300.0]))
    assert alarms(told) == [(10, 50, "H", 120)]


@pytest.mark.parametrize(
    ("raised", "most"),
    [([0, 30, 59], {"comp-1": 3}), ([0, 30, 60], {}), ([0, 61, 80, 90, 100, 200], {"comp-1": 4}), ([5], {}), ([], {})],
)
def test_three_in_a_minute_are_chattering(raised: list[int], most: dict[str, int]) -> None:
    told = Told([KEY], start_us=0)
    for at_s in raised:
        told.hear([change(at_s, "H"), change(at_s + 0.5, None)])
    assert told.chattering() == most
