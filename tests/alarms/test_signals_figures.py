"""Timelines of each kind of signal."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from analytics.alarms.change import Fact
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Machine
from analytics.alarms.rule import Input, Level, Rule, Signal, Target
from tests.alarms.evaluated_plants import SECOND, START, bound, send, series, tick, told

ONE = Target(codes=("machine-1",))


def of(
    signal: Signal,
    limit: float = 5,
    at: str = "H",
    inputs: Mapping[str, Input] = MappingProxyType({}),
    when: str = "",
) -> Evaluator:
    return Evaluator(bound(Rule("r", "R", ONE, signal, (Level(at, limit, "high"),), inputs=inputs, when=when)))  # type: ignore[arg-type]


def values(evaluator: Evaluator) -> float | None:
    (change,) = evaluator.standing()
    return change.value


def test_an_expression_needs_all_that_it_needs() -> None:
    evaluator = of(Signal("value", "degc - bar"))
    assert send(evaluator, 0, degc=20) == []
    assert send(evaluator, 1, bar=12) == ["1 machine-1/r H"]
    assert send(evaluator, 40, degc=0) == []  # bar is stale by now
    assert send(evaluator, 41, bar=0) == ["41 machine-1/r normal"]


def test_a_deviation_in_percent_is_of_the_size_of_its_reference() -> None:
    evaluator = of(Signal("deviation", "degc", reference="bar", relative=True), limit=10)
    assert send(evaluator, 0, degc=-8, bar=-10) == ["0 machine-1/r H"]
    assert values(evaluator) == 20
    assert send(evaluator, 1, degc=1, bar=0) == []  # of nothing there is no percentage
    assert send(evaluator, 2, degc=-11, bar=-10) == ["2 machine-1/r normal"]


@pytest.mark.parametrize(
    ("take", "raised"), [("mean", False), ("median", False), ("least", True), ("most", False), ("sum", False)]
)
def test_twins_are_taken_as_the_input_says(take: str, raised: bool) -> None:
    twins = Input("site", kind="compressor", others_only=True, take=take)  # type: ignore[arg-type]
    evaluator = of(Signal("deviation", "degc", reference="twins.degc"), inputs={"twins": twins})
    send(evaluator, 0, device=2, degc=10)
    send(evaluator, 0, device=3, degc=30)
    assert send(evaluator, 1, degc=20) == [f"1 machine-1/r {'H' if raised else 'normal'}"]


def test_a_twin_that_is_silent_is_left_out_but_not_of_a_sum() -> None:
    twins = {
        "mean": Input("site", kind="compressor", others_only=True, take="mean"),
        "sum": Input("site", kind="compressor", others_only=True, take="sum"),
    }
    for take, expected in (("mean", ["1 machine-1/r H"]), ("sum", [])):
        evaluator = of(Signal("value", f"{take}.degc"), inputs=twins)
        assert send(evaluator, 1, device=2, degc=10) == expected


def test_a_rate_is_for_each_minute_over_its_window() -> None:
    evaluator = of(Signal("rate", "degc", over_s=60), limit=3)
    assert series(evaluator, "degc", "0 1 2 3 4 5", each_s=10) == []  # not yet known for a minute
    assert send(evaluator, 60, degc=3) == ["60 machine-1/r normal"]
    assert send(evaluator, 70, degc=4.1) == ["70 machine-1/r H"]
    assert values(evaluator) == pytest.approx(3.1)


def test_rises_are_counted_in_a_window_that_moves_on() -> None:
    evaluator = of(Signal("count", "state >= 1", over_s=10), limit=1.5)
    assert series(evaluator, "state", "1 0 1 0 1 1 1 1 1 1 1 1 0 0") == [
        "0 machine-1/r normal",
        "4 machine-1/r H",
        "12 machine-1/r normal",
    ]


def test_a_counter_that_falls_counts_nothing() -> None:
    evaluator = of(Signal("count", "starts", over_s=60, counts="increase"), limit=4)
    assert series(evaluator, "starts", "1000 1002 3 5 5.5 0 0") == ["0 machine-1/r normal", "4 machine-1/r H"]
    assert values(evaluator) == 4.5


def test_changes_of_an_input_that_chatters() -> None:
    evaluator = of(Signal("count", "state", over_s=60, counts="changes"), limit=3)
    assert series(evaluator, "state", "0 1 0 0 1 1 0 0") == ["0 machine-1/r normal", "6 machine-1/r H"]


def test_a_value_is_stuck_from_the_instant_at_which_it_passes_the_limit() -> None:
    evaluator = of(Signal("stuck", "degc"), limit=4.5)
    assert series(evaluator, "degc", "1 2 2 2 2 2 2 2") == ["0 machine-1/r normal", "5.5 machine-1/r H"]
    assert send(evaluator, 9, degc=3) == ["9 machine-1/r normal"]
    assert tick(evaluator, 14) == ["13.5 machine-1/r H"]


def test_a_stuck_value_that_is_stale_is_unknown() -> None:
    evaluator = of(Signal("stuck", "degc"), limit=100)
    assert send(evaluator, 0, degc=1) == ["0 machine-1/r normal"]
    assert tick(evaluator, 500) == []
    assert send(evaluator, 501, degc=1) == ["501 machine-1/r H"]


def test_what_stands_because_its_machine_does_is_not_stuck() -> None:
    evaluator = of(Signal("stuck", "degc"), limit=4.5, when='state == "loaded"')
    standing = [send(evaluator, second, degc=1, state=0) for second in range(0, 20, 2)]
    assert standing == [[]] * 10
    running = [send(evaluator, second, degc=1, state=2) for second in range(20, 26, 2)]
    # Counted from the last that was heard of it standing.
    assert running == [["20 machine-1/r normal"], [], ["22.5 machine-1/r H"]]
    assert send(evaluator, 26, degc=1, state=0) == ["26 machine-1/r H not_running"]
    assert send(evaluator, 40, degc=1, state=0) == []
    assert send(evaluator, 41, degc=1, state=2) == ["41 machine-1/r normal"]


def test_a_state_is_one_of_those_meant() -> None:
    evaluator = of(Signal("state", "state", states=("unloaded", "loaded")), limit=1, at="ON")
    assert series(evaluator, "state", "0 1 2 0 7") == [
        "0 machine-1/r normal",
        "1 machine-1/r ON",
        "3 machine-1/r normal",
    ]


def test_silence_is_told_to_the_microsecond_and_ends_with_a_word() -> None:
    evaluator = of(Signal("silence"), limit=60)
    assert tick(evaluator, 1000) == []  # it never spoke
    assert send(evaluator, 1000, degc=1) == ["1000 machine-1/r normal"]
    assert send(evaluator, 1030, bar=1) == []
    assert tick(evaluator, 1089.999999) == []
    assert tick(evaluator, 1095) == ["1090 machine-1/r H"]
    assert send(evaluator, 1100, degc=1) == ["1100 machine-1/r normal"]


def test_a_point_may_be_silent_while_its_device_speaks() -> None:
    evaluator = of(Signal("silence", "degc"), limit=60)
    assert send(evaluator, 0, degc=1) == ["0 machine-1/r normal"]
    assert send(evaluator, 50, bar=1) == []
    assert tick(evaluator, 61) == ["60 machine-1/r H"]


def test_a_late_backlog_is_a_word_when_it_comes() -> None:
    evaluator = of(Signal("silence"), limit=60)
    assert send(evaluator, 0, degc=1) == ["0 machine-1/r normal"]
    assert tick(evaluator, 600) == ["60 machine-1/r H"]
    assert send(evaluator, 100, late_s=501, degc=1) == ["601 machine-1/r normal"]
    assert tick(evaluator, 660) == []
    assert tick(evaluator, 662) == ["661 machine-1/r H"]


def test_facts_hold_until_the_next_and_old_ones_are_none() -> None:
    rule = Rule("demand", "Demand", Target("meter"), Signal("demand"), (Level("H", 90, "high"),), on_delay_s=60)
    evaluator = Evaluator(bound(rule, machines=[Machine("kunshan", "meter", "grid", "Grid")]))
    key = AlarmKey("kunshan", "demand", "meter", "grid")
    assert told(evaluator.tell([Fact(key, START, 50.0)])) == ["0 grid/demand normal"]
    assert told(evaluator.tell([Fact(key, START + 30 * SECOND, 95.0), Fact(key, START + 20 * SECOND, 99.0)])) == []
    assert told(evaluator.tell([Fact(key, START + 25 * SECOND, 50.0)])) == []
    assert tick(evaluator, 3600) == ["80 grid/demand H"]
