"""Is the service alive, is it ready: for load balancers, container engines and people in a hurry.

`live` says that the process answers and touches nothing else, so that a database outage does not restart every API
process. `ready` says whether a request would be answered; what is wrong elsewhere (ingest silent, disk filling) shows
as a warning and does not take the API out of service, because people need it just then.
"""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.connections import DatabaseAwayError
from api.context import Context, Shared
from api.failures import RETRY_AFTER_S
from api.openapi_parts import problems
from api.problems import Problem
from services import health
from services.database import Connection
from services.watch import figures
from services.watch.parts import DUTY_DONE_BY, DUTY_SILENT_S

router = APIRouter(prefix="/health", tags=["health"])

#: An ingest worker writes a heartbeat every 5 s.
HEARTBEAT_LIMIT_S = 15.0
#: Below this ingest pauses.
DISK_LIMIT_BYTES = 1_000_000_000


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]


class Check(BaseModel):
    """One thing that was looked at."""

    name: Annotated[str, Field(examples=["database"])]
    status: Literal["ok", "warning", "failed"]
    detail: Annotated[str, Field(description="What was found, and what to do when it is not ok.")]
    value: Annotated[float | None, Field(description="The figure behind it, where there is one.")] = None
    unit: Annotated[str | None, Field(examples=["s"])] = None


class Readiness(BaseModel):
    """Whether requests are answered, and everything that was looked at."""

    status: Annotated[Literal["ready", "degraded"], Field(description="`degraded`: ready, with warnings.")]
    checks: list[Check]


@router.get("/live", operation_id="get_health_live", summary="Is the process alive?")
async def alive() -> Alive:
    """Answered without looking at anything else."""
    return Alive(status="alive")


@router.get(
    "/ready",
    operation_id="get_health_ready",
    summary="Would a request be answered?",
    responses=problems("not-ready"),
)
async def ready(shared: Shared) -> Readiness:
    """Database, migrations, live feed, heartbeats of ingest and of each duty, and disk, each with its figure.

    The duty `watch` raises the service's own alarms; that it is silent itself is told here and nowhere else.
    """
    checks = await _checks(shared)
    failed = [check for check in checks if check.status == "failed"]
    if failed:
        raise Problem(
            "not-ready",
            " ".join(check.detail for check in failed),
            more={"checks": [check.model_dump() for check in checks]},
            headers={"Retry-After": RETRY_AFTER_S},
        )
    warned = any(check.status == "warning" for check in checks)
    return Readiness(status="degraded" if warned else "ready", checks=checks)


async def _checks(shared: Context) -> list[Check]:
    try:
        async with shared.connections.borrow() as connection:
            pending = await health.pending_migrations(connection)
            found = [Check(name="database", status="ok", detail="The database answers."), _migrations(pending)]
            if not pending:
                found += [*await _ingest(connection), *await _duties(connection)]
    except DatabaseAwayError as error:
        return [
            Check(
                name="database",
                status="failed",
                detail=f"The database does not answer ({error}); `ioe doctor` says what is wrong.",
            )
        ]
    return [*found, _feed(shared), *_disk(shared.database.disk_path)]


def _migrations(pending: list[str]) -> Check:
    if pending:
        detail = f"The database lacks {', '.join(pending)}: run `ioe migrate`."
        return Check(name="migrations", status="failed", detail=detail, value=len(pending))
    return Check(name="migrations", status="ok", detail="The database has this version's schema.")


async def _ingest(connection: Connection) -> list[Check]:
    workers = await health.workers(connection)
    if not workers:
        return [Check(name="ingest", status="warning", detail="No ingest worker ever started: run `ioe ingest`.")]
    found = []
    for worker in workers:
        age_s = worker.silent_s
        name = f"ingest {worker.name}"
        if age_s > HEARTBEAT_LIMIT_S:
            detail = f"Silent for {age_s:.0f} s: start it again, or `ioe ingest --drain {worker.name}` if it is to go."
            found.append(Check(name=name, status="warning", detail=detail, value=age_s, unit="s"))
        elif worker.state != "receiving":
            detail = f"It is {worker.state}: {worker.detail or 'no reason given'}."
            found.append(Check(name=name, status="warning", detail=detail, value=age_s, unit="s"))
        else:
            found.append(Check(name=name, status="ok", detail="It receives.", value=age_s, unit="s"))
    return found


async def _duties(connection: Connection) -> list[Check]:
    held = {duty.name: duty for duty in await figures.duties(connection)}
    found = []
    for name, command in DUTY_DONE_BY.items():
        duty = held.get(name)
        age_s = None if duty is None else duty.silent_s
        if age_s is not None and age_s <= DUTY_SILENT_S:
            found.append(Check(name=f"duty {name}", status="ok", detail="It is done.", value=age_s, unit="s"))
            continue
        since = "Nobody ever did it" if age_s is None else f"Nobody has done it for {age_s:.0f} s"
        detail = f"{since}: start `{command}`."
        found.append(Check(name=f"duty {name}", status="warning", detail=detail, value=age_s, unit="s"))
    return found


def _feed(shared: Context) -> Check:
    if shared.feed.following:
        return Check(name="live feed", status="ok", detail="Live values follow the log of readings.")
    if shared.feed.ready:
        return Check(name="live feed", status="warning", detail="Live values are late: the feed is connecting again.")
    return Check(name="live feed", status="failed", detail="Live values are not there yet: the feed is starting.")


def _disk(path: str) -> list[Check]:
    room = health.disk(path)
    if room is None:
        return []
    free_gb = room.free_bytes / 1e9
    if room.free_bytes < DISK_LIMIT_BYTES:
        detail = f"{free_gb:.2f} GB are left on the database's disk; below 1 GB ingest pauses: make room."
        return [Check(name="disk", status="warning", detail=detail, value=room.free_bytes, unit="B")]
    return [Check(name="disk", status="ok", detail=f"{free_gb:.1f} GB are left.", value=room.free_bytes, unit="B")]
