"""Tariffs, contracts and days as an integrator reads them; critical days as one calls them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from services import tariff_changes
from services.database import Connection, connect
from services.tariff_folder.read import Documents, read_tariff_folder
from tests import metered_plant
from tests.api.serving import serving, until_ready
from tests.tariffs import shipped

CONTRACT = "/api/v1/contracts/kunshan/electricity"


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    opened = await connect(database_url, name="test")
    await metered_plant.make(opened, site="kunshan")
    found = read_tariff_folder(shipped.SITE, shipped.LIBRARY, date(2026, 11, 23)).documents
    assert found is not None
    guangdong = {"guangdong-2021-331": shipped.documents().tariffs["guangdong-2021-331"]}
    await tariff_changes.apply(opened, "kunshan", found)
    await tariff_changes.apply(opened, "kunshan", Documents(guangdong, {}))
    await tariff_changes.settle(opened)
    yield opened
    await opened.close()


@pytest.fixture
async def client(database_url: str, connection: Connection) -> AsyncIterator[httpx.AsyncClient]:
    assert connection
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened


async def test_tariffs_are_listed_by_code_and_shown_whole(client: httpx.AsyncClient) -> None:
    codes = [item["code"] for item in (await client.get("/api/v1/tariffs")).json()["items"]]
    assert codes == ["guangdong-2021-331", "jiangsu-2023-555", "jiangsu-2025-426", "kunshan-gas", "kunshan-water"]
    first = (await client.get("/api/v1/tariffs?limit=2")).json()
    rest = (await client.get(f"/api/v1/tariffs?limit=9&cursor={first['next']}")).json()
    assert [item["code"] for item in (*first["items"], *rest["items"])] == codes
    found = (await client.get("/api/v1/tariffs/jiangsu-2025-426")).json()
    assert found["applied_by"] == "local"
    assert found["overlays"][0]["hours"][1] == {"start": "19:30", "stop": "21:30", "band": "critical_peak"}
    assert found["overlays"][0]["attested"].startswith("V2")
    assert found["ratios"][0]["ratios"]["critical_peak"] == "2.16"
    assert [each["code"] for each in found["components"] if each["floats"]] == ["purchase"]
    answer = await client.get("/api/v1/tariffs/nowhere")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/tariff-not-found")


async def test_contracts_have_their_terms(client: httpx.AsyncClient) -> None:
    items = (await client.get("/api/v1/contracts?site=kunshan")).json()["items"]
    assert [item["id"] for item in items] == ["kunshan/electricity", "kunshan/gas", "kunshan/water"]
    terms = (await client.get(CONTRACT)).json()["terms"]
    assert [(each["valid_from"], each["tariff"]) for each in terms] == [
        ("2023-07-01", "jiangsu-2023-555"),
        ("2025-06-01", "jiangsu-2025-426"),
    ]
    assert terms[1]["power_factor_standard"] == "0.9"
    answer = await client.get("/api/v1/contracts/kunshan/steam")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/contract-not-found")


async def test_a_day_says_what_holds_when_and_what_it_costs(client: httpx.AsyncClient) -> None:
    found = (await client.get(f"{CONTRACT}/calendar?day=2026-07-15&time_zone=Asia/Shanghai")).json()
    assert (found["kind"], found["tariff"], found["known_year"]) == ("weekday", "jiangsu-2025-426", True)
    spans = [(span["start"][11:16], span["stop"][11:16], span["band"]) for span in found["spans"]]
    assert spans == [
        ("00:00", "06:00", "off_peak"),
        ("06:00", "11:00", "intermediate"),
        ("11:00", "13:00", "off_peak"),
        ("13:00", "14:00", "intermediate"),
        ("14:00", "15:00", "critical_peak"),
        ("15:00", "19:30", "peak"),
        ("19:30", "21:30", "critical_peak"),
        ("21:30", "22:00", "peak"),
        ("22:00", "00:00", "intermediate"),
    ]
    assert found["spans"][4]["price"] == "1.0877"
    worked = (await client.get(f"{CONTRACT}/calendar?day=2026-10-10")).json()
    assert worked["kind"] == "weekday"  # a Saturday worked in exchange
    feast = (await client.get(f"{CONTRACT}/calendar?day=2026-10-01")).json()
    assert (feast["kind"], feast["holiday"]) == ("holiday", "national_day")
    assert "deep_off_peak" in {span["band"] for span in feast["spans"]}
    early = (await client.get(f"{CONTRACT}/calendar?day=2020-01-01")).json()
    assert (early["tariff"], [span["band"] for span in early["spans"]]) == (None, ["unbilled"])
    unknown = (await client.get(f"{CONTRACT}/calendar?day=2027-10-01")).json()
    assert (unknown["kind"], unknown["known_year"]) == ("weekday", False)


async def test_a_critical_day_is_called_once_with_its_reason_and_cancelled(client: httpx.AsyncClient) -> None:
    wanted = {"day": "2026-08-03", "reason": "36 degrees"}
    assert (await client.post(f"{CONTRACT}/critical-days", json=wanted)).json() == {"changed": True}
    assert (await client.post(f"{CONTRACT}/critical-days", json=wanted)).json() == {"changed": False}
    (called,) = (await client.get(f"{CONTRACT}/critical-days")).json()["items"]
    assert (called["day"], called["reason"], called["actor"]) == ("2026-08-03", "36 degrees", "local")
    assert (await client.get(f"{CONTRACT}/calendar?day=2026-08-03")).json()["critical"] is True
    assert (await client.delete(f"{CONTRACT}/critical-days/2026-08-03")).json() == {"changed": True}
    assert (await client.delete(f"{CONTRACT}/critical-days/2026-08-03")).json() == {"changed": False}
    refused = await client.post(f"{CONTRACT}/critical-days", json={"day": "2026-08-03", "reason": ""})
    assert refused.status_code == 422
