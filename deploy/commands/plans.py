"""`ioe plans`: what is to be done again and again, and what is due when.

    list         the plans of all sites or one              exit 3 where anything is overdue, here and in `due`
    due          what is due and what will be, by day; --days for how far
    show PLAN    one plan, how it stands on each machine, and who changed it

A PLAN is `site/code`. Plans come with maintenance.toml of the site folder, or are changed through the API. Exit 1:
there is no such site or plan.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click

from deploy.one_connection import one_connection
from deploy.plan_tables import due_table, plan_lines, plan_table
from deploy.settings import settings_option
from services.database import Connection
from services.plans import reads
from services.plans.reads import ChangeRow, Due, ListedPlanRow
from services.registry.places import sites

Answer = TypeVar("Answer")

OVERDUE = 3
_site = click.option("--site", help="Only of this site.")


@click.group()
def command() -> None:
    """See what is to be done again and again, and what is due when."""


@command.command(name="list")
@_site
@click.option("--all", "every", is_flag=True, help="Also those that are retired.")
@settings_option
def list_command(site: str | None, every: bool, settings: Path | None) -> None:
    """List plans with what makes them due."""

    async def work(connection: Connection) -> list[ListedPlanRow]:
        await _refuse_unknown(connection, site)
        return await reads.plans(connection, datetime.now(UTC), site=site)

    found = [row for row in _run(settings, work) if every or row.retired_at is None]
    if not found:
        click.echo("no plan: write them into maintenance.toml of the site folder and apply it")
        return
    for line in plan_table(found):
        click.echo(line)
    if any(row.overdue for row in found):
        sys.exit(OVERDUE)


@command.command()
@_site
@click.option("--machine", help="Only of this machine or meter.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 3_650), help="How far to look ahead.")
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@settings_option
def due(site: str | None, machine: str | None, days: int, overdue: bool, settings: Path | None) -> None:
    """List what is due and what will be, the earliest first."""
    now = datetime.now(UTC)

    async def work(connection: Connection) -> list[Due]:
        await _refuse_unknown(connection, site)
        listed = await reads.due_list(connection, site=site, machine=machine)
        return reads.between(listed, None, now + timedelta(days=days))

    listed = _run(settings, work)
    is_any_overdue = any(each.is_overdue(now) for each in listed)
    if overdue:
        listed = [each for each in listed if each.is_overdue(now)]
    if not listed:
        click.echo("nothing is overdue" if overdue else f"nothing is due within {days} days")
    for line in due_table(listed, now) if listed else ():
        click.echo(line)
    if is_any_overdue:
        sys.exit(OVERDUE)


@command.command()
@click.argument("plan", metavar="PLAN")
@settings_option
def show(plan: str, settings: Path | None) -> None:
    """Show one plan, how it stands on each machine, and who changed it."""
    site, _, code = plan.partition("/")
    now = datetime.now(UTC)

    async def work(connection: Connection) -> tuple[ListedPlanRow, list[Due], list[ChangeRow]]:
        found = await reads.plans(connection, now, site=site, code=code) if code else []
        if not found:
            raise click.ClickException(f"there is no plan {plan!r}: a plan is site/code, as `ioe plans list` shows it")
        standing = await reads.due_list(connection, site=site, plan=code)
        return found[0], standing, await reads.changes(connection, site, "plan", code)

    for line in plan_lines(*_run(settings, work), now):
        click.echo(line)


async def _refuse_unknown(connection: Connection, site: str | None) -> None:
    known = [each.code for each in await sites(connection)]
    if site is not None and site not in known:
        raise click.ClickException(f"there is no site {site!r}: there are {', '.join(known) or 'none yet'}")


def _run(settings: Path | None, work: Callable[[Connection], Coroutine[object, object, Answer]]) -> Answer:
    async def connected() -> Answer:
        async with one_connection(settings, "plans") as connection:
            return await work(connection)

    return asyncio.run(connected())
