"""Meters of a site in a real database: what is applied is held, what was entered stays, nothing is lost by a name."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.registry.meters import Allocation, Meter, Register, RegisterSegment
from analytics.registry.model import Alias, Device, OrgUnit, Point, Registry, Site, Space
from services.database import Connection
from services.registry.apply import Plan, PlanRefusedError, apply, plan
from services.registry.snapshot import snapshot
from services.site_folder.read import read_folder
from services.site_folder.write import write_folder

KUNSHAN = Path(__file__).parents[2] / "deploy" / "sites" / "kunshan"
SITE = Site("s", "Site", None, "UTC", None, None)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SPACES = {"hall": Space("hall", "Hall", None, "building", None)}
UNITS = {code: OrgUnit(code, code.title(), None, "department") for code in ("one", "two")}
PLAIN = Meter("", "Meter", None, "electricity", "register", None, "hall", "one", None, 400.0, None, None)


def segment(code: str, **fields: object) -> RegisterSegment:
    plain = RegisterSegment(
        code, "import", None, f"{code}/kwh", Decimal(120), Decimal(10**6), Decimal("0.01"), None, None
    )
    return replace(plain, **fields)  # type: ignore[arg-type] # as given


def site_of(*meters: Meter, segments: Mapping[str, RegisterSegment] | None = None, **fields: object) -> Registry:
    """A site of meters; a real one has a device of its own code, with a register of one segment."""
    real = [meter.code for meter in meters if meter.kind != "virtual"]
    energy = Point("", "kwh", "Energy", None, "energy", "kWh", "kWh", 1.0, 0.0, "counter", None, None, 60.0, None)
    found = segments if segments is not None else {one.name: one for one in map(segment, real)}
    registers = {f"{meter.code}/import": Register(meter.code, "import", "kWh") for meter in meters}
    return Registry(
        SITE,
        spaces=SPACES,
        org_units=UNITS,
        devices={code: Device(code, "Device", None, None, None, None, None, None, 300.0) for code in real},
        points={f"{code}/kwh": replace(energy, device=code) for code in real},
        meters={meter.code: meter for meter in meters},
        registers=registers,
        segments=found,
        **fields,  # type: ignore[arg-type] # as given
    )


def named(code: str, **fields: object) -> Meter:
    return replace(PLAIN, code=code, **fields)  # type: ignore[arg-type] # as given


def virtual(code: str, formula: str) -> Meter:
    return named(code, kind="virtual", rated_per_hour=None, formula=formula)


async def make(connection: Connection, wanted: Registry) -> Plan:
    planned = await plan(connection, wanted)
    await apply(connection, planned)
    return planned


async def held(connection: Connection) -> Registry:
    living = (await snapshot(connection, "s")).held.living
    assert living is not None
    return living


async def ids(connection: Connection) -> dict[str, int]:
    found = await connection.fetch(
        "SELECT meter.code || '/' || flow AS name, register.id FROM register JOIN meter ON meter.id = meter_id"
    )
    return {row["name"]: row["id"] for row in found}


async def test_what_is_applied_is_held_and_a_second_time_nothing_changes(connection: Connection) -> None:
    shares = [
        Allocation("b", None, "one", Decimal("0.25"), None, date(2026, 7, 1)),
        Allocation("b", None, "one", Decimal("0.3"), date(2026, 7, 1), None),
        Allocation("b", "hall", None, Decimal("0.5"), None, None),
    ]
    wanted = site_of(
        named("a", name_zh="总表", contract="grid"),
        named("b", parent="a"),
        virtual("rest", "a - 50 % * b"),
        allocations={share.name: share for share in shares},
    )
    await make(connection, wanted)
    assert await held(connection) == wanted
    assert (await plan(connection, wanted)).changes == []
    terms = await connection.fetch(
        "SELECT meter.code, factor FROM meter_term JOIN register ON register.id = term_register_id"
        " JOIN meter ON meter.id = meter_id ORDER BY 1"
    )
    assert [tuple(row) for row in terms] == [("a", Decimal(1)), ("b", Decimal("-0.5"))]


async def test_the_demonstration_site_reads_back_from_what_is_exported(connection: Connection, tmp_path: Path) -> None:
    registry = read_folder(KUNSHAN).registry
    assert registry is not None
    await apply(
        connection, await plan(connection, replace(registry, meters={}, registers={}, segments={}, allocations={}))
    )
    planned = await plan(connection, registry)
    assert {change.kind for change in planned.changes} == {"meter", "register", "register_segment", "allocation"}
    await apply(connection, planned)
    living = (await snapshot(connection, "kunshan")).held.living
    assert living == registry
    write_folder(living, tmp_path)
    checked = read_folder(tmp_path)
    assert [str(mistake) for mistake in checked.mistakes] == []
    assert checked.registry == registry


async def test_a_renamed_meter_keeps_its_registers_and_its_place_in_formulas(connection: Connection) -> None:
    await make(connection, site_of(named("a"), named("b", parent="a"), virtual("rest", "a - b")))
    before = await ids(connection)
    segments = {one.name: one for one in (segment("main", point="a/kwh"), segment("b"))}
    renamed = site_of(named("main"), named("b", parent="main"), virtual("rest", "main - b"), segments=segments)
    alias = Alias("meter", "a", "main")
    wanted = replace(
        renamed,
        devices={**renamed.devices, "a": replace(renamed.devices["main"], code="a")},
        points={**renamed.points, "a/kwh": replace(renamed.points["main/kwh"], device="a")},
        aliases={alias.name: alias},
    )
    planned = await make(connection, wanted)
    assert [(change.action, change.name) for change in planned.changes if change.kind == "meter"] == [
        ("renamed", "main")
    ]
    assert await held(connection) == wanted
    after = await ids(connection)
    assert after["main/import"] == before["a/import"]


async def test_a_retired_meter_comes_back_with_its_register(connection: Connection) -> None:
    both = site_of(named("a"), named("b"))
    await make(connection, both)
    before = await ids(connection)
    without = replace(both, meters={"a": both.meters["a"]}, registers={"a/import": both.registers["a/import"]})
    without = replace(without, segments={name: one for name, one in both.segments.items() if one.meter == "a"})
    assert (await plan(connection, without)).retires
    await make(connection, without)
    assert await held(connection) == without
    assert await connection.fetchval("SELECT count(*) FROM register_segment") == 2, "it may come back"
    await make(connection, both)
    assert await held(connection) == both
    assert await ids(connection) == before


async def test_a_replacement_that_was_entered_outlives_an_older_folder(connection: Connection) -> None:
    folder = site_of(named("a"))
    await make(connection, folder)
    await connection.execute(
        "INSERT INTO register_segment SELECT register_id, $1, point_id, 120, 1000000, 0.01, 812.5, 3.5, actor_id,"
        " 'dial broken' FROM register_segment",
        NOON,
    )
    planned = await plan(connection, folder)
    entered = segment("a", valid_from=NOON, closing_value=Decimal("812.5"), opening_value=Decimal("3.5"))
    assert list(planned.difference.kept) == [entered]
    assert planned.changes == []
    corrected = site_of(named("a"), segments={one.name: one for one in [segment("a", multiplier=Decimal(100))]})
    await make(connection, corrected)
    assert sorted(one.multiplier for one in (await held(connection)).segments.values()) == [100, 120]
    # An export has it, and a folder that has it may say otherwise.
    assert (await plan(connection, await held(connection))).changes == []


async def test_a_segment_that_only_a_folder_had_goes_with_it(connection: Connection) -> None:
    later = segment("a", valid_from=NOON, multiplier=Decimal(200))
    two = {one.name: one for one in (segment("a"), later)}
    await make(connection, site_of(named("a"), segments=two))
    planned = await make(connection, site_of(named("a")))
    assert [(change.action, change.name) for change in planned.changes] == [("retired", later.name)]
    assert await held(connection) == site_of(named("a"))


@pytest.mark.parametrize(
    ("meters", "reason"),
    [
        ([virtual("a", "b"), virtual("b", "a")], "virtual meters go round in a circle, a -> b -> a"),
        ([named("a", parent="b"), named("b", parent="a")], "parents of meters go round in a circle, a -> b -> a"),
        ([virtual("a", "1 +")], "the formula of meter 'a' cannot be read, at character 4"),
        ([virtual("a", "b.export"), named("b")], "names b.export, and there is no such register"),
    ],
)
async def test_what_cannot_be_is_refused(connection: Connection, meters: list[Meter], reason: str) -> None:
    planned = await plan(connection, site_of(*meters))
    assert reason in planned.refused[0]
    with pytest.raises(PlanRefusedError):
        await apply(connection, planned)


async def test_a_point_serves_one_register_at_a_time(connection: Connection) -> None:
    shared = {one.name: one for one in (segment("a"), segment("b", point="a/kwh"))}
    refused = (await plan(connection, site_of(named("a"), named("b"), segments=shared))).refused
    assert refused == ["point a/kwh would be register a/import and b/import at a time: end one of them first"]
    # One after the other it may.
    handed = (segment("a"), segment("a", valid_from=NOON), segment("b", point="a/kwh", valid_from=NOON))
    one_later = replace(handed[1], point="b/kwh")
    after = {one.name: one for one in (handed[0], one_later, handed[2])}
    assert (await plan(connection, site_of(named("a"), named("b"), segments=after))).refused == []


async def test_a_contract_that_comes_later_is_linked(connection: Connection) -> None:
    await make(connection, site_of(named("a", contract="grid")))
    await connection.execute(
        "INSERT INTO contract (site_id, code, name, carrier, currency)"
        " SELECT id, 'grid', 'Grid', 'electricity', 'CNY' FROM site"
    )
    assert (
        await connection.fetchval("SELECT contract.code FROM contract JOIN meter ON contract_id = contract.id")
        == "grid"
    )


async def test_two_thousand_meters_take_seconds(connection: Connection) -> None:
    meters = [named("m-0")]
    meters += [named(f"m-{number}", parent=f"m-{number // 10}") for number in range(1, 2_000)]
    wanted = site_of(*meters)
    started = time.monotonic()
    await make(connection, wanted)
    assert time.monotonic() - started < 10
    assert await held(connection) == wanted
