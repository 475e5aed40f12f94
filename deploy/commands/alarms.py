"""`ioe alarms`: what is wrong now, what people do about it, and how good the alarms are.

    list                     what is not normal, the most urgent first    exit 3 where anything asks for somebody, or
                                                                          nobody evaluates alarms or watches the service
    show ALARM               one alarm: its condition, likely causes, every step
    ack ALARM ...            somebody has seen them
    shelve ALARM ...         silent for a limited time                    unshelve ALARM ...   hear them again
    out-of-service ALARM ... silent for maintenance                       return ALARM ...     back to service
    reset ALARM ...          let go of latched ones
    figures                  of a period against the accepted limits      exit 3 where one is missed
    floods                   more alarms than anybody can read

An ALARM is `site/rule/machine`, of the service itself `service/rule/part`. Exit 1: at least one did not take the step.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from analytics.alarms.rule import PRIORITIES
from deploy.alarm_options import commented, minutes_option
from deploy.alarm_tables import alarm_lines, alarm_table, figure_lines, flood_table
from deploy.alarm_watch import unwatched_lines
from deploy.instants import INSTANT, shown
from deploy.one_connection import one_connection
from deploy.settings import load, settings_option
from services.alarms import actions, figures, names, reads
from services.alarms.actions import AlarmNotFoundError, AlarmRef, Done, ShelvingRefusedError
from services.alarms.reads import Wanted
from services.alarms.rows import SERVICE
from services.database import Connection
from services.registry.places import sites
from services.watch.figures import duties

Answer = TypeVar("Answer")
Act = Callable[[Connection, Sequence[AlarmRef]], Awaitable[Done]]
Action = Callable[[Connection, Sequence[AlarmRef], str, str, datetime], Awaitable[Done]]
Command = Callable[..., None]
Options = ParamSpec("Options")

LOOK = 3
ACTOR = "local"
_STEPS = 50

_alarms = click.argument("alarms", metavar="ALARM ...", nargs=-1, required=True)
_comment = click.option("--comment", default="", callback=commented, help="What others should know.")
_site = click.option("--site", help="Only of this site; `service`: of the service itself.")


def _period(command: Callable[Options, None]) -> Callable[Options, None]:
    """Add --from and --to to a command."""
    stop = click.option("--to", "stop", type=INSTANT, help="Where the period ends; without it now.")
    start = click.option("--from", "start", type=INSTANT, help="Where it begins; without it a week before its end.")
    return start(stop(command))


@click.group()
def command() -> None:
    """See what is wrong now, act on it, and see how good the alarms are."""


@command.command(name="list")
@_site
@click.option("--priority", type=click.Choice(PRIORITIES), multiple=True, help="May be given several times.")
@click.option("--machine", help="Code of the device, meter or equipment.")
@click.option("--all", "every", is_flag=True, help="Also those that are normal.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@settings_option
def list_command(
    site: str | None, priority: tuple[str, ...], machine: str | None, every: bool, limit: int, settings: Path | None
) -> None:
    """List what is not normal, the most urgent first."""

    async def work(connection: Connection) -> bool:
        await _refuse_unknown(connection, site, machine)
        wanted = Wanted(_named(site), None, priority or None, None, machine, every)
        found, rest = await reads.alarms(connection, wanted, limit)
        unwatched = list(unwatched_lines(await duties(connection)))
        for line in unwatched:
            click.echo(line, err=True)
        if not found:
            click.echo("nothing is known to be wrong" if unwatched else "all is normal")
        for line in alarm_table(found) if found else ():
            click.echo(line)
        if rest is not None:
            click.echo(f"and more: raise --limit above {limit}")
        return bool(unwatched) or any(row.state.endswith("unacknowledged") for row in found)

    if _run(settings, work):
        sys.exit(LOOK)


@command.command()
@click.argument("alarm", metavar="ALARM")
@settings_option
def show(alarm: str, settings: Path | None) -> None:
    """Show one alarm: its condition, likely causes, every step."""

    async def work(connection: Connection) -> None:
        row = await reads.alarm(connection, AlarmRef.of(alarm))
        if row is None:
            raise AlarmNotFoundError([alarm])
        for line in alarm_lines(row, await reads.transitions(connection, row.id, _STEPS)):
            click.echo(line)

    _run(settings, work)


def _step(name: str, action: Action, says: str, comment: Callable[[Command], Command] = _comment) -> None:
    """Add a command that takes one step on each of its alarms."""

    @command.command(name=name, help=says)
    @_alarms
    @comment
    @settings_option
    def step(alarms: tuple[str, ...], comment: str, settings: Path | None) -> None:
        _act(settings, alarms, lambda of, refs: action(of, refs, ACTOR, comment, datetime.now(UTC)))


_why = click.option("--comment", required=True, callback=commented, help="Why: others will ask.")
_step("ack", actions.acknowledge, "Acknowledge: somebody has seen them and takes care.")
_step("unshelve", actions.unshelve, "Hear them again before their time.")
_step(
    "out-of-service",
    actions.remove_from_service,
    "Silence them without a limit, for maintenance; somebody has to return them.",
    _why,
)
_step("return", actions.return_to_service, "Return them to service: what holds now is told now.")
_step("reset", actions.reset, "Let go of latched ones whose condition is gone.")


@command.command()
@_alarms
@minutes_option
@click.option("--once", is_flag=True, help="Also over as soon as the condition returns.")
@_comment
@settings_option
def shelve(alarms: tuple[str, ...], minutes: float | None, once: bool, comment: str, settings: Path | None) -> None:
    """Silence them for a limited time; their conditions are watched and logged on."""
    at_most = timedelta(hours=load(settings).api.alarms_shelved_at_most_h)

    async def act(connection: Connection, refs: Sequence[AlarmRef]) -> Done:
        now = datetime.now(UTC)
        until = None if minutes is None else now + timedelta(minutes=minutes)
        return await actions.shelve(connection, refs, ACTOR, comment, now, until=until, one_shot=once, at_most=at_most)

    _act(settings, alarms, act)


@command.command(name="figures")
@_site
@click.option("--machine", help="Only of this device, meter or equipment.")
@click.option("--by", type=click.Choice(["machine", "rule"]), help="Also of each of them.")
@_period
@settings_option
def figures_command(
    site: str | None,
    machine: str | None,
    by: figures.By | None,
    start: datetime | None,
    stop: datetime | None,
    settings: Path | None,
) -> None:
    """Figures after ISA-18.2 and EEMUA 191, beside what is accepted; without a period of the last week."""

    async def work(connection: Connection) -> bool:
        await _refuse_unknown(connection, site, machine)
        now = datetime.now(UTC)
        since, until = _ordered(start, stop, now)
        found = await figures.of_period(connection, since, until, now, site=_named(site), machine=machine, by=by)
        click.echo(f"{shown(since)} to {shown(until)}")
        for line in figure_lines(found.whole, found.parts):
            click.echo(line)
        return bool(found.whole.missed)

    if _run(settings, work):
        sys.exit(LOOK)


@command.command()
@_site
@_period
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@settings_option
def floods(site: str | None, start: datetime | None, stop: datetime | None, limit: int, settings: Path | None) -> None:
    """List floods, the newest first; without a period those of the last week."""

    async def work(connection: Connection) -> None:
        since, until = _ordered(start, stop, datetime.now(UTC))
        await _refuse_unknown(connection, site)
        found, rest = await reads.floods(connection, since, until, _named(site), limit)
        for line in flood_table(found) if found else ["no flood"]:
            click.echo(line)
        if rest is not None:
            click.echo(f"and more: raise --limit above {limit}")

    _run(settings, work)


def _act(settings: Path | None, addresses: Sequence[str], act: Act) -> None:
    async def work(connection: Connection) -> Done:
        async with connection.transaction():
            return await act(connection, [AlarmRef.of(address) for address in addresses])

    done = _run(settings, work)
    for step in done.steps:
        click.echo(f"{step.row.address}: {step.transition.to_state}")
    for address, why in done.refused.items():
        click.echo(f"{address}: {why}", err=True)
    if done.missing:
        click.echo(str(AlarmNotFoundError(done.missing)), err=True)
    if done.refused or done.missing:
        sys.exit(1)


def _named(site: str | None) -> str | None:
    return "" if site == SERVICE else site


async def _refuse_unknown(connection: Connection, site: str | None, machine: str | None = None) -> None:
    """Refuse names that alarms do not know."""
    known = [each.code for each in await sites(connection)]
    if site is not None and site not in (SERVICE, *known):
        raise click.ClickException(f"there is no site {site!r}: there are {', '.join((*known, SERVICE))}")
    if not (await names.known(connection, _named(site), machine=machine)).machine:
        raise click.ClickException(f"no alarm is for {machine!r}: give the code of a device, meter or equipment")


def _ordered(start: datetime | None, stop: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    until = stop or now
    since = start or until - timedelta(days=7)
    if since >= until:
        raise click.ClickException("the period is empty: --from comes before --to")
    return since, until


def _run(settings: Path | None, work: Callable[[Connection], Coroutine[object, object, Answer]]) -> Answer:
    async def connected() -> Answer:
        async with one_connection(settings, "alarms") as connection:
            return await work(connection)

    try:
        return asyncio.run(connected())
    except (AlarmNotFoundError, ShelvingRefusedError) as error:
        raise click.ClickException(str(error)) from error
