"""Bills and invoices over HTTP: made, read as JSON, PDF and XLSX, closed, restated, held against the supplier's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from services.database import Connection, connect
from tests.api.serving import serving, until_ready
from tests.api.test_problems import check
from tests.billing import billed_plant
from tests.metered_plant import Plant

NAME = "plant/grid/2026-04/meter/main/1"
APRIL = {"contract": "plant/grid", "month": "2026-04"}


@dataclass(frozen=True, slots=True)
class Works:
    client: httpx.AsyncClient
    connection: Connection
    plant: Plant

    async def post(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(f"/api/v1/{address}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def get(self, address: str) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1/{address}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def works(database_url: str) -> AsyncIterator[Works]:
    connection = await connect(database_url, name="test")
    plant = await billed_plant.make(connection)
    async with serving(database_url) as client:
        await until_ready(client)
        yield Works(client, connection, plant)
    await connection.close()


async def test_a_month_from_draft_to_restatement(works: Works) -> None:
    subjects = [{"kind": "meter", "name": "main"}, {"kind": "space", "name": "b1/f1"}]
    made = await works.post("bills", {**APRIL, "subjects": subjects})
    assert made == {"bills": [NAME, "plant/grid/2026-04/space/b1/f1/1"]}
    shown = await works.get(f"bills/{NAME}")
    assert (shown["status"], shown["total"], shown["currency"]) == ("draft", "88512.00", "CNY")
    assert shown["lines"][0]["amount"] == "51000.00"
    assert (shown["lines"][0]["band"], shown["lines"][0]["quantity"]) == ("peak", "60000.000000")
    assert (await works.post("bills/plant/grid/2026-04/close", {}))["bills"] == made["bills"]
    await billed_plant.month_of(works.connection, works.plant, "main", peak_kwh=60_000, off_peak_kwh=41_000)
    restated = await works.post("bills/plant/grid/2026-04/restate", {"reason": "a meter was read late"})
    # The floor's share of demand and of what has no band falls, because the whole has grown.
    assert restated["bills"] == ["plant/grid/2026-04/meter/main/2", "plant/grid/2026-04/space/b1/f1/2"]
    listed = await works.get("bills?site=plant&month=2026-04&subject=meter")
    assert [(item["status"], item["total"]) for item in listed["items"]] == [
        ("closed", "88512.00"),
        ("restatement", "366.00"),
    ]
    assert listed["items"][1]["restates"] == NAME


async def test_a_bill_as_a_file(works: Works) -> None:
    await works.post("bills", APRIL)
    paper = await works.client.get(f"/api/v1/bills/{NAME}.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert 'filename="bill_plant_grid_2026-04_meter_main_1.pdf"' in paper.headers["content-disposition"]
    assert paper.content.startswith(b"%PDF-")
    wanted = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = await works.client.get(f"/api/v1/bills/{NAME}", headers={"Accept": wanted})
    assert book.headers["content-type"] == wanted
    sheet = load_workbook(BytesIO(book.content)).active
    assert sheet is not None
    assert 88512.0 in [cell.value for row in sheet.iter_rows() for cell in row]
    refused = await works.client.get(f"/api/v1/bills/{NAME}", headers={"Accept": "image/png"})
    check(refused, "not-acceptable")


async def test_who_bears_how_much(works: Works) -> None:
    divided = await works.get("bills/plant/grid/2026-04/division?by=org_unit")
    assert divided == {
        "currency": "CNY",
        "total": "88512.00",
        "parts": [{"name": "paint", "amount": "11064.00"}, {"name": "press", "amount": "33192.00"}],
        "unallocated": "44256.00",
    }


async def test_an_invoice_is_held_against_the_bill_and_its_restatements(works: Works) -> None:
    await works.post("bills", APRIL)
    invoice = {
        **APRIL,
        "number": "N-17",
        "total": "88600.00",
        "lines": [
            {"component": "purchase", "band": "peak", "quantity": 60010, "amount": 51008.5},
            {"component": "demand", "amount": "10080.00"},
            {"component": "arrears", "amount": "12.00"},
        ],
    }
    entered = await works.post("invoices", invoice)
    found = {(line["component"], line["band"]): line for line in entered["differences"]}
    assert found["purchase", "peak"]["amount_difference"] == "8.50"
    assert found["purchase", "peak"]["quantity_difference"] == "10.000000"
    assert found["demand", None]["amount_difference"] == "0.00"
    assert (found["arrears", None]["sides"], found["funds", None]["sides"]) == ("only_supplier", "only_ours")
    assert (entered["our_total"], entered["total_difference"]) == ("88512.00", "88.00")
    assert entered["unexplained"] == "27499.50"  # 88,600.00 - 61,100.50
    assert entered["bills"] == [NAME]
    again = await works.post("invoices", {**invoice, "lines": invoice["lines"][:1], "total": "51008.50"})
    assert again["unexplained"] == "0.00"
    listed = await works.get("invoices?site=plant")
    assert [(item["id"], item["total"]) for item in listed["items"]] == [("plant/grid/2026-04/N-17", "51008.50")]
    assert await works.get("invoices/plant/grid/2026-04/N-17") == again


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("bills", {"contract": "plant/gas", "month": "2026-04"}, "contract-not-found"),
    ("bills", {"contract": "plant", "month": "2026-04"}, "invalid-request"),
    ("bills", {"contract": "plant/grid", "month": "2026-13"}, "invalid-request"),
    ("bills", {**APRIL, "subjects": [{"kind": "space", "name": "b9"}]}, "billing-refused"),
    ("bills/plant/grid/2026-04/close", {}, "closing-refused"),
    ("bills/plant/grid/2026-04/restate", {"reason": "why not"}, "closing-refused"),
    ("bills/plant/grid/2026-04/restate", {"reason": ""}, "invalid-request"),
    (
        "invoices",
        {**APRIL, "number": "1", "total": "NaN", "lines": [{"component": "a", "amount": 1}]},
        "invalid-request",
    ),
    (
        "invoices",
        {**APRIL, "number": "1", "total": 1, "currency": "EUR", "lines": [{"component": "a", "amount": 1}]},
        "invalid-request",
    ),
]


async def test_what_cannot_be_done_is_a_problem(works: Works) -> None:
    for address, body, slug in REFUSED:
        check(await works.client.post(f"/api/v1/{address}", json=body), slug)


MISSING = [
    (f"bills/{NAME}", "bill-not-found"),
    ("bills/plant/grid/2026-04", "invalid-request"),
    (f"bills/{NAME}.exe", "invalid-request"),
    ("invoices/plant/grid/2026-04/1", "invoice-not-found"),
    ("bills/plant/gas/2026-04/division", "contract-not-found"),
]


async def test_what_is_not_there_is_a_problem(works: Works) -> None:
    for address, slug in MISSING:
        check(await works.client.get(f"/api/v1/{address}"), slug)
