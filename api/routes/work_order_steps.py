"""The steps of a work order, one route each: what the table of its life has not, it refuses and says what to do."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Depends

from analytics.work_orders.lifecycle import Event
from api.instants import zoned
from api.openapi_parts import WITH_A_BODY, problems
from api.work_order_answers import NamedOrder, ThisOrder
from api.work_order_models import WorkOrderDetail
from api.work_order_requests import Assigning, Completing, OrderStep, Reopening, Starting
from services.work_orders import steps
from services.work_orders.moments import Given

router = APIRouter(prefix="/work-orders", tags=["maintenance"], dependencies=[Depends(zoned)])

Route = TypeVar("Route", bound=Callable[..., object])
_REFUSALS = ("work-order-not-found", "work-order-step-refused", "person-not-found", "team-not-found", *WITH_A_BODY)


def _step(verb: str, summary: str) -> Callable[[Route], Route]:
    """A route that lets an order take a step; its function's name names the operation."""

    def routed(route: Route) -> Route:
        added = router.post(
            f"/{{site}}/{{number}}/{verb}",
            operation_id=route.__name__,
            summary=summary,
            responses=problems(*_REFUSALS),
        )
        return added(route)

    return routed


async def _take(order: NamedOrder, event: Event, by: str | None, given: Given) -> WorkOrderDetail:
    """Take a step; gives the order as it is then. Raises Problem."""
    async with order.acting(by) as actor:
        order.unless_refused(await steps.take(order.connection, order.ref, event, actor, order.now, given))
    return await order.detail(by)


@_step("accept", "Accept a request")
async def accept_work_order(order: ThisOrder, given: OrderStep) -> WorkOrderDetail:
    """It is a work order from now on, and its times count from now."""
    return await _take(order, "accept", given.by, Given(comment=given.comment))


@_step("assign", "Assign")
async def assign_work_order(order: ThisOrder, given: Assigning) -> WorkOrderDetail:
    """Give it to a person, a team, or both; `candidates` of the order lists who could."""
    said = Given(comment=given.comment, assignee=given.assignee, team=given.team, anyway=given.anyway)
    return await _take(order, "assign", given.by, said)


@_step("release", "Release")
async def release_work_order(order: ThisOrder, given: OrderStep) -> WorkOrderDetail:
    """Nobody in particular has it any more."""
    return await _take(order, "release", given.by, Given(comment=given.comment))


@_step("start", "Start")
async def start_work_order(order: ThisOrder, given: Starting) -> WorkOrderDetail:
    """Somebody works on it, once all that has to be locked out is. May take the machine's alarms out of service."""
    said = Given(comment=given.comment, out_of_service=given.takes_out_of_service)
    return await _take(order, "start", given.by, said)


@_step("hold", "Put on hold")
async def hold_work_order(order: ThisOrder, given: OrderStep) -> WorkOrderDetail:
    """The work waits, as for a part; the comment says for what. Due times run on."""
    return await _take(order, "hold", given.by, Given(comment=given.comment))


@_step("resume", "Resume")
async def resume_work_order(order: ThisOrder, given: OrderStep) -> WorkOrderDetail:
    """The work goes on."""
    return await _take(order, "resume", given.by, Given(comment=given.comment))


@_step("complete", "Complete")
async def complete_work_order(order: ThisOrder, given: Completing) -> WorkOrderDetail:
    """The work is done: alarms are heard again, downtime ends, and it is looked whether the condition is gone."""
    said = Given(comment=given.comment, cause=given.cause, cause_note=given.cause_note, resolution=given.resolution)
    return await _take(order, "complete", given.by, said)


@_step("reopen", "Reopen")
async def reopen_work_order(order: ThisOrder, given: Reopening) -> WorkOrderDetail:
    """It is not done after all; the comment says why."""
    return await _take(order, "reopen", given.by, Given(comment=given.comment, keep_results=given.keep_results))


@_step("verify", "Verify")
async def verify_work_order(order: ThisOrder, given: OrderStep) -> WorkOrderDetail:
    """Somebody else than who did it has looked, and it is good. It is over then."""
    return await _take(order, "verify", given.by, Given(comment=given.comment))


@_step("cancel", "Cancel")
async def cancel_work_order(order: ThisOrder, given: OrderStep) -> WorkOrderDetail:
    """It is not needed; the comment says why. It is over then."""
    return await _take(order, "cancel", given.by, Given(comment=given.comment))
