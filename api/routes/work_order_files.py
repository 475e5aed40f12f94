"""Photos of a work order and its signature, sent as the body itself or in a form."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.context import Shared
from api.instants import zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.uploads import FILE_BODY, file_of, refusing_files
from api.work_order_answers import NamedOrder, OrderInPath
from api.work_order_models import WorkOrderDetail
from services.attachments.keeping import Prepared, prepared
from services.work_orders import files

router = APIRouter(prefix="/work-orders/{site}/{number}", tags=["maintenance"], dependencies=[Depends(zoned)])

ByInQuery = Annotated[str | None, Query(pattern=CODE, description="Code of the person who does it.")]
Title = Annotated[str, Query(max_length=200, description="What it shows.")]
FileName = Annotated[str, Query(max_length=300, description="Of a file that is the body; a form has its own.")]
_REFUSALS = ("work-order-not-found", "work-order-step-refused", "person-not-found", "file-refused", *WITH_A_BODY)


@router.post(
    "/photos",
    operation_id="add_work_order_photo",
    summary="Add a photo",
    status_code=201,
    responses=problems(*_REFUSALS),
    openapi_extra=FILE_BODY,
)
async def add_work_order_photo(
    shared: Shared,
    request: Request,
    ref: OrderInPath,
    by: ByInQuery = None,
    title: Title = "",
    name: FileName = "",
) -> WorkOrderDetail:
    """JPEG, PNG or WebP up to 20 MB, drawn anew without the place it was taken at; or a PDF."""
    file = await _looked_at(request, name)
    async with shared.connections.borrow() as connection:
        order = NamedOrder.now_of(connection, ref)
        async with order.acting(by) as actor:
            order.unless_refused(await files.add(connection, ref, file, actor, order.now, title))
        return await order.detail(by)


@router.post(
    "/signature",
    operation_id="sign_work_order",
    summary="Sign it",
    status_code=201,
    responses=problems(*_REFUSALS),
    openapi_extra=FILE_BODY,
)
async def sign_work_order(
    shared: Shared,
    request: Request,
    ref: OrderInPath,
    by: ByInQuery = None,
    title: Annotated[str, Query(max_length=200, description="Who signs, as they write their name.")] = "",
    name: FileName = "signature.png",
) -> WorkOrderDetail:
    """A name drawn on the screen, as a picture, before the order is completed."""
    file = await _looked_at(request, name)
    async with shared.connections.borrow() as connection:
        order = NamedOrder.now_of(connection, ref)
        async with order.acting(by) as actor:
            order.unless_refused(await files.sign(connection, ref, file, actor, order.now, title))
        return await order.detail(by)


async def _looked_at(request: Request, name: str) -> Prepared:
    """The file of a request, ready to be kept; that takes seconds, and no connection waits for it. Raises Problem."""
    file = await file_of(request, name)
    with refusing_files():
        return await prepared(file.content, file.name)
