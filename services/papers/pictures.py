"""The photos of an order as its paper shows them: small, because paper has no more room; at most so many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.attachments.keeping import JPEG, read
from services.database import Connection
from services.papers.order_paper import Picture
from services.work_orders.reads import FileOfOrderRow

AT_MOST: Final = 24
_WIDTH_PX: Final = 640


async def pictures(connection: Connection, files: Sequence[FileOfOrderRow]) -> list[Picture]:
    """The photos and the signature among an order's files; of what has no room the last one says how many there are."""
    photos = [file for file in files if file.media_type == JPEG]
    shown = []
    for number, file in enumerate(photos[:AT_MOST], 1):
        _, jpeg = await read(connection, file.key, _WIDTH_PX)
        title = "Signature 签字" if file.is_signature else file.title or file.name
        if number == AT_MOST < len(photos):
            title += f" (and {len(photos) - AT_MOST} more, which the order shows on a screen)"
        shown.append(Picture(title, jpeg))
    return shown
