"""Rows in, intervals out; whatever cannot be played is told with its line."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.replay.job import Job
from simulators.replay.recording import BadCell, BadRow, RecordingError, Row
from tests.simulators.recordings import INTERVAL, REGISTER, job

MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def rows(of: Job) -> list[Row]:
    return [item for item in of.items() if isinstance(item, Row)]


def bad(of: Job) -> list[tuple[int, str, str]]:
    return [(item.line, item.reason, item.detail) for item in of.items() if not isinstance(item, Row)]


def test_a_stamp_at_the_end_closes_the_interval_and_one_at_the_start_opens_it(tmp_path: Path) -> None:
    text = "time,kWh\n2018-01-01 00:15,3.17\n"
    (end,) = rows(job(tmp_path, text))
    assert (end.start, end.stop) == (utc("2018-01-01T00:00+09:00"), utc("2018-01-01T00:15+09:00"))
    (start,) = rows(job(tmp_path, text, stamp="start"))
    assert (start.start, start.stop) == (utc("2018-01-01T00:15+09:00"), utc("2018-01-01T00:30+09:00"))
    assert end.values == start.values == {"import_energy_kwh": Decimal("3.17")}


@MANY
@given(
    st.sampled_from([60, 300, 900, 1800, 3600]),
    st.sampled_from(["Asia/Seoul", "America/New_York", "Asia/Kathmandu"]),
    st.sampled_from(["2018-01-01", "2024-03-10", "2024-11-03"]),
    st.integers(2, 40),
)
def test_start_and_end_stamps_differ_by_exactly_one_interval(
    tmp_path: Path, interval_s: int, zone: str, day: str, count: int
) -> None:
    first = datetime.fromisoformat(day).replace(tzinfo=UTC)
    stamps = [first + timedelta(seconds=interval_s * number) for number in range(count)]
    text = "time,kWh\n" + "".join(f"{stamp.isoformat()},1\n" for stamp in stamps)
    ends = rows(job(tmp_path, text, zone=zone, interval_s=None))
    starts = rows(job(tmp_path, text, zone=zone, interval_s=None, stamp="start"))
    assert len(ends) == len(starts) == count
    for end, start in zip(ends, starts, strict=True):
        assert start.start - end.start == start.stop - end.stop == timedelta(seconds=interval_s)
        assert end.stop == start.start


def test_the_midnight_of_the_day_that_ends_is_in_its_place(tmp_path: Path) -> None:
    text = "date,kWh\n31-12-2018 23:45,1\n31-12-2018 00:00,2\n01-01-2019 00:15,3\n13-01-2019 00:15,4\n"
    played = rows(job(tmp_path, text, midnight="end-of-day"))
    assert [row.stop for row in played[:3]] == [
        utc(f"{moment}+09:00") for moment in ("2018-12-31T23:45", "2019-01-01T00:00", "2019-01-01T00:15")
    ]
    ((line, reason, detail),) = bad(job(tmp_path, text))
    assert (line, reason) == (3, "order")
    assert "say midnight = end-of-day" in detail


def test_each_bad_row_and_cell_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "\ufefftime,kWh,other\n"
        "2018-01-01 00:15,1,a\n"
        "2018-01-01 00:30,1\n"  # too short
        "\n"
        "2018-01-32 00:45,1,a\n"  # no such day
        "2018-01-01 00:45,x,a\n"  # no number
        "2018-01-01 01:00,nan,a\n"
        "2018-01-01 01:15,-1,a\n"
        "2018-01-01 01:30,,a\n"  # empty
        "2018-01-01 01:15,1,a\n"  # back in time
        "2018-01-01 01:45,1,a\n"
    )
    wanted = job(tmp_path, text, REGISTER, {"name": "other", "key": "other_state", "as": "state"}, date_format="ymd")
    items = list(wanted.items())
    assert [(item.line, type(item).__name__, getattr(item, "reason", "")) for item in items] == [
        (2, "Row", ""),
        (3, "BadRow", "cells"),
        (5, "BadRow", "time"),
        (6, "BadCell", "value"),
        (6, "Row", ""),
        (7, "BadCell", "value"),
        (7, "Row", ""),
        (8, "BadCell", "value"),
        (8, "Row", ""),
        (9, "Row", ""),
        (10, "BadRow", "order"),
        (11, "Row", ""),
    ]
    assert wanted.recording.empty_cells == 1
    details = " ".join(item.detail for item in items if isinstance(item, (BadRow, BadCell)))
    for part in ("2 cells where the header has 3", "'x' is no number", "no finite number", "count backwards", "line 9"):
        assert part in details


def test_a_row_without_any_value_that_can_be_played_is_a_bad_row(tmp_path: Path) -> None:
    assert bad(job(tmp_path, "time,kWh\n2018-01-01 00:15,\n2018-01-13 00:15,1\n")) == [
        (2, "empty", "no value that can be played")
    ]


def test_local_times_on_the_day_the_clock_goes_back(tmp_path: Path) -> None:
    walls = ["00:45", "01:00", "01:15", "01:30", "01:45", "01:00", "01:15", "01:30", "01:45", "02:00"]
    text = "time,kWh\n" + "".join(f"2024-11-03 {wall},1\n" for wall in walls)
    refused = bad(job(tmp_path, text, zone="America/New_York"))
    assert [line for line, _, _ in refused] == list(range(3, 11))
    assert all("shown twice" in detail for _, _, detail in refused)
    told_apart = rows(job(tmp_path, text, zone="America/New_York", ambiguous="in-order"))
    assert [later.stop - sooner.stop for sooner, later in pairwise(told_apart)] == [timedelta(minutes=15)] * 9


def test_a_decimal_comma_and_semicolons(tmp_path: Path) -> None:
    text = "time;kWh\n13.01.2018 00:15;3,5\n13.01.2018 00:30;1.234,5\n13.01.2018 00:45;1.234\n"
    wanted = job(tmp_path, text, INTERVAL, delimiter=";", decimal_mark=",")
    assert [row.values for row in rows(wanted)] == [{"interval_energy_kwh": Decimal("3.5")}]
    assert [line for line, reason, _ in bad(wanted) if reason == "value"] == [3, 4]


def test_scale_turns_the_file_s_unit_into_the_point_s(tmp_path: Path) -> None:
    (row,) = rows(job(tmp_path, "time,Wh\n2018-01-13 00:15,3170\n", {**INTERVAL, "name": "Wh", "scale": "0.001"}))
    assert row.values == {"interval_energy_kwh": Decimal("3.170")}


def test_whole_days_can_be_moved_and_the_number_of_rows_limited(tmp_path: Path) -> None:
    text = "time,kWh\n2018-01-13 00:15,1\n2018-01-13 00:30,1\n2018-01-13 00:45,1\n"
    moved = rows(job(tmp_path, text, first_day=date(2026, 3, 1), limit=2))
    assert [row.stop for row in moved] == [utc("2026-03-01T00:15+09:00"), utc("2026-03-01T00:30+09:00")]


@pytest.mark.parametrize(
    ("text", "options", "mend"),
    [
        ("time,kWh\n2018-01-13 00:15,1\n", {"stamp": None}, "--stamp start|end"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"stamp": "start", "midnight": "end-of-day"}, "stamped at their end"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"zone": None}, "name their time zone"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"zone": "Mars/Base"}, "no time zone 'Mars/Base'"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"site": "Steel Works"}, "lower-case"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"column": [{"name": "x", "key": "y", "as": "interval"}]}, "no column 'x'"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"column": []}, "--column"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"column": [REGISTER, REGISTER]}, "a key of its own"),
        ("time,kWh\n2018-01-13 00:15,1\n", {"interval_s": None}, "one row does not show"),
        ("time,kWh,kWh\n2018-01-13 00:15,1,2\n", {}, "more than one column 'kWh'"),
        ("time,kWh\n03-04-2018 00:15,1\n", {}, "dmy or as mdy: name the date format"),
        ("time,kWh\nsoon,1\n", {}, "no known format"),
        ("time,kWh\n", {}, "no rows"),
        ("", {}, "no rows"),
    ],
)
def test_open_questions_are_asked_before_anything_is_published(
    tmp_path: Path, text: str, options: dict[str, object], mend: str
) -> None:
    with pytest.raises(RecordingError, match=mend.replace("|", r"\|")):
        job(tmp_path, text, options=options)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "recording.csv"
    wanted = job(tmp_path, "time,kWh\n2018-01-13 00:15,1\n")
    path.write_bytes("time,电量\n2018-01-13 00:15,1\n".encode("gb18030"))
    with pytest.raises(RecordingError, match="name its encoding"):
        list(wanted.items())


def test_the_interval_is_what_most_rows_are_apart(tmp_path: Path) -> None:
    minutes = [0, 15, 30, 60, 75, 90]
    text = "time,kWh\n" + "".join(f"2018-01-13 {m // 60:02}:{m % 60:02},1\n" for m in minutes)
    assert job(tmp_path, text, interval_s=None).recording.interval == timedelta(minutes=15)
    text = "time,kWh\n" + "".join(f"2018-01-13 {m // 60:02}:{m % 60:02},1\n" for m in (0, 15, 45, 120))
    with pytest.raises(RecordingError, match="different steps"):
        job(tmp_path, text, interval_s=None)
