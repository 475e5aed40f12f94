"""Laws of telling, without a database: what is told again, in part or late, gives the same alarm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.change import Change, Quiet
from analytics.alarms.machine import AlarmKey, Instance, Machine
from analytics.alarms.telling import Occurrence, Standing, Transition, instant, put_right, told
from analytics.alarms.wording import grade
from tests.alarms.kept_plant import HOT, START, us

INSTANCE = Instance(
    AlarmKey("kunshan", "hot", "device", "comp-1"), HOT, Machine("kunshan", "device", "comp-1", "Comp 1"), {}
)
GRADE = partial(grade, INSTANCE)
LEVELS = st.sampled_from([None, "H", "HH"])
QUIETS: st.SearchStrategy[Quiet | None] = st.sampled_from([None, None, "not_running", "explained"])


@st.composite
def courses(draw: st.DrawFn) -> list[Change]:
    """What an evaluation tells in the order of time: the first figure it knows, then each time something new."""
    said = draw(st.lists(st.tuples(LEVELS, QUIETS, st.integers(1, 3)), min_size=1, max_size=12))
    changes: list[Change] = []
    at_us = us(START)
    before: tuple[str | None, Quiet | None] | None = None
    for level, quiet, later in said:
        at_us += later
        if (level, quiet) != before:
            changes.append(Change(INSTANCE.key, at_us, level, None if level is None else 106.0, quiet))
            before = (level, quiet)
    return changes


class Kept:
    """An alarm with its record, as the database keeps both."""

    def __init__(self) -> None:
        self.alarm = Standing("normal", START)
        self.steps: list[Transition] = []
        self.occurrences: list[Occurrence] = []

    def tell(self, changes: Sequence[Change]) -> list[Transition]:
        """Tell changes one by one."""
        new: list[Transition] = []
        for change in changes:
            steps = told(self.alarm, change, GRADE, self._held(instant(change.at_us)))
            if self.alarm.occurrence is not None and self.alarm.occurrence not in self.occurrences:
                self.occurrences.append(self.alarm.occurrence)
            self.steps += steps
            new += steps
        return new

    def stand(self, changes: Sequence[Change], now: datetime) -> list[Transition]:
        """Put right what differs from what stands."""
        change = changes[-1]
        return put_right(self.alarm, change, GRADE, now, self._held(instant(change.at_us)))

    def _held(self, at: datetime) -> set[datetime]:
        held = any(
            each.raised_at <= at and (over is None or over > at)
            for each in self.occurrences
            for over in [each.returned_at or each.ended_at]
        )
        return {at} if held else set()


@given(courses())
def test_every_rising_is_one_occurrence_raised_at_its_instant(changes: list[Change]) -> None:
    kept = Kept()
    kept.tell(changes)
    levels = [None, *(change.level for change in changes)]
    risen = [
        instant(change.at_us)
        for before, change in zip(levels, changes, strict=False)
        if before is None and change.level is not None
    ]
    assert [each.raised_at for each in kept.occurrences] == risen


@given(courses(), st.data())
def test_the_log_read_again_from_anywhere_takes_no_step(changes: list[Change], data: st.DataObject) -> None:
    kept = Kept()
    kept.tell(changes)
    start = data.draw(st.integers(0, len(changes)))
    assert kept.tell(changes[start:]) == []


@given(courses())
def test_only_what_holds_now_counts_however_little_was_heard_of_it(changes: list[Change]) -> None:
    whole, last = Kept(), Kept()
    whole.tell(changes)
    last.tell(changes[-1:])
    assert (whole.alarm.level, whole.alarm.quiet) == (last.alarm.level, last.alarm.quiet)
    if changes and last.alarm.level is not None:
        assert whole.alarm.state == last.alarm.state


@given(courses(), QUIETS)
def test_a_raise_that_comes_behind_a_tick_is_heard(changes: list[Change], quiet: Quiet | None) -> None:
    kept = Kept()
    kept.tell(changes)
    if kept.alarm.level is not None:
        return
    now_us = (changes[-1].at_us if changes else us(START)) + 100
    kept.tell([Change(INSTANCE.key, now_us, None, None, "explained" if quiet is None else None)])
    (step,) = kept.tell([Change(INSTANCE.key, now_us - 50, "H", 106.0, quiet)])
    assert (step.event, step.at) == ("raise", instant(now_us - 50))


@given(courses(), courses())
def test_what_stands_is_what_is_kept_whatever_was_known(known: list[Change], stands: list[Change]) -> None:
    kept, fresh = Kept(), Kept()
    kept.tell(known)
    kept.stand(stands, instant(us(START) + 1000))
    fresh.tell(stands)
    assert (kept.alarm.level, kept.alarm.quiet) == (stands[-1].level, stands[-1].quiet)
    assert kept.alarm.condition_since == fresh.alarm.condition_since
    if stands[-1].level is not None:
        assert (kept.alarm.state == "suppressed") == (fresh.alarm.state == "suppressed")
    assert kept.stand(stands, instant(us(START) + 2000)) == []


@given(courses())
def test_after_what_stands_was_told_nothing_is_passed_over(changes: list[Change]) -> None:
    kept = Kept()
    # An earlier life knew from its clock that the device was silent, long after the readings that follow.
    kept.tell([Change(INSTANCE.key, us(START) + 900, "H", 106.0, "communication_lost")])
    kept.stand([Change(INSTANCE.key, us(START), "H", 106.0, None)], instant(us(START) + 1000))
    assert kept.alarm.state == "unacknowledged"
    kept.tell(changes)
    assert (kept.alarm.level, kept.alarm.quiet) == (changes[-1].level, changes[-1].quiet)
    for each in kept.occurrences:
        assert each.raised_at <= (each.returned_at or each.raised_at) <= (each.ended_at or instant(us(START) + 5000))
