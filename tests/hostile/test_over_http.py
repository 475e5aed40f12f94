"""Hostile texts and files over HTTP: texts come back as they were sent, as JSON that nobody takes for a page; what is
made of them (workbook, paper, photo) does nothing; what cannot be kept is refused with what to do.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook

from services.database import Connection
from services.papers.sheet import MEDIA_TYPE
from tests.api import plant
from tests.api.serving import serving, until_ready
from tests.attachments.pictures import PDF, file_of, jpeg_of_scans, picture, png_claiming, taken_in_kunshan
from tests.hostile.texts import FORMULAS, MARKUP, SENDABLE, SIGNS
from tests.papers.pdf_text import actions_of, squeezed, text_of

ORDERS = "/api/v1/work-orders"


@pytest.fixture
async def client(database_url: str, connection: Connection) -> AsyncIterator[httpx.AsyncClient]:
    await plant.build(connection)
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened


async def order_of(client: httpx.AsyncClient, title: str, description: str = "") -> str:
    body = {"site": "kunshan", "subject_kind": "site", "subject": "kunshan", "title": title, "description": description}
    made = await client.post(ORDERS, json=body)
    assert made.status_code == 201, made.text
    order: str = made.json()["order"]
    return order


def is_plain_json(answer: httpx.Response) -> bool:
    headers = answer.headers
    return headers["content-type"].startswith("application/json") and headers["x-content-type-options"] == "nosniff"


async def test_names_of_parts_come_back_as_they_were_sent(client: httpx.AsyncClient) -> None:
    texts = [text for text in SENDABLE if len(text.strip()) <= 200]
    for number, text in enumerate(texts):
        answer = await client.put(f"/api/v1/parts/kunshan/part-{number:03}", json={"name": text, "location": text})
        assert (answer.status_code, is_plain_json(answer)) == (200, True), text
        assert answer.json()["name"] == text.strip()
    listed = await client.get("/api/v1/parts?site=kunshan&limit=1000")
    assert is_plain_json(listed)
    assert {part["name"] for part in listed.json()["items"]} == {text.strip() for text in texts}
    exported = await client.get("/api/v1/parts", headers={"Accept": MEDIA_TYPE})
    sheet = load_workbook(BytesIO(exported.content)).active
    assert sheet is not None
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


async def test_an_order_full_of_them_is_shown_printed_and_exported(client: httpx.AsyncClient) -> None:
    title, description = FORMULAS[0], "\n".join((*MARKUP, *SIGNS))
    order = await order_of(client, title, description)
    for text in (*MARKUP, *FORMULAS[:5]):
        said = await client.post(f"{ORDERS}/{order}/comments", json={"comment": text})
        assert said.status_code in (200, 201), said.text
    shown = await client.get(f"{ORDERS}/{order}")
    assert is_plain_json(shown)
    assert (shown.json()["title"], shown.json()["description"]) == (title, description.strip())
    comments = [entry["comment"] for entry in shown.json()["trail"] if entry["comment"]]
    assert comments == [text.strip() for text in (*MARKUP, *FORMULAS[:5])]

    printed = await client.get(f"{ORDERS}/{order}/print.pdf")
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    assert actions_of(printed.content) == []
    assert squeezed(MARKUP[0]) in text_of(printed.content)

    exported = await client.get(f"{ORDERS}.xlsx?site=kunshan")
    sheet = load_workbook(BytesIO(exported.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == title]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]


async def test_what_no_database_holds_is_refused_and_not_lost_in_silence(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/v1/parts/kunshan/x", json={"name": "a\x00b"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    body = b'{"name": "\\ud800 half a pair"}'
    half = await client.put("/api/v1/parts/kunshan/x", content=body, headers={"Content-Type": "application/json"})
    assert half.status_code in (400, 422)
    assert half.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("photo.jpg", b"<script>alert(1)</script>", 415),
        ("photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415),
        ("photo.png", png_claiming(60_000, 60_000), 413),
        ("photo.jpg", jpeg_of_scans(2000), 415),
        ("photo.jpg", file_of(picture())[:300], 415),
        ("photo.jpg", bytes(25_000_000), 413),
    ],
    ids=["script", "svg", "pixels", "scans", "truncated", "25 MB"],
)
async def test_a_harmful_file_is_refused(client: httpx.AsyncClient, name: str, content: bytes, status: int) -> None:
    order = await order_of(client, "Oil")
    address = f"{ORDERS}/{order}/photos?name={name}"
    answer = await client.post(address, content=content, headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get(f"{ORDERS}/{order}")).json()["files"] == []


async def test_what_is_accepted_is_harmless_when_it_is_given_back(client: httpx.AsyncClient) -> None:
    order = await order_of(client, "Oil")
    polyglot = taken_in_kunshan(6) + b"<script>alert(1)</script>PK\x03\x04"
    form = {"file": ('"><script>alert(1)</script>.html', polyglot, "text/html")}
    answer = await client.post(f"{ORDERS}/{order}/photos", files=form)
    assert answer.status_code == 201, answer.text
    document = await client.post(
        f"{ORDERS}/{order}/photos?name=a.html", content=PDF, headers={"Content-Type": "application/pdf"}
    )
    assert document.status_code == 201, document.text
    for file in document.json()["files"]:
        given = await client.get(f"/api/v1/attachments/{file['key']}")
        assert given.headers["x-content-type-options"] == "nosniff"
        assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert "\r" not in given.headers["content-disposition"]
        assert "<" not in given.headers["content-disposition"]
        if file["media_type"] == "image/jpeg":
            assert b"<script" not in given.content
            assert b"SECRET" not in given.content
        else:
            assert given.headers["content-disposition"].startswith("attachment")


async def test_a_stranger_with_a_label_leaves_a_text_and_no_more(
    client: httpx.AsyncClient, connection: Connection
) -> None:
    key = uuid4()
    machine = await connection.fetchval(
        """INSERT INTO equipment (site_id, code, name, class)
           SELECT id, 'press-9', '<b>Press</b>', 'press' FROM site WHERE code = 'kunshan' RETURNING id"""
    )
    await connection.execute("INSERT INTO equipment_record (equipment_id, report_key) VALUES ($1, $2)", machine, key)
    said = await client.post(f"/api/v1/reports/{key}", json={"text": MARKUP[0] + FORMULAS[0], "name": MARKUP[1]})
    assert said.status_code == 201, said.text
    shown = (await client.get(f"{ORDERS}/{said.json()['order']}")).json()
    assert (shown["state"], shown["requested_by"]) == ("requested", MARKUP[1])
    assert MARKUP[0] in shown["title"] + shown["description"]
