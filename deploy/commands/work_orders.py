"""`ioe work-orders`: what is to be done, who does it, and what became of it.

    list                      what is not over, the most urgent first    exit 3 where something is overdue
    show ORDER                one order: what is to be done, all that happened, what can be done next
    open                      open one by hand                           job ORDER JOB    do it after a job
    accept ORDER ...          make a request a work order                assign ORDER ...  give it to somebody
    release ORDER ...         nobody in particular has it any more
    start ORDER ...           somebody works on it                       hold, resume ORDER ...
    complete ORDER ...        the work is done                           verify ORDER ...  somebody else has looked
    reopen ORDER ...          it is not done after all                   cancel ORDER ...  it is not needed
    comment ORDER ...         say something to it
    lock, unlock ORDER N      a padlock hangs, or is off                 task ORDER N      what a task found
    part ORDER PART N         a part is taken, or given back             hours ORDER N     somebody worked on it
    export FILE               the list as .xlsx

An ORDER is `site/number`. Exit 1: at least one did not take the step.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import click

from analytics.alarms.rule import PRIORITIES
from analytics.maintenance.job import OrderKind
from analytics.work_orders.lifecycle import TABLE, Event
from deploy.alarm_options import commented
from deploy.instants import INSTANT, shown
from deploy.settings import settings_option
from deploy.work_order_results import add_results
from deploy.work_order_run import act, by_option, orders_argument, run
from deploy.work_order_tables import order_lines, order_table
from services.database import Connection
from services.people import actor
from services.registry.places import sites
from services.work_orders import comments, opening, reads, sheet, steps
from services.work_orders.moments import Given
from services.work_orders.opening import NewOrder
from services.work_orders.reads import Wanted
from services.work_orders.rows import OrderRef

LOOK = 3
_TITLE_AT_MOST = 200
Command = TypeVar("Command", bound=Callable[..., object])


@click.group()
def command() -> None:
    """See what is to be done, do it, and say what became of it."""


add_results(command)


def _filters(command: Command) -> Command:
    """Add the filters of the list to a command."""
    for option in reversed(
        [
            click.option("--site", help="Only of this site."),
            click.option("--state", type=click.Choice(list(TABLE)), multiple=True, help="May be given several times."),
            click.option(
                "--priority", type=click.Choice(PRIORITIES), multiple=True, help="May be given several times."
            ),
            click.option("--machine", help="Code of the machine, device or meter."),
            click.option("--assignee", help="Code of a person."),
            click.option("--team", help="Code of a team."),
            click.option("--search", help="Part of the title, the machine or the cause."),
            click.option("--overdue", is_flag=True, help="Only what is not done though its time is over."),
            click.option("--all", "every", is_flag=True, help="Also what is verified or cancelled."),
        ]
    ):
        command = option(command)
    return command


async def _wanted(connection: Connection, given: dict[str, Any]) -> Wanted:
    site = given["site"]
    known = [each.code for each in await sites(connection)]
    if site is not None and site not in known:
        raise click.ClickException(f"there is no site {site!r}: there are {', '.join(known) or 'none yet'}")
    return Wanted(
        site,
        given["state"] or None,
        given["machine"],
        given["assignee"],
        given["team"],
        given["priority"] or None,
        is_overdue=given["overdue"],
        search=given["search"],
        with_over=given["every"],
    )


@command.command(name="list")
@_filters
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@settings_option
def list_command(limit: int, settings: Path | None, **filters: Any) -> None:  # noqa: ANN401 - options by name
    """List what is not over, the most urgent first."""

    async def work(connection: Connection) -> bool:
        now = datetime.now(UTC)
        wanted = await _wanted(connection, filters)
        found, rest = await reads.listed(connection, wanted, now, limit)
        for line in order_table(found, now) if found else ["nothing is to be done"]:
            click.echo(line)
        if rest is not None:
            click.echo(f"and more: raise --limit above {limit}")
        # Urgent is not overdue: what is may stand below the limit.
        overdue, _ = await reads.listed(connection, replace(wanted, is_overdue=True), now, 1)
        return bool(overdue)

    if run(settings, work):
        sys.exit(LOOK)


@command.command()
@click.argument("order", metavar="ORDER")
@settings_option
def show(order: str, settings: Path | None) -> None:
    """Show one order: what is to be done, all that happened, what can be done next."""

    async def work(connection: Connection) -> None:
        for line in order_lines(await reads.detail(connection, OrderRef.of(order)), datetime.now(UTC)):
            click.echo(line)

    run(settings, work)


@command.command(name="export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_filters
@settings_option
def export_command(file: Path, settings: Path | None, **filters: Any) -> None:  # noqa: ANN401 - options by name
    """Write the list to FILE, a workbook."""
    if file.suffix != ".xlsx":
        raise click.BadParameter(f"{file} must end in .xlsx: the list is a workbook", param_hint="FILE")

    async def work(connection: Connection) -> bytes:
        return await sheet.of_orders(connection, await _wanted(connection, filters), datetime.now(UTC))

    file.write_bytes(run(settings, work))
    click.echo(f"{file} is written")


@command.command(name="open")
@click.option("--site", required=True)
@click.option("--machine", help="Code of the machine.")
@click.option("--device", help="Code of a device that belongs to no machine.")
@click.option("--meter", help="Code of a meter.")
@click.option("--title", required=True, help="What is wrong, or to be done.")
@click.option("--description", default="")
@click.option("--priority", type=click.Choice(PRIORITIES), default="medium", show_default=True)
@click.option("--kind", type=click.Choice(get_args(OrderKind)), help="Without it the job's, else repair.")
@click.option("--job", help="Code of the job whose checklist, isolations and parts it gets.")
@click.option("--assignee", help="Code of a person.")
@click.option("--team", help="Code of a team.")
@click.option("--due", type=INSTANT, help="Without it by its priority.")
@by_option
@settings_option
def open_command(
    site: str,
    machine: str | None,
    device: str | None,
    meter: str | None,
    title: str,
    by: str | None,
    settings: Path | None,
    due: datetime | None,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Open an order by hand, about a machine, a device, a meter, or the whole site."""
    subjects = [(kind, code) for kind, code in (("equipment", machine), ("device", device), ("meter", meter)) if code]
    if len(subjects) > 1:
        raise click.UsageError("give one of --machine, --device and --meter: an order is about one thing")
    if not 0 < len(title.strip()) <= _TITLE_AT_MOST:
        raise click.BadParameter(
            f"say what is wrong, or to be done, in at most {_TITLE_AT_MOST} characters; more fits into --description",
            param_hint="--title",
        )
    kind, subject = subjects[0] if subjects else ("site", site)
    new = NewOrder(site, "hand", cast("opening.SubjectKind", kind), subject, title.strip(), due_at=due, **given)

    async def work(connection: Connection) -> None:
        async with connection.transaction():
            opened = await opening.open_order(connection, new, await actor(connection, by), datetime.now(UTC))
        order = await reads.order(connection, opened.ref)
        click.echo(
            f"{opened.ref.address}: {order.state}"
            + (f", due {shown(order.due_at.replace(microsecond=0))}" if order.due_at else "")
        )

    run(settings, work)


