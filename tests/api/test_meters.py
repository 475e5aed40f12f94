"""Meters as the API tells them: lists with filters, one with all that belongs to it, trees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.registry.apply import apply, plan
from services.site_folder.read import read_folder
from tests.api.conftest import Service
from tests.api.test_problems import check

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORKS = """code,name,name_zh,carrier,kind,parent,space,org_unit,rated_per_hour,contract,formula,formerly
main,Main meter,总表,electricity,register,,,,400,,,incomer
hall,Hall,,electricity,register,main,b1,parts,200,,,
press,Press,,electricity,power,hall,b1/f1,parts,,night,,
water,Water,,water,register,,b1,,10,,,
rest,Not in the hall,,electricity,virtual,,,,,,main - main.export - 100 % * hall,
"""
REGISTERS = """meter,flow,valid_from,point,multiplier,modulus,resolution,closing_value,opening_value
main,import,,d-1/import_kwh,120,1000000,0.01,,
main,import,2026-05-01T12:00:00+08:00,d-1/import_kwh,120,1000000,0.01,999.5,3
main,export,,d-1/export_kwh,120,,,,
hall,import,,d-2/import_kwh,,,,,
press,import,,d-3/power_kw,,,,,
water,import,,d-3/volume_m3,0.1,,,,
"""
SHARES = """meter,space,org_unit,share,from,to
hall,,parts,0.25,,2026-07-01
hall,,parts,0.3,2026-07-01,
hall,b1/f1,,0.5,,
"""
GOLDEN = Path(__file__).parents[1] / "registry" / "golden" / "meters-good" / "folder"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def works(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The site `demo` with five meters, beside the sites of the service, which have none."""
    folder = tmp_path_factory.mktemp("works")
    (folder / "templates").mkdir()
    for name in ("site.toml", "devices.csv", "templates/meter.toml"):
        (folder / name).write_bytes((GOLDEN / name).read_bytes())
    for name, text in (("meters.csv", WORKS), ("registers.csv", REGISTERS), ("allocations.csv", SHARES)):
        (folder / name).write_text(text, "utf-8")
    registry = read_folder(folder).registry
    assert registry is not None
    await apply(service.connection, await plan(service.connection, registry))
    return service


async def codes(works: Service, query: str) -> list[str]:
    answer = await works.client.get(f"/api/v1/meters?{query}")
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("site=demo", ["hall", "main", "press", "rest", "water"]),
        ("site=kunshan", []),
        ("carrier=water", ["water"]),
        ("site=demo&kind=virtual", ["rest"]),
        ("site=demo&space=b1", ["hall", "press", "water"]),
        ("site=demo&space=b1/f1", ["press"]),
        ("site=demo&org_unit=parts", ["hall", "press"]),
        ("site=demo&parent=main", ["hall"]),
        ("search=总", ["main"]),
        ("search=NOT+IN", ["rest"]),
    ],
)
async def test_the_list_filters(works: Service, query: str, found: list[str]) -> None:
    assert await codes(works, query) == found


async def test_the_list_is_the_same_page_by_page(works: Service) -> None:
    seen: list[str] = []
    address: str | None = "/api/v1/meters?limit=2"
    while address is not None:
        page = (await works.client.get(address)).json()
        seen += [item["id"] for item in page["items"]]
        address = page["next"] and f"/api/v1/meters?limit=2&cursor={page['next']}"
    assert seen == ["demo/hall", "demo/main", "demo/press", "demo/rest", "demo/water"]


async def detail(works: Service, code: str) -> dict[str, Any]:
    answer = await works.client.get(f"/api/v1/meters/demo/{code}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_meter_tells_its_registers_with_their_segments(works: Service) -> None:
    main = await detail(works, "main")
    assert (main["flows"], main["children_codes"], main["parent"], main["rated_per_hour"]) == (
        ["export", "import"], ["hall"], None, 400,
    )  # fmt: skip
    export, imported = main["registers"]
    assert (export["flow"], export["unit"], export["segments"][0]["modulus"]) == ("export", "kWh", None)
    first, replaced = imported["segments"]
    assert (first["valid_from"], first["point"], first["multiplier"]) == (None, "demo/d-1/import_kwh", 120)
    assert (replaced["valid_from"], replaced["closing_value"], replaced["opening_value"]) == (
        "2026-05-01T04:00:00Z", 999.5, 3,
    )  # fmt: skip
    assert (await detail(works, "water"))["registers"][0]["unit"] == "m3"
    assert (await detail(works, "press"))["registers"][0]["unit"] == "kWh"


async def test_a_virtual_meter_tells_what_it_is_made_of(works: Service) -> None:
    rest = await detail(works, "rest")
    assert [(term["meter"], term["flow"], term["factor"]) for term in rest["terms"]] == [
        ("hall", "import", -1),
        ("main", "export", -1),
        ("main", "import", 1),
    ]
    assert rest["registers"] == [{"flow": "import", "unit": "kWh", "segments": []}]


async def test_shares_come_by_target_and_day(works: Service) -> None:
    shares = (await detail(works, "hall"))["allocations"]
    assert [(share["space"], share["org_unit"], share["share"], share["valid_from"]) for share in shares] == [
        ("b1/f1", None, 0.5, None),
        (None, "parts", 0.25, None),
        (None, "parts", 0.3, "2026-07-01"),
    ]


async def test_the_contract_is_its_own_or_the_sites(works: Service) -> None:
    assert [(await detail(works, code))["contract"] for code in ("main", "press")] == [None, "night"]
    await works.connection.execute(
        "INSERT INTO contract (site_id, code, name, carrier, currency)"
        " SELECT id, 'grid', 'Grid', 'electricity', 'CNY' FROM site WHERE code = 'demo'"
    )
    found = [await detail(works, code) for code in ("main", "press", "water")]
    assert [(each["contract"], each["contract_is_default"]) for each in found] == [
        ("grid", True),
        ("night", False),
        (None, True),
    ]


async def test_a_former_code_still_finds_the_meter(works: Service) -> None:
    assert (await detail(works, "incomer"))["code"] == "main"


async def test_what_is_not_there_is_said(works: Service) -> None:
    check(await works.client.get("/api/v1/meters/demo/mian"), "meter-not-found")
    check(await works.client.get("/api/v1/meters/dmo/main"), "site-not-found")
    check(await works.client.get("/api/v1/meter-trees/dmo"), "site-not-found")
    check(await works.client.get("/api/v1/meters?space=b1"), "invalid-request")


async def test_a_tree_has_each_meter_before_what_is_below_it(works: Service) -> None:
    tree = (await works.client.get("/api/v1/meter-trees/demo?carrier=electricity")).json()
    assert tree["site"] == "demo"
    assert [branch["way"] for branch in tree["meters"]] == [
        ["main"],
        ["main", "hall"],
        ["main", "hall", "press"],
        ["rest"],
    ]
    whole = (await works.client.get("/api/v1/meter-trees/demo")).json()
    assert [branch["code"] for branch in whole["meters"]] == ["main", "hall", "press", "rest", "water"]
