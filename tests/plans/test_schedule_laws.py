"""When a plan is due: months that are too short, days that are too long, early and late, use and what it foretells."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.maintenance.plan import Plan, later
from analytics.maintenance.schedule import Count, Usage, day_begins, holding, standing

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Australia/Lord_Howe")])
DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))
INSTANTS = st.integers(0, 7_300 * 86_400).map(lambda s: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def plan(*triggers: dict[str, object], **more: object) -> Plan:
    document = {"code": "p", "name": "P", "job": "j", "equipment_class": "pump", "triggers": list(triggers), **more}
    return msgspec.convert(document, Plan)


def calendar(every: str) -> dict[str, object]:
    return {"kind": "calendar", "every": every}


@pytest.mark.parametrize(
    ("day", "every", "due"),
    [
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2024-01-31", "1 month", "2024-02-29"),
        ("2026-01-31", "3 months", "2026-04-30"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2024-02-29", "4 years", "2028-02-29"),
        ("2026-12-15", "1 month", "2027-01-15"),
        ("2026-03-28", "2 weeks", "2026-04-11"),
        ("2026-06-30", "1 day", "2026-07-01"),
    ],
)
def test_later(day: str, every: str, due: str) -> None:
    assert later(date.fromisoformat(day), every) == date.fromisoformat(due)


@given(day=DAYS, months=st.integers(1, 60))
def test_a_month_later_is_in_the_next_month_on_the_same_day_or_its_last(day: date, months: int) -> None:
    due = later(day, f"{months} months")
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == months
    assert due.day == min(day.day, monthrange(due.year, due.month)[1])


@given(day=DAYS, every=st.sampled_from(["9 days", "2 weeks", "1 month", "3 months", "1 year"]))
def test_done_on_time_again_and_again_it_always_goes_on(day: date, every: str) -> None:
    dues = [day]
    for _ in range(12):
        dues.append(later(dues[-1], every))
    assert all(before < after for before, after in pairwise(dues))


@given(
    done_at=INSTANTS, zone=ZONES, now_after_h=st.floats(0, 400 * 24), lead=st.integers(0, 60), slack=st.integers(0, 60)
)
def test_a_calendar_is_counted_in_local_days(
    done_at: datetime, zone: ZoneInfo, now_after_h: float, lead: int, slack: int
) -> None:
    now = done_at + timedelta(hours=now_after_h)
    stands = standing(plan(calendar("3 months"), lead_days=lead, slack_days=slack), Count(done_at), Usage(), now, zone)
    due_day = later(done_at.astimezone(zone).date(), "3 months")
    assert stands.due_at is not None
    assert stands.opens_at is not None
    assert stands.overdue_at is not None
    assert stands.due_at.astimezone(zone).date() == due_day
    # The instant before is still the day before, whatever the clock does that night.
    assert (stands.due_at - timedelta(microseconds=1)).astimezone(zone).date() == due_day - timedelta(days=1)
    assert stands.is_due == (stands.due_at <= now)
    assert stands.overdue_at.astimezone(zone).date() == due_day + timedelta(days=slack + 1)
    if not stands.is_due:
        assert stands.opens_at.astimezone(zone).date() == due_day - timedelta(days=lead)


@given(first=INSTANTS, early_or_late_days=st.integers(-60, 60))
def test_the_next_one_counts_from_when_it_was_done(first: datetime, early_or_late_days: int) -> None:
    yearly = plan(calendar("1 year"))
    due_at = standing(yearly, Count(first), Usage(), first, SHANGHAI).due_at
    assert due_at is not None
    done_at = due_at + timedelta(days=early_or_late_days)
    again = standing(yearly, Count(done_at), Usage(), done_at, SHANGHAI).due_at
    assert again == day_begins(later(done_at.astimezone(SHANGHAI).date(), "1 year"), SHANGHAI)


@given(used=st.floats(0, 5000), before=st.floats(0, 3000), rate=st.floats(0.01, 24), now=INSTANTS)
def test_use_is_due_when_it_is_used_up_and_foretold_until_then(
    used: float, before: float, rate: float, now: datetime
) -> None:
    count = Count(now - timedelta(days=400), used_before=before)
    stands = standing(plan({"kind": "run_hours", "hours": 2000}), count, Usage(used, hours_a_day=rate), now, SHANGHAI)
    assert stands.is_due == (used + before >= 2000)
    assert (stands.used, stands.allowed, stands.unit) == (used + before, 2000, "h")
    if stands.is_due:
        assert stands.due_at == now
    elif stands.due_at is not None:
        # At this rate the rest is used up by then, to the minute.
        by_then = used + before + (stands.due_at - now) / timedelta(days=1) * rate
        assert by_then == pytest.approx(2000, abs=rate / 1440)


@given(now=INSTANTS, starts=st.integers(0, 400))
def test_without_a_rate_nothing_is_foretold(now: datetime, starts: int) -> None:
    stands = standing(
        plan({"kind": "starts", "starts": 500}), Count(now), Usage(starts=starts, starts_a_day=None), now, SHANGHAI
    )
    assert not stands.is_due
    assert stands.due_at is None
    assert stands.opens_at is None
    assert stands.overdue_at is None


@given(now=INSTANTS, used=st.floats(0, 4000), since_days=st.floats(0, 800), rate=st.floats(0.5, 24))
def test_the_trigger_that_is_met_first_governs(now: datetime, used: float, since_days: float, rate: float) -> None:
    count, usage = Count(now - timedelta(days=since_days)), Usage(used, hours_a_day=rate)
    hours, yearly = {"kind": "run_hours", "hours": 2000}, calendar("1 year")
    both = standing(plan(hours, yearly), count, usage, now, SHANGHAI)
    either = [standing(plan(each), count, usage, now, SHANGHAI) for each in (hours, yearly)]
    dues = [each.due_at for each in either if each.due_at is not None]
    assert both.is_due == any(each.is_due for each in either)
    assert both.due_at == min(dues)


@given(now=INSTANTS, since_days=st.floats(0, 100), used=st.floats(0, 3000))
def test_what_is_due_stays_due(now: datetime, since_days: float, used: float) -> None:
    since = now - timedelta(days=since_days)
    count = Count(now - timedelta(days=200), since=since)
    stands = standing(plan({"kind": "run_hours", "hours": 2000}), count, Usage(used), now, SHANGHAI)
    assert stands.is_due
    assert stands.due_at == since
    assert stands.opens_at == since


@given(held=st.lists(st.booleans(), min_size=1, max_size=30))
def test_a_condition_holds_since_it_last_did_not(held: list[bool]) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    times = [now + timedelta(minutes=at) for at in range(len(held))]
    since = holding(None, times, held)
    run = len(held) - 1 - max((at for at, is_held in enumerate(held) if not is_held), default=-1)
    assert since == (times[len(held) - run] if run else None)


@given(held=st.lists(st.booleans(), min_size=2, max_size=30), cut=st.integers(1, 29))
def test_looking_in_two_goes_finds_the_same(held: list[bool], cut: int) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    times = [now + timedelta(minutes=at) for at in range(len(held))]
    cut = min(cut, len(held))
    assert holding(holding(None, times[:cut], held[:cut]), times[cut:], held[cut:]) == holding(None, times, held)


def test_a_condition_is_due_when_it_has_held_for_long_enough_and_never_foretold() -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    filters = plan({"kind": "condition", "condition": "pressure_pa > 250", "held_s": 3600}, lead_days=14)
    for minutes, is_due in ((59, False), (60, True), (200, True)):
        since = now - timedelta(minutes=minutes)
        stands = standing(filters, Count(now - timedelta(days=9), holds_since=since), Usage(), now, SHANGHAI)
        assert stands.is_due is is_due
        assert stands.opens_at == (since + timedelta(hours=1) if is_due else None)


def test_the_day_the_clock_changes_has_23_hours_and_is_a_day() -> None:
    done_at = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    stands = standing(plan(calendar("1 day"), slack_days=0), Count(done_at), Usage(), done_at, BERLIN)
    assert stands.due_at == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert stands.overdue_at == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"triggers": [calendar("3 fortnights")]}, "3 months"),
        ({"triggers": [calendar("0 days")]}, "from a day to 50 years"),
        ({"triggers": [{"kind": "condition", "condition": "pressure >"}]}, "pressure"),
        ({"triggers": [{"kind": "condition", "condition": "3 > 2"}]}, "names no point"),
        ({"triggers": [{"kind": "calibration", "every": "1 year"}]}, "calibration is for `meters`"),
        ({"triggers": [calendar("1 year"), calendar("2 years")]}, "two triggers of one kind"),
        ({"triggers": [calendar("1 year")], "meters": ["m"]}, "for machines"),
        ({"triggers": [calendar("1 year")], "machines": ["m"]}, "keep one of them"),
        ({"triggers": [{"kind": "starts", "starts": 5}], "equipment_class": None, "meters": ["m"]}, "neither run nor"),
        ({"triggers": [calendar("1 year")], "used": {"m": 5}}, "`used`"),
    ],
)
def test_plans_that_cannot_be(document: dict[str, object], says: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=says):
        plan(**document)
