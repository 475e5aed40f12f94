"""What people do about alarms. Each action is a step of the lifecycle's table.

One that the table has not is refused with what to do instead. Until people sign in, whoever acts is `local`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.alarm_answers import Code, detail, no_such_alarm
from api.alarm_models import AlarmDetail
from api.context import Database, Shared
from api.instants import InstantGiven, zoned
from api.names import ALARM
from api.openapi_parts import WITH_A_BODY, problems
from api.problems import Problem, refused_as
from api.reasons import Reason, ReasonOrNone
from services.alarms import actions
from services.alarms.actions import AlarmRef, Done, ShelvingRefusedError
from services.database import Connection

router = APIRouter(prefix="/alarms", tags=["alarms"], dependencies=[Depends(zoned)])

ACTOR = "local"
Action = Callable[[Connection, Sequence[AlarmRef], str, str, datetime], Awaitable[Done]]
Route = TypeVar("Route", bound=Callable[..., object])


class Commented(BaseModel):
    """What a person may say to an action."""

    model_config = ConfigDict(extra="forbid")

    comment: ReasonOrNone = ""


class Reasoned(BaseModel):
    """Why a person does it: others will ask."""

    model_config = ConfigDict(extra="forbid")

    comment: Reason


class Shelving(Commented):
    """Until when an alarm is silent: a time, or minutes from now; neither: an hour."""

    until: InstantGiven | None = None
    minutes: Annotated[float | None, Field(gt=0, le=60 * 24 * 366)] = None
    one_shot: Annotated[bool, Field(description="Also over as soon as the condition returns.")] = False


class ManyAcknowledged(Commented):
    """Several alarms at once."""

    alarms: Annotated[list[Annotated[str, StringConstraints(pattern=ALARM)]], Field(min_length=1, max_length=1000)]


class RefusedAlarm(BaseModel):
    """An alarm that did not take the step, and why."""

    alarm: str
    type: Annotated[
        Literal["/problems/alarm-not-found", "/problems/alarm-action-refused"],
        Field(description="The problem that acting on it alone would be answered with."),
    ]
    why: str


class ManyDone(BaseModel):
    """What became of each alarm."""

    acknowledged: list[str]
    refused: Annotated[list[RefusedAlarm], Field(description="Those that there are not, and those that refused.")]


@router.post(
    "/acknowledge",
    operation_id="acknowledge_alarms",
    summary="Acknowledge several",
    responses=problems(*WITH_A_BODY),
)
async def acknowledge_alarms(connection: Database, given: ManyAcknowledged) -> ManyDone:
    """Somebody has seen them. The answer says of each what became of it; one that is refused hinders no other."""
    async with connection.transaction():
        refs = [AlarmRef.of(address) for address in given.alarms]
        done = await actions.acknowledge(connection, refs, ACTOR, given.comment, datetime.now(UTC))
    return ManyDone(
        acknowledged=[step.row.address for step in done.steps],
        refused=[
            *(
                RefusedAlarm(
                    alarm=each,
                    type="/problems/alarm-not-found",
                    why="there is no such alarm: it is named site/rule/subject",
                )
                for each in done.missing
            ),
            *(
                RefusedAlarm(alarm=each, type="/problems/alarm-action-refused", why=why)
                for each, why in done.refused.items()
            ),
        ],
    )


@dataclass(frozen=True, slots=True)
class Named:
    """The alarm that a request is about, and the connection over which it is acted upon."""

    connection: Connection
    address: str
    now: datetime

    async def take(self, act: Action, comment: str) -> AlarmDetail:
        """Act on it; gives it as it is then. Raises Problem where there is none, or where it refuses."""
        with refused_as("alarm-action-refused", ShelvingRefusedError):
            async with self.connection.transaction():
                done = await act(self.connection, [AlarmRef.of(self.address)], ACTOR, comment, self.now)
        if done.missing:
            raise no_such_alarm(self.address)
        if done.refused:
            raise Problem("alarm-action-refused", f"{self.address}: {done.refused[self.address]}.")
        return await detail(self.connection, self.address)


async def _named(site: Code, rule: Code, subject: Code, connection: Database) -> Named:
    return Named(connection, f"{site}/{rule}/{subject}", datetime.now(UTC))


ThisAlarm = Annotated[Named, Depends(_named)]


def _step(verb: str, summary: str) -> Callable[[Route], Route]:
    """A route that lets one alarm take a step; its function's name names the operation."""

    def routed(route: Route) -> Route:
        added = router.post(
            f"/{{site}}/{{rule}}/{{subject}}/{verb}",
            operation_id=route.__name__,
            summary=summary,
            responses=problems("alarm-not-found", "alarm-action-refused", *WITH_A_BODY),
        )
        return added(route)

    return routed


@_step("acknowledge", "Acknowledge")
async def acknowledge_alarm(alarm: ThisAlarm, given: Commented) -> AlarmDetail:
    """Somebody has seen it and takes care."""
    return await alarm.take(actions.acknowledge, given.comment)


@_step("shelve", "Shelve")
async def shelve_alarm(shared: Shared, alarm: ThisAlarm, given: Shelving) -> AlarmDetail:
    """Silent for a limited time; its condition is watched and logged on. Shelving it again gives it a new limit."""
    if given.until is not None and given.minutes is not None:
        raise Problem("invalid-request", "Give `until` or `minutes`, not both.")
    until = given.until if given.minutes is None else alarm.now + timedelta(minutes=given.minutes)
    at_most = timedelta(hours=shared.settings.alarms_shelved_at_most_h)
    shelve = partial(actions.shelve, until=until, one_shot=given.one_shot, at_most=at_most)
    return await alarm.take(shelve, given.comment)


@_step("unshelve", "Unshelve")
async def unshelve_alarm(alarm: ThisAlarm, given: Commented) -> AlarmDetail:
    """Heard again before its time: what holds now is told now."""
    return await alarm.take(actions.unshelve, given.comment)


@_step("remove-from-service", "Remove from service")
async def remove_alarm_from_service(alarm: ThisAlarm, given: Reasoned) -> AlarmDetail:
    """Silent without a limit, for maintenance, with the reason; somebody has to return it to service."""
    return await alarm.take(actions.remove_from_service, given.comment)


@_step("return-to-service", "Return to service")
async def return_alarm_to_service(alarm: ThisAlarm, given: Commented) -> AlarmDetail:
    """Maintenance is over: what holds now is told now."""
    return await alarm.take(actions.return_to_service, given.comment)


@_step("reset", "Reset")
async def reset_alarm(alarm: ThisAlarm, given: Commented) -> AlarmDetail:
    """Let a latched alarm go, once its condition is gone and it is acknowledged."""
    return await alarm.take(actions.reset, given.comment)
