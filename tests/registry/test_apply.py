"""Applying sites to a real database: it holds what is wanted, loses nothing, and says what it did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.registry.difference import Held
from analytics.registry.model import Alias, Device, Point, Registry, Site, Space
from services.database import Connection, connect
from services.points import directory
from services.registry.apply import Plan, PlanRefusedError, RegistryMovedError, apply, plan
from services.registry.points import points_named
from services.registry.snapshot import snapshot
from services.site_folder.read import read_folder
from services.site_folder.write import write_folder
from tests.registry.strategies import site_of

SITE = Site("s", "Site", None, "UTC", None, None)
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


async def make(connection: Connection, wanted: Registry, *, accept_meaning_change: bool = False) -> Plan:
    planned = await plan(connection, wanted, accept_meaning_change=accept_meaning_change)
    await apply(connection, planned)
    return planned


def meters(*codes: str, aliases: tuple[Alias, ...] = (), **fields: object) -> Registry:
    """A site of meters of one point each."""
    kilowatts = Point("", "p", "Power", None, "active_power", "kW", "kW", 1.0, 0.0, "gauge", None, None, 5.0, None)
    points = {f"{code}/p": replace(kilowatts, device=code, **fields) for code in codes}  # type: ignore[arg-type] # as given
    devices = {code: Device(code, "Meter", None, None, None, None, None, None, 300.0) for code in codes}
    return Registry(SITE, devices=devices, points=points, aliases={alias.name: alias for alias in aliases})


async def store_reading(connection: Connection, device: str) -> int:
    """A reading of the device's point, as ingest leaves it; gives the point's number."""
    point: int = await connection.fetchval(
        "SELECT point.id FROM point JOIN device ON device.id = device_id WHERE device.code = $1", device
    )
    await connection.execute("INSERT INTO reading VALUES ($1, $2, 12.5)", point, AT)
    await connection.execute("INSERT INTO latest VALUES ($1, $2, 12.5, $2)", point, AT)
    return point


async def test_the_database_holds_what_was_applied_and_a_second_time_nothing_changes(
    connection: Connection, tmp_path: Path
) -> None:
    applied = 0
    for seed in range(40):
        wanted = site_of(seed, 1 + seed % 4)
        planned = await plan(connection, wanted)
        if planned.refused:
            continue
        before = await _identities(connection)
        await apply(connection, planned)
        held = (await snapshot(connection, "s")).held
        assert held.living == planned.difference.wanted
        assert (await plan(connection, wanted)).changes == []
        assert before <= await _identities(connection), "an id vanished"
        write_folder(wanted, tmp_path / str(seed))
        exported = read_folder(tmp_path / str(seed)).registry
        assert exported is not None
        assert (await plan(connection, exported)).changes == []
        applied += 1
    assert applied > 25


async def _identities(connection: Connection) -> set[tuple[str, int]]:
    kinds = ("space", "org_unit", "device_template", "equipment", "device", "point")
    return {(kind, row["id"]) for kind in kinds for row in await connection.fetch(f"SELECT id FROM {kind}")}


async def test_readings_survive_retirement_return_and_renaming(connection: Connection) -> None:
    await make(connection, meters("m1"))
    point = await store_reading(connection, "m1")
    await make(connection, meters())
    assert await connection.fetchval("SELECT retired_at IS NOT NULL FROM point WHERE id = $1", point)
    await make(connection, meters("m1"))
    await make(connection, meters("m2", aliases=(Alias("device", "m1", "m2"),)))
    row = await connection.fetchrow(
        "SELECT device.code, point.key, point.retired_at, reading.value FROM point "
        "JOIN device ON device.id = device_id JOIN reading ON point_id = point.id WHERE point.id = $1",
        point,
    )
    assert tuple(row) == ("m2", "p", None, 12.5)
    assert await connection.fetchval("SELECT count(*) FROM point") == 1


async def test_a_renamed_building_moves_with_everything_below_it(connection: Connection) -> None:
    def building(code: str, *aliases: Alias) -> Registry:
        paths = (code, f"{code}/f1", f"{code}/f1/a")
        spaces = {path: Space(path, "Space", None, "area", None) for path in paths}
        device = Device("m1", "Meter", None, None, f"{code}/f1/a", None, None, None, 300.0)
        return Registry(SITE, spaces, devices={"m1": device}, aliases={alias.name: alias for alias in aliases})

    await make(connection, building("b1"))
    ids = await connection.fetch("SELECT id FROM space ORDER BY id")
    planned = await make(connection, building("hall", Alias("space", "b1", "hall")))
    assert [(change.action, change.kind, change.name) for change in planned.changes] == [
        ("renamed", "space", "hall"),
        ("added", "alias", "space:b1"),
    ]
    rows = await connection.fetch("SELECT space.id, path, code FROM space ORDER BY space.id")
    assert [row["id"] for row in rows] == [row["id"] for row in ids]
    assert [(row["path"], row["code"]) for row in rows] == [("hall", "hall"), ("hall/f1", "f1"), ("hall/f1/a", "a")]


async def test_every_change_is_recorded_announced_and_told_to_running_workers(connection: Connection) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    await connection.add_listener("registry", lambda *call: heard.put_nowait(call[3]))
    await make(connection, meters("m1"))
    async with asyncio.timeout(60):
        assert await heard.get() == "1"
    await make(connection, meters("m1", maximum=5.0))
    rows = await connection.fetch(
        "SELECT revision, action, kind, subject, before, after FROM registry_change ORDER BY id"
    )
    assert [tuple(row)[:4] for row in rows] == [
        (1, "added", "site", "s"),
        (1, "added", "device", "s/m1"),
        (1, "added", "point", "s/m1/p"),
        (2, "changed", "point", "s/m1/p"),
    ]
    assert (rows[3]["before"]["maximum"], rows[3]["after"]["maximum"]) == (None, 5.0)
    events = await connection.fetch("SELECT kind, subject, payload FROM event ORDER BY id")
    counts = {"added": 3, "changed": 0, "retired": 0, "restored": 0, "renamed": 0}
    assert tuple(events[0]) == ("registry.changed", "s", {"revision": 1} | counts)
    assert len(events) == 2


async def test_nothing_to_change_raises_no_revision(connection: Connection) -> None:
    await make(connection, meters("m1"))
    assert await apply(connection, await plan(connection, meters("m1"))) == 1
    assert await connection.fetchval("SELECT count(*) FROM event") == 1


async def test_two_applies_at_once_queue_and_the_second_one_looks_again(
    connection: Connection, database_url: str
) -> None:
    first, second = await plan(connection, meters("m1")), await plan(connection, meters("m2"))
    other = await connect(database_url, name="other")
    try:
        results = await asyncio.gather(apply(connection, first), apply(other, second), return_exceptions=True)
    finally:
        await other.close()
    assert sorted(type(result).__name__ for result in results) == ["RegistryMovedError", "int"]
    assert await connection.fetchval("SELECT count(*) FROM device") == 1


async def test_a_plan_for_another_revision_changes_nothing(connection: Connection) -> None:
    old = await plan(connection, meters("m1"))
    await make(connection, meters("m2"))
    with pytest.raises(RegistryMovedError, match=r"revision 0, now 1\): plan again"):
        await apply(connection, old)
    assert list(_living(await snapshot(connection, "s")).devices) == ["m2"]


def _living(found: object) -> Registry:
    held = getattr(found, "held", None)
    assert isinstance(held, Held)
    assert held.living is not None
    return held.living


async def test_a_failure_halfway_leaves_everything_as_it_was(connection: Connection) -> None:
    await make(connection, meters("m1"))
    impossible = meters("m1", "m2", expected_interval_s=-1.0)
    with pytest.raises(Exception, match="point_expected_interval_s_check"):
        await apply(connection, await plan(connection, impossible))
    held = await snapshot(connection, "s")
    assert held.revision == 1
    assert _living(held) == meters("m1")


@pytest.mark.parametrize("retired_between", [False, True])
async def test_a_point_with_readings_does_not_change_its_unit_by_mistake(
    connection: Connection, retired_between: bool
) -> None:
    await make(connection, meters("m1"))
    in_watts = meters("m1", unit="W", scale=0.001)
    assert (await plan(connection, in_watts)).refused == []  # no readings yet: it may still become anything
    await store_reading(connection, "m1")
    if retired_between:
        await make(connection, meters())
    planned = await plan(connection, in_watts)
    assert [text.partition(": ")[0] for text in planned.refused] == [
        "point m1/p has readings, and its unit would change from kW to W"
    ]
    with pytest.raises(PlanRefusedError, match="--accept-meaning-change"):
        await apply(connection, planned)
    await make(connection, in_watts, accept_meaning_change=True)
    assert _living(await snapshot(connection, "s")) == in_watts


async def test_a_point_with_readings_never_becomes_another_quantity(connection: Connection) -> None:
    await make(connection, meters("m1"))
    await store_reading(connection, "m1")
    pressure = meters("m1", quantity="pressure", unit="bar", canonical_unit="bar")
    planned = await plan(connection, pressure, accept_meaning_change=True)
    assert "give the point a new key" in planned.refused[0]


async def test_other_names_follow_the_point_and_leave_with_it(connection: Connection) -> None:
    await make(connection, meters("m1", aliases=(Alias("point", "m1/q", "m1/p"),)))
    renamed = (Alias("device", "m1", "m2"), Alias("point", "PLC 7/kW", "m2/p"))
    await make(connection, meters("m2", aliases=renamed))
    others = {("device", "m1"), ("point", "m1/q"), ("point", "PLC 7/kW")}
    assert await _aliases(connection) == others
    await make(connection, meters("m2"))
    assert await _aliases(connection) == others, "devices in the field go on sending them"
    names = ["s/m1/p", "s/m1/q", "s/m2/p", "s/PLC 7/kW"]
    assert {point.id for point in (await points_named(connection, names)).values()} == {"s/m2/p"}
    assert set(await points_named(connection, names)) == set(names)
    await make(connection, meters())
    assert await _aliases(connection) == set()


async def test_ingest_understands_a_device_that_knows_of_no_rename(connection: Connection) -> None:
    await make(connection, meters("m1"))
    point = await store_reading(connection, "m1")
    renamed = meters("m2", aliases=(Alias("device", "m1", "m2"), Alias("point", "m2/p", "m2/power")))
    (old,) = renamed.points.values()
    await make(connection, replace(renamed, points={"m2/power": replace(old, key="power")}))
    found = await directory(connection)
    places = [found.devices["s", device].places[key] for device in ("m1", "m2") for key in ("p", "power")]
    assert [int(found.point_ids[place.index]) for place in places] == [point] * 4


async def _aliases(connection: Connection) -> set[tuple[str, str]]:
    return {(row["kind"], row["alias"]) for row in await connection.fetch("SELECT kind, alias FROM code_alias")}


async def test_sites_do_not_touch_one_another(connection: Connection) -> None:
    await make(connection, meters("m1"))
    await make(connection, replace(meters(), site=replace(SITE, code="t")))
    assert list(_living(await snapshot(connection, "s")).devices) == ["m1"]
    assert _living(await snapshot(connection, "t")).devices == {}
