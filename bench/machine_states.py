"""What machines' states cost: `python -m bench.machine_states`.

    following   10,000 readings a second, 500 of them states: processor time of the follower for a second of readings
    history     a year of one machine, a reading a minute, derived from raw readings
    totals      seconds by state and starts of that machine over the year, and since half a year and three hours

States change every five minutes on average, and one in a hundred comes ten seconds late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np

from analytics.batches import Columns
from services.batch import Batch
from services.batch_log import LoggedBatch
from services.database import Connection, connect
from services.machine_states import bindings, catching_up, reads, taking
from services.migrate import migrate
from services.readings import Recorder
from tests.servers import running_stack, temporary_home

MACHINES, READINGS_A_SECOND, BATCHES_A_SECOND = 500, 10_000, 5
_SECONDS = 30
_MINUTES = 365 * 1440
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_BEGIN_US = round(_BEGIN.timestamp()) * 1_000_000
_DICE = np.random.default_rng(1)


async def _machines(connection: Connection) -> list[int]:
    """A site of machines; gives the points of their states."""
    await connection.execute("INSERT INTO site (code, name, time_zone) VALUES ('bench', 'Bench', 'Asia/Shanghai')")
    await connection.execute(
        """INSERT INTO device (site_id, code, name)
           SELECT id, 'm' || n, 'M' FROM site, generate_series(1, $1::int) AS n""",
        MACHINES + 1,
    )
    found = await connection.fetch(
        """INSERT INTO point (device_id, key, name, quantity, unit, canonical_unit, scale, kind, expected_interval_s,
                              states)
           SELECT id, 'state', 'S', 'state', '1', '1', 1, 'state', CASE WHEN code = 'm1' THEN 60 ELSE 1 END,
                  '{"stopped": 0, "unloaded": 1, "loaded": 2}' FROM device ORDER BY id RETURNING id"""
    )
    return [row["id"] for row in found]


async def follow(connection: Connection, points: list[int]) -> str:
    """Take in half a minute of readings as the log has them."""
    known = await bindings.load(connection)
    ids = np.arange(points[-1] + 1, points[-1] + 1 + READINGS_A_SECOND - MACHINES, dtype=np.int32)
    ids = np.concatenate([np.array(points[1:], dtype=np.int32), ids])
    of_batches = np.array_split(_DICE.permutation(ids), BATCHES_A_SECOND)
    states = _DICE.integers(0, 3, int(ids.max()) + 1).astype(np.float64)
    used_s = took_s = 0.0
    for tick in range(_SECONDS * BATCHES_A_SECOND):
        of = np.sort(of_batches[tick % BATCHES_A_SECOND])
        second = tick // BATCHES_A_SECOND
        turns = _DICE.random(len(of)) < 1 / 300
        states[of[turns]] = _DICE.integers(0, 3, int(turns.sum()))
        late = np.where(_DICE.random(len(of)) < 0.01, 10_500_000, 0)
        times = np.full(len(of), _BEGIN_US + second * 1_000_000, dtype=np.int64) - late
        batch = LoggedBatch(tick, "readings", "ingest-1", _BEGIN, Columns(of, times, states[of]))
        began_s, began_used_s = time.monotonic(), time.process_time()
        async with connection.transaction():
            await taking.take(connection, known, taking.pick([batch], known))
        took_s += time.monotonic() - began_s
        used_s += time.process_time() - began_used_s
    return (
        f"following {READINGS_A_SECOND:,} readings a second, {MACHINES} of them states: "
        f"{1000 * used_s / _SECONDS:.0f} ms of our processor for each second, {1000 * took_s / _SECONDS:.0f} ms in all"
    )


async def history(connection: Connection, point_id: int) -> str:
    """Store a year and derive it."""
    times = _BEGIN_US + np.arange(_MINUTES, dtype=np.int64) * 60_000_000
    turns = _DICE.random(_MINUTES) < 0.2
    values = _DICE.integers(0, 3, _MINUTES).astype(np.float64)[
        np.maximum.accumulate(np.where(turns, np.arange(_MINUTES), 0))
    ]
    recorder = Recorder(connection)
    for first in range(0, _MINUTES, 50_000):
        some = slice(first, first + 50_000)
        columns = Columns(np.full(len(times[some]), point_id, dtype=np.int32), times[some], values[some])
        await recorder.record(Batch("ingest-1", datetime.now(UTC), columns, messages=1))
    known = await bindings.load(connection)
    began_s, used_s = time.monotonic(), time.process_time()
    async with connection.transaction():
        await catching_up.learn(connection, known)
    while True:
        async with connection.transaction():
            if not await catching_up.step(connection, known):
                break
    changes = await connection.fetchval("SELECT count(*) FROM machine_state")
    return (
        f"a year of one machine, {_MINUTES:,} readings: derived in {time.monotonic() - began_s:.1f} s "
        f"({time.process_time() - used_s:.1f} s of our processor), {changes:,} changes"
    )


async def asked(connection: Connection) -> list[str]:
    """Ask for totals, some times each."""
    [device_id] = [row["id"] for row in await connection.fetch("SELECT id FROM device WHERE code = 'm1'")]
    year = _BEGIN + timedelta(minutes=_MINUTES)
    since = year - timedelta(days=182, hours=3)
    return [
        "totals of the year: " + await _ms(lambda: reads.totals(connection, [device_id], _BEGIN, year)),
        "run hours and starts since half a year: "
        + await _ms(lambda: reads.used_since(connection, [device_id], since, year)),
        "changes of a day: " + await _ms(lambda: reads.changes(connection, device_id, year - timedelta(days=1), year)),
    ]


async def _ms(ask: Callable[[], Awaitable[object]]) -> str:
    took = []
    for _ in range(20):
        began_s = time.monotonic()
        await ask()
        took.append(1000 * (time.monotonic() - began_s))
    return f"{median(took):.1f} ms (of twenty: {min(took):.1f} to {max(took):.1f})"


async def measure() -> None:
    """Measure everything on servers of its own."""
    with temporary_home() as home, running_stack(home) as stack:
        await migrate(stack.database.url)
        connection = await connect(stack.database.url, name="bench")
        try:
            points = await _machines(connection)
            print(await history(connection, points[0]))
            print("\n".join(await asked(connection)))
            print(await follow(connection, points))
        finally:
            await connection.close()


if __name__ == "__main__":
    asyncio.run(measure())
