"""Maximum demand by both windows and the forecast of the present quarter hour, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services import demand
from services.database import Connection, connect
from tests import metered_plant
from tests.api.serving import serving, until_ready
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter, Plant

START = datetime(2026, 6, 29, tzinfo=UTC)
STOP = datetime(2026, 8, 3, tzinfo=UTC)
NOON = datetime(2026, 7, 15, 4, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
KWH = 1_000_000


async def plant_with_energy(connection: Connection) -> Plant:
    plant = await metered_plant.make(connection, [Meter("main"), Meter("sub", "main")])
    await metered_plant.calendar(connection, plant, START, STOP)
    written = {
        NOON: Piece(90 * KWH, 10 * KWH, 0, 900_000_000),  # 400 kW
        NOON + QUARTER: Piece(100 * KWH, 0, 0, 900_000_000),  # as much, but later
        NOON + 2 * QUARTER: Piece(20 * KWH, 0, 0, 300_000_000),  # 20 kWh in five minutes so far
    }
    await intervals.replace(connection, plant, "main", START, STOP, written)
    # June's last quarter hour in Shanghai has more, but it is June's.
    await intervals.replace(
        connection, plant, "main", datetime(2026, 6, 30, 15, 45, tzinfo=UTC), datetime(2026, 6, 30, 16, tzinfo=UTC),
        {datetime(2026, 6, 30, 15, 45, tzinfo=UTC): Piece(500 * KWH, 0, 0, 900_000_000)},
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO demand_day VALUES ($1, $2, $3, $4)",
        [
            (plant.registers["main"], date(2026, 7, 15), 110 * KWH, NOON + timedelta(minutes=21)),
            (plant.registers["main"], date(2026, 7, 16), 110 * KWH, NOON + timedelta(days=1)),
        ],
    )
    return plant


async def test_maxima_of_a_month_by_both_windows(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await plant_with_energy(connection)
    found = await demand.maximum(connection, plant.registers["main"], date(2026, 7, 1))
    assert found.fixed == demand.Peak(Decimal(400), NOON + QUARTER, Decimal("0.9"))
    assert found.sliding == demand.Peak(Decimal(440), NOON + timedelta(minutes=21))
    assert found.missing_s == 31 * 86400 - 2 * 900 - 300
    empty = await demand.maximum(connection, plant.registers["sub"], date(2026, 7, 1))
    assert (empty.fixed, empty.sliding) == (None, None)
    with pytest.raises(LookupError, match="no register"):
        await demand.maximum(connection, 9999, date(2026, 7, 1))
    await connection.close()


async def test_a_quarter_hour_that_a_band_edge_cuts_is_one(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await metered_plant.make(connection, [Meter("main")])
    await metered_plant.calendar(
        connection, plant, START, STOP, {NOON.replace(hour=12, minute=10).time(): 2, NOON.replace(hour=0).time(): 4}
    )
    first, second = await intervals.pieces(connection, plant, NOON, NOON + QUARTER)
    await intervals.replace(
        connection, plant, "main", NOON, NOON + QUARTER, {first: Piece(30 * KWH), second: Piece(15 * KWH)}
    )
    found = await demand.maximum(connection, plant.registers["main"], date(2026, 7, 1))
    assert found.fixed is not None
    assert found.fixed.power == 180
    await connection.close()


async def test_the_forecast_goes_on_with_the_best_known_power(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await plant_with_energy(connection)
    (register,) = await demand.registers(connection, plant.site, ["main"], "import")
    now = NOON + 2 * QUARTER + timedelta(minutes=5, seconds=10)
    found = await demand.forecast(connection, register, now)
    # 20 kWh in five minutes are 240 kW; ten minutes more of it: (20 + 40) x 4.
    assert found is not None
    assert (found.power, found.energy_so_far) == (Decimal(240), Decimal(20))
    assert (found.source, found.covered_s) == ("present_quarter", 300)
    point = await connection.fetchval(
        """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s)
           SELECT id, 'power_w', 'Power', 'active_power', 'W', 'W', 1, 'gauge', 10 FROM device WHERE code = 'main'
           RETURNING id"""
    )
    await connection.execute("INSERT INTO latest VALUES ($1, $2, 600000, now())", point, now - timedelta(seconds=40))
    found = await demand.forecast(connection, register, now)
    assert found is not None
    assert (found.power, found.source, found.point) == (Decimal(480), "point", "plant/main/power_w")  # (20 + 100) x 4
    later = now + QUARTER  # the power is old by then, and nothing of this quarter hour is known
    found = await demand.forecast(connection, register, later)
    assert found is not None
    assert (found.power, found.source) == (Decimal(240), "last_quarter")
    assert await demand.forecast(connection, register, later + 2 * QUARTER) is None
    await connection.close()


async def test_the_answer_says_both_windows_by_month(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    await plant_with_energy(connection)
    await connection.close()
    async with serving(database_url) as client:
        await until_ready(client)
        answer = (await client.get("/api/v1/demand?site=plant&from=2026-06-30&to=2026-08-01")).json()
        june, july = answer["months"]
        assert (june["meter"], june["month"], june["unit"]) == ("plant/main", "2026-06", "kW")
        assert june["fixed"]["maximum"] == 2000
        assert (july["fixed"]["maximum"], july["fixed"]["stop"]) == (400, "2026-07-15T04:15:00Z")
        assert (july["sliding"]["maximum"], july["sliding"]["window"]) == (440, "sliding")
        assert (july["contract_kw"], july["forecast"], july["open"]) == (None, None, False)
        for query, status, said in (
            ("meter=plant/nothing&month=2026-07", 404, "no meter plant/nothing"),
            ("site=plant&month=2126-07", 422, "in the future"),
            ("site=plant&month=2026-07&from=2026-07-01", 422, "not both"),
            ("site=plant&from=2020-01-01&to=2026-07-01", 422, "more than 36 months"),
        ):
            refused = await client.get(f"/api/v1/demand?{query}")
            assert (refused.status_code, said in refused.json()["detail"]) == (status, True), refused.text
