"""Jobs: what is done on machines, step by step, with lock-out and parts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.context import Database
from api.entering import entered
from api.instants import zoned
from api.names import CODE
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import Retired, Search, SiteFilter, require_site
from api.plan_models import Job, JobDetail, NewJob
from api.problems import Problem
from services.database import Connection
from services.plans import reads

router = APIRouter(prefix="/jobs", tags=["maintenance"], dependencies=[Depends(zoned)])

Code = Annotated[str, Path(pattern=CODE)]


@router.get("", operation_id="list_jobs", summary="Jobs", responses=problems("site-not-found"))
async def list_jobs(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    search: Search = None,
    retired: Retired = False,
) -> PageOf[Job]:
    """Jobs by site and code."""
    found = [
        row
        for row in await reads.jobs(connection, site=site)
        if (retired or row.retired_at is None)
        and (search is None or search.lower() in f"{row.code} {row.job.name} {row.job.name_zh}".lower())
    ]
    if not found and site is not None:
        await require_site(connection, site)
    shown, following = wanted.part(found, lambda row: f"{row.site}/{row.code}")
    return wanted.page(response, map(Job.of, shown), following)


@router.get(
    "/{site}/{code}", operation_id="get_job", summary="One job", responses=problems("site-not-found", "job-not-found")
)
async def get_job(site: Code, code: Code, connection: Database) -> JobDetail:
    """A job and who changed it."""
    return await _detail(connection, site, code)


@router.put(
    "/{site}/{code}",
    operation_id="put_job",
    summary="Change a job, or add one",
    responses=problems("site-not-found", "maintenance-refused", "version-moved", "person-not-found", *WITH_A_BODY),
)
async def put_job(site: Code, code: Code, connection: Database, new: NewJob) -> JobDetail:
    """The job as given becomes its newest version. From then on the site folder leaves it as it is.

    Orders that are open keep what they were opened with. Safe to repeat: what holds already makes no version.
    """
    await require_site(connection, site)
    await entered(connection, site, "job", code, new.job, new)
    return await _detail(connection, site, code)


async def _detail(connection: Connection, site: str, code: str) -> JobDetail:
    found = await reads.jobs(connection, site=site, code=code)
    if not found:
        await require_site(connection, site)
        raise Problem("job-not-found", f"There is no job {code!r} on {site!r}: see /api/v1/jobs?site={site}.")
    return JobDetail.with_changes(found[0], await reads.changes(connection, site, "job", code))
