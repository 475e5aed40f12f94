"""Timelines of levels: limits, deadband, delays in event time, unknown figures. Readings come each second."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import Point
from analytics.alarms.rule import Level, Rule, Signal, Target
from tests.alarms.evaluated_plants import MACHINES, bound, send, series, tick

ONE = Target(codes=("machine-1",))
H = (Level("H", 5, "high"),)
HOT = Rule("hot", "Hot", ONE, Signal("value", "degc"), H)


def of(rule: Rule) -> Evaluator:
    return Evaluator(bound(rule))


def test_the_first_figure_is_told_then_only_what_changes() -> None:
    assert series(of(HOT), "degc", "4 5 6 7 5 4") == [
        "0 machine-1/hot normal",
        "2 machine-1/hot H",
        "4 machine-1/hot normal",
    ]


def test_a_high_level_clears_below_limit_and_deadband() -> None:
    assert series(of(replace(HOT, deadband=2)), "degc", "6 5 4 3.1 3 5 5.1") == [
        "0 machine-1/hot H",
        "4 machine-1/hot normal",
        "6 machine-1/hot H",
    ]


def test_a_low_level_clears_above_limit_and_deadband() -> None:
    low = replace(HOT, levels=(Level("L", 5, "high"),), deadband=2)
    assert series(of(low), "degc", "5 4 6 6.9 7 5 4.9") == [
        "0 machine-1/hot normal",
        "1 machine-1/hot L",
        "4 machine-1/hot normal",
        "6 machine-1/hot L",
    ]


def test_the_worst_level_that_holds_is_told() -> None:
    levels = (Level("LL", 1, "high"), Level("L", 2, "low"), Level("H", 5, "low"), Level("HH", 8, "high"))
    assert series(of(replace(HOT, levels=levels)), "degc", "3 6 9 6 3 1.5 0 3") == [
        "0 machine-1/hot normal",
        "1 machine-1/hot H",
        "2 machine-1/hot HH",
        "3 machine-1/hot H",
        "4 machine-1/hot normal",
        "5 machine-1/hot L",
        "6 machine-1/hot LL",
        "7 machine-1/hot normal",
    ]


def test_a_raise_is_told_with_the_instant_at_which_its_delay_was_over() -> None:
    evaluator = of(replace(HOT, on_delay_s=2.5))
    assert series(evaluator, "degc", "4 6 6 6") == ["0 machine-1/hot normal"]
    assert series(evaluator, "degc", "6", start_s=9) == ["3.5 machine-1/hot H"]


def test_a_tick_finds_what_a_reading_would_find() -> None:
    evaluator = of(replace(HOT, on_delay_s=2.5, off_delay_s=4))
    assert series(evaluator, "degc", "4 6") == ["0 machine-1/hot normal"]
    assert tick(evaluator, 3.4) == []
    assert tick(evaluator, 20) == ["3.5 machine-1/hot H"]
    assert send(evaluator, 21, degc=1) == []
    assert tick(evaluator, 25) == ["25 machine-1/hot normal"]


@pytest.mark.parametrize(
    ("values", "expected"), [("6 6 4 6 6 6", []), ("6 6 6 6", ["3 machine-1/hot H"]), ("6 - - 4", [])]
)
def test_a_condition_must_hold_without_a_break(values: str, expected: list[str]) -> None:
    """At the very instant at which the delay is over, the reading of that instant decides."""
    assert series(of(replace(HOT, on_delay_s=3)), "degc", values)[1:] == expected


def test_a_clear_must_hold_for_the_off_delay() -> None:
    assert series(of(replace(HOT, off_delay_s=2)), "degc", "6 4 6 4 4 4 4")[1:] == ["5 machine-1/hot normal"]


def test_both_levels_of_a_step_upwards_are_one_change() -> None:
    levels = (Level("H", 5, "low"), Level("HH", 8, "high"))
    assert series(of(replace(HOT, levels=levels, on_delay_s=1)), "degc", "4 9 9 9") == [
        "0 machine-1/hot normal",
        "2 machine-1/hot HH",
    ]


def test_what_is_stale_neither_raises_nor_clears() -> None:
    """Readings are expected each 5 s, so a value is valid for 30 s."""
    evaluator = of(replace(HOT, on_delay_s=40))
    assert series(evaluator, "degc", "6") == ["0 machine-1/hot normal"]
    assert tick(evaluator, 300) == []
    assert send(evaluator, 301, degc=6) == []  # it holds from here on again
    assert send(evaluator, 330, degc=6) == []
    assert send(evaluator, 342, degc=6) == ["341 machine-1/hot H"]
    assert tick(evaluator, 900) == []


def test_slow_points_are_valid_for_three_intervals() -> None:
    slow = replace(MACHINES[0], points={"degc": Point(11, "degC", "gauge", 900.0)})
    evaluator = Evaluator(bound(replace(HOT, on_delay_s=2000), machines=[slow]))
    assert series(evaluator, "degc", "6") == ["0 machine-1/hot normal"]
    assert tick(evaluator, 2699) == ["2000 machine-1/hot H"]


def test_late_readings_are_history() -> None:
    evaluator = of(HOT)
    assert send(evaluator, 200, degc=4) == ["200 machine-1/hot normal"]
    assert send(evaluator, 199, degc=9) == []
    assert send(evaluator, 200, degc=9) == []
    assert send(evaluator, 201, late_s=121, degc=9) == []
    assert send(evaluator, 202, late_s=120, degc=9) == ["202 machine-1/hot H"]


def test_a_rule_applies_while_its_condition_has_held_for_long_enough() -> None:
    evaluator = of(replace(HOT, when="state >= 1", settle_s=10))
    assert send(evaluator, 0, degc=9, state=0) == ["0 machine-1/hot H not_running"]
    assert send(evaluator, 1, degc=9, state=1) == []
    assert tick(evaluator, 12) == ["11 machine-1/hot H"]
    assert send(evaluator, 13, degc=9, state=0) == ["13 machine-1/hot H not_running"]
    assert send(evaluator, 14, degc=4, state=0) == ["14 machine-1/hot normal not_running"]
