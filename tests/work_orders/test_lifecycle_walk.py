"""All ways of the table happen in the real database, and no others, whatever is asked for in whatever order.

What has to come of each step is said here once more, by a plain model that knows nothing of the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from analytics.maintenance.job import Isolation, Task
from analytics.work_orders.lifecycle import Event, Refused, ways
from services.database import connect
from services.work_orders.rows import OrderRef
from services.work_orders.steps import Taken
from tests.work_orders import shop
from tests.work_orders.shop import Shop

#: Where each step leads from each state, while nothing stands in its way.
LEADS: dict[tuple[str, str], str] = {
    ("requested", "accept"): "open",
    ("requested", "cancel"): "cancelled",
    ("open", "assign"): "assigned",
    ("open", "start"): "in_progress",
    ("open", "cancel"): "cancelled",
    ("assigned", "assign"): "assigned",
    ("assigned", "release"): "open",
    ("assigned", "start"): "in_progress",
    ("assigned", "cancel"): "cancelled",
    ("in_progress", "assign"): "in_progress",
    ("in_progress", "hold"): "on_hold",
    ("in_progress", "complete"): "done",
    ("on_hold", "assign"): "on_hold",
    ("on_hold", "resume"): "in_progress",
    ("on_hold", "cancel"): "cancelled",
    ("done", "reopen"): "open",
    ("done", "verify"): "verified",
}
EVENTS: tuple[Event, ...] = (
    "accept", "assign", "release", "start", "hold", "resume", "complete", "reopen", "verify", "cancel",
)  # fmt: skip
#: Lives that lead through every way; `li:` says who acts, wang where nobody is said.
LIVES = (
    "accept assign assign release lock start assign hold assign resume task unlock complete check li:verify",
    "cancel",
    "accept cancel",
    "accept assign cancel",
    "accept lock start hold unlock cancel",
    "accept lock local:start task unlock local:complete reopen lock local:start unlock local:complete check verify",
    "accept assign lock start task unlock complete li:reopen",
)


class Walk:
    """One order, and what holds of it by the walk's own book-keeping."""

    def __init__(self, here: Shop, ref: OrderRef) -> None:
        self.shop, self.ref = here, ref
        self.state, self.entries = "requested", 1
        self.locks = self.has_result = self.is_checked = self.is_hot = self.is_out = False
        self.has_assignee = False
        self.done_by = ""
        self.lines: set[tuple[str, str, str]] = set()

    @classmethod
    async def begin(cls, here: Shop) -> Walk:
        """A request about a compressor that is hot, with a task and an energy to lock out."""
        await here.hot("H")
        ref = await here.open(origin="request", tasks=(Task("clean it"),), isolations=(Isolation("power"),))
        await here.attach(ref)
        walk = cls(here, ref)
        walk.is_hot = True
        return walk

    async def ask(self, event: Event, by: str, *, fully: bool) -> None:
        """Ask for a step, with all that may be given or with nothing, and see that the right thing comes of it."""
        given: dict[str, Any] = (
            {"comment": "so", "assignee": "zhao", "cause": "wear", "out_of_service": True} if fully else {}
        )
        result = await self.shop.take(self.ref, event, None if by == "local" else by, **given)
        leads = LEADS.get((self.state, event))
        hindered = "not_now" if leads is None else self._hindered(event, by, fully=fully)
        if hindered or leads is None:
            assert isinstance(result, Refused), (self.state, event, result)
            assert result.reason == hindered
        else:
            to = "assigned" if event == "reopen" and self.has_assignee else leads
            assert isinstance(result, Taken), (self.state, event, result)
            assert (result.from_state, result.to_state) == (self.state, to)
            self.lines.add((self.state, event, to))
            self._took(event, by, to, fully=fully)

    def _hindered(self, event: str, by: str, *, fully: bool) -> str | None:
        asked = {
            "assign": [("assignee_missing", not fully)],
            "start": [("isolation_open", not self.locks)],
            "resume": [("isolation_open", not self.locks)],
            "hold": [("reason_missing", not fully)],
            "complete": [
                ("tasks_open", not self.has_result), ("isolation_open", self.locks), ("cause_missing", not fully),
            ],
            "reopen": [("reason_missing", not fully)],
            "verify": [
                ("not_checked", not self.is_checked),
                ("condition_stands", self.is_hot),
                ("same_person", by == self.done_by),
            ],
            "cancel": [("isolation_open", self.locks), ("reason_missing", not fully)],
        }  # fmt: skip
        return next((reason for reason, holds in asked.get(event, []) if holds), None)

    def _took(self, event: str, by: str, to: str, *, fully: bool) -> None:
        self.state, self.entries = to, self.entries + 1
        if event == "assign":
            self.has_assignee = True
        elif event == "release":
            self.has_assignee = False
        elif event == "start":
            self.is_out = fully
            self.has_assignee = self.has_assignee or by != "local"
        elif event == "complete":
            self.done_by, self.is_checked, self.is_out = by, False, False
        elif event == "reopen":
            self.locks = self.is_checked = False
        elif event == "cancel":
            self.is_out = False

    async def padlock(self, *, hangs: bool) -> None:
        """Hang the padlock, or take it off."""
        refused = await (self.shop.lock(self.ref) if hangs else self.shop.unlock(self.ref))
        is_time = self.state in ("open", "assigned", "in_progress", "on_hold")
        assert (refused is None) == (is_time and self.locks != hangs), refused
        if refused is None:
            self.locks, self.entries = hangs, self.entries + 1

    async def result(self) -> None:
        """Say that the task is done."""
        refused = isinstance(await self.shop.give(self.ref, 1, "passed"), Refused)
        assert refused == (self.state != "in_progress")
        if not refused:
            self.has_result, self.entries = True, self.entries + 1

    async def check(self) -> None:
        """The duty has looked whether the condition is gone: what it writes, and no more."""
        await self.shop.hot(None)
        self.is_hot = False
        if self.state == "done":
            await self.shop.connection.execute(
                "UPDATE work_order SET checked_at = $2 WHERE id = $1",
                (await self.shop.row(self.ref))["id"],
                self.shop.now,
            )
            self.is_checked = True

    async def agrees(self) -> None:
        """The database says what the walk's book-keeping says."""
        row = await self.shop.row(self.ref)
        assert row["state"] == self.state
        assert (row["assignee_id"] is not None) == self.has_assignee
        trail = await self.shop.entries(self.ref)
        assert len(trail) == self.entries
        taken = [entry for entry in trail if entry.to_state is not None]
        assert taken[-1].to_state == self.state
        for before, after in pairwise(taken):
            assert before.to_state == after.from_state, "steps follow each other"
        assert (await self.shop.alarm() == "out_of_service") == self.is_out
        told = await self.shop.connection.fetchval(
            "SELECT count(*) FROM event WHERE subject = $1 AND kind LIKE 'work_order.%'", self.ref.address
        )
        assert told == self.entries


