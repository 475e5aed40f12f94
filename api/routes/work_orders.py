"""Work orders: what is to be done, who does it, by when; open one by hand."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from analytics.alarms.rule import Priority
from api.context import Database
from api.instants import zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted, counted, not_ours
from api.parameters import Search, SiteFilter, require_site
from api.problems import refused_as
from api.work_order_answers import NamedOrder
from api.work_order_models import Origin, State, WorkOrder, WorkOrderDetail
from api.work_order_requests import NewWorkOrder
from services import people
from services.people import PersonNotFoundError, TeamNotFoundError
from services.work_orders import opening, reads
from services.work_orders.opening import NewOrder, OrderRefusedError
from services.work_orders.reads import After, Wanted

router = APIRouter(prefix="/work-orders", tags=["maintenance"], dependencies=[Depends(zoned)])


async def _filters(
    site: SiteFilter = None,
    state: Annotated[list[State] | None, Query(description="May be given several times.")] = None,
    machine: Annotated[
        str | None, Query(pattern=CODE, description="Code of the machine, or of a device or meter.")
    ] = None,
    assignee: Annotated[str | None, Query(pattern=CODE, description="Code of a person.")] = None,
    team: Annotated[str | None, Query(pattern=CODE)] = None,
    priority: Annotated[list[Priority] | None, Query(description="May be given several times.")] = None,
    origin: Annotated[list[Origin] | None, Query(description="May be given several times.")] = None,
    overdue: Annotated[bool, Query(description="Only what is not done though its time is over.")] = False,
    search: Search = None,
    include: Annotated[list[Literal["over"]] | None, Query(description="`over`: verified and cancelled, too.")] = None,
) -> Wanted:
    """Which orders a request asks for."""
    return Wanted(site, state, machine, assignee, team, priority, origin, overdue, search, bool(include))


OrdersWanted = Annotated[Wanted, Depends(_filters)]


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
