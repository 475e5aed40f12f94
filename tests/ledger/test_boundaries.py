"""Where a period begins and ends: between reads, ahead of the last one, where only anchors are left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.anchors import AnchorKeeper
from services.batch_log import LoggedBatch
from services.database import Connection
from services.metering.accountant import Accountant
from tests import metered_plant
from tests.ledger.judging import judge
from tests.metered_plant import Meter

START = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight of Shanghai
STEP = timedelta(minutes=10)


async def law(client: httpx.AsyncClient, start: str, stop: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/meters/plant/m1/reconciliation", params={"from": start, "to": stop})
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json()["whole"]
    assert whole["residual_micro"] == 0
    return whole


async def test_boundaries_go_out_to_quarter_hours_and_name_their_reads(
    connection: Connection, client: httpx.AsyncClient
) -> None:
    plant = await metered_plant.make(connection)
    await metered_plant.store(connection, plant, "m1", [(START + STEP * n, 100.0 + 6 * n) for n in range(13)])
    await judge(connection)
    whole = await law(client, "2026-03-01T16:20:00Z", "2026-03-01T17:02:00Z")
    assert (whole["start"], whole["stop"]) == ("2026-03-01T16:15:00Z", "2026-03-01T17:15:00Z")
    # 6 kWh in ten minutes: at 16:15 half of the increment from 16:10 on, at 17:15 half of that from 17:10 on.
    assert whole["first"] == {
        "time": "2026-03-01T16:15:00Z",
        "before": {"time": "2026-03-01T16:10:00Z", "value": 106.0},
        "after": {"time": "2026-03-01T16:20:00Z", "value": 112.0},
        "interpolated": 3.0,
        "undecided": None,
        "energy": 109.0,
    }
    assert (whole["last"]["energy"], whole["difference"], whole["intervals"]) == (145.0, 36.0, 36.0)


async def test_reads_that_are_not_decided_are_unresolved(connection: Connection, client: httpx.AsyncClient) -> None:
    plant = await metered_plant.make(connection, [Meter("m1", rated_per_hour=100.0)])
    reads = [(START + STEP * n, 100.0 + 6 * n + (9000 if n == 12 else 0)) for n in range(13)]
    await metered_plant.store(connection, plant, "m1", reads)
    await judge(connection)
    whole = await law(client, "2026-03-01T16:00:00Z", "2026-03-01T20:00:00Z")
    assert (whole["intervals"], whole["unresolved"], whole["difference"]) == (66.0, 9006.0, 9072.0)
    assert whole["last"]["undecided"] == {"time": "2026-03-01T18:00:00Z", "value": 9172.0}


async def test_the_law_holds_while_the_head_is_behind(connection: Connection, client: httpx.AsyncClient) -> None:
    plant = await metered_plant.make(connection)
    await metered_plant.store(connection, plant, "m1", [(START, 100.0), (START + STEP, 106.0)])
    await judge(connection)
    accountant = Accountant()
    await accountant.start(connection)
    later = [(START + STEP + timedelta(seconds=10 * n), 106.0 + n / 10) for n in range(1, 60)]
    columns = await metered_plant.store(connection, plant, "m1", later)
    accountant.offer(LoggedBatch(2, "readings", "ingest-1", datetime.now(UTC), columns))
    await accountant.flush(connection)
    # Stored, but not yet followed: what the intervals do not hold is not asked of them.
    await metered_plant.store(connection, plant, "m1", [(START + 2 * STEP, 112.0)])
    whole = await law(client, "2026-03-01T16:00:00Z", "2026-03-01T20:00:00Z")
    assert whole["intervals"] == pytest.approx(11.9)


async def test_where_only_anchors_are_left_boundaries_are_midnights(
    connection: Connection, client: httpx.AsyncClient
) -> None:
    plant = await metered_plant.make(connection)
    reads = [(START - 3 * STEP + STEP * n, 100.0 + 6 * n) for n in range(6 * 24 * 3)]
    keeper = AnchorKeeper()
    await keeper.learn_registers(connection)
    keeper.offer(await metered_plant.store(connection, plant, "m1", reads))
    async with connection.transaction():
        await keeper.write(connection)
    await judge(connection)
    await connection.execute("DELETE FROM reading WHERE time < $1", START + timedelta(hours=52))
    whole = await law(client, "2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z")
    assert (whole["start"], whole["stop"]) == ("2026-03-01T16:00:00Z", "2026-03-03T16:00:00Z")
    assert whole["intervals"] == 2 * 24 * 36.0


async def test_before_the_first_read_there_is_nothing_to_move_to(
    connection: Connection, client: httpx.AsyncClient
) -> None:
    plant = await metered_plant.make(connection)
    keeper = AnchorKeeper()
    await keeper.learn_registers(connection)
    reads = [(START + STEP * n, 100.0 + 6 * n) for n in range(300)]
    keeper.offer(await metered_plant.store(connection, plant, "m1", reads))
    async with connection.transaction():
        await keeper.write(connection)
    await judge(connection)
    whole = await law(client, "2026-02-01T03:00:00Z", "2026-02-02T03:00:00Z")
    assert (whole["start"], whole["stop"]) == ("2026-02-01T03:00:00Z", "2026-02-02T03:00:00Z")
    assert (whole["intervals"], whole["first"]["before"]) == (0.0, None)