async def test_every_way_of_the_table_happens(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    lines: set[tuple[str, str, str]] = set()
    try:
        for life in LIVES:
            walk = await Walk.begin(await shop.begin(connection))
            for word in life.split():
                by, _, operation = word.rpartition(":")
                await _do(walk, operation, by or "wang")
                await walk.agrees()
            lines |= walk.lines
    finally:
        await connection.close()
    assert lines == {(state, event, to) for state, event, _, to in ways()}


async def _do(walk: Walk, operation: str, by: str) -> None:
    if operation in ("lock", "unlock"):
        await walk.padlock(hangs=operation == "lock")
    elif operation == "task":
        await walk.result()
    elif operation == "check":
        await walk.check()
    else:
        event = next(each for each in EVENTS if each == operation)
        before = len(walk.lines), walk.entries
        await walk.ask(event, by, fully=True)
        assert (len(walk.lines), walk.entries) > before, (operation, walk.state)


class Life(RuleBasedStateMachine):
    """Anything may be asked for at any time; what comes of it is what the plain model says."""

    url: str
    runner: asyncio.Runner

    def _await(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the work gives
        return self.runner.run(work)

    @initialize(is_accepted=st.booleans())
    def begin(self, is_accepted: bool) -> None:
        self.connection = self._await(connect(self.url, name="walk"))
        self.walk: Walk = self._await(self._begin())
        if is_accepted:
            self._await(self.walk.ask("accept", "li", fully=True))

    async def _begin(self) -> Walk:
        return await Walk.begin(await shop.begin(self.connection))

    @rule(event=st.sampled_from(EVENTS), by=st.sampled_from(("li", "wang", "local")), fully=st.booleans())
    def somebody_asks_for_a_step(self, event: Event, by: str, fully: bool) -> None:
        self._await(self.walk.ask(event, by, fully=fully))

    @rule(hangs=st.booleans())
    def somebody_hangs_a_padlock_or_takes_it_off(self, hangs: bool) -> None:
        self._await(self.walk.padlock(hangs=hangs))

    @rule()
    def somebody_does_the_task(self) -> None:
        self._await(self.walk.result())

    @rule()
    def the_duty_looks(self) -> None:
        self._await(self.walk.check())

    @invariant()
    def the_database_agrees(self) -> None:
        if hasattr(self, "walk"):
            self._await(self.walk.agrees())

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self._await(self.connection.close())


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


def test_no_other_step_is_ever_taken(database_url: str, runner: asyncio.Runner) -> None:
    machine = type("LifeHere", (Life,), {"url": database_url, "runner": runner})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=25, deadline=None))
