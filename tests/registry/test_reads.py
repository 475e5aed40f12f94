"""Reading the registry as the API does: pages, filters, old names, power of spaces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.registry.power import SITE, power_points
from deploy.embedded.stack import Stack
from services.database import Connection, connect
from services.registry.apply import apply, plan
from services.registry.devices import devices
from services.registry.equipment import equipment
from services.registry.meters import meters, tree
from services.registry.pages import Listing, Page, PagePlaceError
from services.registry.places import org_units, sites, spaces
from services.registry.points import points, points_named
from services.registry.power import space_power
from services.site_folder.read import read_folder
from tests.servers import own_database

GOOD = Path(__file__).parent / "golden" / "good" / "folder"
KUNSHAN = Path(__file__).parents[2] / "deploy" / "sites" / "kunshan"
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
ALL = Page(10_000)


@pytest.fixture(scope="module")
def filled_url(servers: Stack) -> Iterator[str]:
    """A database that holds the good golden folder and the demonstration site."""

    async def fill(url: str) -> None:
        connection = await connect(url, name="test")
        for folder in (GOOD, KUNSHAN):
            registry = read_folder(folder).registry
            assert registry is not None
            await apply(connection, await plan(connection, registry))
        await connection.close()

    with own_database(servers) as url:
        asyncio.run(fill(url))
        yield url


@pytest.fixture
async def connection(filled_url: str) -> AsyncIterator[Connection]:
    """A connection whose changes are undone, so that the next test finds the database filled as before."""
    opened = await connect(filled_url, name="test")
    undo = opened.transaction()
    await undo.start()
    yield opened
    await undo.rollback()
    await opened.close()


def ids(listed: Listing[Any]) -> list[str]:
    return [row.id for row in listed.rows]


async def test_every_list_is_the_same_page_by_page(connection: Connection) -> None:
    reads: list[Callable[[Page], Awaitable[Listing[Any]]]] = [
        lambda page: spaces(connection, page),
        lambda page: org_units(connection, page),
        lambda page: equipment(connection, page),
        lambda page: devices(connection, page),
        lambda page: points(connection, page),
        lambda page: meters(connection, page),
    ]
    for read in reads:
        whole = await read(ALL)
        assert whole.next is None
        seen: list[str] = []
        page: Page | None = Page(97)
        while page:
            part = await read(page)
            seen += ids(part)
            page = Page(97, part.next) if part.next else None
        assert seen == ids(whole)
        assert len(set(seen)) == len(seen) > 1


async def test_a_place_that_is_not_one_is_refused(connection: Connection) -> None:
    with pytest.raises(PagePlaceError, match="give the `next` of the page before"):
        await points(connection, Page(5, "kunshan/m-101"))
    with pytest.raises(PagePlaceError, match="at least one row"):
        Page(0)


async def test_sites_and_trees(connection: Connection) -> None:
    assert [site.code for site in await sites(connection)] == ["demo", "kunshan"]
    assert ids(await spaces(connection, ALL, site="demo")) == ["demo/b1", "demo/b1/f1"]
    assert ids(await spaces(connection, ALL, site="demo", search="FLOOR")) == ["demo/b1/f1"]
    floor = (await spaces(connection, ALL, site="demo", within="b1/f1")).rows[0]
    assert (floor.path, floor.parent, floor.code) == ("b1/f1", "b1", "f1")
    assert ids(await org_units(connection, ALL, site="demo")) == ["demo/production"]


async def test_a_space_takes_everything_below_it_in(connection: Connection) -> None:
    assert ids(await equipment(connection, ALL, site="demo", space="b1")) == ["demo/air-station", "demo/c-1"]
    assert ids(await equipment(connection, ALL, site="demo", space="b1/f1")) == ["demo/c-1"]
    assert ids(await devices(connection, ALL, site="demo", space="b1")) == ["demo/c-1", "demo/gw-1"]
    assert ids(await points(connection, ALL, site="demo", space="b1", device_kind="compressor")) == [
        "demo/c-1/element_outlet_temperature",
        "demo/c-1/state",
    ]


async def test_filters(connection: Connection) -> None:
    assert ids(await devices(connection, ALL, site="demo", quantity="voltage")) == ["demo/m-1"]
    assert ids(await devices(connection, ALL, site="demo", gateway="gw-1")) == ["demo/c-1", "demo/m-1"]
    assert ids(await devices(connection, ALL, site="demo", kind="power_meter")) == ["demo/m-1"]
    assert ids(await devices(connection, ALL, site="demo", equipment="c-1")) == ["demo/c-1"]
    assert ids(await devices(connection, ALL, search="一号表", site="demo")) == ["demo/m-1"]
    assert ids(await equipment(connection, ALL, site="demo", equipment_class="station")) == ["demo/air-station"]
    assert ids(await points(connection, ALL, site="demo", kind="counter")) == ["demo/m-1/import_energy_kwh"]
    assert ids(await points(connection, ALL, site="demo", search="m-1/ACTIVE")) == ["demo/m-1/active_power_kw"]
    assert ids(await points(connection, ALL, site="demo", search="100%_")) == []


async def test_meters_by_place_and_as_a_tree(connection: Connection) -> None:
    assert ids(await meters(connection, ALL, site="kunshan", space="b1/f3", parent="me-b1-f3-l1")) == [
        "kunshan/me-b1-f3-l1-oven",
        "kunshan/me-b1-f3-l1-placer",
    ]
    ways = [branch.way for branch in await tree(connection, "kunshan", carrier="electricity")]
    assert ["me-incomer", "me-tr-1", "me-b1-f3", "me-b1-f3-l1", "me-b1-f3-l1-oven"] in ways
    assert ways == sorted(ways)
    # Whatever has no meter above it is the site's incomer, or a sum of others.
    assert [way[0] for way in ways if len(way) == 1] == ["air-station", "b1-unmetered", "me-incomer", "site-net"]


async def test_a_device_says_when_it_was_last_heard(connection: Connection) -> None:
    named = await points_named(connection, ["demo/m-1/voltage_v", "demo/m-1/active_power_kw"])
    for late, name in enumerate(sorted(named)):
        time = AT + timedelta(seconds=late)
        received = time + timedelta(minutes=1)
        await connection.execute("INSERT INTO latest VALUES ($1, $2, 1, $3)", named[name].point_id, time, received)
    await connection.execute("INSERT INTO device_status SELECT id, false, $1 FROM device WHERE code = 'm-1'", AT)
    meter = (await devices(connection, Page(1), site="demo", code="m-1")).rows[0]
    assert meter.last_reading_at == AT + timedelta(seconds=1)
    assert meter.last_seen_at == AT + timedelta(seconds=61)
    assert (meter.online, meter.online_since, meter.points, meter.future_limit_s) == (False, AT, 3, 60)
    gateway = (await devices(connection, Page(1), site="demo", code="gw-1")).rows[0]
    assert (gateway.last_seen_at, gateway.online, gateway.kind) == (None, None, None)


async def test_old_names_and_retired_points_are_found_by_name(connection: Connection) -> None:
    asked = ["demo/m-001/voltage_v", "demo/c-1/outlet_temperature", "demo/m-1/nothing", "nonsense", "x/y/z"]
    named = await points_named(connection, asked)
    assert {name: point.id for name, point in named.items()} == {
        "demo/m-001/voltage_v": "demo/m-1/voltage_v",
        "demo/c-1/outlet_temperature": "demo/c-1/element_outlet_temperature",
    }
    await connection.execute("UPDATE point SET retired_at = now() WHERE key = 'voltage_v'")
    assert (await points_named(connection, ["demo/m-1/voltage_v"]))["demo/m-1/voltage_v"].retired_at
    assert "demo/m-1/voltage_v" not in ids(await points(connection, ALL, site="demo"))
    assert "demo/m-1/voltage_v" in ids(await points(connection, ALL, site="demo", retired=True))


async def test_the_power_of_a_site_is_its_incomers(connection: Connection) -> None:
    demo = {each.space: each.public_ids for each in await space_power(connection, "demo")}
    assert demo == {"": ("demo/m-1/active_power_kw",), "b1": (), "b1/f1": ()}
    kunshan = await space_power(connection, "kunshan")
    assert kunshan[0].space == SITE
    assert len(kunshan[0].point_ids) == 1
    assert all(len(set(each.point_ids)) == len(each.point_ids) for each in kunshan)


def test_a_space_without_a_meter_is_the_sum_of_what_is_below_it() -> None:
    tree = ["b1", "b1/f1", "b1/f2", "b1/f2/a", "b2", "b2/f1", "b3"]
    meters = [("b1/f1", 11), ("b1/f2/a", 12), ("b1/f2/a", 13), ("b2", 20), ("b2/f1", 21)]
    assert power_points(tree, meters) == {
        "": (11, 12, 13, 20),
        "b1": (11, 12, 13),
        "b1/f1": (11,),
        "b1/f2": (12, 13),
        "b1/f2/a": (12, 13),
        "b2": (20,),
        "b2/f1": (21,),
        "b3": (),
    }


TREE = st.sampled_from(["", "a", "a/x", "a/x/1", "a/y", "b", "b/x"])


@given(st.lists(TREE).map(enumerate).map(list))
def test_no_meter_is_counted_twice_and_the_whole_is_its_parts(placed: list[tuple[int, str]]) -> None:
    meters = [(path, number) for number, path in placed]
    found = power_points(["a", "a/x", "a/x/1", "a/y", "b", "b/x"], meters)
    own = {path for path, _ in meters}
    for path, total in found.items():
        assert len(set(total)) == len(total)
        below = [other for other in found if other != path and other.rpartition("/")[0] == path]
        if path not in own:
            assert sorted(total) == sorted(point for child in below for point in found[child])
