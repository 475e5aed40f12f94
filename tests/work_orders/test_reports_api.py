"""What somebody who scans a machine's label can do without an account, and no more."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from services.database import Connection
from tests.api.test_problems import check
from tests.attachments.pictures import file_of, picture

HOSTILE = "<script>alert(1)</script>\n=cmd|' /C calc'!A0"


@pytest.fixture
async def label(connection: Connection, points: dict[str, int]) -> str:
    """The address that the label of compressor-1 leads to."""
    assert points
    key = await connection.fetchval(
        "INSERT INTO equipment_record (equipment_id) SELECT id FROM equipment RETURNING report_key"
    )
    return f"/api/v1/reports/{key}"


async def orders(client: httpx.AsyncClient) -> list[str]:
    return [item["order"] for item in (await client.get("/api/v1/work-orders")).json()["items"]]


async def test_a_label_shows_the_machine_and_its_place_and_nothing_else(client: httpx.AsyncClient, label: str) -> None:
    assert (await client.get(label)).json() == {
        "machine": "Compressor 1", "machine_zh": None, "place": "Floor 1", "place_zh": None,
        "site": "Kunshan works", "site_zh": "昆山工厂",
    }  # fmt: skip
    check(await client.get(f"/api/v1/reports/{uuid4()}"), "report-not-found")
    check(await client.post(f"/api/v1/reports/{uuid4()}", json={"text": "it smokes"}), "report-not-found")
    assert (await client.get("/api/v1/reports/1")).status_code == 422


async def test_a_report_with_a_photo_is_a_request_that_somebody_accepts(client: httpx.AsyncClient, label: str) -> None:
    answer = await client.post(
        label, data={"text": HOSTILE, "name": "=1+1"}, files={"photo": ("IMG_1.png", file_of(picture(), "PNG"))}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"order": "kunshan/1"}
    order = (await client.get("/api/v1/work-orders/kunshan/1")).json()
    assert (order["state"], order["origin"], order["subject"]) == ("requested", "request", "compressor-1")
    assert (order["title"], order["description"]) == ("<script>alert(1)</script>", HOSTILE)
    assert (order["requested_by"], order["photos"], order["files"][0]["media_type"]) == ("=1+1", 1, "image/jpeg")
    assert {each["event"] for each in order["possible"]} == {"accept", "cancel"}
    refused = check(await client.post("/api/v1/work-orders/kunshan/1/start", json={}), "work-order-step-refused")
    assert "accept it first" in refused.detail
    accepted = (await client.post("/api/v1/work-orders/kunshan/1/accept", json={})).json()
    assert (accepted["state"], accepted["due_at"] is not None) == ("open", True)


async def test_a_phone_that_sends_a_report_again_has_made_one(client: httpx.AsyncClient, label: str) -> None:
    given = {"text": "It smokes and " + "x" * 200, "client_key": str(uuid4())}
    assert [(await client.post(label, json=given)).json() for _ in range(2)] == [{"order": "kunshan/1"}] * 2
    (order,) = (await client.get("/api/v1/work-orders")).json()["items"]
    assert (len(order["title"]), order["title"][-1], order["description"]) == (120, "…", given["text"])


async def test_what_is_no_report_is_refused_and_leaves_nothing(client: httpx.AsyncClient, label: str) -> None:
    check(await client.post(label, json={"text": "  a "}), "invalid-request")
    check(await client.post(label, json={"text": "x" * 2001}), "invalid-request")
    check(await client.post(label, data={"text": "It smokes"}, files={"photo": ("a.png", b"<svg/>")}), "file-refused")
    check(await client.post(label, data={"text": "It smokes"}, files={"virus": ("a", b"x")}), "invalid-request")
    check(await client.post(label, content=b"text=It+smokes"), "malformed-body")
    check(await client.post(label, json={"text": "It smokes", "priority": "critical"}), "invalid-request")
    assert await orders(client) == []


async def test_a_report_is_called_by_its_first_line_that_says_something(
    client: httpx.AsyncClient, connection: Connection, label: str
) -> None:
    assert (await client.post(label, json={"text": "\x1c \x1d\nIt howls\nand smokes"})).status_code == 201
    assert await connection.fetchval("SELECT title FROM work_order") == "It howls"
    problem = check(await client.post(label, json={"text": "\x1c\x1d\x1e\x1f"}), "invalid-request")
    assert "what is wrong" in problem.detail


async def test_a_form_that_is_all_header_is_refused(client: httpx.AsyncClient, label: str) -> None:
    form = b"--x\r\n" + b"A: b\r\n" * 2000 + b"\r\n--x--\r\n"
    answer = await client.post(label, content=form, headers={"Content-Type": "multipart/form-data; boundary=x"})
    check(answer, "malformed-body")


async def test_six_reports_a_minute_are_heard_and_the_seventh_waits(client: httpx.AsyncClient, label: str) -> None:
    for _ in range(6):
        assert (await client.post(label, json={"text": "It smokes"})).status_code == 201
    answer = await client.post(label, json={"text": "It smokes"})
    problem = check(answer, "too-many-reports")
    wait_s = int(answer.headers["retry-after"])
    assert 0 < wait_s <= 60
    assert f"in {wait_s} s" in problem.detail
    assert len(await orders(client)) == 6
    assert (await client.get(label)).status_code == 200


async def test_a_label_that_was_made_anew_or_of_a_retired_machine_leads_nowhere(
    client: httpx.AsyncClient, label: str, connection: Connection
) -> None:
    await connection.execute("UPDATE equipment SET retired_at = now()")
    check(await client.get(label), "report-not-found")
    await connection.execute("UPDATE equipment SET retired_at = NULL")
    await connection.execute("UPDATE equipment_record SET report_key = gen_random_uuid()")
    check(await client.post(label, json={"text": "It smokes"}), "report-not-found")


async def test_the_answers_to_the_public_tell_no_numbers_of_the_database(client: httpx.AsyncClient, label: str) -> None:
    text = (await client.get(label)).text + (await client.post(label, json={"text": "It smokes"})).text
    assert not re.search(r'"\w*_?id"', text)
