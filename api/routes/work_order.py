"""One work order: all that is known of it, who could do it, how urgent it is, by when it is due, by which job."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.instants import zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.problems import refused_as
from api.work_order_answers import ThisOrder
from api.work_order_models import WorkOrderDetail
from api.work_order_requests import Due, JobGiven, Urgency
from services import people
from services.work_orders import changes, jobs, reads
from services.work_orders.rows import OrderNotFoundError

router = APIRouter(prefix="/work-orders/{site}/{number}", tags=["maintenance"], dependencies=[Depends(zoned)])

_REFUSALS = ("work-order-not-found", "work-order-step-refused", "person-not-found", *WITH_A_BODY)


class Candidate(BaseModel):
    """Somebody who could be asked to do an order."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    skills: list[str]
    teams: list[str]
    has_skill: Annotated[bool, Field(description="That the order asks for.")]
    is_here: Annotated[bool | None, Field(description="On shift now; null: no shift of theirs is known.")]
    orders: Annotated[int, Field(description="How many they have, not done yet.")]


class Candidates(BaseModel):
    """Those with the skill first, of these who is here, of these who has least to do."""

    items: list[Candidate]


@router.get(
    "",
    operation_id="get_work_order",
    summary="One work order",
    responses=problems("work-order-not-found", "person-not-found"),
)
async def get_work_order(
    order: ThisOrder,
    by: Annotated[
        str | None, Query(pattern=CODE, description="Whose steps `possible` tells: nobody verifies their own work.")
    ] = None,
) -> WorkOrderDetail:
    """An order with its alarms, checklist, lock-out, parts, hours, downtime, files, and all that happened to it."""
    return await order.detail(by)


@router.get(
    "/candidates",
    operation_id="list_work_order_candidates",
    summary="Who could do it",
    responses=problems("work-order-not-found"),
)
async def list_work_order_candidates(
    order: ThisOrder, team: Annotated[str | None, Query(pattern=CODE, description="Only of this team.")] = None
) -> Candidates:
    """People by skill, by whether they are here now, and by how much they have to do."""
    with refused_as("work-order-not-found", OrderNotFoundError):
        found = await reads.order(order.connection, order.ref)
    who = await people.candidates(order.connection, order.ref.site, order.now, skill=found.skill, team=team)
    return Candidates(items=[Candidate.model_validate(each) for each in who])


@router.put(
    "/priority",
    operation_id="set_work_order_priority",
    summary="Make it more or less urgent",
    responses=problems(*_REFUSALS),
)
async def set_work_order_priority(order: ThisOrder, given: Urgency) -> WorkOrderDetail:
    """Its times are those that it would have had from its beginning; the comment says why."""
    async with order.acting(given.by) as actor:
        order.unless_refused(
            await changes.set_priority(order.connection, order.ref, given.priority, given.comment, actor, order.now)
        )
    return await order.detail(given.by)


@router.put(
    "/due", operation_id="set_work_order_due", summary="Give it another due time", responses=problems(*_REFUSALS)
)
async def set_work_order_due(order: ThisOrder, given: Due) -> WorkOrderDetail:
    """It stands until somebody sets another, or another priority; the comment says why."""
    async with order.acting(given.by) as actor:
        order.unless_refused(
            await changes.set_due(order.connection, order.ref, given.due_at, given.comment, actor, order.now)
        )
    return await order.detail(given.by)


@router.put("/job", operation_id="give_work_order_job", summary="Do it after a job", responses=problems(*_REFUSALS))
async def give_work_order_job(order: ThisOrder, given: JobGiven) -> WorkOrderDetail:
    """The job's checklist, isolations and parts are copied to an order that has none, before the work begins."""
    async with order.acting(given.by) as actor:
        order.unless_refused(await jobs.give(order.connection, order.ref, given.job, actor, order.now))
    return await order.detail(given.by)
