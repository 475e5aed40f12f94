"""When a flood begins and ends, against a count that looks at every instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.flood import Flood, floods
from tests.alarms.kept_plant import at

MINUTE = 60


def slowly(minutes: Sequence[int], until: int) -> list[tuple[int, int | None]]:
    """Floods minute by minute: (began, ended), of announcements at whole minutes."""
    found: list[tuple[int, int | None]] = []
    running = False
    for minute in range(until + 1):
        for heard in range(minutes.count(minute) + 1):
            left = sum(minute - 10 < each < minute for each in minutes) + heard
            if running and left < 5:
                found[-1] = (found[-1][0], minute)
                running = False
            elif not running and left > 10:
                found.append((minute, None))
                running = True
    return found


def whole(found: Sequence[Flood]) -> list[tuple[datetime, datetime | None]]:
    return [(each.started_at, each.ended_at) for each in found]


def test_ten_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    ten = [at(MINUTE * n / 2) for n in range(10)]
    assert floods(ten, at(3600)) == []
    (flood,) = floods([*ten, at(599)], at(600))
    assert (flood.started_at, flood.first_alarm_at, flood.alarms, flood.ended_at) == (at(599), at(0), 11, None)
    (late,) = floods([*ten, at(599)], at(3600))
    # The first seven of the eleven are older than ten minutes when the seventh, of minute 3, is: four are left.
    assert late.ended_at == at(600 + 3 * MINUTE)
    assert floods([*ten, at(600)], at(600)) == []  # the first is just ten minutes old


@given(st.lists(st.integers(0, 60), max_size=80))
def test_floods_are_those_of_a_count_minute_by_minute(minutes: list[int]) -> None:
    until = 75
    found = floods([at(MINUTE * each) for each in sorted(minutes)], at(MINUTE * until))
    slow = [(at(MINUTE * began), None if over is None else at(MINUTE * over)) for began, over in slowly(minutes, until)]
    assert whole(found) == slow


@given(st.lists(st.floats(0, 7200), min_size=1, max_size=60))
def test_a_flood_has_its_peak_and_is_over_when_it_is_quiet(seconds: list[float]) -> None:
    found = floods([at(each) for each in sorted(seconds)], at(100_000))
    for flood in found:
        assert flood.ended_at is not None
        assert 11 <= flood.peak_in_ten_minutes <= flood.alarms <= len(seconds)
        assert flood.first_alarm_at <= flood.started_at <= flood.last_alarm_at <= flood.ended_at
