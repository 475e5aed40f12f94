"""What several routes about alarms share: their filters, which site is meant, and an alarm with all that is known."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Path, Query

from analytics.alarms.rule import Priority
from api.alarm_models import AlarmDetail, ShownNow, ShownOccurrence, ShownTransition, System
from api.names import CODE
from api.parameters import require_site
from api.periods import WEEK, checked
from api.problems import Problem
from services.alarms import names, reads
from services.alarms.actions import AlarmNotFoundError, AlarmRef
from services.alarms.reads import Period
from services.alarms.rows import SERVICE
from services.database import Connection

SiteOrService = Annotated[
    str | None, Query(alias="site", pattern=CODE, description="Only of this site; `service`: of this service itself.")
]
MachineFilter = Annotated[
    str | None, Query(pattern=CODE, description="Code of the device, meter or equipment.", examples=["comp-3"])
]
Systems = Annotated[list[System] | None, Query(alias="system", description="May be given several times.")]
Priorities = Annotated[list[Priority] | None, Query(alias="priority", description="May be given several times.")]
Code = Annotated[str, Path(pattern=CODE)]

_STEPS_SHOWN = 200
_OCCURRENCES_SHOWN = 50
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=400)
_FOR_EVER = datetime(3000, 1, 1, tzinfo=UTC)


async def site_named(connection: Connection, site: str | None) -> str | None:
    """A site as alarms have it: "" for `service`. Raises Problem where there is none."""
    if site is None or site == SERVICE:
        return None if site is None else ""
    return (await require_site(connection, site)).code


async def asked_about(
    connection: Connection, site: str | None, *, machine: str | None = None, rule: str | None = None
) -> str | None:
    """The site as alarms have it. Raises Problem where there is none, or no such machine or rule there."""
    named = await site_named(connection, site)
    if machine is None and rule is None:
        return named
    known = await names.known(connection, named, machine=machine, rule=rule)
    where = "" if site is None else f" of {site}"
    if not known.rule:
        raise Problem("rule-not-found", f"There is no rule {rule!r}{where}: see /api/v1/alarm-rules.")
    if not known.machine:
        raise Problem(
            "machine-not-found",
            f"No rule is on a machine {machine!r}{where}: give the code of a device, meter or equipment that one is "
            "on. Nothing is said of what nobody watches.",
        )
    return named


async def detail(connection: Connection, address: str) -> AlarmDetail:
    """An alarm by its address, with its newest steps and occurrences. Raises Problem where there is none."""
    row = await reads.alarm(connection, AlarmRef.of(address))
    if row is None:
        raise no_such_alarm(address)
    steps = await reads.transitions(connection, row.id, _STEPS_SHOWN)
    every = Period(_EVER, _FOR_EVER, alarm_id=row.id, with_quiet=True)
    occurred, _ = await reads.occurrences(connection, every, _OCCURRENCES_SHOWN)
    known = [row.first_out_id, *(each.first_out_id for each in occurred)]
    firsts = await reads.addresses(connection, [number for number in known if number is not None])
    return AlarmDetail.of(
        row,
        firsts,
        now=ShownNow(level=row.level, value=row.value, quiet=row.quiet, since=row.condition_since),
        one_shot=row.is_one_shot,
        transitions=[ShownTransition.of(step) for step in steps],
        occurrences=[ShownOccurrence.of(each, firsts) for each in occurred],
    )


def no_such_alarm(address: str) -> Problem:
    """What is answered to a name that no alarm has."""
    return Problem("alarm-not-found", str(AlarmNotFoundError([address])))


def lately(start: datetime | None, stop: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """A period of the last week unless another one is asked for. Raises Problem where it is empty or too long."""
    until = stop or now
    return checked(start or until - WEEK, until, _LONGEST)
