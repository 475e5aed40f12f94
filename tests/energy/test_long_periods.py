"""Months in which shares and prices change, asked from anywhere to anywhere: as the quarter hours sum up by hand.

Two meters of one floor count the same; of a third three quarters are the floor's until 9 February, one quarter from the
10th. The tariff begins on 20 January and is dearer from March; its peak is 8:00 to 24:00.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from analytics.tariffs.bands import Band
from analytics.tariffs.model import Component, Contract, Terms
from deploy.embedded.stack import Stack
from services import calendars, tariff_changes
from services.database import Connection, connect
from services.energy.analysis import analyse
from services.energy.question import Question, Resolution
from services.tariff_folder.read import Documents
from tests import metered_plant
from tests.billing.billed_plant import TARIFF
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.metered_plant import Meter, Plant
from tests.servers import own_database

pytestmark = pytest.mark.asyncio(loop_scope="module")

ZONE = ZoneInfo("Asia/Shanghai")
START, STOP = datetime(2026, 1, 1, tzinfo=ZONE), datetime(2026, 4, 20, tzinfo=ZONE)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BEGINS, SHARED, DEARER = date(2026, 1, 20), date(2026, 2, 10), date(2026, 3, 1)
DEAR = replace(
    TARIFF,
    components=(
        Component("purchase", "Purchase", Decimal("0.5"), floats=True, until_month=DEARER),
        Component("purchase", "Purchase", Decimal("0.6"), floats=True, from_month=DEARER),
        Component("grid", "Grid", Decimal("0.2"), floats=False),
    ),
)
#: 0.5 x 1.7 + 0.2, 0.5 x 0.4 + 0.2; from March 0.6 x 1.7 + 0.2, 0.6 x 0.4 + 0.2
PRICES = {
    (False, True): Decimal("1.05"), (False, False): Decimal("0.40"),
    (True, True): Decimal("1.22"), (True, False): Decimal("0.44"),
}  # fmt: skip
NAMES = ("one", "two", "shared")


@dataclass(frozen=True, slots=True)
class Works:
    connection: Connection
    plant: Plant
    written: dict[str, dict[datetime, Piece]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def works(servers: Stack) -> AsyncIterator[Works]:
    with own_database(servers) as url:
        connection = await connect(url, name="test")
        plant = await metered_plant.make(connection, [Meter(name) for name in NAMES], contract="grid")
        await connection.execute(
            "INSERT INTO space (site_id, code, path, kind, name) VALUES ($1, 'f1', 'f1', 'floor', 'F1')", plant.site_id
        )
        await connection.execute("UPDATE meter SET space_id = (SELECT id FROM space) WHERE code IN ('one', 'two')")
        await connection.execute(
            """INSERT INTO meter_allocation (meter_id, space_id, share, valid)
               SELECT $1, space.id, s.share, s.valid
               FROM space, (VALUES (0.75, daterange(NULL, $2)), (0.25, daterange($2, NULL))) AS s (share, valid)""",
            plant.meters["shared"],
            SHARED,
        )
        contract = Contract("grid", "Grid", "electricity", "CNY", (Terms(BEGINS, TARIFF.code, "industry"),))
        await tariff_changes.apply(connection, "plant", Documents({TARIFF.code: DEAR}, {}, [contract]))
        await tariff_changes.settle(connection)
        await calendars.cover(connection, plant.calendar_id, START, STOP)
        every, dice = await intervals.pieces(connection, plant, START, STOP), random.Random(8)
        written = {}
        for name in NAMES:
            written[name] = {
                at: Piece(dice.randrange(10**9), dice.randrange(3), dice.randrange(2), dice.randrange(1, 900_000_001))
                for at in every
                if dice.random() < 0.15
            }
            await intervals.replace(connection, plant, name, START, STOP, written[name])
        yield Works(connection, plant, written)
        await connection.close()


@dataclass(slots=True)
class Plain:
    """Added up piece by piece; energy in millionths."""

    measured: Decimal = Decimal(0)
    interpolated: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    priced: Decimal = Decimal(0)


def plain(works: Works, start: datetime, stop: datetime) -> dict[tuple[str | None, bool | None], Plain]:
    """By space, and whether it is peak; None: no tariff yet."""
    found = defaultdict[tuple[str | None, bool | None], Plain](Plain)
    for name in NAMES:
        for at, piece in works.written[name].items():
            if not start <= at < stop:
                continue
            local = at.astimezone(ZONE)
            peak = local.hour >= 8 if local.date() >= BEGINS else None
            whose: dict[str | None, Decimal] = {"f1": Decimal(1)}
            if name == "shared":
                share = Decimal("0.75") if local.date() < SHARED else Decimal("0.25")
                whose = {"f1": share, None: 1 - share}
            for space, share in whose.items():
                total = found[space, peak]
                energy = share * (piece.measured + piece.interpolated + piece.estimated)
                total.measured += share * piece.measured
                total.interpolated += share * piece.interpolated
                total.estimated += share * piece.estimated
                if peak is not None:
                    total.priced += energy
                    total.cost += energy / 1_000_000 * PRICES[local.date() >= DEARER, peak]
    return found


LOCAL = {
    "whole months": (datetime(2026, 1, 1, tzinfo=ZONE), datetime(2026, 4, 1, tzinfo=ZONE)),
    "mid-month to mid-month": (datetime(2026, 1, 15, tzinfo=ZONE), datetime(2026, 4, 16, tzinfo=ZONE)),
    "quarter hours at both ends": (datetime(2026, 1, 7, 3, 45, tzinfo=ZONE), datetime(2026, 4, 9, 22, 15, tzinfo=ZONE)),
    "within one month": (datetime(2026, 2, 3, tzinfo=ZONE), datetime(2026, 2, 24, tzinfo=ZONE)),
}


@pytest.mark.parametrize("resolution", ["total", "month", "day"])
@pytest.mark.parametrize("period", LOCAL)
async def test_a_long_period_is_what_its_quarter_hours_are(works: Works, period: str, resolution: Resolution) -> None:
    start, stop = (at.astimezone(UTC) for at in LOCAL[period])
    expected = plain(works, start, stop)
    question = Question("plant", start, stop, group_by=frozenset(("floor", "band")), resolution=resolution)
    found = await analyse(works.connection, question, NOW)
    assert {group.key.space for group in found.groups} == {space for space, _ in expected}
    bands = {None: Band.UNBILLED, True: Band.PEAK, False: Band.OFF_PEAK}
    for group in found.groups:
        assert len(group.points) == {"total": 1}.get(resolution, len(list(question.buckets(ZONE))))
        for peak, band in bands.items():
            if (group.key.space, peak) not in expected:
                assert band not in group.whole.amounts
                continue
            amount, total = group.whole.amounts[band], expected[group.key.space, peak]
            assert (amount.measured, amount.interpolated, amount.estimated, amount.priced) == (
                total.measured, total.interpolated, total.estimated, total.priced,
            )  # fmt: skip
            assert amount.cost == total.cost
            assert group.whole.of_band(band).cost == total.cost
            parts = [point.figures.amounts[band] for point in group.points if band in point.figures.amounts]
            assert sum(part.energy for part in parts) == amount.energy
            assert sum(part.cost for part in parts) == amount.cost
