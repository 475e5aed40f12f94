"""Quiet by design: what is not running, outside hours, not heard of, or explained by another alarm."""

from __future__ import annotations

from dataclasses import replace

from analytics.alarms.change import Change
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.rule import Hours, Level, Rule, Signal, Suppression, Target
from tests.alarms.evaluated_plants import (
    SECOND,
    START,
    bound,
    columns,
    in_reverse,
    send,
    series,
    tick,
    told,
    with_limit,
)

ONE = Target(codes=("machine-1",))
H = (Level("H", 5, "high"),)
HOT = Rule("hot", "Hot", ONE, Signal("value", "degc"), H)
FAULT = Rule("fault", "Fault", ONE, Signal("state", "state", states=("loaded",)), (Level("ON", 1, "high"),))
SILENT = Rule("silent", "Silent", Target(kind="compressor"), Signal("silence"), (Level("H", 60, "high"),))


def test_what_is_explained_is_quiet_until_what_explains_it_is_over() -> None:
    evaluator = Evaluator(bound(replace(HOT, suppressed_by=(Suppression("fault"),)), FAULT))
    assert send(evaluator, 0, degc=1, state=0) == ["0 machine-1/fault normal", "0 machine-1/hot normal"]
    assert send(evaluator, 1, degc=9, state=2) == ["1 machine-1/fault ON", "1 machine-1/hot H explained"]
    assert send(evaluator, 2, degc=9, state=0) == ["2 machine-1/fault normal", "2 machine-1/hot H"]


def test_a_lesser_alarm_hides_no_more_urgent_one() -> None:
    levels = (Level("H", 5, "medium"), Level("HH", 8, "critical"))
    hot = replace(HOT, levels=levels, suppressed_by=(Suppression("high"),))
    high = Rule("high", "High", ONE, Signal("value", "bar"), (Level("H", 5, "medium"), Level("HH", 8, "critical")))
    evaluator = Evaluator(bound(hot, high))
    assert send(evaluator, 0, degc=6, bar=6) == ["0 machine-1/high H", "0 machine-1/hot H explained"]
    assert send(evaluator, 1, degc=9) == ["1 machine-1/hot HH"]
    assert send(evaluator, 2, bar=9) == ["2 machine-1/high HH", "2 machine-1/hot HH explained"]
    assert send(evaluator, 3, bar=6) == ["3 machine-1/high H", "3 machine-1/hot HH"]
    evaluator = Evaluator.restored(bound(hot, high), evaluator.memory())
    assert send(evaluator, 4, degc=6) == ["4 machine-1/hot H explained"]


def test_an_alarm_whose_rule_does_not_apply_explains_nothing() -> None:
    fault = replace(FAULT, when="bar > 1")
    evaluator = Evaluator(bound(replace(HOT, suppressed_by=(Suppression("fault"),)), fault))
    assert send(evaluator, 0, degc=9, state=2, bar=0) == ["0 machine-1/fault ON not_running", "0 machine-1/hot H"]
    assert send(evaluator, 1, bar=2) == ["1 machine-1/fault ON", "1 machine-1/hot H explained"]


def test_rules_that_explain_each_other_are_not_all_quiet() -> None:
    evaluator = Evaluator(
        bound(replace(HOT, suppressed_by=(Suppression("fault"),)), replace(FAULT, suppressed_by=(Suppression("hot"),)))
    )
    assert send(evaluator, 0, degc=9, state=2) == ["0 machine-1/fault ON explained", "0 machine-1/hot H"]


def test_what_no_longer_holds_is_not_heard_while_its_off_delay_runs() -> None:
    evaluator = Evaluator(bound(replace(HOT, when="state > 0", settle_s=10, off_delay_s=30)))
    assert series(evaluator, "degc", "9") == ["0 machine-1/hot H not_running"]
    send(evaluator, 1, state=1)
    send(evaluator, 5, degc=1)  # it runs, and is well: at 11 it is watched, and at 35 it would return
    assert tick(evaluator, 20) == []
    assert send(evaluator, 21, degc=9) == ["21 machine-1/hot H"]
    send(evaluator, 22, degc=1, state=0)
    send(evaluator, 23, state=1)
    assert tick(evaluator, 40) == []
    then = Evaluator.restored(evaluator.instances, evaluator.memory())
    assert tick(then, 60) == ["52 machine-1/hot normal"]


def test_a_parent_a_gateway_the_site_and_the_service_explain() -> None:
    high = Rule("high", "High", Target(kind="compressor"), Signal("value", "bar"), H)
    for of, by in (("parent", 2), ("gateway", 1), ("site", 2)):
        hot = replace(HOT, target=Target(codes=("machine-3",)), suppressed_by=(Suppression("high", of),))  # type: ignore[arg-type]
        evaluator = Evaluator(bound(hot, high))
        assert send(evaluator, 0, device=3, degc=9) == ["0 machine-3/hot H"]
        assert send(evaluator, 1, device=by, bar=9) == [f"1 machine-{by}/high H", "1 machine-3/hot H explained"]
    hot = replace(HOT, suppressed_by=(Suppression("ingest-silent", "service"),))
    evaluator = Evaluator(bound(hot))
    assert send(evaluator, 0, degc=9) == ["0 machine-1/hot H"]
    ingest = AlarmKey("", "ingest-silent", "service", "ingest")
    assert tick(evaluator, 5, ingest) == ["5 machine-1/hot H explained"]
    assert tick(evaluator, 6, ingest) == []
    assert tick(evaluator, 7) == ["7 machine-1/hot H"]


