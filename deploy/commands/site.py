"""`ioe site`: check, apply or export a site folder.

check    read the folder, name every mistake with its line             exit 0, or 1 where there are mistakes
apply    show what changes, ask before anything is retired, do it      exit 0, or 1 where it cannot be done
export   write the registry of a site as a folder                      exit 2, as ever, for a wrong command line
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from analytics.registry.difference import Change, count
from analytics.registry.model import Registry
from analytics.registry.wording import lines
from deploy.maintenance_apply import apply_maintenance
from deploy.notification_apply import apply_notifications
from deploy.one_connection import one_connection
from deploy.rule_apply import apply_rules
from deploy.rule_apply import read as read_rules
from deploy.settings import settings_option
from deploy.tariff_apply import apply_prices
from deploy.tariff_apply import read as read_prices
from services.alarms.rule_changes import Applying
from services.database import Connection
from services.maintenance_folder.read import Wanted, read_maintenance_folder
from services.maintenance_folder.writing import texts as maintenance_texts
from services.notifications.folder import read_notifications
from services.registry.apply import Plan, RegistryMovedError, apply, plan
from services.registry.meters import uncontracted
from services.registry.places import sites
from services.registry.snapshot import snapshot
from services.rule_folder.read import FolderRule
from services.site_folder.read import read_folder
from services.site_folder.write import FolderNotEmptyError, write_folder
from services.tariff_folder.read import Documents

_COLOURS = {"added": "green", "changed": "yellow", "retired": "red", "restored": "cyan", "renamed": "blue"}
#: Below this many changes applying takes less time than a bar needs to be seen.
_WORTH_A_BAR = 1_000

_folder = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
def command() -> None:
    """Check, apply or export a site folder: the registry of a site as files."""


@command.command()
@_folder
def check(folder: Path) -> None:
    """Name every mistake in FOLDER with its file, its line and its mend."""
    registry, _, rules, maintenance = _checked(folder)
    click.echo(
        f"{registry.site.code}: no mistakes in {len(registry.spaces)} spaces, {len(registry.org_units)} units, "
        f"{len(registry.equipment)} machines, {len(registry.devices)} devices, {len(registry.points)} points"
        + (f", {len(registry.meters)} meters" if registry.meters else "")
        + _own(rules)
        + _kept(maintenance)
    )


@command.command(name="apply")
@_folder
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@click.option("--yes", is_flag=True, help="Retire what is no longer in the folder without asking.")
@click.option(
    "--accept-meaning-change",
    is_flag=True,
    help="A changed unit, kind or state number of a point with readings is meant, from now on; what is stored stays.",
)
@settings_option
def apply_command(folder: Path, dry_run: bool, yes: bool, accept_meaning_change: bool, settings: Path | None) -> None:
    """Make the registry what FOLDER says, and show what changes.

    A second time there is nothing to change. What is no longer in the folder is retired: it disappears from lists, its
    readings stay, and it comes back with all of them when the folder names it again. Running workers take the change up
    at once.
    """
    registry, prices, rules, maintenance = _checked(folder)

    async def work() -> None:
        async with one_connection(settings, "site") as connection:
            await _apply(connection, registry, dry_run=dry_run, yes=yes, accept=accept_meaning_change)
            await apply_prices(connection, registry.site.code, prices, dry_run=dry_run, yes=yes)
            applying = Applying(rules, has_folder=True)
            await apply_rules(connection, registry.site.code, applying, dry_run=dry_run, yes=yes)
            told = read_notifications(folder).wanted
            await apply_notifications(connection, registry.site.code, told, dry_run=dry_run)
            await apply_maintenance(connection, registry.site.code, maintenance, dry_run=dry_run, yes=yes)
            if not dry_run:
                await _tell_uncontracted(connection, registry.site.code)

    asyncio.run(work())


@command.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--site", "code", help="Code of the site; needed where there are several.")
@click.option("--force", is_flag=True, help="Replace the site folder that is there.")
@settings_option
def export(folder: Path, code: str | None, force: bool, settings: Path | None) -> None:
    """Write the registry of a site into FOLDER; applied again, it changes nothing."""

    async def work() -> tuple[Registry, Mapping[str, str]]:
        async with one_connection(settings, "site") as connection:
            registry = await _living(connection, code)
            return registry, await maintenance_texts(connection, registry.site.code)

    try:
        registry, beside = asyncio.run(work())
        files = write_folder(registry, folder, force=force, beside=beside)
    except FolderNotEmptyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"wrote {len(files)} files to {folder}")


def _checked(folder: Path) -> tuple[Registry, Documents, Mapping[str, FolderRule], Wanted]:
    checked, prices, rules = read_folder(folder), read_prices(folder), read_rules(folder)
    maintenance = read_maintenance_folder(folder, checked.registry, rules.rules)
    told = read_notifications(folder)
    mistakes = sorted({*checked.mistakes, *prices.mistakes, *rules.mistakes, *told.mistakes, *maintenance.mistakes})
    for mistake in mistakes:
        click.echo(f"{click.style(f'{mistake.file}:{mistake.line}:', bold=True)} {mistake.text}")
    for warning in prices.warnings:
        click.secho(warning, fg="yellow")
    if checked.registry is None or prices.documents is None or rules.rules is None or maintenance.wanted is None:
        raise click.ClickException(f"{_many(len(mistakes), 'mistake')} in {folder}: nothing was changed")
    return checked.registry, prices.documents, rules.rules, maintenance.wanted


def _own(rules: Mapping[str, FolderRule]) -> str:
    own = sum(rule.origin == "site" for rule in rules.values())
    return f", {_many(own, 'rule')} of alarms besides those that are shipped" if own else ""


def _kept(maintenance: Wanted) -> str:
    said = maintenance.maintenance
    return f", {_many(len(said.plans), 'plan')} of maintenance" if said is not None and said.plans else ""


async def _living(connection: Connection, code: str | None) -> Registry:
    known = [site.code for site in await sites(connection)]
    if code is None and len(known) != 1:
        raise click.ClickException(
            f"say which site with --site: {', '.join(known)}" if known else "there is no site yet: apply a folder first"
        )
    held = (await snapshot(connection, code or known[0])).held
    if held.living is None:
        raise click.ClickException(f"there is no site {code!r}: use {' or '.join(known) or 'a folder that is applied'}")
    return held.living


async def _apply(connection: Connection, registry: Registry, *, dry_run: bool, yes: bool, accept: bool) -> None:
    agreed: Sequence[Change] | None = None
    while True:
        planned = await plan(connection, registry, accept_meaning_change=accept)
        if planned.changes != agreed:
            _show(planned, registry.site.code)
        if planned.refused:
            for text in planned.refused:
                click.secho(text, fg="red")
            raise click.ClickException(f"{_many(len(planned.refused), 'change')} cannot be made: nothing was changed")
        if dry_run or not planned.changes:
            return
        if planned.retires and planned.changes != agreed and not yes:
            _ask(planned)
        agreed = planned.changes
        try:
            revision = await _apply_with_progress(connection, planned)
        except RegistryMovedError:
            click.echo("somebody else changed the registry meanwhile: looking again", err=True)
            continue
        click.echo(f"applied: revision {revision}")
        return


async def _tell_uncontracted(connection: Connection, site: str) -> None:
    for meter in await uncontracted(connection, site):
        text = f"meter {meter.code} names contract {meter.contract}, which is not there: unbilled until it is applied"
        click.secho(text, fg="yellow")


def _show(planned: Plan, site: str) -> None:
    for segment in planned.difference.kept:
        since = segment.valid_from.isoformat() if segment.valid_from else "the beginning"
        click.echo(f"kept      register {segment.register} since {since}: it was entered as an event; an export has it")
    if not planned.changes:
        click.echo(f"{site}: nothing to change")
        return
    for line in lines(planned.changes):
        click.secho(str(line), fg=_COLOURS[line.action])
    click.echo(f"{site}: {_counted(count(planned.changes))}")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {action}" for action, number in counts.items() if number)


def _ask(planned: Plan) -> None:
    kinds = Counter(change.kind for change in planned.changes if change.action == "retired")
    what = ", ".join(f"{number:,} x {kind}" for kind, number in kinds.items())
    if not sys.stdin.isatty():
        raise click.ClickException(f"this would retire {what}: say --yes if that is meant; nothing was changed")
    click.confirm(f"Retire {what}? Readings stay.", abort=True)


async def _apply_with_progress(connection: Connection, planned: Plan) -> int:
    total = len(planned.changes)
    with ExitStack() as shown:
        if total < _WORTH_A_BAR or not sys.stderr.isatty():
            return await apply(connection, planned)
        bar = shown.enter_context(click.progressbar(length=total, label="applying", file=sys.stderr))
        return await apply(connection, planned, progress=lambda done: bar.update(done - bar.pos))


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
