"""Whatever goes wrong, the answer is a problem document that says what to do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from api.openapi import document
from api.openapi_parts import ProblemDocument
from api.problems import KINDS, MEDIA_TYPE
from deploy.embedded.processes import free_port
from deploy.embedded.stack import Stack
from services.database import connect
from tests.api.conftest import Service
from tests.api.plant import build
from tests.api.serving import DEADLINE_S, serving, until_ready
from tests.servers import own_database

pytestmark = pytest.mark.asyncio(loop_scope="module")

POINT = "kunshan/m-1/active_power_kw"
PATHS = document()["paths"]
NAME = {"site": "kunshan", "device": "x", "key": "y", "point": POINT}


def check(answer: httpx.Response, slug: str) -> ProblemDocument:
    """Hold an answer against the standard and against our own promises."""
    kind = KINDS[slug]
    assert answer.status_code == kind.status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = ProblemDocument.model_validate_json(answer.content)
    assert (problem.type, problem.title, problem.status) == (f"/problems/{slug}", kind.title, kind.status)
    assert problem.instance == answer.request.url.path
    assert problem.request_id == answer.headers["x-request-id"]
    assert problem.detail[-1] in ".?", problem.detail
    if kind.status == 503:
        assert int(answer.headers["retry-after"]) > 0
    return problem


@pytest.mark.parametrize(
    ("path", "slug", "says"),
    [
        ("/api/v1/nothing", "not-found", "/api/v1/nothing"),
        ("/api/v2/sites", "not-found", "/docs"),
        ("/problems/nothing", "not-found", "/problems"),
        ("/api/v1/sites/nowhere", "site-not-found", "kunshan, york"),
        ("/api/v1/points?site=nowhere", "site-not-found", "kunshan, york"),
        ("/api/v1/live?site=nowhere", "site-not-found", "kunshan, york"),
        ("/api/v1/live/stream?site=nowhere", "site-not-found", "kunshan, york"),
        ("/api/v1/live/power?site=nowhere", "site-not-found", "kunshan, york"),
        ("/api/v1/spaces/kunshan/b9", "space-not-found", "/api/v1/spaces?site=kunshan"),
        ("/api/v1/spaces/nowhere/b9", "site-not-found", "nowhere"),
        ("/api/v1/org-units/kunshan/b9", "org-unit-not-found", "/api/v1/org-units?site=kunshan"),
        ("/api/v1/equipment/kunshan/x", "equipment-not-found", "/api/v1/equipment?site=kunshan"),
        ("/api/v1/devices/kunshan/x", "device-not-found", "/api/v1/devices?site=kunshan"),
        ("/api/v1/points/kunshan/m-1/x", "point-not-found", "site=kunshan&device=m-1"),
        ("/api/v1/readings?point=kunshan/m-1/x", "point-not-found", "kunshan/m-1/x"),
        (f"/api/v1/dead-letters/{'0' * 32}", "dead-letter-not-found", "retention"),
        ("/api/v1/bills?site=nosuch", "site-not-found", "nosuch"),
        ("/api/v1/invoices?site=nosuch", "site-not-found", "nosuch"),
        ("/api/v1/sites?colour=red", "unknown-parameter", "time_zone"),
        ("/api/v1/sites?limit=2", "unknown-parameter", "'limit'"),
        ("/api/v1/points?devise=m-1", "unknown-parameter", "Did you mean 'device'?"),
        ("/api/v1/points?limit=1&limit=2", "invalid-request", "more than once"),
        ("/api/v1/points?limit=0", "invalid-request", "`limit`"),
        ("/api/v1/points?limit=1001", "invalid-request", "1000"),
        ("/api/v1/points?site=Kunshan", "invalid-request", "lower-case"),
        ("/api/v1/points?space=b1", "invalid-request", "give `site`"),
        ("/api/v1/points?cursor=rubbish", "invalid-cursor", "unchanged"),
        ("/api/v1/points?cursor=%F0%9F%92%A9", "invalid-cursor", "unchanged"),
        ("/api/v1/sites?time_zone=Mars/Olympus", "invalid-request", "Asia/Shanghai"),
        ("/api/v1/readings", "invalid-request", "`point`: is missing"),
        ("/api/v1/readings?point=m-1", "invalid-request", "site/device/key"),
        (f"/api/v1/readings?point={POINT}&start=2026-11-23", "invalid-request", "%2B08:00"),
        (f"/api/v1/readings?point={POINT}&start=2999-01-01T00:00:00Z", "invalid-request", "`start` comes before"),
        (f"/api/v1/readings?point={POINT}&resolution=7m", "invalid-request", "'15m'"),
        (f"/api/v1/readings?point={POINT}&limit=2", "invalid-request", "at least 10"),
        (f"/api/v1/readings?point={POINT}&cursor=rubbish", "invalid-cursor", "unchanged"),
        (f"/api/v1/readings?point={POINT}&start=0001-01-01T00:00:00Z", "invalid-request", "1900 to 2999"),
        ("/api/v1/energy?site=kunshan&from=0001-01-01&to=2026-01-01", "invalid-request", "`from` is outside the years"),
        ("/api/v1/energy?site=kunshan&from=2026-01-01&to=9999-12-31", "invalid-request", "`to` is outside the years"),
        ("/api/v1/demand?site=kunshan&month=0000-01", "invalid-request", "`month` is outside the years"),
        ("/api/v1/demand?site=kunshan&from=2026-01-01&to=9999-12-31", "invalid-request", "`to` is outside the years"),
        ("/api/v1/bills?month=9999-12", "invalid-request", "`month` is outside the years"),
        ("/api/v1/ledger?kind=blink", "invalid-request", "no kind 'blink', there are rollover"),
        ("/api/v1/points?search=%00", "invalid-request", "NUL"),
        ("/api/v1/live?device=m-1", "invalid-request", "site/device"),
        ("/api/v1/events?after=1&cursor=x", "invalid-cursor", "unchanged"),
    ],
)
async def test_a_wrong_question_is_answered_with_what_to_ask(service: Service, path: str, slug: str, says: str) -> None:
    assert says in check(await service.client.get(path), slug).detail


async def test_a_cursor_of_other_filters_is_refused(service: Service) -> None:
    cursor = (await service.client.get("/api/v1/points?limit=1")).json()["next"]
    other = await service.client.get(f"/api/v1/points?limit=1&site=kunshan&cursor={cursor}")
    assert "other filters" in check(other, "invalid-cursor").detail


@pytest.mark.parametrize(
    ("content", "kind", "slug", "says"),
    [
        (b"{", "application/json", "malformed-body", "not JSON"),
        (b"[]", "application/json", "malformed-body", "JSON object"),
        (json.dumps(NAME).encode(), "text/plain", "malformed-body", "Content-Type: application/json"),
        (
            json.dumps({**NAME, "colour": "red"}).encode(),
            "application/json",
            "invalid-request",
            "`colour`: there is no",
        ),
        (json.dumps({**NAME, "point": "m-1"}).encode(), "application/json", "invalid-request", "site/device/key"),
        (json.dumps(NAME).encode(), "application/json", "unmapped-not-found", "Nothing is kept under kunshan/x/y"),
        (b" " * 1_000_001, "application/json", "body-too-large", "1000000"),
    ],
)
async def test_a_wrong_body_is_answered_with_what_to_send(
    service: Service, content: bytes, kind: str, slug: str, says: str
) -> None:
    answer = await service.client.post("/api/v1/unmapped/map", content=content, headers={"Content-Type": kind})
    assert says in check(answer, slug).detail


async def test_a_body_that_does_not_say_its_length_is_cut_off(service: Service) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    answer = await service.client.post(
        "/api/v1/unmapped/map", content=endless(), headers={"Content-Type": "application/json"}
    )
    check(answer, "body-too-large")


async def test_a_method_that_does_not_exist_names_those_that_do(service: Service) -> None:
    answer = await service.client.delete("/api/v1/sites")
    check(answer, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


async def test_readings_come_as_json_or_csv_only(service: Service) -> None:
    answer = await service.client.get(f"/api/v1/readings?point={POINT}", headers={"Accept": "application/xml"})
    assert "text/csv" in check(answer, "not-acceptable").detail


async def test_a_foreign_host_name_is_not_answered(service: Service) -> None:
    answer = await service.client.get("/api/v1/sites", headers={"Host": "evil.example:8080"})
    assert "host_names" in check(answer, "host-not-allowed").detail


@pytest.mark.parametrize("operation", sorted(PATHS))
async def test_every_route_refuses_a_parameter_that_it_does_not_have(service: Service, operation: str) -> None:
    path = operation.format(
        site="kunshan",
        path="b1",
        code="m-1",
        device="m-1",
        key="active_power_kw",
        rule="element-outlet-high",
        subject="comp-3",
        machine="comp-3",
        slug="not-found",
        id="0" * 32,
        contract="grid",
        month="2026-04",
        day="2026-04-01",
        number="1",
        position="1",
        report_key="00000000-0000-4000-8000-000000000000",
        bill="kunshan/grid/2026-04/meter/main/1",
    )
    method = "GET" if "get" in PATHS[operation] else next(iter(PATHS[operation])).upper()
    answer = await service.client.request(method, path, params={"no_such_parameter": "1"})
    assert "no_such_parameter" in check(answer, "unknown-parameter").detail


async def test_every_type_leads_to_its_explanation(service: Service) -> None:
    listed = (await service.client.get("/problems")).json()["items"]
    assert [item["type"] for item in listed] == [f"/problems/{slug}" for slug in KINDS]
    for item in listed:
        assert (await service.client.get(item["type"])).json() == item


async def test_without_a_database_the_process_lives_and_says_when_to_ask_again() -> None:
    nowhere = f"postgresql://ioe@127.0.0.1:{free_port()}/ioe"
    async with serving(nowhere) as client:
        assert (await client.get("/api/v1/health/live")).json() == {"status": "alive"}
        for path in ("/api/v1/sites", f"/api/v1/readings?point={POINT}", "/api/v1/live/stream", "/metrics"):
            check(await client.get(path), "database-unavailable")
        problem = check(await client.get("/api/v1/health/ready"), "not-ready")
        assert "ioe doctor" in problem.detail
        assert (await client.get("/")).status_code in (200, 503)


async def test_a_database_without_a_schema_is_told_from_one_that_is_away(servers: Stack) -> None:
    with own_database(servers, "template1") as url:
        async with serving(url) as client:
            async with asyncio.timeout(DEADLINE_S):
                while (await client.get("/api/v1/sites")).json()["type"] != "/problems/schema-behind":
                    pass
            assert "ioe migrate" in check(await client.get("/api/v1/sites"), "schema-behind").detail
            assert "ioe migrate" in check(await client.get("/api/v1/health/ready"), "not-ready").detail


async def test_our_own_mistake_is_named_by_its_request_and_shows_nothing_else(servers: Stack) -> None:
    with own_database(servers) as url:
        connection = await connect(url, name="test")
        await build(connection)
        await connection.execute("ALTER TABLE space DROP CONSTRAINT space_kind_check")
        await connection.execute("UPDATE space SET kind = 'moon' WHERE path = 'b1'")
        await connection.close()
        async with serving(url) as client:
            await until_ready(client)
            answer = await client.get("/api/v1/spaces", headers={"X-Request-ID": "mine-1"})
            problem = check(answer, "internal-error")
    assert problem.request_id == "mine-1"
    assert "mine-1" in problem.detail
    assert "moon" not in answer.text
