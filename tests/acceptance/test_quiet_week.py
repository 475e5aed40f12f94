"""A factory without faults is quiet: a shift's beginning through all of the service, and six hours past the evaluator.

The whole week is `python -m bench.quiet_week`.
"""

from __future__ import annotations

from datetime import datetime

from analytics.alarms.change import Change
from analytics.alarms.machine import AlarmKey
from bench.quiet_week import ZONE, Tally, run
from services.database import connect
from tests.alarms.living_factory import living


async def test_a_morning_without_faults_tells_nobody_anything(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        factory = await living(connection, start="2026-11-18T07:40", with_ledger=True)
        await factory.live(minutes=30)
        assert [(told.rule, told.subject) for told in await factory.told()] == []
    finally:
        await connection.close()


def test_a_quarter_of_a_day_has_fewer_than_one_in_ten_minutes_and_none_that_chatters() -> None:
    tally = run(datetime(2026, 7, 20, 5, tzinfo=ZONE), days=0.25, seed=3, step_s=30)
    assert tally.chattering() == []
    assert tally.count < 36, tally.top()


def test_a_tally_counts_what_begins_to_be_told_and_finds_chattering() -> None:
    tally, key = Tally(), AlarmKey("kunshan", "hot", "device", "comp-1")
    for at_s in (0, 20, 40):
        tally.take([Change(key, at_s * 1_000_000, "H", 1.0), Change(key, (at_s + 10) * 1_000_000, None, 0.0)])
    tally.take([Change(key, 90_000_000, "H", 1.0, "explained")])
    assert tally.count == 3
    assert tally.chattering() == [key]
    assert tally.quiet == {"hot (explained)": 1}
