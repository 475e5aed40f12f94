"""The plant that other tests are made of: its rows are accepted, its calendar cuts at band edges."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from services.database import connect
from tests import metered_plant
from tests.metered_plant import Meter


async def test_a_plant_has_registers_with_points_and_a_calendar_cut_at_band_edges(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    try:
        plant = await metered_plant.make(
            connection, [Meter("main", flows=("import", "export")), Meter("sub", parent="main", kind="power")]
        )
        assert set(plant.registers) == {"main", "main/export", "sub"}
        start = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight of Shanghai
        await metered_plant.calendar(
            connection, plant, start, start + timedelta(days=1), {time(8): 2, time(19, 40): 3, time(22): 4}
        )
        pieces = await connection.fetch("SELECT start, stop, band, day::text FROM calendar_piece ORDER BY start")
        assert len(pieces) == 97
        assert sum((piece["stop"] - piece["start"] for piece in pieces), timedelta()) == timedelta(days=1)
        assert [piece["band"] for piece in pieces].count(2) == 46 + 1  # 08:00 to 19:30, and 19:30 to 19:40
        assert {piece["day"] for piece in pieces} == {"2026-03-02"}
        assert pieces[0]["band"] == 4
        await metered_plant.store(connection, plant, "main", [(start, 1.0), (start + timedelta(hours=1), 2.0)])
        assert await connection.fetchval("SELECT count(*) FROM reading") == 2
    finally:
        await connection.close()
