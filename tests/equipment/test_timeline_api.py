"""Timeline, states, figures and labels over HTTP: paged, filtered, exported."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import httpx
import pytest
from openpyxl import load_workbook

from services.equipment.record import report_key
from tests.equipment import history
from tests.equipment.machines import Machines

PRESS = "/api/v1/equipment/plant/press-1"
WEEK = {"from": "2026-07-01", "to": "2026-07-08"}
ENTRIES = 36


async def test_pages_of_the_timeline_joined_are_the_whole(client: httpx.AsyncClient, plant: Machines) -> None:
    await history.write(plant)
    whole = (await client.get(f"{PRESS}/timeline", params={**WEEK, "limit": 1000})).json()
    assert (len(whole["items"]), whole["next"]) == (ENTRIES, None)
    newest = whole["items"][0]
    assert (newest["at"], newest["kind"], newest["event"]) == ("2026-07-07T12:01:00Z", "operation", "no_data")
    joined, cursor = [], None
    while True:
        asked: dict[str, str | int] = {**WEEK, "limit": 7, **({} if cursor is None else {"cursor": cursor})}
        page = (await client.get(f"{PRESS}/timeline", params=asked)).json()
        joined += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert joined == whole["items"]
    other = await client.get(f"{PRESS}/timeline", params={"cursor": "bm90IG9uZSBvZiBvdXJz"})
    assert (other.status_code, other.json()["type"]) == (400, "/problems/invalid-cursor")


async def test_the_timeline_by_kind_and_with_what_is_inside(client: httpx.AsyncClient, plant: Machines) -> None:
    await history.write(plant)
    some = await client.get(f"{PRESS}/timeline", params={**WEEK, "kind": ["alarm", "downtime"]})
    assert [(each["kind"], each["event"]) for each in some.json()["items"]] == [
        ("alarm", "raised"),
        ("downtime", "planned"),
        ("downtime", "breakdown"),
        ("alarm", "raised"),
    ]
    line = "/api/v1/equipment/plant/line-1/timeline"
    assert (await client.get(line, params=WEEK)).json()["items"] == []
    inside = (await client.get(line, params={**WEEK, "include": "inside", "kind": "downtime"})).json()["items"]
    assert [each["machine"] for each in inside] == ["hydraulics-1", "press-1", "press-1"]
    every = await client.get(f"{PRESS}/timeline", params={**WEEK, "kind": "operation", "detail": "changes"})
    assert len(every.json()["items"]) == 5 + 17 + 1
    refused = await client.get(f"{PRESS}/timeline", params={"kind": "gossip"})
    assert refused.status_code == 422


async def test_exports_open_and_have_every_row(client: httpx.AsyncClient, plant: Machines) -> None:
    await history.write(plant)
    sheet = await client.get(f"{PRESS}/timeline", params={**WEEK, "format": "xlsx"})
    cells = list(load_workbook(BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True))
    heading = next(number for number, row in enumerate(cells) if row[0] == "time")
    assert len(cells) - heading - 1 == ENTRIES
    assert any("<b>smells of oil</b>" in map(str, row) for row in cells)
    table = await client.get(f"{PRESS}/timeline", params=WEEK, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(StringIO(table.text)))
    assert len(rows) == ENTRIES
    assert rows[-1]["time"] == "2026-07-01T00:00:00+08:00"
    paper = await client.get(f"{PRESS}/timeline", params={**WEEK, "format": "pdf"})
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert 'filename="plant_press-1_20260701_20260708.pdf"' in paper.headers["content-disposition"]


async def test_states_as_spans_for_a_chart(client: httpx.AsyncClient, plant: Machines) -> None:
    await history.write(plant)
    asked = {"from": "2026-07-01T00:00:00+08:00", "to": "2026-07-02T00:00:00+08:00"}
    day = (await client.get(f"{PRESS}/states", params=asked)).json()
    assert [(each["start"][11:16], each["state"]) for each in day["spans"]] == [
        ("16:00", "stopped"),
        ("00:00", "running"),
        ("02:00", "stopped"),
        ("02:05", "running"),
        ("05:00", "fault"),
        ("05:00", "running"),
        ("08:05", "stopped"),
    ]
    assert (day["run_h"], day["starts"], day["is_thinned"], day["tells_state"]) == (8.0, 3, False, True)
    assert day["now"]["state"] == "no_data"
    months = (await client.get(f"{PRESS}/states", params={"from": "2026-06-01", "to": "2026-08-01"})).json()
    assert (months["is_thinned"], len(months["spans"])) == (True, 61)
    second = next(each for each in months["spans"] if each["start"] == "2026-07-01T16:00:00Z")
    assert second["seconds"] == {"running": 24_000, "stopped": 50_400, "fault": 12_000}
    assert months["hours"]["running"] == pytest.approx(22 + 40 / 60)
    silent = (await client.get("/api/v1/equipment/plant/other-1/states", params=asked)).json()
    assert (silent["tells_state"], silent["spans"], silent["run_h"]) == (False, [], None)


async def test_figures_of_one_machine_and_of_all(client: httpx.AsyncClient, plant: Machines) -> None:
    await history.write(plant)
    one = (await client.get(f"{PRESS}/figures", params=WEEK)).json()
    assert (one["failures"], one["starts"], one["labour_h"], one["parts_cost"]) == (
        1,
        7,
        4.5,
        [{"currency": "CNY", "cost": 120.0}],
    )
    assert one["mtbf_h"] == pytest.approx(22 + 40 / 60)
    assert one["failure_list"][0]["order"] == "plant/1"
    every = (await client.get("/api/v1/equipment-figures", params={"site": "plant", **WEEK})).json()
    assert [each["equipment"] for each in every["items"]] == [
        "plant/hydraulics-1",
        "plant/line-1",
        "plant/other-1",
        "plant/press-1",
    ]
    assert every["items"][3] == one
    sheet = await client.get("/api/v1/equipment-figures", params={"site": "plant", **WEEK, "format": "xlsx"})
    cells = list(load_workbook(BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in cells[-4:]] == [each["equipment"] for each in every["items"]]
    table = await client.get("/api/v1/equipment-figures", params={"site": "plant", **WEEK, "format": "csv"})
    assert [row["failures"] for row in csv.DictReader(StringIO(table.text))] == ["1", "0", "0", "1"]
    for params, status in (
        ({"site": "plant", "code": "press-9"}, 404),
        ({"site": "elsewhere"}, 404),
        ({"site": "plant", "from": "2999-01-01", "to": "2999-02-01"}, 422),
    ):
        assert (await client.get("/api/v1/equipment-figures", params=params)).status_code == status


async def test_labels_are_printed_and_made_worthless(client: httpx.AsyncClient, plant: Machines) -> None:
    assert (await client.get(f"{PRESS}/record")).json()["has_label"] is False
    sheet = await client.get("/api/v1/equipment-labels.pdf", params={"site": "plant", "code": ["press-1", "line-1"]})
    assert (sheet.status_code, sheet.content[:5]) == (200, b"%PDF-")
    assert (await client.get(f"{PRESS}/record")).json()["has_label"] is True
    assert (await client.get("/api/v1/equipment/plant/other-1/record")).json()["has_label"] is False
    key = await report_key(plant.connection, plant.equipment["press-1"])
    replaced = await client.post(f"{PRESS}/label", json={"reason": "found in the street", "by": "li"})
    assert replaced.status_code == 204
    assert await report_key(plant.connection, plant.equipment["press-1"]) != key
    assert (await client.post(f"{PRESS}/label", json={"reason": " "})).status_code == 422
    unknown = await client.get("/api/v1/equipment-labels.pdf", params={"site": "plant", "code": "press-9"})
    assert unknown.json()["type"] == "/problems/equipment-not-found"
