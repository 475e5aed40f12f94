"""Lists a page at a time: each item once, whatever the page's size."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from urllib.parse import parse_qsl

import httpx
import pytest
import pytest_asyncio

from api import pages
from services import events
from services.batch import DeadLetter, UnmappedSample
from tests.api.conftest import Service
from tests.api.plant import NOON, NOON_US, POWER, store

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTS = (
    "/api/v1/spaces",
    "/api/v1/org-units",
    "/api/v1/equipment",
    "/api/v1/devices",
    "/api/v1/devices?site=kunshan&space=b1",
    "/api/v1/points",
    "/api/v1/points?kind=counter",
    "/api/v1/live",
    "/api/v1/live?quantity=active_power",
    "/api/v1/events",
    "/api/v1/events?kind=test.happened",
    "/api/v1/dead-letters",
    "/api/v1/dead-letters?reason=future",
    "/api/v1/unmapped",
    "/api/v1/corrections",
    "/api/v1/contracts",
    f"/api/v1/readings?point={POWER}&resolution=raw&start=2026-11-23T00:00:00Z&stop=2026-11-24T00:00:00Z",
    f"/api/v1/readings?point={POWER}&resolution=1m&start=2026-11-23T00:00:00Z&stop=2026-11-24T00:00:00Z",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(service: Service) -> Service:
    """Something in every list."""
    await store(
        service.connection,
        {(service.points[POWER], NOON_US + second * second * 1_000_000): float(second) for second in range(12)},
        letters=[
            DeadLetter(reason, f"number {number}", payload=str(number).encode())
            for reason in ("future", "not_json")
            for number in range(4)
        ],
        unmapped=[
            UnmappedSample("kunshan", device, key, NOON_US, 1.0)
            for device in ("a", "a-b", "b")
            for key in ("p", "p/q", "with space")
        ],
    )
    readings = [{"time": (NOON - timedelta(days=day)).isoformat(), "value": day} for day in range(1, 6)]
    await service.client.post("/api/v1/corrections", json={"point": POWER, "reason": "test", "readings": readings})
    # Of these, `kunshan` comes before `kunshan-2`, and `kunshan-2/gas` before `kunshan/gas`.
    await service.connection.execute(
        """INSERT INTO site (code, name, time_zone) VALUES ('kunshan-2', 'Second works', 'Asia/Shanghai');
           INSERT INTO contract (site_id, code, name, carrier, currency)
           SELECT id, carrier, carrier, carrier, 'CNY' FROM site, unnest(ARRAY['electricity', 'gas']) AS carrier"""
    )
    for number in range(7):
        await events.record(service.connection, ("test.happened", "test.other")[number % 2], "kunshan", {})
    return service


def _items(answer: httpx.Response) -> list[dict[str, object]]:
    assert answer.status_code == 200, answer.text
    page = answer.json()
    found = page.get("items") or page.get("readings") or page.get("buckets") or []
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("path", LISTS)
async def test_pages_of_any_size_visit_each_item_once_and_in_order(filled: Service, path: str) -> None:
    whole = _items(await filled.client.get(path, params=_with(path, limit=1000)))
    assert whole
    for limit in {1, 3, len(whole)}:
        visited: list[dict[str, object]] = []
        parameters = _with(path, limit=limit)
        while True:
            answer = await filled.client.get(path.partition("?")[0], params=parameters)
            page = _items(answer)
            assert len(page) <= limit
            visited += page
            following = answer.json()["next"]
            if following is None:
                break
            assert page, "a page that is not the last is not empty"
            assert f"cursor={following}" in answer.headers["link"]
            parameters["cursor"] = following
        assert _names(visited) == _names(whole)


def _names(items: list[dict[str, object]]) -> list[object]:
    """What tells items apart; ages change from one request to the next."""
    return [item.get("id") or item.get("time") or item["start"] for item in items]


def _with(path: str, *, limit: int) -> dict[str, str]:
    given_there = dict(pair.split("=", 1) for pair in path.partition("?")[2].split("&") if pair)
    return {**given_there, "limit": str(limit)}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (f"/api/v1/readings?point={POWER}&resolution=raw", "2026-01-01T00:00:00"),
        ("/api/v1/ledger", "0 2026-01-01T00:00:00 1"),
        ("/api/v1/ledger", "0 0001-01-01T00:00:00+14:00 1"),
        ("/api/v1/events", "-1"),
        ("/api/v1/devices", "kunshan"),
    ],
)
async def test_a_place_that_no_list_has_is_no_cursor(filled: Service, path: str, place: str) -> None:
    filters = sorted(parse_qsl(path.partition("?")[2]))
    mark = hashlib.blake2b(repr((path.partition("?")[0], filters)).encode(), digest_size=6).hexdigest()
    given = {**dict(filters), "cursor": pages.encode(mark, place)}
    answer = await filled.client.get(path.partition("?")[0], params=given)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid-cursor")


async def test_the_link_header_leads_to_the_next_page(filled: Service) -> None:
    answer = await filled.client.get("/api/v1/points?limit=2&kind=counter")
    link = answer.headers["link"].partition(">")[0].removeprefix("<")
    assert _names(_items(await filled.client.get(link)))[0] not in _names(_items(answer))


async def test_following_events_by_their_id_gives_each_once(filled: Service) -> None:
    newest_first = _names(_items(await filled.client.get("/api/v1/events?limit=1000")))
    seen: list[object] = []
    after = "0"
    while page := _names(_items(await filled.client.get(f"/api/v1/events?limit=2&after={after}"))):
        seen += page
        after = str(page[-1])
    assert seen == newest_first[::-1]
