"""A compressor's trip is explained by the heat that led to it, until it is reset, and by no heat that is over."""

from __future__ import annotations

from analytics.alarms.change import Change
from analytics.alarms.evaluator import Evaluator
from tests.alarms.evaluated_plants import SECOND, START, columns
from tests.alarms.factory_machines import binding

CODES = ("element-outlet-high", "compressor-fault")
INSTANCES = tuple(each for each in binding().instances if each.key.subject == "comp-5" and each.key.rule in CODES)
POINTS = INSTANCES[0].machine.points


def told(timeline: str) -> list[str]:
    """What is told to people: `degC state`, one a minute, sent each five seconds."""
    evaluator = Evaluator(INSTANCES)
    told: list[str] = []
    for minute, message in enumerate(timeline.split(", ")):
        degc, state = message.split()
        values = {"element_outlet_degc": float(degc), "state": POINTS["state"].states[state]}
        for second in range(0, 60, 5):
            at_us = START + (minute * 60 + second) * SECOND
            readings = [(POINTS[key].point_id, at_us, value) for key, value in values.items()]
            changes = evaluator.take(columns(readings), at_us)
            told += [f"{minute} {each.key.rule}" for each in changes if is_told(each)]
    return told


def is_told(change: Change) -> bool:
    return change.level is not None and change.quiet is None


def test_heat_explains_the_trip_until_the_machine_is_reset() -> None:
    cools_down = ", ".join(f"{degc} fault" for degc in range(112, 55, -1))
    assert told(f"80 loaded, 107 loaded, {cools_down}, 55 stopped, 60 loaded") == ["1 element-outlet-high"]


def test_heat_that_is_over_explains_no_other_trip() -> None:
    assert told("107 loaded" + ", 80 loaded" * 15 + ", 80 fault" * 2) == [
        "0 element-outlet-high",
        "16 compressor-fault",
    ]


def test_a_trip_of_a_cold_machine_is_told() -> None:
    assert told("80 loaded, 80 fault") == ["1 compressor-fault"]
