"""What answers, what does not, and what an outage is as seen afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from analytics.alarms.binding import bind
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.rule import Level, Rule, Signal, Target
from services.watch.outages import facts_of, microseconds
from services.watch.parts import parts
from services.watch.reachability import Outage, Reachability

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
RULE = Rule(
    "database-unreachable",
    "Database unreachable",
    Target("service", kind="database"),
    Signal("service", of="away_s", unit="s"),
    (Level("H", 10, "high"), Level("HH", 300, "critical")),
    off_delay_s=30,
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_an_outage_begins_with_the_last_answer_and_ends_with_the_next() -> None:
    server = Reachability("database", START)
    server.heard("", at(1))
    assert (server.away_since, server.away_s(at(3)), list(server.outages)) == (None, 0.0, [])
    server.heard("refused", at(4))
    server.heard("refused", at(7))
    assert (server.away_since, server.away_s(at(9)), server.why) == (at(1), 8.0, "refused")
    server.heard("", at(12))
    assert (server.away_since, server.away_s(at(13)), list(server.outages)) == (None, 0.0, [Outage(at(1), at(12))])
    server.forget(list(server.outages))
    assert not server.outages


def test_outages_that_nobody_writes_do_not_pile_up() -> None:
    server = Reachability("database", START)
    for second in range(0, 2000, 2):
        server.heard("refused", at(second))
        server.heard("", at(second + 1))
    assert len(server.outages) == 100
    assert server.outages[-1] == Outage(at(1997), at(1999))


def test_what_never_answered_is_away_since_somebody_looks() -> None:
    server = Reachability("database", START)
    server.heard("refused", at(2))
    assert server.away_since == START


def steps(until_s: float) -> list[tuple[str | None, float]]:
    """What the alarm of an outage does, in seconds after its beginning; looked at once more a minute later."""
    (instance,) = bind([RULE], {}, parts([], [])).instances
    evaluator = Evaluator([instance])
    changes = evaluator.tell(list(facts_of(Outage(START, at(until_s)), instance)))
    changes += evaluator.tick(microseconds(at(until_s + 60)))
    return [(change.level, (change.at_us - microseconds(START)) / 1e6) for change in changes]


def test_an_outage_is_told_afterwards_as_it_would_have_been_seen() -> None:
    assert steps(9.0) == [(None, 0.0)]
    assert steps(40.0) == [(None, 0.0), ("H", 10.000001), (None, 70.0)]
    assert steps(900.0) == [(None, 0.0), ("H", 10.000001), ("HH", 300.000001), (None, 930.0)]
