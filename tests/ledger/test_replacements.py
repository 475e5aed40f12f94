"""A register that was replaced is entered, however late; wrong entries are refused, mended and undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.database import Connection
from tests import metered_plant
from tests.api.test_problems import check
from tests.ledger.judging import judge
from tests.metered_plant import Meter, Plant

START = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=5)
REPLACEMENTS = "/api/v1/meters/plant/m1/replacements"
AT = "2026-03-02T00:42:00Z"
SWAP = {"at": AT, "closing_value": 1041, "opening_value": 5_000_000, "reason": "order 118"}


@pytest.fixture
async def plant(connection: Connection) -> Plant:
    """60 kW by a register that stands at 1,000 at midnight; one that began at 5,000,000 is there from 00:42 on."""
    made = await metered_plant.make(connection, [Meter("m1", rated_per_hour=100.0)])
    old = [(START + STEP * n, 1000.0 + 5 * n) for n in range(9)]
    new = [(START + STEP * n, 5_000_000.0 + 5 * n - 42) for n in range(9, 19)]
    await metered_plant.store(connection, made, "m1", old + new)
    await judge(connection)
    return made


async def law(client: httpx.AsyncClient, start: str = "00:00", stop: str = "01:30") -> dict[str, Any]:
    period = {"from": f"2026-03-02T{start}:00Z", "to": f"2026-03-02T{stop}:00Z"}
    answer = await client.get("/api/v1/meters/plant/m1/reconciliation", params=period)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert [part["residual_micro"] for part in (*found["segments"], found["whole"])] == [0] * (
        len(found["segments"]) + 1
    )
    return found


@pytest.mark.usefixtures("plant")
async def test_a_replacement_entered_late_counts_both_registers(
    connection: Connection, client: httpx.AsyncClient
) -> None:
    before = (await law(client))["whole"]
    # Unknown of, it is a jump of 4,998,963 kWh between 00:40 and 00:45, held out.
    assert (before["intervals"], before["quarantined"]) == (85.0, 4_998_963.0)
    assert (await client.post(REPLACEMENTS, json=SWAP)).json()["changed"] is True
    await judge(connection)
    found = await law(client)
    # 40 kWh to 00:40, 1 to the closing value, 3 from the opening one, 45 to 01:30.
    assert (found["whole"]["intervals"], found["whole"]["quarantined"]) == (89.0, 0.0)
    assert [(part["start"][11:16], part["multiplier"]) for part in found["segments"]] == [
        ("00:00", 1.0),
        ("00:30", None),
        ("00:45", 1.0),
    ]
    assert [part["intervals"] for part in found["segments"]] == [30.0, 14.0, 45.0]
    kinds = (await client.get("/api/v1/meters/plant/m1/ledger")).json()["items"]
    assert [(each["kind"], each["first_value"], each["last_value"]) for each in kinds] == [
        ("replacement", 1041.0, 5_000_000.0)
    ]
    assert (await client.post(REPLACEMENTS, json=SWAP)).json()["changed"] is False


@pytest.mark.usefixtures("plant")
async def test_a_wrong_entry_is_replaced_and_undone(connection: Connection, client: httpx.AsyncClient) -> None:
    await client.post(REPLACEMENTS, json={**SWAP, "closing_value": 1042})
    mended = {**SWAP, "reason": "the display said 1041"}
    assert "say `replace`" in check(await client.post(REPLACEMENTS, json=mended), "replacement-refused").detail
    assert (await client.post(REPLACEMENTS, json={**mended, "replace": True})).json()["changed"] is True
    await judge(connection)
    assert (await law(client))["whole"]["intervals"] == 89.0
    listed = (await client.get(REPLACEMENTS)).json()["items"]
    assert [(each["closing_value"], each["reason"]) for each in listed] == [
        (None, ""),
        (1041.0, "the display said 1041"),
    ]
    gone = {"at": AT, "reason": "another meter"}
    assert (await client.delete(REPLACEMENTS, params=gone)).json()["changed"] is True
    assert (await client.delete(REPLACEMENTS, params=gone)).json()["changed"] is False
    await judge(connection)
    assert (await law(client))["whole"]["quarantined"] == 4_998_963.0


async def test_a_multiplier_changes_alone(connection: Connection, client: httpx.AsyncClient) -> None:
    made = await metered_plant.make(connection, [Meter("m1", rated_per_hour=10_000.0)])
    await metered_plant.store(connection, made, "m1", [(START + STEP * n, 1000.0 + 5 * n) for n in range(19)])
    await judge(connection)
    wanted = {"at": "2026-03-02T00:45:00Z", "multiplier": 20, "reason": "new transformers 100/5"}
    assert (await client.post(REPLACEMENTS, json=wanted)).json()["changed"] is True
    await judge(connection)
    found = await law(client)
    assert [(part["multiplier"], part["intervals"]) for part in found["segments"]] == [(1.0, 45.0), (20.0, 900.0)]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"at": "2199-01-01T00:00:00Z"}, "in the future"),
        ({"opening_value": None}, "give both"),
        ({"closing_value": None, "opening_value": None}, "nothing changes"),
        ({"closing_value": 1039}, "below the last read, 1040.0 kWh at 2026-03-02T00:40:00+00:00"),
        ({"closing_value": 1050}, "more than plant/m1 can carry"),
        ({"opening_value": 5_000_004}, "above the first read after it, 5000003.0 kWh"),
        ({"opening_value": 5_000_000, "modulus": 100_000}, "cannot be shown"),
        ({"point": "plant/m1/none"}, "no point"),
        ({"replace": True}, "to be replaced: none is entered"),
    ],
)
@pytest.mark.usefixtures("plant")
async def test_what_cannot_have_been_is_refused(client: httpx.AsyncClient, wanted: dict[str, Any], says: str) -> None:
    answer = await client.post(REPLACEMENTS, json={**SWAP, **wanted})
    assert says.lower() in check(answer, "replacement-refused").detail.lower()


@pytest.mark.usefixtures("plant")
async def test_replacements_are_entered_in_order(client: httpx.AsyncClient) -> None:
    assert (await client.post(REPLACEMENTS, json=SWAP)).status_code == 200
    earlier = {"at": "2026-03-02T00:20:00Z", "multiplier": 2, "reason": "forgotten"}
    assert (
        "a later replacement"
        in check(await client.post(REPLACEMENTS, json=earlier), "replacement-refused").detail.lower()
    )
