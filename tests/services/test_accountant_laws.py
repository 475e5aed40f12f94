"""In whatever chunks reads come, and however often the engine crashes: the same rows as from one look back."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.database import Connection
from services.metering import recompute
from tests import metered_plant
from tests.metered_plant import Meter, Plant, Segment, store
from tests.services.accounting import Engine, everything

BEGIN = datetime(2026, 3, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Reads = list[tuple[datetime, float]]


def history(dice: random.Random, days: float) -> Reads:
    """A register with spikes, jumps, resets, drop-outs, gaps and standstills, read every few minutes."""
    reads: Reads = []
    shown, at, dropped_until = dice.uniform(50, 5000), BEGIN, BEGIN
    while at < BEGIN + timedelta(days=days):
        at += MINUTE * dice.choice([1, 2, 5, 5, 5, 15]) + timedelta(seconds=dice.randint(0, 50))
        shown += dice.choice([0.0, 0.5, 2.0, dice.uniform(0, 10)])
        event = dice.random()
        if event < 0.005:
            at += MINUTE * dice.randint(20, 600)
            shown += dice.uniform(0, 100)
        elif event < 0.01:
            shown += 1_000_000
        elif event < 0.015:
            shown = dice.uniform(0, 1)
        elif event < 0.025:
            dropped_until = at + MINUTE * dice.randint(5, 300)
        if dice.random() < 0.01:
            reads.append((at, shown + dice.choice([-1, 1]) * 10_000_000))
        elif at < dropped_until:
            reads.append((at, 0.0))
        else:
            reads.append((at, round(shown, 3)))
    return reads


def deliveries(dice: random.Random, reads: Reads) -> list[Reads]:
    """Reads in batches: mostly in order, some a little late, some by hours."""
    late = {read: dice.choice([0, 0, 0, 1, 1, 30, 300]) if dice.random() < 0.1 else 0 for read in reads}
    ordered = sorted(reads, key=lambda read: (read[0] + MINUTE * late[read], read[0]))
    batches: list[Reads] = []
    while ordered:
        size = dice.randint(1, 60)
        batches.append(ordered[:size])
        ordered = ordered[size:]
    return batches


async def judged_anew(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything as one recomputation from nothing writes it."""
    for table in (
        *("energy_interval", "energy_hour", "energy_day", "energy_month", "demand_day", "ledger_entry"),
        *("register_head", "register_checkpoint", "recompute_task"),
    ):
        await connection.execute(f"DELETE FROM {table}")
    engine = await Engine(connection).start()
    await engine.settle()
    return await everything(connection)


async def plant_with(connection: Connection) -> Plant:
    plant = await metered_plant.make(
        connection,
        [
            Meter("a", rated_per_hour=400.0),
            Meter("b", rated_per_hour=150.0, segments=[Segment(resolution=Decimal("0.5"))]),
            Meter("p", kind="power"),
        ],
        zone="Europe/Berlin",
    )
    await metered_plant.add_segment(connection, plant, "a", Segment(BEGIN + timedelta(hours=20), multiplier=Decimal(3)))
    return plant


@pytest.mark.parametrize("seed", range(6))
async def test_any_delivery_with_any_crashes_ends_as_one_recomputation(connection: Connection, seed: int) -> None:
    dice = random.Random(seed)
    plant = await plant_with(connection)
    work = [(code, batch) for code in ("a", "b", "p") for batch in deliveries(dice, history(dice, 2.5))]
    # Registers take turns at random, each in its own order.
    turns = [code for code, _ in work]
    dice.shuffle(turns)
    waiting = {code: [batch for owner, batch in work if owner == code] for code in plant.registers}
    engine = await Engine(connection).start()
    for code in turns:
        await store(connection, plant, code, waiting[code].pop(0))
        chance = dice.random()
        if chance < 0.5:
            await engine.follow()
        elif chance < 0.6:
            await engine.recompute()
        elif chance < 0.7:
            await engine.note()
        elif chance < 0.8:
            engine = await Engine(connection).start()
        elif chance < 0.83:
            some = BEGIN + timedelta(hours=dice.randint(0, 60))
            await recompute.request(connection, list(plant.registers.values()), some, "a test", until=some)
    await engine.settle()
    await engine.settle()
    stepwise = await everything(connection)
    anew = await judged_anew(connection)
    for name, rows in anew.items():
        assert stepwise[name] == rows, name
    assert len(anew["intervals"]) > 300
    assert {row[2] for row in anew["ledger"]} >= {"spike", "gap"}
