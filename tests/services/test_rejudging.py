"""Judging again: in steps that survive a crash, no further than needed, never before what readings can prove."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services import batch_log
from services.corrections import correct
from services.database import Connection
from services.metering import reads, recompute, rejudging
from services.registry.points import points_named
from services.retention import RetentionSettings, let_go
from tests import metered_plant
from tests.metered_plant import Meter, Segment, store
from tests.services.accounting import Engine, energy, everything

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
KWH = 1_000_000


def hourly(hours: int, value: float = 100.0) -> list[tuple[datetime, float]]:
    """Four reads an hour, 1 kWh each quarter of an hour."""
    return [(MIDNIGHT + HOUR * quarter / 4, value + quarter) for quarter in range(4 * hours + 1)]


def total(rows: list[tuple[Any, ...]]) -> int:
    return sum(sum(row[1:4]) for row in rows)


async def test_history_is_judged_in_steps_and_a_crash_repeats_none_that_was_written(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejudging, "READS_AT_ONCE", 20)
    plant = await metered_plant.make(connection)
    await store(connection, plant, "m1", hourly(48))
    engine = await Engine(connection).start()
    for _ in range(4):
        assert await rejudging.work_some(connection, engine.accountant, 1e-9) == 1
    assert total(await energy(connection, plant.registers["m1"])) == 79 * KWH  # the last of 80 stands open
    engine = await Engine(connection).start()
    asked = await recompute.waiting(connection)
    assert asked.since is not None
    assert asked.since > MIDNIGHT + 19 * HOUR
    await store(connection, plant, "m1", [(MIDNIGHT + HOUR / 8, 100.0)])  # late for the part that is done
    await engine.settle()
    await engine.settle()
    stored = await energy(connection, plant.registers["m1"])
    assert total(stored) == 192 * KWH
    assert len(stored) == 192


async def test_a_span_without_any_read_is_nothing_and_no_failure(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    await store(connection, plant, "m1", hourly(1))
    engine = await Engine(connection).start()
    await engine.settle()
    register = engine.accountant.books[plant.registers["m1"]].register
    before = metered_plant.us(MIDNIGHT - 2 * HOUR), metered_plant.us(MIDNIGHT - HOUR)
    assert len((await reads.of_register(connection, register, *before)).times_us) == 0


async def test_a_late_read_is_judged_up_to_the_next_checkpoint_with_the_same_state(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "m1", hourly(72))
    await engine.settle()
    written = "SELECT time, xmin::text FROM register_checkpoint ORDER BY time"
    before = await connection.fetch(written)
    assert len(before) == 11
    # At 07:06, a little more than on a straight line: the highest demand of this local day of Shanghai changes.
    await store(connection, plant, "m1", [(MIDNIGHT + 7.1 * HOUR, 100 + 28.4 + 0.1)])
    await engine.settle()
    after = await connection.fetch(written)
    assert [row["time"] for row in after] == [row["time"] for row in before]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False] + [True] * 9
    assert total(await energy(connection, plant.registers["m1"])) == 288 * KWH


async def test_a_correction_and_its_taking_back_end_where_they_began(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "m1", hourly(30))
    await engine.settle()
    before = await everything(connection)
    point = (await points_named(connection, ["plant/m1/energy_kwh"]))["plant/m1/energy_kwh"]
    instant = MIDNIGHT + 3 * HOUR
    await correct(connection, point, {instant: 112.5}, "misread")
    await engine.settle()
    changed = await energy(connection, plant.registers["m1"])
    assert [sum(row[1:4]) for row in changed[11:13]] == [1_500_000, 500_000]
    await correct(connection, point, {instant: 112.0}, "it was right")
    await engine.settle()
    assert await everything(connection) == before


async def test_what_retention_has_dropped_keeps_its_energy(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    await store(connection, plant, "m1", hourly(96))
    await engine.settle()
    await connection.execute("SELECT drop_chunks('reading', older_than => $1::timestamptz)", MIDNIGHT + 48 * HOUR)
    await metered_plant.add_segment(connection, plant, "m1", Segment(MIDNIGHT + 24 * HOUR, multiplier=Decimal(2)))
    await engine.accountant.learn(connection)
    await engine.settle()
    rows = await energy(connection, plant.registers["m1"])
    # The oldest checkpoint with all later readings stands just before 06:00 of the third day.
    first = MIDNIGHT + 53.75 * HOUR
    assert {sum(row[1:4]) for row in rows if row[0] < first} == {1 * KWH}
    assert {sum(row[1:4]) for row in rows if row[0] >= first} == {2 * KWH}
    events = await connection.fetch("SELECT subject, payload FROM event WHERE kind = 'energy.recompute_shortened'")
    assert [(row["subject"], row["payload"]["since"]) for row in events] == [("plant/m1", "2026-03-04T05:45:00+00:00")]


async def test_a_part_of_the_log_that_is_gone_is_found_in_the_readings(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    engine = await Engine(connection).start()
    await engine.settle()
    reads = hourly(24)
    await store(connection, plant, "m1", reads[:40])
    await engine.settle()
    await store(connection, plant, "m1", reads[40:80])
    await connection.execute("DELETE FROM batch_log")
    await connection.execute("UPDATE batch_log_floor SET dropped_up_to = 1000000")
    with pytest.raises(batch_log.FellBehindError):
        await engine.follow()
    async with connection.transaction():
        await engine.accountant.begin_anew(connection)
    engine.last_id = await batch_log.newest_id(connection)
    await engine.recompute()
    assert total(await energy(connection, plant.registers["m1"])) == 79 * KWH
    await connection.execute("SELECT setval('batch_log_id_seq', 1000000)")
    await store(connection, plant, "m1", reads[80:])
    await engine.settle()
    assert total(await energy(connection, plant.registers["m1"])) == 96 * KWH


async def test_a_register_out_of_service_is_left_as_it_is_and_judged_anew_when_it_returns(
    connection: Connection,
) -> None:
    plant = await metered_plant.make(connection, [Meter("m1"), Meter("m2")])
    engine = await Engine(connection).start()
    await engine.settle()
    reads = hourly(12)
    await store(connection, plant, "m1", reads[:20])
    await engine.settle()
    await connection.execute("UPDATE meter SET retired_at = now() WHERE code = 'm1'")
    await recompute.request(connection, [plant.registers["m1"]], None, "a test")
    await engine.accountant.learn(connection)
    await store(connection, plant, "m1", reads[20:])
    await engine.settle()
    assert total(await energy(connection, plant.registers["m1"])) == 19 * KWH
    assert await recompute.waiting(connection) == recompute.Waiting(0, None)
    await connection.execute("UPDATE meter SET retired_at = NULL")
    await engine.accountant.learn(connection)
    await engine.settle()
    assert total(await energy(connection, plant.registers["m1"])) == 48 * KWH


async def test_checkpoints_are_thinned_and_go_with_the_readings(connection: Connection) -> None:
    plant = await metered_plant.make(connection)
    now = await connection.fetchval("SELECT date_trunc('day', now())")
    ages = [500.1, 450.1, 410.1, 410.05, 100.9, 100.6, 100.2, 1.9, 1.6]
    await connection.executemany(
        "INSERT INTO register_checkpoint VALUES ($1, $2, '')",
        [(plant.registers["m1"], now - timedelta(days=age)) for age in ages],
    )
    await let_go(connection, RetentionSettings())
    kept = await connection.fetch("SELECT time FROM register_checkpoint ORDER BY time")
    assert [round((now - row["time"]) / timedelta(days=1), 2) for row in kept] == [410.05, 100.2, 1.9, 1.6]
