"""Parts over HTTP: put, received, counted, listed, exported; what is refused says what to do."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook

from services.database import Connection
from services.papers.sheet import MEDIA_TYPE
from tests.api.serving import serving, until_ready
from tests.parts import shelf
from tests.parts.shelf import Shelf

FILTERS = "/api/v1/parts/kunshan/oil-filter"


@pytest.fixture
async def kept(connection: Connection) -> Shelf:
    return await shelf.make(connection)


@pytest.fixture
async def client(database_url: str, kept: Shelf) -> AsyncIterator[httpx.AsyncClient]:
    assert kept.orders
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened


async def told(client: httpx.AsyncClient, path: str, **body: object) -> tuple[int, Any]:
    answer = await client.post(f"{FILTERS}/{path}", json=body)
    return answer.status_code, answer.json()


async def test_a_part_is_received_counted_and_shown_with_its_movements(client: httpx.AsyncClient) -> None:
    key = str(uuid4())
    for _ in range(2):
        status, made = await told(client, "receive", quantity="2.5", unit_cost=90, reason="order 77", client_key=key)
        assert (status, made["kind"], made["quantity"], made["stock"], made["unit_cost"]) == (
            200,
            "received",
            2.5,
            12.5,
            90,
        )
    status, made = await told(client, "count", stock=2)
    assert (status, made["quantity"], made["stock"], made["order"], made["actor"]) == (200, -10.5, 2, None, "local")

    part = (await client.get(FILTERS)).json()
    assert (part["stock"], part["minimum"], part["is_low"], part["unit_cost"], part["currency"]) == (
        2,
        3,
        True,
        90,
        "CNY",
    )
    assert [each["code"] for each in (await client.get("/api/v1/parts?low=true")).json()["items"]] == ["oil-filter"]

    page = (await client.get(f"{FILTERS}/movements?limit=2")).json()
    rest = (await client.get(f"{FILTERS}/movements?limit=2&cursor={page['next']}")).json()
    assert [each["kind"] for each in (*page["items"], *rest["items"])] == ["counted", "received", "counted"]
    assert rest["next"] is None


async def test_what_is_refused_says_what_to_do(client: httpx.AsyncClient) -> None:
    key = str(uuid4())
    await told(client, "receive", quantity=1, client_key=key)
    status, refused = await told(client, "count", stock=1, client_key=key)
    assert (status, refused["type"]) == (409, "/problems/part-refused")
    assert "make a new key" in refused["detail"]
    status, refused = await told(client, "receive", quantity=0)
    assert (status, refused["type"]) == (409, "/problems/part-refused")
    for body in ({"quantity": -1}, {"quantity": "NaN"}, {"quantity": 1, "much": 1}, {"quantity": "1e99"}):
        assert (await told(client, "receive", **body))[0] == 422
    unknown = await client.get("/api/v1/parts/kunshan/gasket")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/part-not-found")
    status, refused = await told(client, "count", stock=1, by="nobody")
    assert (status, refused["type"]) == (404, "/problems/person-not-found")


async def test_a_part_is_put_described_anew_and_retired(client: httpx.AsyncClient, kept: Shelf) -> None:
    await kept.connection.execute("INSERT INTO users (code, name) VALUES ('chen', 'Chen')")
    address = "/api/v1/parts/kunshan/belt"
    wanted = {"name": "V-belt", "unit": "pcs", "minimum": 2, "opening_stock": 4, "by": "chen"}
    made = (await client.put(address, json=wanted)).json()
    assert (made["id"], made["stock"], made["unit_cost"]) == ("kunshan/belt", 4, None)
    again = (await client.put(address, json={**wanted, "location": "C-1", "opening_stock": 99})).json()
    assert (again["stock"], again["location"]) == (4, "C-1")
    assert (await client.put(address, json={**wanted, "unit_cost": 5})).status_code == 409
    retired = (await client.put(address, json={**wanted, "is_retired": True})).json()
    assert retired["retired_at"] is not None
    listed = (await client.get("/api/v1/parts?site=kunshan")).json()["items"]
    assert [each["code"] for each in listed] == ["oil-filter", "shaft-seal"]
    changes = await kept.connection.fetch(
        """SELECT k.code FROM record_change AS c JOIN actor AS k ON k.id = c.actor_id WHERE c.subject = 'belt'"""
    )
    assert [row["code"] for row in changes] == ["chen"] * 3
    assert (await client.put("/api/v1/parts/nowhere/belt", json=wanted)).json()["type"] == "/problems/site-not-found"


async def test_the_list_is_exported_for_ordering(client: httpx.AsyncClient) -> None:
    await told(client, "count", stock=1)
    as_csv = await client.get("/api/v1/parts?site=kunshan&time_zone=Asia/Shanghai", headers={"Accept": "text/csv"})
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert as_csv.headers["content-disposition"].startswith('attachment; filename="parts_kunshan_')
    rows = list(csv.DictReader(StringIO(as_csv.text)))
    assert [(row["code"], row["stock"], row["to_order"], row["value"]) for row in rows] == [
        ("oil-filter", "1", "2", "85.50"),
        ("shaft-seal", "0", "", ""),
    ]
    as_xlsx = await client.get("/api/v1/parts", headers={"Accept": MEDIA_TYPE})
    sheet = load_workbook(BytesIO(as_xlsx.content)).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heading = next(number for number, row in enumerate(cells) if row[0] == "site")
    assert cells[heading + 1][:4] == ["kunshan", "oil-filter", "Oil filter", "油滤芯"]
    assert cells[heading + 1][7:11] == [1, 3, 2, 85.5]
    assert (await client.get("/api/v1/parts", headers={"Accept": "image/png"})).status_code == 406
