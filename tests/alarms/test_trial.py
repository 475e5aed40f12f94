"""Rules tried against stored readings: the alarms that would have been, and why others would not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from analytics.alarms.rule import Rule
from analytics.batches import Columns
from services.alarms import rule_edits, trial
from services.alarms.trial import CannotTryError, Trial
from services.batch import Batch
from services.corrections import correct
from services.database import Connection
from services.readings import Recorder
from services.registry.points import points_named
from services.rule_folder.read import read_document
from tests.alarms.rule_plant import build, rule_document

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 11, 16, tzinfo=UTC)
STOP = START + timedelta(hours=2)
NAMED = ["gateway-silent", "comp-fault"]


@pytest.fixture
async def points(connection: Connection) -> dict[str, int]:
    return await build(connection)


def minutes(figures: Mapping[int, float], *, until: int = 120, usual: float = 80.0) -> Iterator[tuple[datetime, float]]:
    """A reading each 10 s over two hours; the figure of a minute is that of the last given minute before it."""
    value = usual
    for second in range(0, until * 60, 10):
        value = figures.get(second // 60, value) if second % 60 == 0 else value
        yield START + timedelta(seconds=second), value


async def store(connection: Connection, point_id: int, reads: Sequence[tuple[datetime, float]]) -> None:
    columns = Columns(
        np.full(len(reads), point_id, dtype=np.int32),
        np.array([(at - EPOCH) // timedelta(microseconds=1) for at, _ in reads], dtype=np.int64),
        np.array([value for _, value in reads]),
    )
    await Recorder(connection).record(Batch("ingest-1", datetime.now(UTC), columns, messages=1))


def rule(**fields: Any) -> Rule:  # noqa: ANN401 - any field of a rule
    entry, mistakes = read_document(rule_document(**fields), NAMED)
    assert not mistakes
    assert entry.rule is not None
    return entry.rule


async def tried(connection: Connection, wanted: Rule, stop: datetime = STOP) -> Trial:
    return await trial.run(connection, await trial.prepare(connection, "plant", wanted), START, stop)


def told(found: Trial) -> list[tuple[str, float, float | None, str, float | None]]:
    """Machine, raise and return in minutes after the start, level, value."""
    start_us = (found.start - EPOCH) // timedelta(microseconds=1)
    return [
        (
            alarm.key.subject,
            (alarm.raised_us - start_us) / 60e6,
            None if alarm.returned_us is None else (alarm.returned_us - start_us) / 60e6,
            alarm.level,
            alarm.value,
        )
        for alarm in found.alarms
    ]


async def test_each_time_over_the_limit_is_an_alarm_with_its_delay_and_its_worst_value(
    connection: Connection, points: dict[str, int]
) -> None:
    steps = {10: 106.0, 12: 111.0, 15: 90.0, 30: 108.0, 31: 80.0, 100: 107.0}
    await store(connection, points["comp-1/outlet_degc"], list(minutes(steps)))
    levels = [{"at": "H", "limit": 105, "priority": "high"}, {"at": "HH", "limit": 110, "priority": "critical"}]
    found = await tried(connection, rule(levels=levels, on_delay_s=90))
    assert told(found) == [("comp-1", 11.5, 15.0, "HH", 111.0), ("comp-1", 101.5, None, "H", 107.0)]
    assert (found.machines, found.readings) == (["comp-1"], 720)
    assert found.alarms_a_day == 24
    assert [(each.key.subject, each.reason[:32]) for each in found.unbound] == [
        ("comp-2", "comp-2 has no point 'outlet_degc")
    ]


async def test_alarms_from_before_the_span_do_not_count_and_delays_are_filled(
    connection: Connection, points: dict[str, int]
) -> None:
    before = [(at - timedelta(minutes=30), 120.0) for at, _ in minutes({}, until=30)]
    await store(connection, points["comp-1/outlet_degc"], before + list(minutes({0: 120.0, 20: 80.0, 40: 120.0})))
    found = await tried(connection, rule())
    assert told(found) == [("comp-1", 40.0, None, "H", 120.0)]


async def test_a_correction_is_what_counts(connection: Connection, points: dict[str, int]) -> None:
    point = (await points_named(connection, ["plant/comp-1/outlet_degc"]))["plant/comp-1/outlet_degc"]
    reads = list(minutes({}))
    reads[60] = (reads[60][0], 500.0)
    await store(connection, points["comp-1/outlet_degc"], reads)
    assert len((await tried(connection, rule())).alarms) == 1
    await correct(connection, point, {reads[60][0]: 80.0, reads[90][0]: 300.0}, "misread")
    assert told(await tried(connection, rule())) == [("comp-1", 15.0, 15 + 1 / 6, "H", 300.0)]


async def test_what_explains_an_alarm_keeps_it_quiet_here_too(connection: Connection, points: dict[str, int]) -> None:
    fault = rule_document(
        "comp-fault",
        signal={"kind": "state", "of": "state", "states": ["fault"]},
        levels=[{"at": "ON", "priority": "high"}],
    )
    await rule_edits.enter(connection, "plant", fault, "for the trial")
    await store(connection, points["comp-1/state"], list(minutes({9: 3.0, 60: 2.0}, usual=2.0)))
    await store(connection, points["comp-1/outlet_degc"], list(minutes({10: 106.0, 20: 80.0, 80: 106.0, 90: 80.0})))
    found = await tried(connection, rule(suppressed_by=[{"rule": "comp-fault"}]))
    assert told(found) == [("comp-1", 80.0, 90.0, "H", 106.0)]
    assert found.quiet == {"explained": 1}


async def test_hours_are_those_of_the_site(connection: Connection, points: dict[str, int]) -> None:
    # 08:00 in Shanghai is the start; it opens at 09:00.
    await store(connection, points["comp-1/outlet_degc"], list(minutes({10: 106.0, 20: 80.0, 70: 106.0, 75: 80.0})))
    found = await tried(connection, rule(hours=["mon 09:00-18:00"]))
    assert told(found) == [("comp-1", 70.0, 75.0, "H", 106.0)]
    assert found.quiet == {"outside_hours": 1}


async def test_a_rule_without_deadband_is_seen_to_chatter(connection: Connection, points: dict[str, int]) -> None:
    noisy = [(at, 104.0 if at.second % 20 else 106.0) for at, _ in minutes({}, until=5)]
    await store(connection, points["comp-1/outlet_degc"], noisy)
    found = await tried(connection, rule())
    assert found.chattering == {"comp-1": 3}
    calm = await tried(connection, rule(deadband=3))
    assert (len(calm.alarms), calm.chattering) == (1, {})


async def test_silence_can_be_tried(connection: Connection, points: dict[str, int]) -> None:
    reads = [read for read in minutes({}) if not 30 <= (read[0] - START) / timedelta(minutes=1) < 50]
    await store(connection, points["header/pressure_bar"], reads)
    silent = rule(
        **{"for": {"kind": "pressure_sensor"}},
        signal={"kind": "silence"},
        levels=[{"at": "H", "limit": 300, "priority": "medium"}],
    )
    ((machine, raised, returned, *_),) = told(await tried(connection, silent))
    # The last one before the pause came at 29:50.
    assert (machine, round(raised * 60), returned) == ("header", 34 * 60 + 50, 50.0)


async def test_what_has_no_history_says_why_it_cannot_be_tried(connection: Connection, points: dict[str, int]) -> None:
    assert points
    clock = rule(signal={"kind": "clock"}, levels=[{"at": "H", "limit": 60, "priority": "low"}])
    with pytest.raises(CannotTryError, match="is seen when a message arrives, and not kept"):
        await trial.prepare(connection, "plant", clock)
    with pytest.raises(CannotTryError, match="is not for comp-7, header"):
        await trial.prepare(connection, "plant", rule(), ["comp-1", "comp-7", "header"])


async def test_a_trial_says_beforehand_how_much_it_reads(connection: Connection, points: dict[str, int]) -> None:
    assert points
    evidence = [{"if": "power_kw > 3", "times": 2}]
    cause = {"code": "fan", "name": "Fan", "action": "Look.", "evidence": evidence}
    prepared = await trial.prepare(connection, "plant", rule(when='state == "loaded"', cause=[cause]))
    assert prepared.readings(START, START + timedelta(days=1)) == 2 * 8640


def test_a_trial_ends_where_the_readings_end() -> None:
    now = START + timedelta(hours=2, seconds=30)
    assert trial.span(START + timedelta(seconds=10), now + timedelta(days=1), now) == (
        START,
        START + timedelta(hours=2),
    )
    with pytest.raises(trial.CannotTryError, match="has not begun yet"):
        trial.span(now, now + timedelta(days=1), now)
    with pytest.raises(trial.CannotTryError, match="is empty"):
        trial.span(START, START + timedelta(seconds=59), now)
