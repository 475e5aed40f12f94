"""The service's own alarms on a virtual clock, over the real database: who falls silent is one, who is back is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services import workers
from services.alarms import evaluation, rules
from services.database import Connection, connect
from services.watch.facts import Surroundings
from services.watch.figures import gather
from services.watch.judging import Judging
from tests.watch.service_rules import SERVICE_RULES

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
LOOK_EACH_S = 2
Standing = set[tuple[str, str]]


class Looks:
    """A service that is looked at every two seconds of a clock of its own; what was written ages with it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.broker_away_since_s: float | None = None
        self.speaks: set[str] = set()
        """The workers that say before each look that they receive."""
        self._at_s = 0.0
        self.begin()

    def begin(self) -> None:
        """The watch begins, or begins anew in another process."""
        self._judging = Judging(self._now())

    def rules_changed(self) -> None:
        self._judging.begin_anew()

    async def pass_to(self, until_s: float) -> Standing:
        """Look until a second; what stands then."""
        while self._at_s < until_s:
            self._at_s += LOOK_EACH_S
            await self.connection.execute(f"UPDATE ingest_worker SET seen_at = seen_at - interval '{LOOK_EACH_S} s'")
            for name in sorted(self.speaks):
                await workers.report(self.connection, name, "receiving", "")
            now, since_s = self._now(), self.broker_away_since_s
            away_s = 0.0 if since_s is None else self._at_s - since_s
            figures = replace(await gather(self.connection), now=now)
            await self._judging.look(self.connection, figures, Surroundings(now, now, away_s, None), {})
        found = await self.connection.fetch("SELECT rule, subject FROM alarm_now WHERE level IS NOT NULL")
        return {(row["rule"], row["subject"]) for row in found}

    def _now(self) -> datetime:
        return START + timedelta(seconds=self._at_s)

    async def history(self, rule: str) -> list[str]:
        """What happened to the alarms of a rule: `second event subject`."""
        found = await self.connection.fetch(
            "SELECT a.subject, t.event, t.at FROM alarm_transition AS t JOIN alarm_now AS a ON a.id = t.alarm_id "
            "WHERE a.rule = $1 ORDER BY t.id",
            rule,
        )
        return [f"{(row['at'] - START).total_seconds():.0f} {row['event']} {row['subject']}" for row in found]


@pytest.fixture
async def looks(database_url: str) -> AsyncIterator[Looks]:
    connection = await connect(database_url, name="test")
    async with connection.transaction():
        await rules.put(connection, "", SERVICE_RULES, "local", "shipped")
    yield Looks(connection)
    await connection.close()


async def test_who_was_never_there_is_missed(looks: Looks) -> None:
    """Only the watch runs: nobody ingests, accounts or evaluates, and the broker goes away."""
    looks.broker_away_since_s = 0
    assert await looks.pass_to(10) == set()
    assert await looks.pass_to(14) == {("broker-unreachable", "broker")}
    silent = {("ingest-all-silent", "ingest"), ("engine-silent", "energy"), ("alarms-silent", "alarms")}
    silent |= {("maintenance-silent", "maintenance"), ("notifications-silent", "notifications")}
    # Everybody has 15 s to speak up first, and may be late by the delay of 5 s.
    assert await looks.pass_to(18) == {("broker-unreachable", "broker")}
    assert await looks.pass_to(24) == {("broker-unreachable", "broker"), *silent}


async def test_a_name_that_comes_back_clears_its_alarm(looks: Looks) -> None:
    await workers.report(looks.connection, "ingest-1", "disconnected", "")
    looks.speaks = {"ingest-2"}
    assert ("ingest-worker-silent", "ingest-1") not in await looks.pass_to(24)
    found = await looks.pass_to(30)
    assert ("ingest-worker-silent", "ingest-1") in found
    assert not {(rule, subject) for rule, subject in found if rule == "ingest-all-silent" or subject == "ingest-2"}
    looks.speaks = {"ingest-1"}
    assert ("ingest-worker-silent", "ingest-1") not in await looks.pass_to(34)
    state = "SELECT state FROM alarm_now WHERE rule = 'ingest-worker-silent' AND subject = 'ingest-1'"
    assert await looks.connection.fetchval(state) == "returned_unacknowledged"


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_part_that_comes_is_watched_and_one_that_goes_is_not(looks: Looks, *, restarted: bool) -> None:
    looks.speaks = {"ingest-1"}
    await looks.pass_to(4)
    looks.speaks = {"ingest-1", "ingest-7"}
    await looks.pass_to(6)
    looks.speaks = {"ingest-1"}
    assert ("ingest-worker-silent", "ingest-7") in await looks.pass_to(40)
    # Its alarm ends with its name: the duty `alarms` is told to look which ones are in use.
    told = asyncio.Event()
    await looks.connection.add_listener(rules.CHANNEL, lambda *_: told.set())
    await workers.forget(looks.connection, "ingest-7")
    if restarted:
        looks.begin()
    await looks.pass_to(42)
    async with asyncio.timeout(60):
        await told.wait()
    await evaluation.begin(looks.connection, START)
    assert ("ingest-worker-silent", "ingest-7") not in await looks.pass_to(44)


async def test_a_watch_that_starts_anew_raises_nothing_twice_and_clears_nothing_unseen(looks: Looks) -> None:
    before = await looks.pass_to(30)
    raised = await looks.history("engine-silent")
    assert ("engine-silent", "energy") in before
    looks.begin()
    # For a while it cannot know who is silent, and then it knows that the same still are.
    assert await looks.pass_to(40) == before
    assert await looks.pass_to(60) == before
    assert await looks.history("engine-silent") == raised


async def test_a_rule_that_changes_counts_from_the_next_look(looks: Looks) -> None:
    looks.speaks = {"ingest-1"}
    looks.broker_away_since_s = 0
    assert ("broker-unreachable", "broker") in await looks.pass_to(14)
    patient = _with_limit("broker-unreachable", 100)
    async with looks.connection.transaction():
        await rules.put(looks.connection, "", [patient], "local", "patience")
    looks.rules_changed()
    await looks.pass_to(16)
    assert ("broker-unreachable", "broker") not in await looks.pass_to(60)


def _with_limit(code: str, limit: float) -> rules.NewRule:
    found = next(each for each in SERVICE_RULES if each.rule.code == code)
    (level,) = found.rule.levels
    return replace(found, rule=replace(found.rule, levels=(replace(level, limit=limit),)))
