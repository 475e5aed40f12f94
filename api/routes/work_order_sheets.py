"""The list of work orders as a workbook."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response

from api.context import Database
from api.openapi_parts import problems
from api.parameters import require_site
from api.work_order_filters import OrdersWanted
from services.papers.sheet import MEDIA_TYPE
from services.work_orders import sheet

router = APIRouter(prefix="/work-orders.xlsx", tags=["maintenance"])


@router.get(
    "",
    operation_id="export_work_orders",
    summary="Work orders as a workbook",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems("site-not-found"),
    },
)
async def export_work_orders(connection: Database, orders: OrdersWanted) -> Response:
    """With the filters of the list. Texts stay texts, whatever they begin with."""
    if orders.site is not None:
        await require_site(connection, orders.site)
    now = datetime.now(UTC)
    file = await sheet.of_orders(connection, orders, now)
    name = f"work-orders_{orders.site or 'all'}_{now:%Y%m%dT%H%M%SZ}.xlsx"
    return Response(file, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})
