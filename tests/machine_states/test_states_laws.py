"""However readings arrive, states, totals and days are those of all readings looked at once."""

from __future__ import annotations

import asyncio
from itertools import count
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.database import connect
from services.machine_states import bindings, catching_up, reads
from tests.machine_states.stated_plant import (
    HOLD_US,
    StatedPlant,
    instant,
    make,
    plain_changes,
    plain_days,
    plain_totals,
    us,
)

#: 22:00 UTC of the last Saturday in October: Berlin's day of 25 hours begins, with a month's end five days later.
BEGIN_US = us(instant(0).replace(year=2026, month=10, day=24, hour=22))
SITES = count(1)
HOURS = 60 * 60 * 1_000_000

#: Steps between readings: within the hold, just at it, just beyond it, an hour, longer than a day.
gaps = st.sampled_from([1, 1_000_000, 10_000_000, 10_000_000, HOLD_US, HOLD_US + 1, HOURS, 7 * HOURS, 26 * HOURS])
words = st.sampled_from(["stopped", "unloaded", "loaded", "loaded", "fault", "odd"])
histories = st.lists(st.tuples(gaps, words), min_size=1, max_size=40)


def as_readings(history: list[tuple[int, str]]) -> dict[int, str]:
    at, readings = BEGIN_US, {}
    for gap, word in history:
        at += gap
        readings[at] = word
    return readings


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, seed=st.integers(0, 2**32))
def test_any_order_of_arrival_any_cut_and_any_correction_end_the_same(
    database_url: str, history: list[tuple[int, str]], seed: int
) -> None:
    async def story() -> None:
        connection = await connect(database_url, name="test")
        try:
            plant = await make(connection, site=f"s{next(SITES)}", zone="Europe/Berlin")
            await deliver(plant, as_readings(history), Random(seed))
        finally:
            await connection.close()

    asyncio.run(story())


async def deliver(plant: StatedPlant, readings: dict[int, str], dice: Random) -> None:
    """Store readings in pieces and out of order, take them in any cut, some twice; now and then correct some."""
    arriving = sorted(readings, key=lambda at: at + dice.choice([0, 0, 0, HOURS, 30 * HOURS]))
    true = dict(readings)
    while arriving:
        size = dice.randint(1, 8)
        await plant.store("comp-1", {at: readings[at] for at in arriving[:size]})
        gone, arriving = arriving[:size], arriving[size:]
        if dice.random() < 0.3:
            # Also where there was no reading before, and before the reading itself arrives.
            at = dice.choice([*gone, *arriving, gone[0] + 5_000_000])
            true[at] = dice.choice(["stopped", "loaded"])
            await plant.correct("comp-1", {at: true[at]})
        if dice.random() < 0.6:
            await plant.take(dice.randint(1, 3))
        if dice.random() < 0.2:
            plant.last_id = max(0, plant.last_id - dice.randint(0, 2))
        if dice.random() < 0.3:
            await catch_up(plant)
    await plant.take(dice.randint(1, 3))
    await holds(plant, true, dice)
    await catch_up(plant)
    await holds(plant, true, dice)
    # Days are complete once history is.
    assert await plant.days("comp-1") == plain_days(true, plant.zone)


async def catch_up(plant: StatedPlant) -> None:
    known = await bindings.load(plant.connection)
    while True:
        async with plant.connection.transaction():
            if not await catching_up.step(plant.connection, known):
                return


async def holds(plant: StatedPlant, true: dict[int, str], dice: Random) -> None:
    """What is stored is what the plain reckoning says, and so is every span that is asked for."""
    assert await plant.changes("comp-1") == plain_changes(true)
    device_id = plant.devices["comp-1"]
    for _ in range(5):
        start, stop = sorted(dice.randint(min(true) - HOURS, max(true) + 30 * HOURS) for _ in range(2))
        if start == stop:
            continue
        found = (await reads.totals(plant.connection, [device_id], instant(start), instant(stop)))[device_id]
        sums = {state: round(seconds * 1e6) for state, seconds in found.seconds.items() if seconds}
        assert (sums, found.starts) == plain_totals(true, start, stop)
