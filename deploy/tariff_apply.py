"""Applying the tariffs and contracts of a folder: the difference first, then one transaction, then the energy.

`ioe tariff apply` and `ioe site apply` both come here, the latter after the registry.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

import deploy
from services import tariff_changes
from services.band_plan import NoSuchCalendarError
from services.database import Connection
from services.site_folder.mistakes import Mistake
from services.tariff_changes import Progress, Settled
from services.tariff_folder.read import CheckedTariffs, Documents, read_tariff_folder

LIBRARY = Path(deploy.__file__).resolve().parent / "tariffs"
_COLOURS = {"added": "green", "changed": "yellow", "retired": "red"}


def read(folder: Path) -> CheckedTariffs:
    """What a folder says about prices, with the shipped tariffs behind it."""
    return read_tariff_folder(folder, LIBRARY, datetime.now(UTC).date())


def show_mistakes(mistakes: list[Mistake]) -> None:
    """Each mistake with its place."""
    for mistake in mistakes:
        click.echo(f"{click.style(f'{mistake.file}:{mistake.line}:', bold=True)} {mistake.text}")


def checked(folder: Path) -> Documents:
    """What a folder says about prices; ends the command where there are mistakes."""
    found = read(folder)
    show_mistakes(list(found.mistakes))
    for warning in found.warnings:
        click.secho(warning, fg="yellow", err=True)
    if found.documents is None:
        count = len(found.mistakes)
        raise click.ClickException(f"{count} mistake{'' if count == 1 else 's'} in {folder}: nothing was changed")
    return found.documents


async def apply_prices(connection: Connection, site: str, wanted: Documents, *, dry_run: bool, yes: bool) -> bool:
    """Show what differs, apply it, and settle what follows, also what was broken off before; whether there was any."""
    changes = await tariff_changes.plan(connection, site, wanted)
    for change in changes:
        click.secho(str(change), fg=_COLOURS[change.action])
    if dry_run:
        return bool(changes)
    retired = [change.subject for change in changes if change.action == "retired"]
    if retired and not yes:
        if not sys.stdin.isatty():
            raise click.ClickException(f"this would retire {', '.join(retired)}: say --yes if that is meant")
        click.confirm(f"Retire {', '.join(retired)}? What they charged stays.", abort=True)
    if changes:
        try:
            await tariff_changes.apply(connection, site, wanted)
        except NoSuchCalendarError as error:
            raise click.ClickException(f"{error}: `ioe site apply`") from error
    with _bars() as progress:
        settled = await tariff_changes.settle(connection, progress)
    _say(settled)
    return bool(changes)


def _say(settled: Settled) -> None:
    if settled.days or settled.rows:
        days = f"{len(settled.days):,} local days have other bands"
        click.echo(f"{days}, {settled.rows:,} rows of hours, days and months were written")
    if settled.registers:
        click.echo(f"{settled.registers:,} registers are judged again by the engine: a band edge cuts quarter hours")


@contextmanager
def _bars() -> Iterator[Progress]:
    """A bar for each part of the work, where somebody looks at it."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    shown: list[str] = []

    def progress(what: str, done: int, total: int) -> None:
        if what not in shown:
            if shown:
                click.echo(err=True)
            shown.append(what)
        filled = 30 * done // max(total, 1)
        click.echo(f"\r{what:<10} [{'#' * filled:<30}] {done:,}/{total:,}", nl=False, err=True)

    try:
        yield progress
    finally:
        if shown:
            click.echo(err=True)
