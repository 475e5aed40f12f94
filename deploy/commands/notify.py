"""`ioe notify`: who is told of alarms, and what became of each message.

apply      show what changes, make channels and routes what FOLDER/notifications.toml says    exit 0, or 1
channels   the channels and how each has done lately
routes     which alarms go which way
test       send a test message over one channel and wait for what its receiver says           exit 0, or 1
log        messages and what became of them, the newest first
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from analytics.alarms.rule import PRIORITIES
from analytics.notifications.model import Channel, Escalation, Route
from deploy.folder_site import site_of
from deploy.notification_apply import apply_notifications, checked
from deploy.one_connection import one_connection
from deploy.settings import settings_option
from services.database import Connection
from services.notifications.log import (
    STATES,
    NoSuchChannelError,
    channel_states,
    log_page,
    outcome_of,
    put_test_message,
    unread_alarms,
)
from services.notifications.store import load
from services.registry.places import sites

_STATE_COLOURS = {"delivered": "green", "waiting": "yellow", "failed": "red"}
_WAIT_S, _LOOK_EACH_S = 60.0, 0.5
_site = click.option("--site", "site", help="Only this site.")


@click.group()
def command() -> None:
    """Say who is told of alarms, try a channel, see what became of each message."""


@command.command(name="apply")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@settings_option
def apply_command(folder: Path, dry_run: bool, settings: Path | None) -> None:
    """Make channels and routes what FOLDER/notifications.toml says."""
    wanted = checked(folder)
    if wanted is None:
        raise click.ClickException(f"there is no notifications.toml in {folder}")
    site = site_of(folder, "notifications")

    async def work() -> None:
        async with one_connection(settings, "notify") as connection:
            if not await apply_notifications(connection, site, wanted, dry_run=dry_run):
                click.echo(f"{site}: nothing to change")

    asyncio.run(work())


@command.command()
@_site
@settings_option
def channels(site: str | None, settings: Path | None) -> None:
    """List channels, what each waits for, and when it last took a message."""

    async def work() -> None:
        async with one_connection(settings, "notify") as connection:
            await _refuse_unknown(connection, site)
            book, states = await load(connection), await channel_states(connection)
            for stored in book.channels.values():
                if site not in (None, stored.row.site):
                    continue
                click.echo(
                    f"{stored.row.site}/{stored.channel.code:<20} {stored.channel.kind:<9} {_where(stored.channel)}"
                )
                state = states.get(stored.row.id)
                if state is None:
                    continue
                last = f"last taken {state.delivered_at:%Y-%m-%d %H:%M:%S}Z" if state.delivered_at else "never taken"
                click.echo(f"    {last}, {state.waiting} waiting, {state.failed_in_a_day} failed in a day")
                if state.trouble:
                    click.secho(f"    {state.trouble}", fg="yellow")
            unread = await unread_alarms(connection)
            if unread.at is not None:
                click.secho(
                    f"nobody was told of {unread.alarms} events of alarms, dropped unread, the last at "
                    f"{unread.at:%Y-%m-%d %H:%M:%S}Z: `ioe watch` did not run",
                    fg="red",
                )

    asyncio.run(work())


def _where(channel: Channel) -> str:
    if channel.kind == "email":
        return f"{channel.host}:{channel.port} {channel.security} to {', '.join(channel.to) or 'the team'}"
    return f"address in {channel.address}" if channel.address else channel.where


@command.command()
@_site
@settings_option
def routes(site: str | None, settings: Path | None) -> None:
    """List routes: which alarms go to which channels, and who is called next."""

    async def work() -> None:
        async with one_connection(settings, "notify") as connection:
            await _refuse_unknown(connection, site)
            for stored in (await load(connection)).routes.values():
                if not stored.row.is_retired and site in (None, stored.row.site):
                    click.echo("\n".join(_route(stored.row.site, stored.route)))

    asyncio.run(work())


def _route(site: str, route: Route) -> list[str]:
    what = ", ".join(route.systems) or "all systems"
    service = ", service alarms" if route.service_alarms else ""
    orders = ", work orders" if route.work_orders else ""
    team = f" and team {route.team}" if route.team else ""
    head = f"{site}/{route.code}: {what}, {route.priority} or worse{service}{orders}"
    return [
        f"{head} -> {', '.join(route.channels)}{team} ({route.language})",
        *(f"    then {_step(step)}" for step in route.escalations),
    ]


def _step(step: Escalation) -> str:
    after = step.after_minutes
    minutes = ", ".join(f"{priority} after {after[priority]:g} min" for priority in PRIORITIES if priority in after)
    team = f" and team {step.team}" if step.team else ""
    return f"{minutes} -> {', '.join(step.channels)}{team}"


@command.command()
@click.argument("channel", metavar="SITE/CHANNEL")
@settings_option
def test(channel: str, settings: Path | None) -> None:
    """Send a test message over SITE/CHANNEL and wait for what its receiver says."""
    site, _, code = channel.partition("/")

    async def work() -> None:
        async with one_connection(settings, "notify") as connection:
            try:
                key = await put_test_message(connection, site, code, datetime.now(UTC))
            except NoSuchChannelError as error:
                raise click.ClickException(str(error)) from error
            click.echo(await _result(connection, key))

    asyncio.run(work())


async def _result(connection: Connection, key: str) -> str:
    """Wait for the first try. Ends the command where it failed or nobody tried."""
    tries = 0
    for _ in range(int(_WAIT_S / _LOOK_EACH_S)):
        row = await outcome_of(connection, key)
        if row is not None:
            tries = row.tries
            if row.state == "delivered":
                return f"taken{f': {row.detail}' if row.detail else ''}"
            if row.detail:
                raise click.ClickException(f"not taken: {row.detail}")
        await asyncio.sleep(_LOOK_EACH_S)
    if tries:
        raise click.ClickException("no answer yet: see `ioe notify log`")
    raise click.ClickException(
        "nobody sends it: is `ioe watch` running? Or an older message of this channel waits: see `ioe notify log`"
    )


@command.command()
@_site
@click.option("--state", type=click.Choice(STATES), help="Only those that are in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@settings_option
def log(site: str | None, state: str | None, limit: int, settings: Path | None) -> None:
    """Show messages and what became of them on each channel, the newest first."""

    async def work() -> None:
        async with one_connection(settings, "notify") as connection:
            await _refuse_unknown(connection, site)
            found, _ = await log_page(connection, limit, site=site, state=state)
            for row in found:
                shown = click.style(f"{row.state:<9}", fg=_STATE_COLOURS[row.state])
                click.echo(f"{row.made_at:%Y-%m-%d %H:%M:%S}Z {shown} {row.site}/{row.channel:<16} {row.title}")
                # Of a letter that was taken its detail says who has not got it.
                if row.detail and (row.state != "delivered" or row.channel_kind == "email"):
                    again = f"; again at {row.next_try_at:%H:%M:%S}Z" if row.next_try_at else ""
                    tries = "1 try" if row.tries == 1 else f"{row.tries} tries"
                    click.echo(f"    after {tries}: {row.detail}{again}")

    asyncio.run(work())


async def _refuse_unknown(connection: Connection, site: str | None) -> None:
    """Refuse a site that is not there: of a misspelt one nothing is listed, as of one where all is well."""
    known = [each.code for each in await sites(connection)]
    if site is not None and site not in known:
        raise click.ClickException(f"there is no site {site!r}: there are {', '.join(known) or 'none yet'}")
