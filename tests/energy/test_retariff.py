"""After new bands the roll-ups are what they would be built anew, also for energy that arrives meanwhile."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from services import retariff, rollups
from services.database import connect
from services.rollups import Span
from tests import metered_plant
from tests.energy import intervals
from tests.energy.intervals import Piece
from tests.energy.test_rollups import require_sums, rolled
from tests.metered_plant import Meter, us

START = datetime(2026, 9, 28, tzinfo=UTC)
STOP = datetime(2026, 11, 3, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
OLD = {time(0): 4, time(8): 2, time(19, 30): 3}
NEW_BANDS = """UPDATE calendar_piece SET band = CASE WHEN extract(hour FROM start) BETWEEN 3 AND 9 THEN 1 ELSE 4 END
               WHERE day >= $1"""


async def test_retariffing_equals_building_anew(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await metered_plant.make(connection, [Meter("a"), Meter("b"), Meter("idle")])
    await metered_plant.calendar(connection, plant, START, STOP, OLD)
    dice = random.Random(5)
    for register in ("a", "b"):
        every = await intervals.pieces(connection, plant, START, STOP)
        written = {at: Piece(dice.randrange(9), dice.randrange(3), 0, 1) for at in every if dice.random() < 0.9}
        await intervals.replace(connection, plant, register, START, STOP, written)
    before = await rolled(connection, "month")
    await connection.execute(NEW_BANDS, date(2026, 10, 17))
    told: list[tuple[int, int]] = []
    written_rows = await retariff.run(
        connection, [plant.calendar_id], date(2026, 10, 17), lambda done, of: told.append((done, of))
    )
    assert written_rows > 0
    assert told == [(1, 2), (2, 2)]  # October and November, both registers at once
    await require_sums(connection)
    after = await rolled(connection, "month")
    assert {key: kept for key, kept in before.items() if key[1] < OCTOBER} == {  # type: ignore[operator] # a date
        key: kept
        for key, kept in after.items()
        if key[1] < OCTOBER  # type: ignore[operator] # a date
    }
    assert sum(kept[0] for kept in before.values()) == sum(kept[0] for kept in after.values())
    assert await retariff.run(connection, [plant.calendar_id], date(2026, 10, 17)) == 0
    await connection.close()


@pytest.mark.parametrize("seed", range(3))
async def test_energy_that_arrives_meanwhile_is_counted_exactly(database_url: str, seed: int) -> None:
    connection = await connect(database_url, name="test")
    engine = await connect(database_url, name="engine")
    plant = await metered_plant.make(connection, [Meter(f"m{n}") for n in range(6)])
    await metered_plant.calendar(connection, plant, START, STOP, OLD)
    every = await intervals.pieces(connection, plant, START, STOP)
    for register in plant.registers:
        await intervals.replace(connection, plant, register, START, STOP, {at: Piece(7, 0, 0, 1) for at in every})
    await connection.execute(NEW_BANDS, OCTOBER)
    dice = random.Random(seed)

    async def arrive() -> None:
        for _ in range(60):
            first = dice.randrange(len(every) - 40)
            start, stop = every[first], every[first + dice.randrange(1, 40)]
            register = dice.choice(list(plant.registers))
            async with engine.transaction():
                await engine.execute(
                    "UPDATE energy_interval SET measured = measured + 1 "
                    "WHERE register_id = $1 AND start >= $2 AND start < $3",
                    plant.registers[register],
                    start,
                    stop,
                )
                await asyncio.sleep(0)
                await rollups.changed(engine, [Span(plant.registers[register], us(start), us(stop))])

    async def rewrite() -> None:
        for _ in range(2):
            await retariff.run(connection, [plant.calendar_id], OCTOBER)

    await asyncio.gather(arrive(), rewrite())
    await require_sums(connection)
    await engine.close()
    await connection.close()


async def test_a_new_virtual_meter_is_evaluated_over_all_that_there_is(database_url: str) -> None:
    connection = await connect(database_url, name="test")
    plant = await metered_plant.make(connection, [Meter("a"), Meter("b")])
    await metered_plant.calendar(connection, plant, START, STOP, OLD)
    every = await intervals.pieces(connection, plant, START, STOP)
    await intervals.replace(connection, plant, "a", START, STOP, {at: Piece(7, 0, 0, 5) for at in every})
    await intervals.replace(connection, plant, "b", START, STOP, {at: Piece(2, 1, 0, 4) for at in every[:100]})
    await intervals.add_virtual(connection, plant, "rest", {"a": Decimal(2), "b": Decimal(-1)})
    await intervals.add_virtual(connection, plant, "third", {"rest": Decimal(10)})
    for _ in range(2):
        await rollups.evaluate_anew(connection, plant.registers["rest"])
    await require_sums(connection)
    sums = {
        code: await connection.fetchval(
            "SELECT sum(measured + interpolated + estimated)::int8 FROM energy_month WHERE register_id = $1", register
        )
        for code, register in plant.registers.items()
    }
    assert sums["rest"] == 2 * 7 * len(every) - 300
    assert sums["third"] == 10 * sums["rest"]
    await connection.execute("UPDATE meter_term SET factor = 1 WHERE factor = 2")
    await rollups.evaluate_anew(connection, plant.registers["rest"], us(START + timedelta(days=10)))
    later = sum(at >= START + timedelta(days=10) for at in every)
    total = await connection.fetchval(
        "SELECT sum(measured + interpolated + estimated)::int8 FROM energy_month WHERE register_id = $1",
        plant.registers["rest"],
    )
    assert total == sums["rest"] - 7 * later
    await require_sums(connection)
    await connection.close()
