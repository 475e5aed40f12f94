"""The energy analysis over a small works, every expected figure added up by hand.

main 1000 kWh each quarter hour, nobody's          hall b1 (area 200 m2), floors f1 and f2; hall b2
  press  300, in b1/f1, of moulding
    oven 100, in b2, of moulding (inside the press)
  store  200, shares 0.5 to b1/f2, 0.25 to b2; of logistics
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import httpx
import openpyxl
import pytest
import pytest_asyncio

from deploy.embedded.stack import Stack
from services.database import Connection, connect
from tests import metered_plant
from tests.api.serving import serving, until_ready
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter, Plant
from tests.servers import own_database

pytestmark = pytest.mark.asyncio(loop_scope="module")

ZONE_START = datetime(2026, 1, 31, 16, tzinfo=UTC)  # 1 February in Shanghai
START = datetime(2026, 1, 30, tzinfo=UTC)
STOP = datetime(2026, 4, 3, tzinfo=UTC)
QUARTERS_A_DAY = 96
ENERGY = {"main": 1_000_000_000, "press": 300_000_000, "oven": 100_000_000, "store": 200_000_000}
BANDS = {time(0): 4, time(8): 2, time(12): 3}


@dataclass(frozen=True, slots=True)
class Works:
    client: httpx.AsyncClient
    connection: Connection
    plant: Plant

    async def ask(self, query: str, status: int = 200) -> Any:  # noqa: ANN401 - JSON
        response = await self.client.get(f"/api/v1/energy?{query}")
        assert response.status_code == status, response.text
        return response.json()


async def place(connection: Connection, plant: Plant) -> None:
    for path, kind, area in (
        ("b1", "building", 200.0),
        ("b1/f1", "floor", 50.0),
        ("b1/f2", "floor", None),
        ("b2", "building", None),
    ):
        above, _, code = path.rpartition("/")
        await connection.execute(
            """INSERT INTO space (site_id, parent_id, code, path, kind, name, floor_area_m2)
               VALUES ($1, (SELECT id FROM space WHERE path = $2), $3::text, $4, $5, $3::text, $6)""",
            plant.site_id, above, code, path, kind, area,
        )  # fmt: skip
    for code in ("moulding", "logistics"):
        await connection.execute(
            "INSERT INTO org_unit (site_id, code, path, kind, name) "
            "VALUES ($1, $2::text, $2::text, 'department', $2::text)",
            plant.site_id,
            code,
        )
    for code, space, unit in (("press", "b1/f1", "moulding"), ("oven", "b2", None), ("store", None, "logistics")):
        await connection.execute(
            """UPDATE meter SET space_id = (SELECT id FROM space WHERE path = $2),
                                org_unit_id = (SELECT id FROM org_unit WHERE path = $3) WHERE id = $1""",
            plant.meters[code],
            space,
            unit,
        )
    for space, share in (("b1/f2", Decimal("0.5")), ("b2", Decimal("0.25"))):
        await connection.execute(
            """INSERT INTO meter_allocation (meter_id, space_id, share, valid)
               SELECT $1, id, $3, '[,)' FROM space WHERE path = $2""",
            plant.meters["store"],
            space,
            share,
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def works(servers: Stack) -> AsyncIterator[Works]:
    with own_database(servers) as url:
        connection = await connect(url, name="test")
        meters = [Meter("main"), Meter("press", "main"), Meter("oven", "press"), Meter("store", "main")]
        plant = await metered_plant.make(connection, [*meters, Meter("water", carrier="water")])
        await place(connection, plant)
        await metered_plant.calendar(connection, plant, START, STOP, BANDS)
        every = await intervals.pieces(connection, plant, START, STOP)
        for code, energy in ENERGY.items():
            piece = Piece(energy * 3 // 4, energy // 4, 0, 900_000_000)
            await intervals.replace(connection, plant, code, START, STOP, dict.fromkeys(every, piece))
        await intervals.replace(
            connection, plant, "water", START, STOP, {every[-1]: Piece(0, 0, 7_000_000, 900_000_000)}
        )
        async with serving(url) as client:
            await until_ready(client)
            yield Works(client, connection, plant)
        await connection.close()


FEBRUARY = "site=plant&carrier=electricity&from=2026-02-01&to=2026-03-01"
DAYS = 28
UNIT = 28 * 96  # quarter hours of February


async def test_the_site_is_its_meters_at_the_top(works: Works) -> None:
    answer = await works.ask(FEBRUARY)
    (group,) = answer["groups"]
    assert group["total"]["energy"] == 1000 * UNIT
    assert group["total"]["quality"] == {"measured": 0.75, "interpolated": 0.25, "estimated": 0}
    assert group["total"]["missing_s"] == 0
    assert group["total"]["by_band"] == {
        "peak": 1000 * 16 * 28,
        "intermediate": 1000 * 48 * 28,
        "off_peak": 1000 * 32 * 28,
    }
    assert group["total"]["peak_share"] == pytest.approx(16 / 96, abs=1e-6)
    assert (group["total"]["cost"], group["total"]["unbilled"]) == (None, 1000 * UNIT)
    assert not answer["open"]
    assert answer["start"] == "2026-01-31T16:00:00Z"


async def test_spaces_and_units_and_what_is_nobodys_sum_to_the_site(works: Works) -> None:
    answer = await works.ask(f"{FEBRUARY}&group_by=space")
    # store: half to b1/f2, a quarter to b2, the rest to nobody; oven is in b2, so the press's floor has 300 - 100.
    expected = {"b1/f1": 200, "b1/f2": 100, "b2": 150, None: 1000 - 300 - 200 + 50}
    assert {group["space"]: group["total"]["energy"] for group in answer["groups"]} == {
        space: energy * UNIT for space, energy in expected.items()
    }
    assert [group["rank"] for group in answer["groups"]] == [1, 2, 3, 4]
    assert answer["totals"][0]["total"]["energy"] == 1000 * UNIT
    answer = await works.ask(f"{FEBRUARY}&group_by=building")
    assert {group["space"]: group["total"]["energy"] for group in answer["groups"]} == {
        "b1": 300 * UNIT, "b2": 150 * UNIT, None: 550 * UNIT,
    }  # fmt: skip
    answer = await works.ask(f"{FEBRUARY}&group_by=org_unit")
    assert {group["org_unit"]: group["total"]["energy"] for group in answer["groups"]} == {
        "moulding": 300 * UNIT, "logistics": 200 * UNIT, None: 500 * UNIT,
    }  # fmt: skip


async def test_what_is_taken_away_and_not_measured_makes_the_rest_uncertain(works: Works) -> None:
    answer = await works.ask(f"{FEBRUARY}&space=b1/f1")
    # 300 less 100: interpolated 75 + 25 of 200.
    assert answer["totals"][0]["total"]["energy"] == 200 * UNIT
    assert answer["totals"][0]["total"]["quality"] == {"measured": 0.5, "interpolated": 0.5, "estimated": 0}


async def test_a_space_has_everything_below_it_by_unit_and_band(works: Works) -> None:
    answer = await works.ask(f"{FEBRUARY}&space=b1&group_by=org_unit&group_by=band")
    assert {(group["org_unit"], group["band"]): group["total"]["energy"] for group in answer["groups"]} == {
        (unit, band): energy * quarters * 28
        for unit, energy in (("moulding", 200), ("logistics", 100))
        for band, quarters in (("peak", 16), ("intermediate", 48), ("off_peak", 32))
    }


async def test_single_meters_count_in_full_and_their_total_once(works: Works) -> None:
    answer = await works.ask("meter=plant/press&meter=plant/oven&from=2026-02-01&to=2026-03-01&group_by=meter&top=1")
    assert [(group["meter"], group["total"]["energy"]) for group in answer["groups"]] == [("plant/press", 300 * UNIT)]
    assert answer["totals"][0]["total"]["energy"] == 300 * UNIT


@pytest.mark.parametrize(
    ("resolution", "points"), [("15m", 2 * 96), ("hour", 48), ("day", 2), ("month", 2), ("total", 1)]
)
async def test_splitting_a_period_never_changes_its_sum(works: Works, resolution: str, points: int) -> None:
    span = "from=2026-02-28&to=2026-03-02"
    answer = await works.ask(f"meter=plant/press&{span}&resolution={resolution}")
    (group,) = answer["groups"]
    assert group["total"]["energy"] == 300 * 192
    assert len(group["points"]) == (0 if resolution == "total" else points)
    if group["points"]:
        assert sum(point["energy"] for point in group["points"]) == 300 * 192
        assert group["points"][0]["start"] == "2026-02-27T16:00:00Z"


@pytest.mark.parametrize("resolution", ["15m", "hour", "day", "month", "total"])
async def test_ragged_ends_are_exact(works: Works, resolution: str) -> None:
    start, stop = datetime(2026, 2, 3, 1, 45, tzinfo=UTC), datetime(2026, 2, 9, 18, 15, tzinfo=UTC)
    quarters = (stop - start) // timedelta(minutes=15)
    answer = await works.ask(
        f"meter=plant/oven&from={start:%Y-%m-%dT%H:%M:%SZ}&to={stop:%Y-%m-%dT%H:%M:%SZ}&resolution={resolution}"
    )
    (group,) = answer["groups"]
    assert group["total"]["energy"] == 100 * quarters
    assert group["total"]["missing_s"] == 0


async def test_an_allocation_that_changes_inside_a_month_holds_from_its_day(works: Works) -> None:
    change = date(2026, 3, 11)
    async with works.connection.transaction():
        await works.connection.execute(
            "UPDATE meter_allocation SET valid = daterange(NULL, $1) WHERE share = 0.5", change
        )
    answer = await works.ask("site=plant&carrier=electricity&from=2026-03-01&to=2026-04-01&group_by=space")
    energy = {group["space"]: group["total"]["energy"] for group in answer["groups"]}
    assert energy["b1/f2"] == 100 * 10 * 96
    assert energy["b2"] == 150 * 31 * 96
    assert energy[None] == 550 * 10 * 96 + 650 * 21 * 96
    await works.connection.execute("UPDATE meter_allocation SET valid = '[,)' WHERE share = 0.5")


async def test_the_period_before_stands_beside(works: Works) -> None:
    answer = await works.ask("meter=plant/press&from=2026-03-01&to=2026-04-01&compare=previous")
    assert answer["previous"] == {"start": "2026-01-31T16:00:00Z", "stop": "2026-02-28T16:00:00Z"}
    (group,) = answer["groups"]
    assert group["previous_energy"] == 300 * UNIT
    assert group["change"] == pytest.approx(31 / 28 - 1, abs=1e-6)


async def test_a_period_that_is_not_over_stands_beside_as_much_of_the_one_before(works: Works) -> None:
    now = datetime.now(UTC)
    start, stop = now.date() - timedelta(days=1), now.date() + timedelta(days=9)
    answer = await works.ask(f"meter=plant/press&from={start}T00:00:00Z&to={stop}T00:00:00Z&compare=previous")
    assert answer["previous"]["start"].startswith(f"{start - timedelta(days=10)}T00:00:00")
    over = datetime.fromisoformat(answer["previous"]["stop"]) - datetime.fromisoformat(answer["previous"]["start"])
    assert timedelta(days=1) <= over <= timedelta(days=2)
    assert over % timedelta(minutes=15) == timedelta()


async def test_demand_baseload_and_intensity_on_request(works: Works) -> None:
    answer = await works.ask(f"{FEBRUARY}&space=b1/f1&figures=demand&figures=baseload&figures=intensity")
    (group,) = answer["groups"]
    assert group["demand"]["maximum"] == 4 * 200
    assert group["demand"]["load_factor"] == 1
    assert group["demand"]["start"] == "2026-01-31T16:00:00Z"
    assert (group["night_baseload"], group["weekend_baseload"]) == (800, 800)
    assert group["energy_per_m2"] == 200 * UNIT / 50


async def test_where_nothing_is_known_energy_is_null_and_time_is_missing(works: Works) -> None:
    answer = await works.ask("meter=plant/water&from=2026-02-01&to=2026-02-03&resolution=day")
    (group,) = answer["groups"]
    assert (group["total"]["energy"], group["total"]["missing_s"], group["unit"]) == (None, 2 * 86400, "m3")
    assert [point["energy"] for point in group["points"]] == [None, None]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("site=plant&from=2126-01-01&to=2126-02-01", 422, "in the future"),
        ("site=plant&from=2026-02-01&to=2026-02-01", 422, "empty"),
        ("site=plant&from=2025-02-01&to=2026-02-01&resolution=15m", 422, "resolution=hour"),
        ("site=plant&from=2026-02-01T00:07:00Z&to=2026-03-01", 422, "quarter hour"),
        ("site=plant&from=yesterday&to=2026-03-01", 422, "neither a date"),
        ("from=2026-02-01&to=2026-03-01", 422, "name a site or a meter"),
        ("meter=plant/nothing&from=2026-02-01&to=2026-03-01", 404, "no meter 'plant/nothing'"),
        ("site=plant&space=b9&from=2026-02-01&to=2026-03-01", 404, "no space 'b9'"),
        ("site=nowhere", 404, "no site 'nowhere'"),
    ],
)
async def test_refusals_say_what_to_ask_instead(works: Works, query: str, status: int, said: str) -> None:
    assert said in (await works.ask(query, status))["detail"]


async def test_tables(works: Works) -> None:
    response = await works.client.get(f"/api/v1/energy?{FEBRUARY}&group_by=space&format=csv")
    table = list(csv.DictReader(io.StringIO(response.text)))
    assert {(row["space"], float(row["energy"])) for row in table} == {
        ("b1/f1", 200 * UNIT), ("b1/f2", 100 * UNIT), ("b2", 150 * UNIT), ("", 550 * UNIT),
    }  # fmt: skip
    response = await works.client.get(f"/api/v1/energy?{FEBRUARY}&resolution=day&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert sheet.max_row == 1 + DAYS
