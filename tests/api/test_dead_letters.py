"""What could not be stored can be read: text as text, the rest as base64, and its reason."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import pytest_asyncio

from services.batch import DeadLetter
from tests.api.conftest import Service
from tests.api.plant import NOON_US, POWER, store

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOPIC = "ioe/v1/kunshan/m-1/telemetry"
BINARY = b"\xff\x00\xfe"
LONG = ("功率" * 2000).encode()  # the first 4,096 bytes end inside a character


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def letters(service: Service) -> Service:
    point = service.points[POWER]
    await store(
        service.connection,
        letters=[
            DeadLetter("not_json", "binary", TOPIC, BINARY),
            DeadLetter("not_json", "long", TOPIC, LONG),
            DeadLetter("wrong_shape", "text", TOPIC, '{"功率": []}'.encode()),
            DeadLetter("not_a_number", "nan", TOPIC, b"{}", point_id=point, time_us=NOON_US, value=float("nan")),
            DeadLetter("conflict", "two", point_id=point, time_us=NOON_US, value=2.0, stored_value=1.0),
        ],
    )
    for _ in range(3):
        await store(service.connection, letters=[DeadLetter("wrong_topic", "again", "ioe/v1/york/m-1/x", b"")])
    return service


async def one(service: Service, query: str, detail: str | None = None) -> dict[str, Any]:
    items = (await service.client.get(f"/api/v1/dead-letters?{query}")).json()["items"]
    [item] = [item for item in items if detail in (None, item["detail"])]
    assert isinstance(item, dict)
    return item


async def test_what_is_not_text_comes_as_base64(letters: Service) -> None:
    binary = await one(letters, "reason=not_json", "binary")
    assert (binary["payload_text"], base64.b64decode(binary["payload_base64"])) == (None, BINARY)


async def test_a_long_text_is_cut_between_characters_and_says_so(letters: Service) -> None:
    cut = await one(letters, "reason=not_json", "long")
    assert cut["payload_text"] == LONG.decode()[:1365]
    assert (cut["payload_complete"], cut["payload_bytes"]) == (False, len(LONG))


async def test_a_short_text_comes_as_it_was(letters: Service) -> None:
    assert (await one(letters, "reason=wrong_shape"))["payload_text"] == '{"功率": []}'


async def test_a_sample_names_its_point_and_a_conflict_both_values(letters: Service) -> None:
    item = await one(letters, f"reason=conflict&point={POWER}")
    assert (item["point"], item["unit"], item["value"], item["stored_value"]) == (POWER, "kW", 2.0, 1.0)
    assert (await one(letters, "reason=not_a_number"))["value"] is None


async def test_repeats_are_counted_and_not_listed(letters: Service) -> None:
    item = await one(letters, "site=york")
    assert item["repeats"] == 2
    reasons = (await letters.client.get("/api/v1/dead-letters/reasons")).json()["items"]
    counts = {reason["reason"]: (reason["letters"], reason["received"]) for reason in reasons}
    assert counts == {
        "not_json": (2, 2),
        "wrong_shape": (1, 1),
        "not_a_number": (1, 1),
        "conflict": (1, 1),
        "wrong_topic": (1, 3),
    }


async def test_a_letter_is_found_by_its_id(letters: Service) -> None:
    item = await one(letters, "reason=conflict")
    assert (await letters.client.get(f"/api/v1/dead-letters/{item['id']}")).json() == item
