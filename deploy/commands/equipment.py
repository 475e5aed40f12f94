"""`ioe equipment`: the machines, what each is, what happened to it, how reliable it was.

    list                     the machines of all sites or one
    show MACHINE             its record: nameplate, state, files, notes
    timeline MACHINE         what happened to it, the newest first
    export MACHINE FILE      the same of a year, or another period, as .xlsx, .pdf or .csv
    figures SITE|MACHINE     MTBF, MTTR, availability, run hours, energy, cost, labour of the month or a period
    labels SITE -o FILE      labels to stick on, with a code that leads to the form for reporting a fault

A MACHINE is `site/code`. Exit 1: there is no such machine, or it cannot be done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from deploy.equipment_lines import clock, figure_table, machine_table, record_lines, timeline_lines
from deploy.instants import INSTANT
from deploy.one_connection import one_connection
from deploy.settings import load, settings_option
from services.database import Connection
from services.energy.periods import midnight
from services.equipment import figures as of_machines
from services.equipment import files, record
from services.equipment import labels as of_labels
from services.equipment import timeline as of_machine
from services.equipment.entries import KINDS, EntryRow
from services.equipment.record import EquipmentNotFoundError, MachineRow
from services.machine_states import reads
from services.papers.label_sheet import Label, NoConsoleAddressError, label_sheet
from services.papers.timeline_paper import TimelineHead, timeline_csv, timeline_paper, timeline_workbook
from services.registry.equipment import EquipmentRow, equipment
from services.registry.pages import Page

Answer = TypeVar("Answer")

_AT_ONCE = 1000
_NOTES = 5
_AT_MOST = 50_000

_machine = click.argument("machine", metavar="MACHINE")
_start = click.option("--from", "start", type=INSTANT, help="Where the period begins.")
_stop = click.option("--to", "stop", type=INSTANT, help="Where it ends; without it now.")
_kinds = click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="May be given several times.")
_inside = click.option("--inside", is_flag=True, help="Also of the machines that are inside it.")


@click.group()
def command() -> None:
    """See what machines are, what happened to them and how reliable they were; print their labels."""


@command.command(name="list")
@click.option("--site", help="Only of this site.")
@click.option("--search", help="Part of the code or a name.")
@click.option("--all", "every", is_flag=True, help="Also those no longer in use.")
@settings_option
def list_command(site: str | None, search: str | None, every: bool, settings: Path | None) -> None:
    """List machines by site and code."""

    async def work(connection: Connection) -> list[EquipmentRow]:
        found: list[EquipmentRow] = []
        after: str | None = None
        while True:
            page = await equipment(connection, Page(_AT_ONCE, after), site=site, search=search, retired=every)
            found += page.rows
            after = page.next
            if after is None:
                return found

    found = _run(settings, work)
    for line in machine_table(found) if found else ["no machine"]:
        click.echo(line)


@command.command()
@_machine
@settings_option
def show(machine: str, settings: Path | None) -> None:
    """Show a machine's record: nameplate, state, files, the newest notes."""

    async def work(connection: Connection) -> None:
        row = await _named(connection, machine)
        devices = (await reads.devices_of(connection, [row.id])).get(row.id, [])
        states = await reads.now(connection, devices, datetime.now(UTC))
        newest = max(states.values(), key=lambda each: each.last_reading_at, default=None)
        notes, _ = await files.notes(connection, row.id, _NOTES)
        kept = await files.files(connection, row.id)
        for line in record_lines(row, newest, kept, notes, ZoneInfo(row.time_zone)):
            click.echo(line)

    _run(settings, work)


