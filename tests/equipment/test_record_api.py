"""A machine's record over HTTP: read and written as a whole, files added and removed, notes written."""

from __future__ import annotations

from io import BytesIO

import httpx
from PIL import Image

from tests.equipment.machines import Machines

PRESS = "/api/v1/equipment/plant/press-1"
HOSTILE = "<script>alert(1)</script>"


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "PNG")
    return file.getvalue()


async def test_a_record_is_read_written_and_its_changes_are_told(client: httpx.AsyncClient, plant: Machines) -> None:
    assert plant.people
    empty = (await client.get(f"{PRESS}/record")).json()
    assert (empty["equipment"], empty["inside"], empty["has_label"]) == ("plant/press-1", ["hydraulics-1"], False)
    assert (empty["record"]["maker"], empty["files"], empty["changes"]) == ("", [], [])
    given = {"maker": " Schuler ", "criticality": "a", "rated": {"power": "75 kW"}, "notes": HOSTILE, "by": "li"}
    put = await client.put(f"{PRESS}/record", json=given)
    assert put.status_code == 200
    shown = (await client.get(f"{PRESS}/record")).json()
    assert shown == put.json()
    record = shown["record"]
    assert (record["maker"], record["criticality"], record["rated"]) == ("Schuler", "a", {"power": "75 kW"})
    assert record["notes"] == HOSTILE
    [change] = shown["changes"]
    assert (change["actor"], change["before"], change["after"]["maker"]) == ("li", {}, "Schuler")
    again = await client.put(f"{PRESS}/record", json=given)
    assert len(again.json()["changes"]) == 1


async def test_what_cannot_be_is_refused_with_what_to_do(client: httpx.AsyncClient) -> None:
    for given, status, says in (
        ({"camera": "javascript:alert(1)"}, 422, "Camera is a name"),
        ({"colour": "red"}, 422, "colour"),
        ({"maker": "x", "by": "nobody"}, 404, "nobody"),
    ):
        refused = await client.put(f"{PRESS}/record", json=given)
        assert refused.status_code == status, refused.text
        assert says in refused.text
    missing = await client.get("/api/v1/equipment/plant/press-9/record")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/equipment-not-found")
    nowhere = await client.get("/api/v1/equipment/elsewhere/press-9/record")
    assert nowhere.json()["type"] == "/problems/site-not-found"
    assert (await client.get(f"{PRESS}/record")).json()["changes"] == []


async def test_a_file_is_added_shown_and_removed_but_not_erased(client: httpx.AsyncClient) -> None:
    added = await client.post(
        f"{PRESS}/files",
        params={"title": "Nameplate", "name": "../plate.png", "by": "li"},
        content=picture(),
        headers={"Content-Type": "image/png"},
    )
    assert added.status_code == 201, added.text
    file = added.json()
    assert (file["kind"], file["title"], file["name"], file["width_px"]) == ("photo", "Nameplate", "plate.jpg", 40)
    assert (await client.get(f"{PRESS}/files")).json() == [file]
    pdf = await client.post(f"{PRESS}/files", files={"file": ("m.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")})
    assert (pdf.status_code, pdf.json()["kind"], pdf.json()["added_by"]) == (201, "document", "local")
    refused = await client.post(f"{PRESS}/files", content=HOSTILE.encode(), headers={"Content-Type": "image/png"})
    assert (refused.status_code, refused.json()["type"]) == (415, "/problems/file-refused")
    removed = await client.delete(f"{PRESS}/files/{file['key']}", params={"by": "li", "reason": "blurred"})
    assert removed.status_code == 204
    record = (await client.get(f"{PRESS}/record")).json()
    assert [each["name"] for each in record["files"]] == ["m.pdf"]
    assert (record["changes"][0]["actor"], record["changes"][0]["reason"]) == ("li", "blurred")
    assert (await client.get(f"/api/v1/attachments/{file['key']}")).status_code == 200
    again = await client.delete(f"{PRESS}/files/{file['key']}")
    assert (again.status_code, again.json()["type"]) == (404, "/problems/attachment-not-found")
    other = await client.delete(f"/api/v1/equipment/plant/other-1/files/{pdf.json()['key']}")
    assert other.status_code == 404


async def test_notes_are_written_and_read_a_page_at_a_time(client: httpx.AsyncClient) -> None:
    for text in ("first", HOSTILE, "third"):
        added = await client.post(f"{PRESS}/notes", json={"text": text, "by": "wang"})
        assert added.status_code == 201
    page = (await client.get(f"{PRESS}/notes", params={"limit": 2})).json()
    assert [(each["text"], each["actor"]) for each in page["items"]] == [("third", "wang"), (HOSTILE, "wang")]
    rest = (await client.get(f"{PRESS}/notes", params={"limit": 2, "cursor": page["next"]})).json()
    assert ([each["text"] for each in rest["items"]], rest["next"]) == (["first"], None)
    assert (await client.post(f"{PRESS}/notes", json={"text": "  "})).status_code == 422
