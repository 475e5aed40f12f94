"""Work orders: what is to be done, who does it, by when; open one by hand."""

from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Response

from api.context import Database
from api.instants import zoned
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted, counted, not_ours
from api.parameters import require_site
from api.problems import refused_as
from api.work_order_answers import NamedOrder
from api.work_order_filters import OrdersWanted
from api.work_order_models import WorkOrder, WorkOrderDetail
from api.work_order_requests import NewWorkOrder
from services import people
from services.people import PersonNotFoundError, TeamNotFoundError
from services.work_orders import opening, reads
from services.work_orders.opening import NewOrder, OrderRefusedError
from services.work_orders.reads import After

router = APIRouter(prefix="/work-orders", tags=["maintenance"], dependencies=[Depends(zoned)])


@router.get("", operation_id="list_work_orders", summary="Work orders", responses=problems("site-not-found"))
async def list_work_orders(
    connection: Database, response: Response, wanted: PageWanted, orders: OrdersWanted
) -> PageOf[WorkOrder]:
    """What is not over, the most urgent first: by priority and due time, then what waits to be verified."""
    now = datetime.now(UTC)
    found, rest = await reads.listed(connection, orders, now, wanted.limit, _after(wanted.after))
    if not found and orders.site is not None:
        await require_site(connection, orders.site)
    place = None if rest is None else f"{rest.rank}|{rest.place!r}|{rest.number}|{rest.site}"
    return wanted.page(response, (WorkOrder.of(row.order, row.counts, now) for row in found), place)


@router.post(
    "",
    operation_id="open_work_order",
    summary="Open a work order",
    status_code=201,
    responses=problems("person-not-found", "team-not-found", *WITH_A_BODY),
)
async def open_work_order(connection: Database, response: Response, given: NewWorkOrder) -> WorkOrderDetail:
    """By hand. With a `client_key` that was sent before it is the order of that time, and the status 200."""
    now = datetime.now(UTC)
    new = NewOrder(origin="hand", **given.model_dump(exclude={"by"}))
    with (
        refused_as("invalid-request", OrderRefusedError),
        refused_as("person-not-found", PersonNotFoundError),
        refused_as("team-not-found", TeamNotFoundError),
    ):
        async with connection.transaction():
            opened = await opening.open_order(connection, new, await people.actor(connection, given.by), now)
    if not opened.is_new:
        response.status_code = 200
    return await NamedOrder(connection, opened.ref, now).detail(given.by)


def _after(place: str | None) -> After | None:
    if place is None:
        return None
    try:
        rank, ordered, number, site = place.split("|")
        return After(counted(rank, below=100), float(ordered), counted(number, below=2**31), site)
    except ValueError:
        raise not_ours() from None
