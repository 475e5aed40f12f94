"""What people do about alarms. Each action is a step of the lifecycle's table.

One that the table has not is refused with what to do instead. Until people sign in, whoever acts is `local`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from api.alarm_answers import Code, detail
from api.alarm_models import AlarmDetail
from api.context import Database, Shared
from api.instants import parse, zoned
from api.names import ALARM
from api.openapi_parts import WITH_A_BODY, problems
from api.problems import Problem
from api.reasons import Reason, ReasonOrNone
from services.alarms import actions
from services.alarms.actions import AlarmNotFoundError, AlarmRef, Done, ShelvingRefusedError
from services.database import Connection

router = APIRouter(prefix="/alarms", tags=["alarms"], dependencies=[Depends(zoned)])

ACTOR = "local"
_ACTION = problems("alarm-not-found", "alarm-action-refused", *WITH_A_BODY)


def _instant(given: object) -> datetime:
    if not isinstance(given, str):
        raise ValueError("a time is a text with offset, as in 2026-11-23T08:00:00Z")  # noqa: TRY004 - pydantic's way
    return parse(given)


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

    until: Annotated[
        datetime | None, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})
    ] = None
    minutes: Annotated[float | None, Field(gt=0, le=60 * 24 * 366)] = None
    one_shot: Annotated[bool, Field(description="Also over as soon as the condition returns.")] = False


class ManyAcknowledged(Commented):
    """Several alarms at once."""

    alarms: Annotated[list[Annotated[str, StringConstraints(pattern=ALARM)]], Field(min_length=1, max_length=1000)]


class RefusedAlarm(BaseModel):
    """An alarm that did not take the step, and why."""

    alarm: str
    why: str


class ManyDone(BaseModel):
    """What became of each alarm."""

    acknowledged: list[str]
    refused: list[RefusedAlarm]


@router.post(
    "/acknowledge",
    operation_id="acknowledge_alarms",
    summary="Acknowledge several",
    responses=problems("alarm-not-found", *WITH_A_BODY),
)
async def acknowledge_alarms(connection: Database, given: ManyAcknowledged) -> ManyDone:
    """Somebody has seen them. One that cannot be acknowledged is named with the reason; the others are all the same."""
    done = await _done(
        connection, given.alarms, lambda refs: actions.acknowledge(connection, refs, ACTOR, given.comment, _now())
    )
    return ManyDone(
        acknowledged=[step.row.address for step in done.steps],
        refused=[RefusedAlarm(alarm=address, why=why) for address, why in done.refused.items()],
    )


@router.post(
    "/{site}/{rule}/{subject}/acknowledge",
    operation_id="acknowledge_alarm",
    summary="Acknowledge",
    responses=_ACTION,
)
async def acknowledge_alarm(
    site: Code, rule: Code, subject: Code, connection: Database, given: Commented
) -> AlarmDetail:
    """Somebody has seen it and takes care."""
    return await _one(
        connection,
        f"{site}/{rule}/{subject}",
        lambda refs: actions.acknowledge(connection, refs, ACTOR, given.comment, _now()),
    )


@router.post("/{site}/{rule}/{subject}/shelve", operation_id="shelve_alarm", summary="Shelve", responses=_ACTION)
async def shelve_alarm(
    shared: Shared, site: Code, rule: Code, subject: Code, connection: Database, given: Shelving
) -> AlarmDetail:
    """Silent for a limited time; its condition is watched and logged on. Shelving it again gives it a new limit."""
    now = _now()
    if given.until is not None and given.minutes is not None:
        raise Problem("invalid-request", "Give `until` or `minutes`, not both.")
    until = given.until if given.minutes is None else now + timedelta(minutes=given.minutes)
    return await _one(
        connection,
        f"{site}/{rule}/{subject}",
        lambda refs: actions.shelve(
            connection,
            refs,
            ACTOR,
            given.comment,
            now,
            until=until,
            one_shot=given.one_shot,
            at_most=timedelta(hours=shared.settings.alarms_shelved_at_most_h),
        ),
    )


@router.post("/{site}/{rule}/{subject}/unshelve", operation_id="unshelve_alarm", summary="Unshelve", responses=_ACTION)
async def unshelve_alarm(site: Code, rule: Code, subject: Code, connection: Database, given: Commented) -> AlarmDetail:
    """Heard again before its time: what holds now is told now."""
    return await _one(
        connection,
        f"{site}/{rule}/{subject}",
        lambda refs: actions.unshelve(connection, refs, ACTOR, given.comment, _now()),
    )


@router.post(
    "/{site}/{rule}/{subject}/remove-from-service",
    operation_id="remove_alarm_from_service",
    summary="Remove from service",
    responses=_ACTION,
)
async def remove_alarm_from_service(
    site: Code, rule: Code, subject: Code, connection: Database, given: Reasoned
) -> AlarmDetail:
    """Silent without a limit, for maintenance, with the reason; somebody has to return it to service."""
    return await _one(
        connection,
        f"{site}/{rule}/{subject}",
        lambda refs: actions.remove_from_service(connection, refs, ACTOR, given.comment, _now()),
    )


@router.post(
    "/{site}/{rule}/{subject}/return-to-service",
    operation_id="return_alarm_to_service",
    summary="Return to service",
    responses=_ACTION,
)
async def return_alarm_to_service(
    site: Code, rule: Code, subject: Code, connection: Database, given: Commented
) -> AlarmDetail:
    """Maintenance is over: what holds now is told now."""
    return await _one(
        connection,
        f"{site}/{rule}/{subject}",
        lambda refs: actions.return_to_service(connection, refs, ACTOR, given.comment, _now()),
    )


@router.post("/{site}/{rule}/{subject}/reset", operation_id="reset_alarm", summary="Reset", responses=_ACTION)
async def reset_alarm(site: Code, rule: Code, subject: Code, connection: Database, given: Commented) -> AlarmDetail:
    """Let a latched alarm go, once its condition is gone and it is acknowledged."""
    return await _one(
        connection,
        f"{site}/{rule}/{subject}",
        lambda refs: actions.reset(connection, refs, ACTOR, given.comment, _now()),
    )


async def _one(
    connection: Connection, address: str, act: Callable[[Sequence[AlarmRef]], Awaitable[Done]]
) -> AlarmDetail:
    done = await _done(connection, [address], act)
    if done.refused:
        ((alarm, why),) = done.refused.items()
        raise Problem("alarm-action-refused", f"{alarm}: {why}.", more={"refused": [{"alarm": alarm, "why": why}]})
    return await detail(connection, address)


async def _done(
    connection: Connection, addresses: Sequence[str], act: Callable[[Sequence[AlarmRef]], Awaitable[Done]]
) -> Done:
    try:
        async with connection.transaction():
            return await act([AlarmRef.of(address) for address in addresses])
    except AlarmNotFoundError as error:
        raise Problem("alarm-not-found", str(error)) from error
    except ShelvingRefusedError as error:
        raise Problem("alarm-action-refused", str(error)) from error


def _now() -> datetime:
    return datetime.now(UTC)