def test_of_a_silent_device_and_of_those_behind_a_silent_gateway_nothing_is_known() -> None:
    hot = replace(HOT, target=Target(codes=("machine-2", "machine-3")))
    evaluator = Evaluator(bound(hot, SILENT))
    for device in (1, 2, 3):
        send(evaluator, 0, device=device, degc=9)
    send(evaluator, 30, device=1, degc=9)
    send(evaluator, 40, device=3, degc=9)
    # machine-1 is the gateway of both, and is heard through them as well: until 40.
    assert tick(evaluator, 61) == ["60 machine-2/hot H communication_lost", "60 machine-2/silent H"]
    assert tick(evaluator, 105) == [
        "100 machine-3/hot H communication_lost",
        "100 machine-1/silent H",
        "100 machine-3/silent H",
    ]
    assert send(evaluator, 106, device=1, degc=1) == ["106 machine-1/silent normal"]
    assert send(evaluator, 107, device=3, degc=9) == ["107 machine-3/hot H", "107 machine-3/silent normal"]


def test_outside_its_hours_a_rule_is_quiet() -> None:
    day = Hours(frozenset({1, 2}), 480, 1080)
    evaluator = Evaluator(bound(replace(HOT, hours=(day,))))
    assert send(evaluator, 0, degc=9) == ["0 machine-1/hot H outside_hours"]
    assert tick(evaluator, 1, minute_of_week=479) == []
    assert tick(evaluator, 65, minute_of_week=480) == ["60 machine-1/hot H"]
    assert tick(evaluator, 130, minute_of_week=1080) == ["120 machine-1/hot H outside_hours"]
    assert tick(evaluator, 190, minute_of_week=1440 * 2 + 500) == []


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    evaluator = Evaluator(bound(replace(HOT, hours=(Hours(frozenset({7}), 1320, 360),))))
    send(evaluator, 0, degc=9)
    assert tick(evaluator, 60, minute_of_week=6 * 1440 + 1320) == ["60 machine-1/hot H"]
    assert tick(evaluator, 120, minute_of_week=359) == []  # early on Monday
    assert tick(evaluator, 180, minute_of_week=360) == ["180 machine-1/hot H outside_hours"]


def test_memory_goes_on_with_what_still_fits() -> None:
    hot = replace(HOT, on_delay_s=10)
    before = Evaluator(bound(hot, FAULT))
    send(before, 0, degc=9, state=2)
    changed = [with_limit(each, 8) if each.key.rule == "fault" else each for each in bound(FAULT, hot)]
    cold = replace(HOT, code="cold", levels=(Level("L", 5, "low"),))
    then = Evaluator.restored((*changed, *bound(cold)), before.memory())
    assert tick(then, 11) == ["10 machine-1/hot H"]
    assert send(then, 12, state=2, degc=1) == [
        "12 machine-1/cold L",
        "12 machine-1/fault normal",
        "12 machine-1/hot normal",
    ]


def test_rules_without_hours_now_are_told_at_the_next_tick() -> None:
    closed = replace(HOT, hours=(Hours(frozenset({7}), 0, 1),))
    before = Evaluator(bound(closed))
    send(before, 0, degc=9)
    then = Evaluator.restored(bound(HOT), before.memory())
    assert tick(then, 5) == ["5 machine-1/hot H"]


def test_what_points_showed_last_is_looked_at_at_once_but_nothing_newer_is_lost() -> None:
    instances: tuple[Instance, ...] = bound(replace(HOT, on_delay_s=10))
    evaluator = Evaluator(instances)
    assert told(evaluator.seed({11: (START, 9.0), 12: (START, 1.0)})) == ["0 machine-1/hot normal"]
    assert tick(evaluator, 11) == ["10 machine-1/hot H"]
    assert told(evaluator.seed({11: (START + 20 * SECOND, 1.0)})) == []
    assert series(evaluator, "degc", "1", start_s=12) == ["12 machine-1/hot normal"]


def test_what_stands_is_told_again_when_asked() -> None:
    evaluator = Evaluator(in_reverse(bound(HOT, FAULT)))
    send(evaluator, 3, degc=9, state=0)
    standing: list[Change] = evaluator.standing()
    assert told(standing) == ["3 machine-1/fault normal", "3 machine-1/hot H"]


def test_readings_of_points_that_no_rule_needs_are_passed_over() -> None:
    evaluator = Evaluator(bound(HOT))
    assert evaluator.take(columns([(99_999, START, 1.0), (-1, START, 1.0)]), START) == []
    assert Evaluator(()).take(columns([(11, START, 1.0)]), START) == []
    assert Evaluator(()).tick(START) == []