@command.command()
@_machine
@_start
@_stop
@_kinds
@_inside
@click.option("--changes", is_flag=True, help="Every change of state, not only what lasted.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@settings_option
def timeline(
    machine: str,
    start: datetime | None,
    stop: datetime | None,
    kinds: tuple[str, ...],
    inside: bool,
    changes: bool,
    limit: int,
    settings: Path | None,
) -> None:
    """List what happened to a machine, the newest first."""

    async def work(connection: Connection) -> None:
        row = await _named(connection, machine)
        now = datetime.now(UTC)
        asked = of_machine.Wanted(
            await _ids(connection, row, inside=inside),
            start or datetime(1970, 1, 1, tzinfo=UTC),
            stop or now,
            now,
            kinds or KINDS,
            changes,
        )
        found, rest = await of_machine.entries(connection, asked, limit)
        for line in timeline_lines(found, ZoneInfo(row.time_zone)) if found else ["nothing is known of it"]:
            click.echo(line)
        if rest is not None:
            click.echo(f"and more: raise --limit above {limit}, or give --to {rest.at.isoformat()}")

    _run(settings, work)


@command.command()
@_machine
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_start
@_stop
@_kinds
@_inside
@settings_option
def export(
    machine: str,
    file: Path,
    start: datetime | None,
    stop: datetime | None,
    kinds: tuple[str, ...],
    inside: bool,
    settings: Path | None,
) -> None:
    """Write a machine's timeline to FILE, by its suffix as .xlsx, .pdf or .csv; without --from of a year."""
    if file.suffix not in (".xlsx", ".pdf", ".csv"):
        raise click.ClickException(f"{file.name} ends in none of .xlsx, .pdf, .csv: the suffix says what is written")

    async def work(connection: Connection) -> tuple[TimelineHead, list[EntryRow]]:
        row = await _named(connection, machine)
        now = datetime.now(UTC)
        until = stop or now
        since = start or until - timedelta(days=366)
        asked = of_machine.Wanted(await _ids(connection, row, inside=inside), since, until, now, kinds or KINDS)
        found, rest = await of_machine.whole(connection, asked, _AT_MOST)
        if rest is not None:
            raise click.ClickException(f"these are more than {_AT_MOST} entries: ask for a shorter period")
        zone = ZoneInfo(row.time_zone)
        return TimelineHead(row.site, row.code, row.name, row.name_zh or "", since, until, zone), found

    head, found = _run(settings, work)
    if file.suffix == ".csv":
        file.write_text(timeline_csv(head, found), "utf-8")
    else:
        file.write_bytes((timeline_paper if file.suffix == ".pdf" else timeline_workbook)(head, found))
    click.echo(f"{file}: {len(found)} entries")


@command.command()
@click.argument("of", metavar="SITE|MACHINE")
@_start
@_stop
@settings_option
def figures(of: str, start: datetime | None, stop: datetime | None, settings: Path | None) -> None:
    """Show how reliable machines were and what they cost; without --from of the month so far."""
    site, _, code = of.partition("/")

    async def work(connection: Connection) -> None:
        machines = await of_machines.machines(connection, site, code or None)
        if not machines:
            raise EquipmentNotFoundError(site, code or "*")
        zone, now = ZoneInfo(machines[0].time_zone), datetime.now(UTC)
        until = stop or now
        since = start or midnight(zone, until.astimezone(zone).date().replace(day=1))
        if since >= until:
            raise click.ClickException("the period is empty: --from comes before --to")
        click.echo(f"{clock(since, zone)} to {clock(until, zone)}")
        for line in figure_table(await of_machines.figures(connection, site, machines, since, until, now)):
            click.echo(line)

    _run(settings, work)


@command.command()
@click.argument("site")
@click.option("--code", "codes", multiple=True, help="Only of this machine; may be given several times.")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF.")
@settings_option
def labels(site: str, codes: tuple[str, ...], output: Path, settings: Path | None) -> None:
    """Write labels for machines as PDF, ten a page; their codes lead to the setting `console_url`."""
    loaded = load(settings)
    console_url = loaded.api.console_url or loaded.notifications.console_url
    if not console_url:
        raise click.ClickException(str(NoConsoleAddressError()))

    async def work(connection: Connection) -> list[Label]:
        async with connection.transaction():
            return await of_labels.labels(connection, site, codes or None)

    found = _run(settings, work)
    if not found:
        raise click.ClickException(f"{site!r} has no machine in use: `ioe equipment list` shows them all")
    output.write_bytes(label_sheet(found, console_url))
    click.echo(f"{output}: {len(found)} labels")


async def _named(connection: Connection, name: str) -> MachineRow:
    site, _, code = name.partition("/")
    return await record.machine(connection, site, code)


async def _ids(connection: Connection, machine: MachineRow, *, inside: bool) -> list[int]:
    return [each.id for each in await record.family(connection, machine.id)] if inside else [machine.id]


def _run(settings: Path | None, work: Callable[[Connection], Coroutine[object, object, Answer]]) -> Answer:
    async def connected() -> Answer:
        async with one_connection(settings, "equipment") as connection:
            return await work(connection)

    try:
        return asyncio.run(connected())
    except EquipmentNotFoundError as error:
        raise click.ClickException(
            f"there is no equipment {f'{error.site}/{error.code}'.rstrip('/')}: a machine is named site/code, "
            "see `ioe equipment list`"
        ) from error
