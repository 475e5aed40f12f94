"""Figures of the service into facts: what is silent, behind, away; and what nobody could have heard is not silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.health import WorkerRow
from services.watch.facts import Figure, Surroundings, around, facts
from services.watch.figures import ArrivalsRow, DutyRow, Figures, FollowerRow

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
SEEN = Surroundings(NOW, NOW, broker_away_s=0.0, disk_free_bytes=80_000_000_000)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def worker(name: str = "ingest-1", *, silent_s: float = 1.0, state: str = "receiving") -> WorkerRow:
    return WorkerRow(name, LONG_AGO, ago(silent_s), silent_s, state, "")


def duty(name: str, *, silent_s: float = 0.5, **detail: object) -> DutyRow:
    return DutyRow(name, "one", LONG_AGO, silent_s, detail)


HEALTHY = Figures(
    NOW,
    [worker()],
    [
        duty("alarms", behind_s=0.3, said_at=NOW.isoformat()),
        duty("energy"),
        duty("maintenance"),
        duty("notifications"),
        duty("watch"),
    ],
    [FollowerRow("alarms", 20.0), FollowerRow("engine", 40.0)],
    ArrivalsRow(devices=12, newest_at=ago(0.4), median_age_s=0.8),
    dead_letters=2,
    unmapped=1,
    notifications_waiting_s=0.0,
)


def test_a_healthy_service_has_small_figures_and_all_of_them() -> None:
    assert facts(HEALTHY, SEEN, LONG_AGO) == {
        Figure("broker", "broker", "away_s"): 0.0,
        Figure("disk", "disk", "free_gb"): 80.0,
        Figure("database", "database", "away_s"): 0.0,
        Figure("ingest_worker", "ingest-1", "silent_s"): 1.0,
        Figure("ingest_worker", "ingest-1", "paused"): 0.0,
        Figure("ingest_worker", "ingest-1", "disconnected"): 0.0,
        Figure("ingest", "ingest", "silent_s"): 1.0,
        Figure("ingest", "ingest", "behind_s"): 0.8,
        Figure("duty", "energy", "silent_s"): 0.5,
        Figure("duty", "energy", "behind_s"): 40.0,
        Figure("duty", "alarms", "silent_s"): 0.5,
        Figure("duty", "alarms", "behind_s"): 0.3,
        Figure("duty", "maintenance", "silent_s"): 0.5,
        Figure("duty", "notifications", "silent_s"): 0.5,
        Figure("duty", "notifications", "waiting_s"): 0.0,
        Figure("follower", "log-alarms", "behind_s"): 20.0,
        Figure("follower", "log-engine", "behind_s"): 40.0,
        Figure("ingest", "ingest", "dead_letters"): 2.0,
        Figure("ingest", "ingest", "unmapped"): 1.0,
        Figure("clock", "clock", "off_s"): 0.0,
    }


def test_ingest_is_silent_when_its_last_worker_is() -> None:
    one_of_two = replace(HEALTHY, workers=[worker(silent_s=70), worker("ingest-2", silent_s=3)])
    found = facts(one_of_two, SEEN, LONG_AGO)
    assert found[Figure("ingest_worker", "ingest-1", "silent_s")] == 70
    assert found[Figure("ingest", "ingest", "silent_s")] == 3
    nobody = facts(replace(HEALTHY, workers=[]), SEEN, ago(45))
    assert nobody[Figure("ingest", "ingest", "silent_s")] == 45


def test_a_worker_that_stopped_in_order_is_silent_too() -> None:
    """Its name still owns a queue at the broker, which fills."""
    found = facts(replace(HEALTHY, workers=[worker(silent_s=90, state="stopped")]), SEEN, LONG_AGO)
    assert found[Figure("ingest_worker", "ingest-1", "silent_s")] == 90


@pytest.mark.parametrize("state", ["paused", "disconnected"])
def test_a_worker_says_why_it_does_not_receive(state: str) -> None:
    found = facts(replace(HEALTHY, workers=[worker(state=state)]), SEEN, LONG_AGO)
    said = {name: found[Figure("ingest_worker", "ingest-1", name)] for name in ("paused", "disconnected")}
    assert said == {"paused": 0.0, "disconnected": 0.0, state: 1.0}


def test_what_nobody_could_have_heard_is_not_silent_yet() -> None:
    """After a night in which everything was switched off, each part has the time to speak up first."""
    slept = replace(HEALTHY, workers=[worker(silent_s=30_000)], duties=[duty("energy", silent_s=30_000)])
    silences = {
        Figure("ingest_worker", "ingest-1", "silent_s"): 30_000.0,
        Figure("ingest", "ingest", "silent_s"): 30_000.0,
        Figure("duty", "energy", "silent_s"): 30_000.0,
        Figure("duty", "alarms", "silent_s"): 16.0,  # never held: silent since the watch began to look
    }
    at_first = facts(slept, SEEN, listening_since=ago(14))
    assert silences.keys() & at_first.keys() == set()
    later = facts(slept, SEEN, listening_since=ago(16))
    assert {figure: later[figure] for figure in silences} == silences
    one_is_back = replace(slept, workers=[worker(silent_s=30_000), worker("ingest-2", silent_s=2)])
    assert facts(one_is_back, SEEN, listening_since=ago(4))[Figure("ingest", "ingest", "silent_s")] == 2


def test_what_a_dead_worker_said_last_is_not_how_it_is_now() -> None:
    dead = facts(replace(HEALTHY, workers=[worker(silent_s=60, state="disconnected")]), SEEN, LONG_AGO)
    assert Figure("ingest_worker", "ingest-1", "disconnected") not in dead


def test_work_that_hangs_while_its_heart_beats_falls_behind() -> None:
    said_at = ago(200).isoformat(timespec="milliseconds")
    hanging = replace(HEALTHY, duties=[duty("alarms", behind_s=0.3, said_at=said_at)])
    found = facts(hanging, SEEN, LONG_AGO)
    assert found[Figure("duty", "alarms", "silent_s")] == 0.5
    assert found[Figure("duty", "alarms", "behind_s")] == 200.3


def test_arrivals_of_long_ago_say_nothing_about_now() -> None:
    old = replace(HEALTHY, arrivals=ArrivalsRow(12, ago(120), 300.0))
    assert Figure("ingest", "ingest", "behind_s") not in facts(old, SEEN, LONG_AGO)
    nothing = replace(HEALTHY, arrivals=ArrivalsRow(0, None, None))
    assert Figure("ingest", "ingest", "behind_s") not in facts(nothing, SEEN, LONG_AGO)


@pytest.mark.parametrize(
    ("devices", "median_age_s", "off_s"),
    [
        (12, 0.8, 0.0),
        (12, 3600.0, 0.0),  # old readings: a backlog
        (12, -40.0, 40.0),  # most devices are ahead of us: we are behind
        (2, -40.0, 0.0),  # two devices may both be wrong
    ],
)
def test_devices_that_are_ahead_together_tell_of_our_clock(devices: int, median_age_s: float, off_s: float) -> None:
    found = facts(replace(HEALTHY, arrivals=ArrivalsRow(devices, ago(1), median_age_s)), SEEN, LONG_AGO)
    assert found[Figure("clock", "clock", "off_s")] == off_s


def test_a_clock_beside_the_database_s_is_wrong_in_either_direction() -> None:
    for ours in (NOW + timedelta(seconds=9), NOW - timedelta(seconds=9)):
        seen = replace(SEEN, asked_at=ours, answered_at=ours)
        assert facts(HEALTHY, seen, LONG_AGO)[Figure("clock", "clock", "off_s")] == 9.0


def test_a_slow_answer_is_no_wrong_clock() -> None:
    seen = replace(SEEN, asked_at=ago(8), answered_at=NOW + timedelta(seconds=7))
    assert facts(HEALTHY, seen, LONG_AGO)[Figure("clock", "clock", "off_s")] == 0.0


def test_what_cannot_be_known_is_left_out() -> None:
    assert around(Surroundings(NOW, NOW, None, None)) == {}
