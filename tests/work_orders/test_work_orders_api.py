"""Work orders over HTTP as integrators and the console use them: opened, listed a page at a time, exported, refused."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook

from services.database import Connection
from tests.api.test_problems import check
from tests.attachments.pictures import file_of, picture

ORDERS = "/api/v1/work-orders"
HOSTILE = '=HYPERLINK("http://x","y") <script>alert(1)</script> \'; DROP TABLE work_order; --'


@pytest.fixture(autouse=True)
async def _people(connection: Connection, points: dict[str, int]) -> None:
    assert points
    await connection.execute("INSERT INTO users (code, name) VALUES ('li', 'Li Na'), ('wang', 'Wang Wei')")
    await connection.execute("INSERT INTO teams (code, name) VALUES ('air', 'Compressed air')")


async def opened(client: httpx.AsyncClient, **more: object) -> Any:  # noqa: ANN401 - an order as JSON
    """Open an order on the compressor; gives it."""
    given = {"site": "kunshan", "title": "Oil leaks", "subject": "compressor-1", **more}
    answer = await client.post(ORDERS, json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(client: httpx.AsyncClient, query: str = "") -> list[int]:
    answer = await client.get(f"{ORDERS}{query}")
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


async def test_an_order_by_hand_has_its_times_and_its_opener(client: httpx.AsyncClient) -> None:
    order = await opened(client, title=HOSTILE, description=HOSTILE, priority="high", team="air", by="li")
    assert (order["order"], order["state"], order["origin"], order["kind"]) == ("kunshan/1", "open", "hand", "repair")
    assert (order["title"], order["description"], order["opened_by"]) == (HOSTILE, HOSTILE, "li")
    assert (order["machine"], order["space"], order["team"]) == (
        "Compressor 1", "b1/f1", {"code": "air", "name": "Compressed air"},
    )  # fmt: skip
    assert order["respond_by"] < order["due_at"]
    assert order["is_overdue"] is False
    assert (await client.get(f"{ORDERS}/kunshan/1")).json() == order
    zoned = (await client.get(f"{ORDERS}/kunshan/1?time_zone=Asia/Shanghai")).json()
    assert zoned["due_at"].endswith("+08:00")


async def test_what_a_phone_sends_twice_is_opened_once(client: httpx.AsyncClient) -> None:
    key = str(uuid4())
    first = await opened(client, client_key=key)
    again = await client.post(
        ORDERS, json={"site": "kunshan", "title": "Oil leaks", "subject": "compressor-1", "client_key": key}
    )
    assert (again.status_code, again.json()["order"]) == (200, first["order"])
    assert await listed(client) == [1]


async def test_the_list_is_the_most_urgent_first_a_page_at_a_time(client: httpx.AsyncClient) -> None:
    for priority, subject in (("low", "compressor-1"), ("critical", "compressor-1"), ("medium", "compressor-1")):
        await opened(client, priority=priority, subject=subject)
    await opened(client, priority="high", subject_kind="device", subject="m-1", title="Display is dark", assignee="li")
    await opened(client, site="york", subject_kind="site", subject="york", priority="medium", title="Audit")
    assert await listed(client, "?site=kunshan") == [2, 4, 3, 1]
    assert await listed(client, "?machine=m-1") == [4]
    assert await listed(client, "?assignee=li") == [4]
    assert await listed(client, "?priority=critical&priority=low") == [2, 1]
    assert await listed(client, "?search=DARK") == [4]
    assert await listed(client, "?origin=plan") == []
    assert await listed(client, "?overdue=true") == []
    assert await listed(client, "?state=assigned") == [4]
    assert await listed(client, "?site=york") == [1]
    found, address = [], f"{ORDERS}?site=kunshan&limit=1"
    while address:
        answer = await client.get(address)
        found += [item["number"] for item in answer.json()["items"]]
        address = answer.links["next"]["url"] if answer.json()["next"] else ""
    assert found == [2, 4, 3, 1]
    done = await client.post(f"{ORDERS}/kunshan/2/cancel", json={"comment": "seen by somebody else"})
    assert done.status_code == 200, done.text
    assert await listed(client, "?site=kunshan") == [4, 3, 1]
    assert await listed(client, "?site=kunshan&include=over") == [4, 3, 1, 2]
    assert await listed(client, "?state=cancelled") == [2]


async def test_an_overdue_order_says_so(client: httpx.AsyncClient, connection: Connection) -> None:
    await opened(client)
    await connection.execute("UPDATE work_order SET due_at = now() - interval '1 hour'")
    (order,) = (await client.get(f"{ORDERS}?overdue=true")).json()["items"]
    assert order["is_overdue"] is True


async def test_a_list_that_cannot_be_meant_is_refused(client: httpx.AsyncClient) -> None:
    for query in ("colour=red", "state=angry", "priority=urgent", "limit=0", "limit=1001", "search=", "machine=A/B"):
        assert (await client.get(f"{ORDERS}?{query}")).status_code == 422, query
    check(await client.get(f"{ORDERS}?site=nowhere"), "site-not-found")
    check(await client.get(f"{ORDERS}?cursor=abc"), "invalid-cursor")


async def test_an_order_that_cannot_be_opened_is_refused_and_takes_no_number(client: httpx.AsyncClient) -> None:
    refused: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"title": " "}, "invalid-request", "title"),
        ({"title": "x" * 201}, "invalid-request", "title"),
        ({"title": "\x00"}, "invalid-request", "NUL"),
        ({"subject": "nothing"}, "invalid-request", "no equipment 'nothing'"),
        ({"subject_kind": "robot"}, "invalid-request", "subject_kind"),
        ({"site": "nowhere"}, "invalid-request", "no site 'nowhere'"),
        ({"job": "nothing"}, "invalid-request", "no job 'nothing'"),
        ({"priority": "urgent"}, "invalid-request", "priority"),
        ({"due_at": "2026-11-23T08:00:00"}, "invalid-request", "offset"),
        ({"colour": "red"}, "invalid-request", "no such field"),
        ({"by": "nobody"}, "person-not-found", "nobody"),
        ({"assignee": "nobody"}, "person-not-found", "nobody"),
        ({"team": "nobody"}, "team-not-found", "nobody"),
    )
    for given, slug, says in refused:
        wanted = {"site": "kunshan", "title": "Oil leaks", "subject": "compressor-1", **given}
        assert says in check(await client.post(ORDERS, json=wanted), slug).detail
    assert (await opened(client))["number"] == 1


async def test_an_order_that_there_is_not_is_not_found(client: httpx.AsyncClient) -> None:
    photo = {"content": file_of(picture()), "headers": {"content-type": "image/jpeg"}}
    for method, path, body in (
        ("GET", "", {}),
        ("GET", "/candidates", {}),
        ("POST", "/start", {"json": {}}),
        ("POST", "/comments", {"json": {"comment": "x"}}),
        ("PUT", "/tasks/1", {"json": {"result": "passed"}}),
        ("POST", "/isolations/1/confirm", {"json": {"lock": "1"}}),
        ("POST", "/parts", {"json": {"part": "seal", "quantity": 1}}),
        ("POST", "/labour", {"json": {"hours": 1}}),
        ("POST", "/downtime", {"json": {}}),
        ("PUT", "/downtime/end", {"json": {}}),
        ("POST", "/photos", photo),
        ("POST", "/signature", photo),
    ):
        answer = await client.request(method, f"{ORDERS}/kunshan/9{path}", **body)
        check(answer, "work-order-not-found")
    assert (await client.get(f"{ORDERS}/kunshan/nine")).status_code == 422


async def test_what_does_not_fit_is_refused_with_what_to_do(client: httpx.AsyncClient) -> None:
    await opened(client)
    for path, body, slug in (
        ("start", {"by": "nobody"}, "person-not-found"),
        ("assign", {"team": "nobody"}, "team-not-found"),
        ("comments", {"comment": "  "}, "invalid-request"),
        ("comments", {"comment": "x" * 1001}, "invalid-request"),
        ("labour", {"hours": 25}, "invalid-request"),
        ("labour", {"hours": 1, "person": "li", "name": "Li"}, "invalid-request"),
        ("labour", {"hours": 1, "began_at": "2199-01-01T00:00:00Z"}, "work-order-step-refused"),
        ("parts", {"part": "nothing", "quantity": 1}, "part-not-found"),
        ("parts", {"part": "nothing", "quantity": 0}, "invalid-request"),
        ("downtime", {"began_at": "2199-01-01T00:00:00Z"}, "work-order-step-refused"),
        ("photos", {}, "file-refused"),
    ):
        check(await client.post(f"{ORDERS}/kunshan/1/{path}", json=body), slug)
    for path, body in (
        ("tasks/1", {"result": "passed"}),
        ("job", {"job": "nothing"}),
        ("downtime/end", {}),
        ("priority", {"priority": "low"}),
        ("due", {"due_at": "2020-01-01T00:00:00Z", "comment": "x"}),
    ):
        check(await client.put(f"{ORDERS}/kunshan/1/{path}", json=body), "work-order-step-refused")
    assert [each["event"] for each in (await client.get(f"{ORDERS}/kunshan/1")).json()["trail"]] == ["open"]


async def test_nobody_verifies_their_own_work(client: httpx.AsyncClient) -> None:
    await opened(client, kind="other")
    for path, by in (("start", "li"), ("complete", "li")):
        assert (await client.post(f"{ORDERS}/kunshan/1/{path}", json={"by": by})).status_code == 200
    own, other = [
        {
            each["event"]: each["refused"]
            for each in (await client.get(f"{ORDERS}/kunshan/1?by={by}")).json()["possible"]
        }
        for by in ("li", "wang")
    ]
    assert own["verify"]["reason"] == "same_person"
    assert other["verify"] is None
    refused = check(await client.post(f"{ORDERS}/kunshan/1/verify", json={"by": "li"}), "work-order-step-refused")
    assert "somebody else" in refused.detail
    assert (await client.post(f"{ORDERS}/kunshan/1/verify", json={"by": "wang"})).json()["state"] == "verified"


async def test_of_two_who_start_at_the_same_moment_one_does(client: httpx.AsyncClient) -> None:
    await opened(client)
    answers = await asyncio.gather(
        *(client.post(f"{ORDERS}/kunshan/1/start", json={"by": by}) for by in ("li", "wang", "li", "wang"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    (first,) = [answer.json() for answer in answers if answer.status_code == 200]
    order = (await client.get(f"{ORDERS}/kunshan/1")).json()
    assert [each["event"] for each in order["trail"]] == ["open", "start"]
    assert order["assignee"] == first["assignee"]


async def test_urgency_and_due_time_are_changed_with_a_reason(client: httpx.AsyncClient) -> None:
    before = await opened(client, priority="low")
    given = {"priority": "critical", "comment": "production stands", "by": "wang"}
    after = (await client.put(f"{ORDERS}/kunshan/1/priority", json=given)).json()
    assert (after["priority"], after["due_at"] < before["due_at"]) == ("critical", True)
    given = {"due_at": "2199-01-01T00:00:00Z", "comment": "after the holiday"}
    after = (await client.put(f"{ORDERS}/kunshan/1/due", json=given)).json()
    assert after["due_at"] == "2199-01-01T00:00:00Z"
    assert [each["event"] for each in after["trail"]] == ["open", "priority", "due"]


async def test_the_list_is_exported_with_texts_as_texts(client: httpx.AsyncClient) -> None:
    await opened(client, title=HOSTILE)
    await opened(client, title="+1", subject_kind="site", subject="york", site="york")
    answer = await client.get(f"{ORDERS}.xlsx")
    assert answer.status_code == 200, answer.text
    assert "attachment; filename=" in answer.headers["content-disposition"]
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    for text in (HOSTILE, "+1"):
        assert (cells[text].data_type, cells[text].quotePrefix) == ("s", True)
    assert {"kunshan/1", "york/1", "Compressor 1"} <= cells.keys()
    only = load_workbook(BytesIO((await client.get(f"{ORDERS}.xlsx?site=york")).content)).active
    assert only is not None
    assert "kunshan/1" not in {cell.value for row in only.iter_rows() for cell in row}
    check(await client.get(f"{ORDERS}.xlsx?site=nowhere"), "site-not-found")


async def test_an_order_is_printed_with_its_photos(client: httpx.AsyncClient) -> None:
    await opened(client, title=HOSTILE, title_zh="油泄漏")
    photo = file_of(picture(), "PNG")
    added = await client.post(f"{ORDERS}/kunshan/1/photos?title={'<b>x'}", files={"file": ("a.png", photo)})
    assert added.status_code == 201, added.text
    answer = await client.get(f"{ORDERS}/kunshan/1/print.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert answer.content.startswith(b"%PDF-")
    assert b"/Subtype /Image" in answer.content
    check(await client.get(f"{ORDERS}/kunshan/9/print.pdf"), "work-order-not-found")
