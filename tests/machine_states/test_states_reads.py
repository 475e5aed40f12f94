"""What is asked of machines: the state by the clock, changes with what stood before, hours and starts for plans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.database import Connection
from services.machine_states import reads
from services.machine_states.reads import StateChange, StateNow, Used
from tests.machine_states.stated_plant import StatedPlant, make, us

BEGIN = datetime(2026, 3, 1, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.fixture
async def plant(connection: Connection) -> StatedPlant:
    made = await make(connection, ["comp-1", "comp-2"])
    words = {0: "stopped", 10: "unloaded", 20: "loaded", 30: "loaded", 100: "loaded", 110: "fault"}
    await made.store("comp-1", {us(at(seconds)): word for seconds, word in words.items()})
    await made.take()
    return made


async def test_a_state_is_current_until_its_hold_is_over(connection: Connection, plant: StatedPlant) -> None:
    devices = list(plant.devices.values())
    one = plant.devices["comp-1"]
    assert await reads.now(connection, devices, at(139)) == {one: StateNow("fault", at(110), at(110))}
    assert await reads.now(connection, devices, at(140)) == {one: StateNow("no_data", at(140), at(110))}
    assert await reads.now(connection, devices, at(9999)) == {one: StateNow("no_data", at(140), at(110))}


async def test_changes_begin_with_what_stood(connection: Connection, plant: StatedPlant) -> None:
    found = await reads.changes(connection, plant.devices["comp-1"], at(5), at(999))
    assert found == [
        StateChange(at(5), "stopped", is_start=False),
        StateChange(at(10), "idle", is_start=True),
        StateChange(at(20), "loaded", is_start=False),
        StateChange(at(60), "no_data", is_start=False),
        StateChange(at(100), "loaded", is_start=False),
        StateChange(at(110), "fault", is_start=False),
        StateChange(at(140), "no_data", is_start=False),
    ]
    assert await reads.changes(connection, plant.devices["comp-1"], at(10), at(20)) == [
        StateChange(at(10), "idle", is_start=True)
    ]
    assert await reads.changes(connection, plant.devices["comp-1"], at(500), at(999)) == [
        StateChange(at(500), "no_data", is_start=False)
    ]
    assert await reads.changes(connection, plant.devices["comp-2"], at(0), at(999)) == [
        StateChange(at(0), "no_data", is_start=False)
    ]


async def test_used_is_what_was_on_and_how_often_it_came_on(connection: Connection, plant: StatedPlant) -> None:
    one, two = plant.devices["comp-1"], plant.devices["comp-2"]
    used = await reads.used_since(connection, [one, two], at(0), at(999))
    assert used == {one: Used(60 / 3600, 1), two: Used(0.0, 0)}
    used = await reads.used_since(connection, [one], at(15), at(105))
    assert used == {one: Used(50 / 3600, 0)}
    assert await reads.used_since(connection, [one], at(15), at(15)) == {one: Used(0.0, 0)}


async def test_totals_fill_the_span(connection: Connection, plant: StatedPlant) -> None:
    start, stop = BEGIN - 3 * timedelta(days=1), BEGIN + 3 * timedelta(days=1)
    found = await reads.totals(connection, list(plant.devices.values()), start, stop)
    one, two = found[plant.devices["comp-1"]], found[plant.devices["comp-2"]]
    assert one.seconds == {
        "running": 0.0, "loaded": 50.0, "idle": 10.0, "stopped": 10.0, "fault": 30.0,
        "no_data": 6 * 86_400 - 100.0,
    }  # fmt: skip
    assert two.seconds["no_data"] == 6 * 86_400
    assert (one.starts, two.starts) == (1, 0)


async def test_a_machine_is_found_by_its_devices_that_tell_states(connection: Connection, plant: StatedPlant) -> None:
    equipment_id = await connection.fetchval(
        "INSERT INTO equipment (site_id, code, name, class) SELECT id, 'comp', 'C', 'compressor' FROM site RETURNING id"
    )
    await connection.execute("UPDATE device SET equipment_id = $1", equipment_id)
    assert await reads.devices_of(connection, [equipment_id, 0]) == {equipment_id: [plant.devices["comp-1"]]}
