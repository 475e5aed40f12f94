"""Files are kept under a key that never means anything else, with a name that does no harm."""

from __future__ import annotations

import hashlib
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from services.attachments.accepted import AttachmentRefusedError
from services.attachments.keeping import AttachmentNotFoundError, keep, read
from services.attachments.naming import kept_name
from services.database import Connection
from services.people import Actor
from services.people import actor as actor_of
from tests.attachments.pictures import PDF, file_of, picture

JPEG = "image/jpeg"


async def site_and_actor(connection: Connection) -> tuple[int, Actor]:
    site: int = await connection.fetchval(
        "INSERT INTO site (code, name, time_zone) VALUES ('kunshan', 'Kunshan', 'Asia/Shanghai') RETURNING id"
    )
    return site, await actor_of(connection, None)


async def test_a_photo_is_read_as_it_was_kept_and_as_a_small_picture(connection: Connection) -> None:
    site, actor = await site_and_actor(connection)
    kept = await keep(connection, site, file_of(picture(800, 600), "PNG"), "bearing.png", actor)
    assert (kept.media_type, kept.name, kept.width_px, kept.height_px) == (JPEG, "bearing.jpg", 800, 600)
    found, content = await read(connection, kept.key)
    assert found == kept
    assert kept.size_bytes == len(content)
    assert kept.sha256 == hashlib.sha256(content).digest()
    assert Image.open(BytesIO(content)).size == (800, 600)
    for asked, given in ((1, 160), (320, 320), (321, 640), (5000, 800)):
        _, small = await read(connection, kept.key, asked)
        assert Image.open(BytesIO(small)).size[0] == given


async def test_a_document_is_kept_byte_by_byte_and_has_no_small_picture(connection: Connection) -> None:
    site, actor = await site_and_actor(connection)
    kept = await keep(connection, site, PDF, "manual.pdf", actor)
    assert (kept.media_type, kept.name, kept.width_px) == ("application/pdf", "manual.pdf", None)
    assert (await read(connection, kept.key, 320))[1] == PDF


async def test_a_refused_file_leaves_nothing(connection: Connection) -> None:
    site, actor = await site_and_actor(connection)
    with pytest.raises(AttachmentRefusedError):
        await keep(connection, site, b"<svg/>", "photo.jpg", actor)
    assert await connection.fetchval("SELECT count(*) FROM attachment") == 0


async def test_an_unknown_key_says_where_keys_are(connection: Connection) -> None:
    with pytest.raises(AttachmentNotFoundError, match="orders and machines show"):
        await read(connection, uuid4())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("photo.PNG", "photo.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        (r"C:\fotos\a.jpeg", "a.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.exe.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"),
        ("a\x00b\x1b[31m.jpg", "ab[31m.jpg"),
        ("<script>alert(1)</script>.html", "script>.html.jpg"),
        ("轴承 温度.jpg", "轴承 温度.jpg"),
        ("", "photo.jpg"),
        ("...", "photo.jpg"),
        ("x" * 500, "x" * 120 + ".jpg"),
    ],
)
def test_a_name_is_plain_text_on_one_line_with_the_suffix_of_its_content(given: str, kept: str) -> None:
    assert kept_name(given, JPEG) == kept
