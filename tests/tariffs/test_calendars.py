"""Calendars in the database: each instant once, written when needed, rewritten without losing an edge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from services import calendars
from services.band_plan import NoSuchCalendarError
from services.database import Connection, connect

START, STOP = datetime(2024, 10, 20, 5, tzinfo=UTC), datetime(2024, 12, 3, tzinfo=UTC)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    await opened.execute("INSERT INTO site (code, name, time_zone) VALUES ('ny', 'New York', 'America/New_York')")
    yield opened
    await opened.close()


async def test_a_calendar_without_contract_knows_local_hours_and_is_unbilled(connection: Connection) -> None:
    calendar = await calendars.base(connection, "ny")
    assert await calendars.base(connection, "ny") == calendar
    await calendars.cover(connection, calendar, START, STOP)
    found = await connection.fetch("SELECT * FROM calendar_piece WHERE calendar_id = $1 ORDER BY start", calendar)
    assert found[0]["start"] == datetime(2024, 10, 1, tzinfo=UTC)
    assert found[-1]["stop"] == datetime(2025, 1, 1, tzinfo=UTC)
    assert all(one["stop"] == two["start"] for one, two in pairwise(found))
    assert {row["band"] for row in found} == {0}
    # 2024-11-03: the clock shows 1:00 to 2:00 twice, so the day has 25 hours, each of four quarters.
    day = [row for row in found if row["day"] == date(2024, 11, 3)]
    assert len(day) == 100
    assert [row["hour"] for row in day][::4] == [
        datetime(2024, 11, 3, 4, tzinfo=UTC) + timedelta(hours=n) for n in range(25)
    ]
    assert {row["month"] for row in day} == {date(2024, 11, 1)}


async def test_covering_again_adds_nothing_and_edges_name_the_midnights(connection: Connection) -> None:
    calendar = await calendars.base(connection, "ny")
    noon_us = 1_730_635_200_000_000  # 2024-11-03T12:00Z
    edges = await calendars.edges(connection, calendar, noon_us, noon_us + 1)
    before = await connection.fetchval("SELECT count(*) FROM calendar_piece")
    await calendars.cover(connection, calendar, datetime(2024, 11, 1, tzinfo=UTC), datetime(2024, 12, 1, tzinfo=UTC))
    assert await connection.fetchval("SELECT count(*) FROM calendar_piece") == before == 30 * 96
    # Local midnights: 04:00Z (-4 h) and, after the change, 05:00Z (-5 h).
    assert edges.days_us.tolist() == [noon_us - 8 * 3_600_000_000, noon_us + 17 * 3_600_000_000]
    assert edges.cuts_us.tolist() == []


async def test_an_unknown_site_is_said(connection: Connection) -> None:
    with pytest.raises(NoSuchCalendarError, match="no site 'nowhere'"):
        await calendars.base(connection, "nowhere")
