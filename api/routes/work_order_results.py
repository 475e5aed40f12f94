"""What is written down while somebody works on an order: checklist, lock-out, parts, hours, downtime, remarks."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.instants import zoned
from api.openapi_parts import WITH_A_BODY, problems
from api.problems import Problem, refused_as
from api.work_order_answers import ThisOrder
from api.work_order_models import WorkOrderDetail
from api.work_order_requests import Down, Locking, OrderComment, Signed, TaskResult, UpAgain, UsedPart, Worked
from services.parts import of_orders
from services.parts.rows import PartNotFoundError
from services.parts.stock import MovementRefusedError
from services.work_orders import comments, downtime, isolation, labour, locking, tasks

router = APIRouter(prefix="/work-orders/{site}/{number}", tags=["maintenance"], dependencies=[Depends(zoned)])

Position = Annotated[int, Path(ge=1, le=10_000, description="Counted from 1.")]
_REFUSALS = ("work-order-not-found", "work-order-step-refused", "person-not-found", *WITH_A_BODY)


@router.put(
    "/tasks/{position}",
    operation_id="put_work_order_task",
    summary="What a task found",
    responses=problems(*_REFUSALS),
)
async def put_work_order_task(order: ThisOrder, position: Position, given: TaskResult) -> WorkOrderDetail:
    """Of a measured task the value decides. A failure opens an order of its own where the job says so."""
    async with order.acting(given.by) as actor:
        order.unless_refused(
            await tasks.give(
                order.connection,
                order.ref,
                position,
                given.result,
                actor,
                order.now,
                value=given.value,
                note=given.note,
            )
        )
    return await order.detail(given.by)


@router.post(
    "/isolations/{position}/confirm",
    operation_id="confirm_work_order_isolation",
    summary="A padlock hangs",
    responses=problems(*_REFUSALS),
)
async def confirm_work_order_isolation(order: ThisOrder, position: Position, given: Locking) -> WorkOrderDetail:
    """An energy is locked out. An order is started once all of them are."""
    async with order.acting(given.by) as actor:
        order.unless_refused(
            await isolation.confirm(order.connection, order.ref, position, given.lock, actor, order.now)
        )
    return await order.detail(given.by)


@router.post(
    "/isolations/{position}/remove",
    operation_id="remove_work_order_isolation",
    summary="A padlock is off",
    responses=problems(*_REFUSALS),
)
async def remove_work_order_isolation(order: ThisOrder, position: Position, given: Signed) -> WorkOrderDetail:
    """The machine has this energy again. An order is completed once no padlock hangs."""
    async with order.acting(given.by) as actor:
        order.unless_refused(await isolation.remove(order.connection, order.ref, position, actor, order.now))
    return await order.detail(given.by)


@router.post(
    "/parts",
    operation_id="use_work_order_part",
    summary="A part is taken, or given back",
    responses=problems("work-order-not-found", "person-not-found", "part-not-found", "part-refused", *WITH_A_BODY),
)
async def use_work_order_part(order: ThisOrder, given: UsedPart) -> WorkOrderDetail:
    """The stock follows at once. Safe to repeat with the same `client_key`."""
    async with order.acting(given.by) as actor:
        locked = await locking.lock(order.connection, order.ref)
        move = of_orders.give_back if given.returned else of_orders.use
        quantity = Decimal(str(given.quantity))
        with refused_as("part-refused", MovementRefusedError), refused_as("part-not-found", PartNotFoundError):
            await move(
                order.connection,
                locked.id,
                given.part,
                quantity,
                actor,
                order.now,
                reason=given.reason,
                client_key=given.client_key,
            )
    return await order.detail(given.by)


@router.post(
    "/labour",
    operation_id="add_work_order_labour",
    summary="Hours that somebody worked",
    responses=problems(*_REFUSALS),
)
async def add_work_order_labour(order: ThisOrder, given: Worked) -> WorkOrderDetail:
    """Of a person by code, of somebody from outside by name, else of `by`."""
    if given.person is not None and given.name:
        raise Problem("invalid-request", "Give `person` or `name`, not both.")
    async with order.acting(given.by) as actor:
        order.unless_refused(
            await labour.add(
                order.connection,
                order.ref,
                given.hours,
                actor,
                order.now,
                person=given.person,
                name=given.name,
                began_at=given.began_at,
                note=given.note,
            )
        )
    return await order.detail(given.by)


@router.post(
    "/downtime",
    operation_id="begin_work_order_downtime",
    summary="The machine cannot do its work",
    responses=problems(*_REFUSALS),
)
async def begin_work_order_downtime(order: ThisOrder, given: Down) -> WorkOrderDetail:
    """From now or from a time before. Completing the order ends it."""
    async with order.acting(given.by) as actor:
        order.unless_refused(
            await downtime.begin(
                order.connection,
                order.ref,
                given.reason,
                actor,
                order.now,
                began_at=given.began_at,
                note=given.note,
            )
        )
    return await order.detail(given.by)


@router.put(
    "/downtime/end",
    operation_id="end_work_order_downtime",
    summary="The machine does its work again",
    responses=problems(*_REFUSALS),
)
async def end_work_order_downtime(order: ThisOrder, given: UpAgain) -> WorkOrderDetail:
    """Since now or since a time before."""
    async with order.acting(given.by) as actor:
        order.unless_refused(await downtime.end(order.connection, order.ref, actor, order.now, ended_at=given.ended_at))
    return await order.detail(given.by)


@router.post(
    "/comments",
    operation_id="comment_work_order",
    summary="Say something to it",
    responses=problems("work-order-not-found", "person-not-found", *WITH_A_BODY),
)
async def comment_work_order(order: ThisOrder, given: OrderComment) -> WorkOrderDetail:
    """Plain text for whoever works on it next, also once it is over."""
    async with order.acting(given.by) as actor:
        await comments.add(order.connection, order.ref, given.comment, actor, order.now)
    return await order.detail(given.by)