def _step(event: Event, says: str, *options: Callable[[Any], Any], comment: str = "What others should know.") -> None:
    """Add a command that takes one step on each of its orders; a step whose reason is asked for refuses without it."""

    @command.command(name=event, help=says)
    @orders_argument
    @click.option("--comment", default="", callback=commented, help=comment)
    @by_option
    @settings_option
    def step(orders: tuple[str, ...], by: str | None, settings: Path | None, **given: Any) -> None:  # noqa: ANN401
        act(
            settings,
            orders,
            by,
            lambda connection, ref, who, now: steps.take(connection, ref, event, who, now, Given(**given)),
        )

    for option in options:
        option(step)


_WHY = "Why: others will ask."
_step("accept", "Accept a request: it is a work order from now on.")
_step(
    "assign",
    "Give it to a person, a team, or both.",
    click.option("--to", "assignee", help="Code of a person."),
    click.option("--team", help="Code of a team."),
    click.option("--anyway", is_flag=True, help="Although the skill is missing; the comment says why."),
)
_step("release", "Nobody in particular has it any more.")
_step(
    "start",
    "Somebody works on it, once all that has to be locked out is.",
    click.option("--out-of-service/--in-service", default=None, help="The machine's alarms meanwhile."),
)
_step("hold", "The work waits, as for a part.", comment=_WHY)
_step("resume", "The work goes on.")
_step(
    "complete",
    "The work is done; it is looked whether the condition of its alarms is gone.",
    click.option("--cause", help="The true cause: one that `show` or the API lists, or not-reproducible."),
    click.option("--note", "cause_note", default="", help="More about the cause."),
    click.option("--resolution", default="", help="What was done."),
)
_step("verify", "Somebody else than who did it has looked, and it is good.")
_step("reopen", "It is not done after all.", comment=_WHY)
_step("cancel", "It is not needed.", comment=_WHY)


@command.command()
@orders_argument
@click.option("--comment", required=True, callback=commented, help="What to say.")
@by_option
@settings_option
def comment(orders: tuple[str, ...], comment: str, by: str | None, settings: Path | None) -> None:
    """Say something to them, also once they are over."""
    act(settings, orders, by, lambda connection, ref, who, now: comments.add(connection, ref, comment, who, now))
