"""Figures that can no longer be worked out: they become unknown, and nothing is raised on what they were."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.alarms.change import Fact
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Instance, Machine, Point
from analytics.alarms.rule import Level, Rule, Signal, Target
from analytics.batches import Columns
from services.alarms.facts import Facts
from services.batch_log import LoggedBatch
from services.database import Connection
from services.irregularities import micros

NOW = datetime(2026, 11, 18, 2, 10, tzinfo=UTC)
KEY = AlarmKey("plant", "clock", "device", "d")
CLOCK = Instance(
    KEY,
    Rule("clock", "clock", Target(), Signal("clock"), (Level("H", 60.0, "low"),), on_delay_s=300.0),
    Machine("plant", "device", "d", "d", points={"v": Point(1, "", "gauge", 10.0)}),
    {},
)


async def test_a_clock_that_is_heard_no_more_becomes_unknown(connection: Connection) -> None:
    facts = Facts()
    facts.learn([CLOCK], {"plant": ZoneInfo("Asia/Shanghai")})

    def speaks(second: int, ahead_s: int) -> None:
        stored_at = NOW + timedelta(seconds=second)
        stamp = np.array([micros(stored_at) + ahead_s * 1_000_000], dtype=np.int64)
        readings = Columns(np.array([1], dtype=np.int32), stamp, np.zeros(1))
        facts.offer(LoggedBatch(second, "readings", "ingest-1", stored_at, readings))

    speaks(0, 90)
    told = []
    for second in range(0, 600, 10):
        told += [(second, fact.value) for fact in await facts.due(connection, NOW + timedelta(seconds=second))]
    assert told[0] == (0, 90.0)
    (second, value), *more = told[1:]  # once
    assert math.isnan(value)
    assert 120 <= second <= 300
    assert more == []
    speaks(600, 90)
    assert [fact.value for fact in await facts.due(connection, NOW + timedelta(seconds=600))] == [90.0]


async def test_what_an_earlier_process_told_becomes_unknown_too(connection: Connection) -> None:
    """Its last figure is remembered; who takes over cannot know it, and does not let it stand for ever."""
    facts = Facts()
    facts.learn([CLOCK], {"plant": ZoneInfo("Asia/Shanghai")})
    assert await facts.due(connection, NOW) == []
    (fact,) = await facts.due(connection, NOW + timedelta(minutes=2))
    assert math.isnan(fact.value)


def test_what_is_pending_on_a_figure_that_becomes_unknown_does_not_run_out() -> None:
    evaluator = Evaluator([CLOCK])
    evaluator.tell([Fact(KEY, 0, 90.0)])
    evaluator.tell([Fact(KEY, 120_000_000, math.nan)])
    assert evaluator.tick(900_000_000) == []
    evaluator.tell([Fact(KEY, 1_000_000_000, 90.0)])
    (change,) = evaluator.tick(1_400_000_000)
    assert (change.level, change.at_us) == ("H", 1_300_000_000)
    # What is on stays on while nothing is known.
    assert evaluator.tell([Fact(KEY, 1_500_000_000, math.nan)]) == []
    assert evaluator.tick(9_000_000_000) == []
