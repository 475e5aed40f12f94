"""Maintenance plans: which there are, how they stand, what is due and when."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.context import Database
from api.entering import entered
from api.instants import InstantQuery, zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, Search, SiteFilter, require_site
from api.plan_models import MaintenancePlan, MaintenancePlanDetail, NewPlan, PlanDue
from api.problems import Problem
from api.settings_models import MaintenanceSettings
from services.database import Connection
from services.maintenance import settings
from services.plans import reads
from services.plans.reads import Due

router = APIRouter(tags=["maintenance"], dependencies=[Depends(zoned)])

Code = Annotated[str, Path(pattern=CODE)]
_ONE_PLAN = ("site-not-found", "plan-not-found")


@router.get(
    "/maintenance-plans",
    operation_id="list_maintenance_plans",
    summary="Maintenance plans",
    responses=problems("site-not-found"),
)
async def list_maintenance_plans(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[MaintenancePlan]:
    """Plans by site and code."""
    found = [
        row
        for row in await reads.plans(connection, datetime.now(UTC), site=site)
        if (retired or row.retired_at is None)
        and (search is None or search.lower() in f"{row.code} {row.plan.name} {row.plan.name_zh}".lower())
    ]
    if not found and site is not None:
        await require_site(connection, site)
    shown, following = wanted.part(found, lambda row: f"{row.site}/{row.code}")
    return wanted.page(response, map(MaintenancePlan.of, shown), following)


@router.get(
    "/maintenance-plans/{site}/{code}",
    operation_id="get_maintenance_plan",
    summary="One plan",
    responses=problems(*_ONE_PLAN),
)
async def get_maintenance_plan(site: Code, code: Code, connection: Database) -> MaintenancePlanDetail:
    """A plan, how it stands on each of its machines, and who changed it."""
    return await _detail(connection, site, code)


@router.put(
    "/maintenance-plans/{site}/{code}",
    operation_id="put_maintenance_plan",
    summary="Change a plan, or add one",
    responses=problems("site-not-found", "maintenance-refused", "version-moved", "person-not-found", *WITH_A_BODY),
)
async def put_maintenance_plan(site: Code, code: Code, connection: Database, new: NewPlan) -> MaintenancePlanDetail:
    """The plan as given becomes its newest version. From then on the site folder leaves it as it is.

    Machines are looked at with it within a minute. Safe to repeat: what holds already makes no version.
    """
    await require_site(connection, site)
    await entered(connection, site, "plan", code, new.plan, new)
    return await _detail(connection, site, code)


@router.get(
    "/maintenance-due",
    operation_id="list_maintenance_due",
    summary="What is due, and when",
    responses=problems("site-not-found"),
)
async def list_maintenance_due(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    machine: Annotated[str | None, Query(pattern=CODE, description="Only of this machine or meter.")] = None,
    start: Annotated[
        InstantQuery | None, Query(alias="from", description="Begins the calendar; what is due already is in it too.")
    ] = None,
    stop: Annotated[
        InstantQuery | None,
        Query(alias="to", description="Ends it, without the instant itself; it has the times after the next one too."),
    ] = None,
    overdue: Annotated[bool, Query(description="Only what is overdue.")] = False,
) -> PageOf[PlanDue]:
    """The due list, the earliest first; with `from` and `to` the calendar between them.

    Without them every plan on every machine is listed once, also those of which nobody knows when.
    """
    if start is not None and stop is not None and start >= stop:
        raise Problem("invalid-request", "The calendar is empty: `from` comes before `to`.")
    if site is not None:
        await require_site(connection, site)
    now = datetime.now(UTC)
    listed = reads.between(await reads.due_list(connection, site=site, machine=machine), start, stop)
    found = [due for due in listed if not overdue or due.is_overdue(now)]
    shown, following = wanted.part(found, _place)
    return wanted.page(response, (PlanDue.of(due, now) for due in shown), following)


@router.get(
    "/maintenance-settings/{site}",
    operation_id="get_maintenance_settings",
    summary="How a site keeps its machines",
    responses=problems("site-not-found"),
)
async def get_maintenance_settings(site: Code, connection: Database) -> MaintenanceSettings:
    """Due times by priority, which alarms make orders, who is asked, and what signals mean."""
    await require_site(connection, site)
    return MaintenanceSettings.of(site, await settings.of_site(connection, site))


async def _detail(connection: Connection, site: str, code: str) -> MaintenancePlanDetail:
    now = datetime.now(UTC)
    found = await reads.plans(connection, now, site=site, code=code)
    if not found:
        await require_site(connection, site)
        where = f"/api/v1/maintenance-plans?site={site}"
        raise Problem("plan-not-found", f"There is no plan {code!r} on {site!r}: see {where}.")
    standing = [PlanDue.of(due, now) for due in await reads.due_list(connection, site=site, plan=code)]
    return MaintenancePlanDetail.with_standing(found[0], standing, await reads.changes(connection, site, "plan", code))


def _place(due: Due) -> str:
    # What cannot be said comes after everything that can.
    at = "9" if due.due_at is None else due.due_at.astimezone(UTC).isoformat()
    return f"{at} {due.row.site}/{due.row.plan}/{due.row.subject}"
