"""Labels for machines, to be printed and stuck on: each has a code that leads to the form for reporting a fault."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.context import Shared
from api.names import CODE
from api.openapi_parts import problems
from api.parameters import require_site
from api.problems import Problem
from services.equipment import labels
from services.equipment.record import EquipmentNotFoundError
from services.papers import pages
from services.papers.label_sheet import label_sheet

router = APIRouter(prefix="/equipment-labels.pdf", tags=["maintenance"])


@router.get(
    "",
    operation_id="print_equipment_labels",
    summary="Labels for machines",
    response_class=Response,
    responses={
        200: {
            "description": "Sheets of A4, ten labels each.",
            "content": {pages.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems("site-not-found", "equipment-not-found"),
    },
)
async def print_equipment_labels(
    shared: Shared,
    request: Request,
    site: Annotated[str, Query(pattern=CODE, examples=["kunshan"])],
    code: Annotated[
        list[str] | None, Query(description="Of these machines; may be repeated. Without it of all.")
    ] = None,
) -> Response:
    """The codes lead to the address of the setting `console_url`, or, without it, to the one this was asked at."""
    async with shared.connections.borrow() as connection:
        await require_site(connection, site)
        async with connection.transaction():
            try:
                found = await labels.labels(connection, site, code)
            except EquipmentNotFoundError as error:
                text = str(error)
                raise Problem("equipment-not-found", f"{text[:1].upper()}{text[1:]}.") from error
    address = shared.settings.console_url or str(request.base_url)
    content = await asyncio.to_thread(label_sheet, found, address)  # ten labels take half a second
    headers = {"Content-Disposition": f'attachment; filename="labels_{site}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type=pages.MEDIA_TYPE, headers=headers)
