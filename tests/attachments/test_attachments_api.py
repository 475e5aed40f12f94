"""A photo or document over HTTP: safe to open whatever it was, kept by browsers for good."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from api.routes.attachments import disposition
from services.attachments.keeping import keep
from services.database import Connection
from tests.api.serving import serving, until_ready
from tests.attachments.pictures import PDF, file_of, picture
from tests.attachments.test_keeping import site_and_actor


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(database_url) as opened:
        await until_ready(opened)
        yield opened


async def test_files_are_served_so_that_nothing_in_them_runs(client: httpx.AsyncClient, connection: Connection) -> None:
    site, actor = await site_and_actor(connection)
    photo = await keep(connection, site, file_of(picture(800, 600)), "轴承 <b>.jpg", actor)
    document = await keep(connection, site, PDF, "manual.pdf", actor)
    for kept, media_type, shown in ((photo, "image/jpeg", "inline"), (document, "application/pdf", "attachment")):
        answer = await client.get(f"/api/v1/attachments/{kept.key}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["content-disposition"].startswith(shown)
        assert len(answer.content) == kept.size_bytes
        again = await client.get(f"/api/v1/attachments/{kept.key}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    small = await client.get(f"/api/v1/attachments/{photo.key}?width=320")
    assert Image.open(BytesIO(small.content)).size == (320, 240)
    assert small.headers["etag"] != (await client.get(f"/api/v1/attachments/{photo.key}")).headers["etag"]
    for width in ("0", "-5", "1e9", "100000"):
        assert (await client.get(f"/api/v1/attachments/{photo.key}?width={width}")).status_code == 422

    missing = await client.get(f"/api/v1/attachments/{uuid4()}")
    assert missing.json()["type"] == "/problems/attachment-not-found"
    assert (await client.get("/api/v1/attachments/..%2f..%2fetc")).status_code in (404, 422)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("bearing.jpg", "inline; filename=\"bearing.jpg\"; filename*=UTF-8''bearing.jpg"),
        ("轴承.jpg", "inline; filename=\"_.jpg\"; filename*=UTF-8''%E8%BD%B4%E6%89%BF.jpg"),
        ('a"; x="b.jpg', "inline; filename=\"a_ x_b.jpg\"; filename*=UTF-8''a%22%3B%20x%3D%22b.jpg"),
    ],
)
def test_a_name_cannot_break_out_of_its_header(name: str, header: str) -> None:
    assert disposition("inline", name) == header
