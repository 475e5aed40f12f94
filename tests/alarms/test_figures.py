"""Figures of alarms by hand: a week with known alarms has these figures and misses these limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from analytics.alarms.figures import Figures, Heard, Tally
from services.alarms import figures as figures_of
from services.database import Connection
from tests.alarms import kept_plant
from tests.alarms.kept_plant import START, at

WEEK = timedelta(days=7)
STOP = START + WEEK


def heard(
    seconds: float, alarm: str = "hot", *, lasts: float | None = 60.0, seen: float | None = None, priority: str = "low"
) -> Heard:
    """An alarm heard so many seconds after the start."""
    announced = at(seconds)
    returned = None if lasts is None else at(seconds + lasts)
    return Heard(alarm, priority, announced, returned, returned, None if seen is None else at(seconds + seen))


def figures(each: Sequence[Heard], start: datetime, stop: datetime, now: datetime) -> Figures:
    tally = Tally(start, stop, now)
    for one in sorted(each, key=lambda one: one.announced_at):
        tally.hear(one)
    return tally.figures()


def test_a_calm_week_misses_nothing() -> None:
    found = figures([heard(n * 3600.0, seen=30.0) for n in range(70)], START, STOP, STOP)
    assert (found.alarms, found.alarms_per_day, found.worst_ten_minutes) == (70, 10.0, 1)
    assert found.alarms_per_ten_minutes == pytest.approx(70 / 1008)
    assert (found.acknowledged, found.acknowledge_median_s, found.acknowledge_p95_s) == (70, 30.0, 30.0)
    assert found.missed == ()


def test_a_bad_week_misses_each_limit_by_name() -> None:
    storm = [heard(1000.0 + n, f"m-{n}", priority="high") for n in range(200)]
    beeping = [heard(90_000.0 + 600 * n + second, "door") for n in range(100) for second in (0, 20, 40, 50, 55, 57)]
    rest = [heard(300_000.0 + 50.0 * n, f"n-{n % 30}") for n in range(600)]
    old = [heard(-200_000.0, f"old-{n}", lasts=None) for n in range(6)]
    found = figures([*storm, *beeping, *rest, *old], START, STOP, STOP)
    assert found.alarms == 1400
    assert found.alarms_per_day == 200.0
    assert found.worst_ten_minutes == 200
    assert found.chattering == ("door",)
    assert found.standing == tuple(f"old-{n}" for n in range(6))
    assert found.top[0] == ("door", 600, 100 * 600 / 1400)
    assert found.priorities == {"critical": 0, "high": 200, "medium": 0, "low": 1200}
    assert [missed.limit.figure for missed in found.missed] == [
        "alarms_per_day",
        "worst_ten_minutes",
        "time_in_flood_percent",
        "chattering_alarms",
        "standing_alarms",
        "top_ten_percent",
    ]
    # The storm is a flood from its eleventh alarm until only four of it are younger than ten minutes; the rest is one
    # of twelve in ten minutes for its 600 alarms.
    assert found.floods == 2
    assert found.flood_s == pytest.approx((1195 + 600 - 1010) + (300_000 + 50 * 595 + 600 - 300_000 - 500))


def test_alarms_of_two_floods_that_touch_count_once() -> None:
    # Eleven make a flood; at 600 s the four of 500 s are left and it is over; with seven more these are eleven again.
    times = [*[0] * 7, *[500] * 4, *range(700, 707)]
    found = figures([heard(float(second), f"m-{n}") for n, second in enumerate(times)], START, STOP, STOP)
    assert (found.alarms, found.floods, found.alarms_in_floods) == (18, 2, 18)


def test_a_period_that_is_not_over_is_counted_up_to_now() -> None:
    found = figures([heard(60.0), heard(120.0)], START, STOP, START + timedelta(days=1))
    assert (found.alarms, found.alarms_per_day) == (2, 2.0)
    assert figures([heard(60.0)], START, STOP, START).alarms == 0


async def test_figures_are_read_by_machine_and_leave_out_what_nobody_heard(connection: Connection) -> None:
    plant = await kept_plant.make(connection, machines=["comp-1", "comp-2"])
    first, second = plant.instance("hot", "comp-1"), plant.instance("hot", "comp-2")
    for n in range(3):
        await plant.tell(first, 100.0 * n, "H")
        await plant.tell(first, 100.0 * n + 50, None)
    await plant.tell(second, 10, "H", quiet="not_running")
    await plant.tell(second, 20, None)
    await plant.tell(second, 30, "H")
    answer = await figures_of.of_period(connection, START, STOP, STOP, site="kunshan", by="machine")
    assert answer.whole.alarms == 4
    assert [(part.code, part.name, part.figures.alarms) for part in answer.parts] == [
        ("kunshan/comp-1", "Machine comp-1", 3),
        ("kunshan/comp-2", "Machine comp-2", 1),
    ]
    assert answer.whole.standing == ("kunshan/hot/comp-2",)
    rules = await figures_of.of_period(connection, START, STOP, STOP, by="rule", machine="comp-1")
    assert [(part.code, part.figures.alarms) for part in rules.parts] == [("kunshan/hot", 3)]
