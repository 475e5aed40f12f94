"""Keeping files and reading them again.

    sealed = await prepared(content, name)                  looked at, drawn anew: takes a second, holds no connection
    async with connection.transaction():
        attachment = await put(connection, site_id, sealed, actor)

`keep` does both, for callers without a transaction: the server ends a session that idles for 5 s inside of one, which
is what a large photo on a busy machine may take. What is kept under a key never changes.
"""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.attachments.accepted import kind_of
from services.attachments.naming import kept_name
from services.attachments.photo import redrawn, smaller
from services.database import Connection, one
from services.people import Actor
from services.statements import statements

SQL = statements("attachments")

JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"
WIDTHS_PX: Final = (160, 320, 640, 1280)
"""Widths in which a photo is given: a caller who could ask for any would keep the processor busy."""

# One at a time: fifty megapixels are 200 MB while they are decoded. Our own are small, and do not wait behind those.
_DRAWING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="photo")
_SHRINKING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="small photo")


class AttachmentNotFoundError(Exception):
    """There is no such file."""

    def __init__(self, key: UUID) -> None:
        super().__init__(f"there is no attachment {key}: orders and machines show the keys of theirs")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that may be kept."""

    media_type: str
    name: str
    content: bytes
    width_px: int | None = None
    height_px: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of a file; `id` stays inside, `key` is its public name. Sizes in pixels are a photo's."""

    id: int
    key: UUID
    media_type: str
    name: str
    size_bytes: int
    width_px: int | None
    height_px: int | None
    sha256: bytes
    made_at: datetime


async def prepared(content: bytes, name: str) -> Prepared:
    """Look at a file and draw it anew where it is a photo. Raises AttachmentRefusedError."""
    kind = kind_of(content)
    if kind == "PDF":
        return Prepared(PDF, kept_name(name, PDF), content)
    photo = await asyncio.get_running_loop().run_in_executor(_DRAWING, redrawn, content, kind)
    return Prepared(JPEG, kept_name(name, JPEG), photo.content, photo.width_px, photo.height_px)


async def put(connection: Connection, site_id: int, file: Prepared, actor: Actor) -> Attachment:
    """Keep a file in the caller's transaction."""
    digest = hashlib.sha256(file.content).digest()
    put = await one(
        connection,
        SQL["keep_attachment"],
        Attachment,
        site_id,
        file.media_type,
        file.name,
        file.width_px,
        file.height_px,
        digest,
        file.content,
        actor.id,
    )
    assert put is not None
    return put


async def keep(connection: Connection, site_id: int, content: bytes, name: str, actor: Actor) -> Attachment:
    """Look at a file and keep it, outside a transaction. Raises AttachmentRefusedError."""
    return await put(connection, site_id, await prepared(content, name), actor)


async def known(connection: Connection, key: UUID) -> Attachment:
    """What is known of a file. Raises AttachmentNotFoundError."""
    found = await one(connection, SQL["attachment"], Attachment, key)
    if found is None:
        raise AttachmentNotFoundError(key)
    return found


def served_width_px(attachment: Attachment, width_px: int | None) -> int | None:
    """How wide a photo is given to who asks for this width: the least of WIDTHS_PX that will do, None as it is kept."""
    if width_px is None or attachment.width_px is None:
        return None
    width = next((each for each in WIDTHS_PX if each >= width_px), attachment.width_px)
    return width if width < attachment.width_px else None


async def content_of(connection: Connection, attachment: Attachment) -> bytes:
    """A file as it is kept."""
    content: bytes = await connection.fetchval(SQL["attachment_content"].text, attachment.id)
    return content


async def at_width(attachment: Attachment, content: bytes, width_px: int | None) -> bytes:
    """What is kept of a file, a photo no wider than it need be; no connection waits for it."""
    width = served_width_px(attachment, width_px)
    if width is None:
        return content
    photo = await asyncio.get_running_loop().run_in_executor(_SHRINKING, smaller, content, width)
    return photo.content


async def read(connection: Connection, key: UUID, width_px: int | None = None) -> tuple[Attachment, bytes]:
    """A file and its content, a photo no wider than it need be. Raises AttachmentNotFoundError."""
    attachment = await known(connection, key)
    return attachment, await at_width(attachment, await content_of(connection, attachment), width_px)
