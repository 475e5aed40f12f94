"""The analysis and the bill say the same money of a month in which nearly everything changes, worked out by hand.

October 2026 in Berlin, 745 hours. main draws 40 kW, hall 20 kW inside it; hall is all of the press shop's, from the
21st on six tenths. Until the 15th the tariff is Jiangsu's of 2025 (two-part, 630 kVA), then the fixture's.

    Jiangsu, 15 days, seven of them national holidays      peak 15-22                            105 h at 0.9424
                                                           intermediate 6-10, 14-15, 22-2        135 h at 0.6195
                                                           off peak 2-6 and 10-14 less the deep   92 h at 0.3572
                                                           deep off peak 10-14 on 7 days          28 h at 0.3289
    fixture, 16 days, the last Sunday with an hour more    peak 8-24                             256 h at 1.0160
                                                           off peak 0-8                          129 h at 0.3660

    0.4036 x 1.8 = 0.72648 -> 0.7265; x 0.35 -> 0.1413; x 0.28 -> 0.1130; and 0.0187 + 0.1366 + 0.0312 + 0.0294 = 0.2159
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from analytics.billing.bill import bill
from analytics.billing.sharing import Subject, bill_of
from analytics.tariffs.model import Contract, Terms
from services import calendars, tariff_changes
from services.bills import months
from services.bills.contracts import contract_named
from services.bills.gather import gather
from services.database import Connection, connect
from services.energy.analysis import Group, analyse
from services.energy.question import Question
from services.tariff_folder.read import Documents
from tests import metered_plant
from tests.billing.billed_plant import TARIFF
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter, Plant
from tests.tariffs import shipped

BERLIN = ZoneInfo("Europe/Berlin")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
START, STOP = (datetime(2026, month, 1, tzinfo=BERLIN).astimezone(UTC) for month in (10, 11))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
JIANGSU_PER_KW = Decimal("224.6561")  # 105 x 0.9424 + 135 x 0.6195 + 92 x 0.3572 + 28 x 0.3289
FIXTURE_PER_KW = Decimal("307.3100")  # 256 x 1.016 + 129 x 0.366


@dataclass(frozen=True, slots=True)
class Works:
    connection: Connection
    plant: Plant

    async def ask(self, start: datetime = START, stop: datetime = STOP, **more: object) -> list[Group]:
        question = Question("plant", start, stop, **more)  # type: ignore[arg-type]
        return list((await analyse(self.connection, question, NOW)).groups)


@pytest.fixture
async def works(database_url: str) -> AsyncIterator[Works]:
    connection = await connect(database_url, name="test")
    plant = await metered_plant.make(
        connection, [Meter("main"), Meter("hall", "main")], zone="Europe/Berlin", contract="grid"
    )
    await connection.execute(
        """WITH u AS (INSERT INTO org_unit (site_id, code, path, kind, name)
                      VALUES ($1, 'press', 'press', 'department', 'Press shop') RETURNING id)
           INSERT INTO meter_allocation (meter_id, org_unit_id, share, valid)
           SELECT $2, u.id, s.share, s.valid
           FROM u, (VALUES (1.0, daterange(NULL, '2026-10-21')), (0.6, daterange('2026-10-21', NULL)))
                   AS s (share, valid)""",
        plant.site_id,
        plant.meters["hall"],
    )
    await calendars.cover(connection, plant.calendar_id, START, STOP)
    every = await intervals.pieces(connection, plant, START, STOP)
    assert len(every) == 745 * 4
    for register, kwh in (("main", 10), ("hall", 5)):
        piece = Piece(kwh * 1_000_000, 0, 0, 900_000_000)
        await intervals.replace(connection, plant, register, START, STOP, dict.fromkeys(every, piece))
    library = shipped.documents()
    first = Terms(date(2026, 1, 1), "jiangsu-2025-426", "two-part", transformer_kva=Decimal(630))
    second = replace(first, valid_from=date(2026, 10, 16), tariff=TARIFF.code, customer_class="industry")
    contract = Contract("grid", "Grid", "electricity", "CNY", (first, second))
    named = {TARIFF.code: TARIFF, "jiangsu-2025-426": library.tariffs["jiangsu-2025-426"]}
    await tariff_changes.apply(connection, "plant", Documents(named, library.holidays, [contract]))
    await tariff_changes.settle(connection)
    yield Works(connection, plant)
    await connection.close()


async def test_a_month_of_changes_costs_the_same_in_the_analysis_and_on_the_bill(works: Works) -> None:
    (whole,) = await works.ask()
    bands = {band: energy / 40_000_000 for band, energy in whole.whole.bands.items()}
    assert bands == {2: 361, 3: 135, 4: 221, 5: 28}
    assert whole.whole.cost == 40 * (JIANGSU_PER_KW + FIXTURE_PER_KW)  # 21,278.644
    contract = await contract_named(works.connection, "plant", "grid")
    inputs = await gather(works.connection, contract, OCTOBER)
    # 4,200 x 0.7265 = 3,051.30; 5,400 x 0.4036 = 2,179.44; 3,680 x 0.1413 = 519.98; 1,120 x 0.1130 = 126.56; 14,400 x
    # 0.0187, 0.1366, 0.0312, 0.0294 = 269.28, 1,967.04, 449.28, 423.36; 10,240 x 0.85 = 8,704.00; 5,160 x 0.20 =
    # 1,032.00; 15,400 x 0.1366 = 2,103.64 and x 0.0294 = 452.76
    assert bill(inputs).total == Decimal("21278.64")
    (note,) = bill(inputs).notes
    assert note.startswith("Defaults, not the supplier's prices")


async def test_a_share_that_changes_after_the_tariff_did(works: Works) -> None:
    # Press shop: 20 kW under Jiangsu; 80 h peak and 40 h off peak to the 20th; 176 h and 89 h of 12 kW from the 21st.
    groups = {group.key.org_unit: group for group in await works.ask(group_by=frozenset(("org_unit",)))}
    press = 20 * JIANGSU_PER_KW + 20 * (80 * Decimal("1.016") + 40 * Decimal("0.366"))
    press += 12 * (176 * Decimal("1.016") + 89 * Decimal("0.366"))
    assert groups["press"].whole.cost == press == Decimal("8948.202")
    assert groups["press"].whole.cost + groups[None].whole.cost == Decimal("21278.644")
    contract = await contract_named(works.connection, "plant", "grid")
    inputs = await gather(works.connection, contract, OCTOBER)
    (part,) = months.division(inputs, "org_unit").parts
    assert part == ("press", bill_of(inputs, Subject("org_unit", "press")).total)
    assert abs(part[1] - press) <= Decimal("0.06")  # twelve lines, half a cent each
    assert part[1] + months.division(inputs, "org_unit").unallocated == Decimal("21278.64")


async def test_the_cost_of_parts_of_a_month_is_that_of_the_month(works: Works) -> None:
    edges = [START, START + timedelta(hours=200, minutes=15), START + timedelta(days=17, hours=3), STOP]
    for resolution in ("15m", "hour", "day", "month", "total"):
        cost, energy = Decimal(0), Decimal(0)
        for start, stop in pairwise(edges):
            (group,) = await works.ask(start, stop, resolution=resolution)
            cost += sum((point.figures.cost for point in group.points), Decimal(0))
            energy += sum((point.figures.energy for point in group.points), Decimal(0))
        assert (cost, energy) == (Decimal("21278.644"), Decimal(745 * 40)), resolution
