"""The accountant: logged reads become quarter hours, in whatever order they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.database import Connection
from services.metering import recompute
from tests import metered_plant
from tests.metered_plant import Meter, Segment, store
from tests.services.accounting import Engine, energy

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KWH = 1_000_000
QUARTER_US = 900_000_000


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


async def test_reads_in_order_become_quarter_hours(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()  # there is nothing yet: the register begins with what comes
    for minute in range(0, 40, 5):  # 2 kWh each five minutes
        await store(connection, plant, "m1", [(at(minute), 100 + 0.4 * minute)])
        await engine.follow()
    assert await energy(connection, plant.registers["m1"]) == [
        (at(0), 6 * KWH, 0, 0, QUARTER_US),
        (at(15), 6 * KWH, 0, 0, QUARTER_US),
        (at(30), 2 * KWH, 0, 0, QUARTER_US // 3),
    ]
    events = await connection.fetch("SELECT payload FROM event WHERE kind = 'energy.interval_closed' ORDER BY id")
    assert [row["payload"] for row in events][-2:] == [{"sites": {"plant": ["m1"]}}] * 2


async def test_disorder_within_two_minutes_needs_no_recomputation(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    for seconds in (0, 40, 20, 90, 30, 100, 80, 200, 190):
        await store(connection, plant, "m1", [(NOON + timedelta(seconds=seconds), 100 + seconds / 100)])
        await engine.follow()
    assert await recompute.waiting(connection) == recompute.Waiting(0, None)
    assert await energy(connection, plant.registers["m1"]) == [(at(0), 2 * KWH, 0, 0, 200_000_000)]


async def test_a_read_that_is_hours_late_changes_exactly_the_quarters_it_touches(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    register = plant.registers["m1"]
    engine = await Engine(connection).start()
    await engine.settle()
    reads = [(at(minute), 100 + minute / 10) for minute in range(0, 24 * 60, 5)]
    missing = reads.pop(6)  # 12:30, after which 0.5 kWh each went to 12:25 and 12:30 by interpolation
    await store(connection, plant, "m1", reads)
    await engine.settle()
    before = await energy(connection, register)
    assert before[1][1:] == (1 * KWH, KWH // 2, 0, QUARTER_US)
    await store(connection, plant, "m1", [(missing[0], 103.4)])
    await engine.follow()
    assert (await recompute.waiting(connection)).registers == 1
    assert await engine.recompute() == 1
    after = await energy(connection, register)
    assert after[1][1:] == (1_900_000, 0, 0, QUARTER_US)
    assert after[2][1:] == (1_100_000, 0, 0, QUARTER_US)
    assert [index for index, rows in enumerate(zip(before, after, strict=True)) if rows[0] != rows[1]] == [1, 2]


async def test_a_correction_is_judged_from_its_instant_on(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "m1", [(at(0), 100.0), (at(15), 104.0), (at(30), 106.0), (at(31), 106.0)])
    await engine.settle()
    await connection.execute(
        """INSERT INTO reading_correction (point_id, time, old_value, new_value, actor_id, reason)
           SELECT $1, $2, 104, 103, id, 'misread' FROM actor""",
        plant.points["m1/energy_kwh"],
        at(15),
    )
    await recompute.request(connection, [plant.registers["m1"]], at(15), "a test", until=at(15))
    await engine.settle()
    assert [row[1] for row in await energy(connection, plant.registers["m1"])] == [3 * KWH, 3 * KWH, 0]


async def test_another_multiplier_from_an_instant_on_is_found_without_being_asked(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "m1", [(at(minute), 100.0 + minute) for minute in range(0, 65, 5)])
    await engine.settle()
    await metered_plant.add_segment(connection, plant, "m1", Segment(at(20), multiplier=Decimal(10)))
    await engine.accountant.learn(connection)
    await engine.settle()
    assert [sum(row[1:4]) for row in await energy(connection, plant.registers["m1"])] == [
        15 * KWH, (5 + 100) * KWH, 150 * KWH, 150 * KWH,
    ]  # fmt: skip


async def test_a_point_change_takes_reads_of_the_other_point_from_its_instant_on(connection: Connection) -> None:
    plant = await metered_plant.make(connection, [Meter("m1"), Meter("m2")])
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "m1", [(at(minute), 100.0 + minute) for minute in range(0, 65, 5)])
    await store(connection, plant, "m2", [(at(minute), 500.0 + 2 * minute) for minute in range(0, 65, 5)])
    await engine.settle()
    # From 12:30 on register m1 is read from the device of m2, where it shows 560 when 130 was the last value.
    segment = Segment(at(30), point="m2/energy_kwh", closing_value=Decimal(130), opening_value=Decimal(560))
    await metered_plant.add_segment(connection, plant, "m1", segment)
    await engine.accountant.learn(connection)
    await engine.settle()
    assert [sum(row[1:4]) for row in await energy(connection, plant.registers["m1"])] == [
        15 * KWH, 15 * KWH, 30 * KWH, 30 * KWH,
    ]  # fmt: skip
    await store(connection, plant, "m2", [(at(70), 640.0)])
    await engine.follow()
    assert sum(sum(row[1:4]) for row in await energy(connection, plant.registers["m1"])) == (30 + 80) * KWH


async def test_a_power_meter_is_integrated(connection: Connection) -> None:
    plant = await metered_plant.make(connection, [Meter("p1", kind="power", expected_interval_s=300)])
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "p1", [(at(0), 40.0), (at(5), 80.0), (at(10), 80.0), (at(15), 0.0)])
    await engine.follow()
    # (40 + 80) / 2, 80 and (80 + 0) / 2 kW, for five minutes each: 15 kWh, marked as not from a register
    assert await energy(connection, plant.registers["p1"]) == [(at(0), 0, 15 * KWH, 0, QUARTER_US)]


async def test_an_engine_that_crashed_repeats_and_changes_nothing(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    for minute in range(60):
        await store(connection, plant, "m1", [(at(minute), 100.0 + minute)])
        await engine.follow()
        if minute in (20, 41):
            await engine.note()
        if minute in (30, 55):
            engine = await Engine(connection).start()  # what was taken in since minute 20, or 41, is only in the log
    await engine.settle()
    assert [row[1] for row in await energy(connection, plant.registers["m1"])] == [15 * KWH] * 3 + [14 * KWH]
    assert await recompute.waiting(connection) == recompute.Waiting(0, None)
