"""The engine dies, again and again, while registers report: no energy is lost, none is counted twice.

Two engine processes run; the one that works is killed every few batches, and a new one takes the place of the
one that waited. What stands at the end is known beforehand: every register moves by the same step a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np

from analytics.batches import Columns
from analytics.metering.model import MICRO
from deploy.embedded.stack import Stack
from services.batch import Batch
from services.database import Connection, connect
from services.migrate import migrate
from services.readings import Recorder
from tests import metered_plant
from tests.acceptance.platform import Processes, until
from tests.metered_plant import Meter, Plant, us

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REGISTERS, MINUTES, BATCHES = 40, 480, 24
WITHIN_S = 60.0


def step_kwh(register: int) -> int:
    return register + 1


async def test_a_killed_engine_loses_and_doubles_nothing(private_stack: Callable[[], Stack]) -> None:
    stack = private_stack()
    await migrate(stack.database.url)
    connection = await connect(stack.database.url, name="test")
    plant = await metered_plant.make(
        connection, [Meter(f"m{n}", rated_per_hour=1e6) for n in range(REGISTERS)], zone="Asia/Kathmandu"
    )
    # Every 5th read comes eight batches late, beyond the tail of two minutes.
    minutes = np.arange(MINUTES + 1)
    due = minutes * BATCHES // (MINUTES + 1) + np.where(minutes % 5 == 2, 8, 0)
    async with Processes(stack) as processes:
        engines = [await processes.engine(), await processes.engine()]
        recorder, before = Recorder(connection), 0
        for number in range(int(due.max()) + 1):
            await recorder.record(
                Batch("ingest-1", datetime.now(UTC), reads(plant, minutes[due == number]), messages=1)
            )
            if number % 8 == 3:
                await until(stack.database.url, partial(has_more_than, least=before), within_s=WITHIN_S)
                before = await energy(connection)
                killed = engines.pop(0)
                killed.kill()
                await killed.wait()
                engines.append(await processes.engine())
        await until(stack.database.url, is_all_there, within_s=WITHIN_S)
    for n in range(REGISTERS):
        await check(connection, plant.registers[f"m{n}"], step_kwh(n))
    await connection.close()


def reads(plant: Plant, minutes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Columns:
    """What all registers show at these minutes."""
    return Columns(
        np.repeat([plant.points[f"m{n}/energy_kwh"] for n in range(REGISTERS)], len(minutes)).astype(np.int32),
        np.tile(us(START) + minutes * 60 * MICRO, REGISTERS),
        np.concatenate([1000.0 + minutes * step_kwh(n) for n in range(REGISTERS)]),
    )


async def energy(connection: Connection) -> int:
    """All energy there is, in millionths."""
    found: int = await connection.fetchval(
        "SELECT coalesce(sum(measured + interpolated + estimated), 0)::int8 FROM energy_interval"
    )
    return found


async def has_more_than(connection: Connection, least: int) -> bool:
    """Whether an engine has worked since there was so much."""
    return await energy(connection) > least


async def is_all_there(connection: Connection) -> bool:
    """Whether every register has the energy of the whole time, and nothing is left to be judged again."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM recompute_task)"):
        return False
    return await energy(connection) == sum(step_kwh(n) for n in range(REGISTERS)) * MINUTES * MICRO


async def check(connection: Connection, register_id: int, step: int) -> None:
    """Each quarter hour has fifteen steps, and so have the sums over it."""
    rows = await connection.fetch(
        "SELECT start, measured, interpolated, estimated, covered_us FROM energy_interval WHERE register_id = $1",
        register_id,
    )
    quarters = {row["start"] for row in rows}
    assert quarters == {START + timedelta(minutes=15 * n) for n in range(MINUTES // 15)}
    assert {tuple(row.values())[1:] for row in rows} == {(15 * step * MICRO, 0, 0, 900 * MICRO)}
    for sums in ("energy_hour", "energy_day", "energy_month"):
        total = await connection.fetchval(f"SELECT sum(measured)::int8 FROM {sums} WHERE register_id = $1", register_id)
        assert total == step * MINUTES * MICRO, sums
    assert await connection.fetchval("SELECT count(*) FROM ledger_entry WHERE register_id = $1", register_id) == 0
