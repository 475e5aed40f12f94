"""What instant a row's time means, on ordinary days and on the days when the clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.replay.stamps import Ambiguous, Midnight, StampRule, Unreadable, possible_formats

SEOUL, NEW_YORK, LORD_HOWE = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
WRITTEN = {"dmy": "%d-%m-%Y %H:%M:%S", "mdy": "%m/%d/%Y %H:%M:%S", "ymd": "%Y.%m.%d %H:%M:%S"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@given(
    st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2099-01-01")),
    st.sampled_from(sorted(WRITTEN)),
)
def test_every_order_of_day_month_and_year_is_read_back(wall: datetime, order: str) -> None:
    rule = StampRule(order, SEOUL)
    wall = wall.replace(microsecond=0)
    assert rule.instant(wall.strftime(WRITTEN[order]), None) == wall.replace(tzinfo=SEOUL).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "date_format", "instant"),
    [
        ("2018-01-01T00:15:00+09:00", "ymd", "2017-12-31T15:15:00+00:00"),
        ("2018-01-01 00:15Z", "ymd", "2018-01-01T00:15:00+00:00"),
        ("2018-01-01 00:15:30.250-0530", "ymd", "2018-01-01T05:45:30.250+00:00"),
        ("1/2/2018", "dmy", "2018-02-01T00:00:00+09:00"),
        ("31.12.2018 24:00", "dmy", "2019-01-01T00:00:00+09:00"),
        ("1514733300", "unix", "2017-12-31T15:15:00+00:00"),
        ("1514733300250", "unix-ms", "2017-12-31T15:15:00.250+00:00"),
        ("Jan 5 2018 3:15 PM", "%b %d %Y %I:%M %p", "2018-01-05T15:15:00+09:00"),
    ],
)
def test_many_ways_of_writing_an_instant(text: str, date_format: str, instant: str) -> None:
    assert StampRule(date_format, SEOUL).instant(text, None) == utc(instant)


@pytest.mark.parametrize(
    ("text", "date_format", "reason"),
    [
        ("32-01-2018 00:15", "dmy", "day is out of range"),
        ("01-02-18 00:15", "dmy", "four digits"),
        ("01-02-2018 00:15", "ymd", "four digits"),
        ("01-01-2018 24:15", "dmy", "hour must be in"),
        ("yesterday", "dmy", "no date and time"),
        ("", "dmy", "no date and time"),
        ("15", "unix", "no second between"),
        ("2018", "%d.%m.%Y", "is not written as"),
    ],
)
def test_what_is_no_time_says_why(text: str, date_format: str, reason: str) -> None:
    answer = StampRule(date_format, SEOUL).instant(text, None)
    assert isinstance(answer, Unreadable)
    assert reason in answer.reason


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_midnight_that_ends_a_day_is_a_day_later_than_the_midnight_that_begins_it(day: date) -> None:
    text = f"{day} 00:00"
    begins = StampRule("ymd", SEOUL).instant(text, None)
    ends = StampRule("ymd", SEOUL, Midnight.END_OF_DAY).instant(text, None)
    assert isinstance(begins, datetime)
    assert isinstance(ends, datetime)
    assert ends - begins == timedelta(days=1)
    other = f"{day} 00:15"
    assert StampRule("ymd", SEOUL).instant(other, None) == StampRule("ymd", SEOUL, Midnight.END_OF_DAY).instant(
        other, None
    )


def test_a_time_that_the_clock_left_out_is_refused() -> None:
    answer = StampRule("ymd", NEW_YORK).instant("2024-03-10 02:30", None)
    assert isinstance(answer, Unreadable)
    assert "never shown in America/New_York" in answer.reason


def test_a_time_that_was_shown_twice_is_refused_unless_the_order_of_rows_may_tell() -> None:
    answer = StampRule("ymd", NEW_YORK).instant("2024-11-03 01:30", None)
    assert isinstance(answer, Unreadable)
    assert "shown twice in America/New_York" in answer.reason
    in_order = StampRule("ymd", NEW_YORK, ambiguous=Ambiguous.IN_ORDER)
    before = [utc("2024-11-03T01:15-04:00"), utc("2024-11-03T01:30-04:00")]
    assert in_order.instant("2024-11-03 01:30", before[0]) == utc("2024-11-03T01:30-04:00")
    assert in_order.instant("2024-11-03 01:30", before[1]) == utc("2024-11-03T01:30-05:00")


@given(
    st.sampled_from(
        [(NEW_YORK, "2024-11-03"), (NEW_YORK, "2024-03-10"), (LORD_HOWE, "2024-04-07"), (SEOUL, "2018-05-05")]
    ),
    st.sampled_from([5, 10, 15, 30]),
)
def test_a_whole_day_of_wall_times_in_order_is_read_back_whatever_the_clock_does(
    place: tuple[ZoneInfo, str], step_minutes: int
) -> None:
    zone, day = place
    start = datetime.fromisoformat(day).replace(tzinfo=zone).astimezone(UTC)
    instants = [start + timedelta(minutes=minutes) for minutes in range(0, 26 * 60, step_minutes)]
    rule = StampRule("ymd", zone, ambiguous=Ambiguous.IN_ORDER)
    after = None
    for instant in instants:
        assert rule.instant(instant.astimezone(zone).strftime("%Y-%m-%d %H:%M"), after) == instant
        after = instant


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("03-04-2018", ("dmy", "mdy")),
        ("13-04-2018", ("dmy",)),
        ("04/13/2018 10:00", ("mdy",)),
        ("2018-04-03", ("ymd",)),
        ("1514733300", ("unix",)),
        ("1514733300000", ("unix-ms",)),
        ("n/a", ()),
    ],
)
def test_a_text_says_in_which_formats_it_can_be_read(text: str, formats: tuple[str, ...]) -> None:
    assert possible_formats(text) == formats
