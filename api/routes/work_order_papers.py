"""A work order on paper."""

import asyncio
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from api.context import Shared
from api.openapi_parts import problems
from api.problems import refused_as
from api.work_order_answers import OrderInPath
from services.attachments import keeping
from services.attachments.keeping import JPEG
from services.database import Connection
from services.papers.order_paper import Picture, order_paper
from services.papers.pages import MEDIA_TYPE
from services.registry.places import sites
from services.work_orders import reads
from services.work_orders.reads import Detail
from services.work_orders.rows import OrderNotFoundError

router = APIRouter(prefix="/work-orders/{site}/{number}", tags=["maintenance"])

_WIDTH_PX = 640
_PHOTOS_AT_MOST = 40


@router.get(
    "/print.pdf",
    operation_id="print_work_order",
    summary="A work order on paper",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems("work-order-not-found"),
    },
)
async def print_work_order(shared: Shared, ref: OrderInPath) -> Response:
    """To take along before the work, with boxes to fill in, or as proof after it; times of clocks on the site."""
    async with shared.connections.borrow() as connection:
        with refused_as("work-order-not-found", OrderNotFoundError):
            found = await reads.detail(connection, ref)
        zone = next(ZoneInfo(each.time_zone) for each in await sites(connection) if each.code == ref.site)
        pictures = await _pictures(connection, found)
    # Some seconds of work for a long order: neither a connection nor other requests wait for it.
    file = await asyncio.to_thread(order_paper, found, pictures, zone)
    name = f"work-order_{ref.site}_{ref.number}.pdf"
    return Response(file, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'inline; filename="{name}"'})


async def _pictures(connection: Connection, found: Detail) -> list[Picture]:
    """Its photos, as large as paper needs; where there are very many the last one says how many are left out."""
    photos = [each for each in found.files if each.media_type == JPEG]
    pictures: list[Picture] = []
    for number, photo in enumerate(photos[:_PHOTOS_AT_MOST], 1):
        _, content = await keeping.read(connection, photo.key, _WIDTH_PX)
        left_out = len(photos) - _PHOTOS_AT_MOST if number == _PHOTOS_AT_MOST else 0
        more = f" ({left_out} more are with the order)" if left_out > 0 else ""
        pictures.append(Picture(("Signature 签名 " if photo.is_signature else "") + photo.title + more, content))
    return pictures
