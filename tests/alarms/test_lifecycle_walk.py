"""All ways of the table happen in the real database, and no others, whatever comes in whatever order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from analytics.alarms.lifecycle import TABLE, ways
from services.database import Connection, connect
from tests.alarms.walking import OPERATIONS, Seen, Walk

LINES = {(state, event, to) for state, event, _, to in ways()}
#: Each way of the table and the shortest life that leads through it; of rules that latch where it says so.
LIVES: tuple[tuple[bool, str], ...] = (
    (False, "hot acknowledge cool"),
    (False, "hot cool acknowledge"),
    (False, "hot hotter acknowledge hotter"),
    (False, "hot acknowledge hotter acknowledge wait"),
    (False, "hot hot_and_quiet hot acknowledge hot_and_quiet hotter_and_quiet cool_and_quiet hot_and_quiet cool"),
    (False, "hot cool hot cool hot_and_quiet"),
    (True, "hot cool hot cool hot_and_quiet cool acknowledge hot cool acknowledge hot_and_quiet cool"),
    (True, "hot hot_and_quiet cool_and_quiet acknowledge reset hot acknowledge cool reset"),
    (False, "shelve hot hotter cool shelve unshelve shelve hot unshelve shelve hot_and_quiet unshelve shelve wait"),
    (False, "shelve wait shelve hot wait acknowledge shelve cool_and_quiet unshelve shelve_once hot cool"),
    (False, "remove_from_service hot_and_quiet return_to_service remove_from_service cool return_to_service"),
    (False, "hot shelve remove_from_service cool hot hotter return_to_service"),
    (True, "hot shelve cool unshelve shelve wait shelve retire"),
    (True, "hot remove_from_service cool return_to_service remove_from_service retire"),
    (False, "hot shelve retire hot acknowledge shelve retire hot cool shelve retire hot_and_quiet shelve retire"),
    (True, "hot cool shelve unshelve acknowledge shelve unshelve acknowledge retire hot cool retire"),
    (False, "remove_from_service return_to_service hot remove_from_service retire hot acknowledge remove_from_service"),
    (False, "hot cool remove_from_service retire hot_and_quiet remove_from_service return_to_service retire"),
    (True, "hot cool remove_from_service return_to_service acknowledge remove_from_service return_to_service"),
    (False, "hot retire hot acknowledge retire hot cool retire hot_and_quiet retire"),
    (True, "hot acknowledge cool hot_and_quiet"),
    (True, "hot acknowledge cool hot"),
)  # fmt: skip


async def test_every_way_of_the_table_happens(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    seen: set[Seen] = set()
    try:
        for latching, life in LIVES:
            walk = await Walk.begin(connection, latching=latching)
            for operation in life.split():
                await walk.do(operation)
            seen |= set(walk.seen)
    finally:
        await connection.close()
    taken = {(each.from_state, each.event, each.to_state) for each in seen}
    assert taken == LINES


class Life(RuleBasedStateMachine):
    """Anything may happen at any time; the database's steps are always those of the table."""

    url: str
    runner: asyncio.Runner

    def _await(self, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the work gives
        return self.runner.run(work)

    @initialize(latching=st.booleans())
    def begin(self, latching: bool) -> None:
        self.connection: Connection = self._await(connect(self.url, name="walk"))
        self.walk: Walk = self._await(Walk.begin(self.connection, latching=latching))
        self.latching = latching
        self.known = 0
        self.is_announced = False

    @rule(operation=st.sampled_from(OPERATIONS))
    def happens(self, operation: str) -> None:
        before = self._await(self.walk.state())
        refusals = len(self.walk.refused)
        self._await(self.walk.do(operation))
        new = self.walk.seen[self.known :]
        self.known = len(self.walk.seen)
        state = before
        for step in new:
            assert step.from_state == state, "steps follow each other"
            assert (step.from_state, step.event, step.to_state) in LINES
            state = step.to_state
            if state == "normal" and self.latching and self.is_announced:
                assert step.event in ("reset", "retire"), "what people were told of and latches is let go by no other"
            self.is_announced = state == "unacknowledged" or (self.is_announced and state != "normal")
        assert state == self._await(self.walk.state())
        if len(self.walk.refused) > refusals:
            _, action, why = self.walk.refused[-1]
            assert not new
            assert why
            assert action not in TABLE[before]

    @rule()
    def everything_is_told_again(self) -> None:
        self._await(self._tell_again())

    async def _tell_again(self) -> None:
        told = list(self.walk.plant.told)
        if self.walk.level is None and any(each.level for each in told[-1:]):
            return  # the rule went and came back: what was told before is news to the new alarm
        if not await self.walk.plant.connection.fetchval(_KNOWS, self.walk.hot.key.site):
            return
        for each in told:
            assert await self.walk.plant.apply(each) == []
        self.walk.plant.told[:] = told

    @invariant()
    def the_state_fits_what_holds(self) -> None:
        if not hasattr(self, "walk"):
            return
        state = self._await(self.walk.state())
        if state in ("unacknowledged", "acknowledged", "suppressed"):
            assert self.walk.level is not None
            assert (state == "suppressed") == (self.walk.quiet is not None)
        if state in ("normal", "returned_unacknowledged"):
            assert self.walk.level is None
        if state.startswith("latched"):
            assert self.latching
            assert self.walk.level is None
        open_ones, ended = self._await(self._occurrences())
        assert open_ones <= 1
        assert not (state == "normal" and open_ones)
        assert ended >= 0

    async def _occurrences(self) -> tuple[int, int]:
        row = await self.connection.fetchrow(
            """SELECT count(*) FILTER (WHERE o.ended_at IS NULL), count(*) FILTER (WHERE o.ended_at < o.raised_at)
               FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id JOIN site AS s ON s.id = a.site_id
               WHERE s.code = $1""",
            self.walk.hot.key.site,
        )
        assert row[1] == 0, "nothing ends before it begins"
        return row[0], row[1]

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self._await(self.connection.close())


_KNOWS = """SELECT a.condition_since IS NOT NULL FROM alarm AS a JOIN site AS s ON s.id = a.site_id WHERE s.code = $1"""


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


def test_no_other_step_is_ever_taken(database_url: str, runner: asyncio.Runner) -> None:
    machine = type("LifeHere", (Life,), {"url": database_url, "runner": runner})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=25, deadline=None))
