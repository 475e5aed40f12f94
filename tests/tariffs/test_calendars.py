"""Calendars in the database: each instant once, written when needed, rewritten without losing an edge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from analytics.tariffs.bands import Band
from analytics.tariffs.calendar import pieces
from analytics.tariffs.clock import to_us
from analytics.tariffs.expansion import expand
from analytics.tariffs.model import Contract, Period, Terms
from services import band_plan, calendars, contracts, tariffs
from services.band_plan import NoSuchCalendarError
from services.database import Connection, connect
from tests.tariffs import shipped

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


async def test_rewritten_is_as_if_written_at_once_but_for_cuts_that_stay(connection: Connection) -> None:
    await connection.execute(
        """INSERT INTO contract (site_id, code, name, carrier, currency)
           SELECT id, 'grid', 'Grid', 'electricity', 'USD' FROM site WHERE code = 'ny'"""
    )
    tariff = shipped.documents().tariffs["guangdong-2021-331"]
    terms = Terms(date(2024, 10, 15), tariff.code, "industry")
    contract = Contract("grid", "Grid", "electricity", "USD", (terms,))
    await contracts.put(connection, "ny", [contract])
    calendar = (await calendars.of_contract(connection, "ny", "grid")).id
    cuts: set[int] = set()
    # November has the day of 25 hours; the edges 1:07 and 1:37 lie in the hour that comes twice.
    for edges in ((67, 600), (97, 601), (480, 1020)):
        bounds = [0, *edges, 1440]
        bands = (Band.OFF_PEAK, Band.PEAK, Band.INTERMEDIATE)
        periods = tuple(Period(*bound, band) for bound, band in zip(pairwise(bounds), bands, strict=True))
        season = replace(tariff.seasons[0], periods=periods)
        await tariffs.put_tariffs(connection, [replace(tariff, seasons=(season,), overlays=())], "local")
        if cuts:
            await calendars.rewrite(connection, calendar, date(2024, 10, 1))
        else:
            await calendars.cover(connection, calendar, START, STOP)
        known = await band_plan.plan(connection, calendar)
        start, stop = to_us(datetime(2024, 10, 1, tzinfo=UTC)), to_us(datetime(2025, 1, 1, tzinfo=UTC))
        cuts |= set(expand(known, start, stop).starts_us.tolist())
        wanted = pieces(known, start, stop, sorted(cuts))
        found = await connection.fetch(
            "SELECT start, stop, band, hour, day FROM calendar_piece WHERE calendar_id = $1 ORDER BY start", calendar
        )
        assert [to_us(row["start"]) for row in found] == wanted.starts_us.tolist()
        assert [to_us(row["stop"]) for row in found] == wanted.stops_us.tolist()
        assert [row["band"] for row in found] == wanted.bands.tolist()
        assert [to_us(row["hour"]) for row in found] == wanted.hours_us.tolist()
    # 1:07 and 1:37 are cuts in both of these hours of 3 November still, though no band changes there any more.
    kept = await connection.fetch(
        """SELECT start FROM calendar_piece WHERE calendar_id = $1 AND day = '2024-11-03'
           AND extract(minute FROM start) IN (7, 37) ORDER BY start""",
        calendar,
    )
    assert [f"{row['start']:%H:%M}" for row in kept] == ["05:07", "05:37", "06:07", "06:37"]
