"""Photos and documents of orders and machines, given back so that a browser shows nothing but a picture.

What is kept was looked at and drawn anew (services/attachments); here it is served as if it had not been: with its
type, which the browser may not guess again (nosniff), sandboxed without any source, a document as a download only.
"""

import re
import unicodedata
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from api.context import Shared
from api.openapi_parts import problems
from api.problems import refused_as
from services.attachments.keeping import (
    JPEG,
    PDF,
    AttachmentNotFoundError,
    at_width,
    content_of,
    known,
    served_width_px,
)

router = APIRouter(prefix="/attachments", tags=["maintenance"])

_SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    # What is kept under a key never changes.
    "Cache-Control": "private, max-age=31536000, immutable",
}
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()-]+")


@router.get(
    "/{key}",
    operation_id="get_attachment",
    summary="A photo or a document",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in (JPEG, PDF)},
        },
        304: {"description": "It is still what `If-None-Match` names."},
        **problems("attachment-not-found"),
    },
)
async def get_attachment(
    shared: Shared,
    key: UUID,
    width: Annotated[
        int | None,
        Query(
            ge=1, le=10_000, description="A photo no wider than it need be for this: 160, 320, 640, 1280 or as kept."
        ),
    ] = None,
    if_none_match: Annotated[str | None, Header(description="The `ETag` of the answer before.")] = None,
) -> Response:
    """A photo as JPEG, a document as PDF to be downloaded. Keys are in orders and in machines' records."""
    async with shared.connections.borrow() as connection:
        with refused_as("attachment-not-found", AttachmentNotFoundError):
            attachment = await known(connection, key)
        wide = served_width_px(attachment, width)
        tag = f'"{attachment.sha256.hex()[:32]}{"" if wide is None else f"-{wide}"}"'
        headers = {**_SAFE, "ETag": tag}
        if tag in [each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")]:
            return Response(status_code=304, headers=headers)
        kept = await content_of(connection, attachment)
    content = await at_width(attachment, kept, width)
    shown = "inline" if attachment.media_type == JPEG else "attachment"
    headers["Content-Disposition"] = disposition(shown, attachment.name)
    return Response(content, media_type=attachment.media_type, headers=headers)


def disposition(shown: str, name: str) -> str:
    """A file's name as RFC 6266 writes it: in letters that every client reads, and as it is."""
    stem, dot, suffix = unicodedata.normalize("NFKD", name).rpartition(".")
    plain = " ".join(_NOT_PLAIN.sub("_", stem).split()) or "file"
    return f"{shown}; filename=\"{plain}{dot}{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
