"""`ioe tariff`: check, apply, show or import tariffs.

check    read a folder or one file, name every mistake with its line, draw the bands    exit 0, or 1 with mistakes
apply    show what changes, apply tariffs and contracts of a site folder, re-tariff     exit 0, or 1 where it cannot be
show     the bands of a tariff, or of a day of it with the price of each
import   OpenEI URDB JSON as a tariff file, and what it cannot express
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import click

from analytics.tariffs.model import Holidays, Tariff, Terms
from analytics.tariffs.urdb import NotUrdbError, read_urdb
from deploy.folder_site import site_of
from deploy.one_connection import one_connection
from deploy.settings import settings_option
from deploy.tariff_apply import LIBRARY, apply_prices, checked, read, show_mistakes
from deploy.tariff_picture import day, picture
from services.site_folder.record import is_code
from services.tariff_folder.read import CheckedTariffs, read_library, read_one
from services.tariff_folder.writing import tariff_text
from services.tariffs import holiday_calendars, tariffs


@click.group()
def command() -> None:
    """Check, apply, show or import tariffs."""


@command.command()
@click.argument("path", metavar="FOLDER|FILE", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Name every mistake in the tariffs of a site folder, or in one tariff file; without one, draw the bands."""
    found: CheckedTariffs = read(path) if path.is_dir() else read_one(path, LIBRARY)
    show_mistakes(list(found.mistakes))
    if found.documents is None:
        count = len(found.mistakes)
        raise click.ClickException(f"{count} mistake{'' if count == 1 else 's'} in {path}")
    for tariff in found.documents.tariffs.values():
        click.echo("\n".join(picture(tariff)) + "\n")
    for contract in found.documents.contracts or ():
        for terms in contract.terms:
            click.echo(
                f"contract {contract.code}: {terms.tariff} from {terms.valid_from}, class {terms.customer_class}"
            )
    for warning in found.warnings:
        click.secho(warning, fg="yellow")


@command.command(name="apply")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change and change nothing.")
@click.option("--yes", is_flag=True, help="Retire contracts that are no longer in the folder without asking.")
@settings_option
def apply_command(folder: Path, dry_run: bool, yes: bool, settings: Path | None) -> None:
    """Make tariffs, holidays and contracts what FOLDER says, and give energy that is there its new bands.

    A second time there is nothing to change. Where this is broken off, the next time goes on with it.
    """
    documents = checked(folder)
    site = site_of(folder, "tariffs")

    async def work() -> None:
        async with one_connection(settings, "tariff") as connection:
            if not await apply_prices(connection, site, documents, dry_run=dry_run, yes=yes):
                click.echo(f"{site}: nothing to change")

    asyncio.run(work())


@command.command()
@click.argument("code")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="The bands of this day, with prices.")
@click.option("--class", "customer_class", help="Class of customer; needed where the tariff has several.")
@click.option("--kva", type=float, default=1_000_000, help="Transformer capacity; where nothing is said, large.")
@click.option("--critical", is_flag=True, help="As if the day were called as critical.")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Look in this folder.")
@click.option("--shipped", is_flag=True, help="Look at the tariffs that are shipped, not at those applied.")
@settings_option
def show(
    code: str,
    on: datetime | None,
    customer_class: str | None,
    kva: float,
    critical: bool,
    folder: Path | None,
    shipped: bool,
    settings: Path | None,
) -> None:
    """Show tariff CODE: its bands and prices with how well each is attested, or one day of it."""
    tariff, holidays = _find(code, folder, settings, shipped=shipped)
    if on is None:
        click.echo("\n".join(picture(tariff)))
        return
    classes = sorted(tariff.ratios) or ["standard"]
    if customer_class is None and len(classes) > 1:
        raise click.ClickException(f"say which class with --class: {', '.join(classes)}")
    chosen = customer_class or classes[0]
    if chosen not in classes:
        raise click.ClickException(f"{code} has no class {chosen!r}: use {' or '.join(classes)}")
    terms = Terms(tariff.valid_from, code, chosen, transformer_kva=Decimal(repr(kva)))
    click.echo("\n".join(day(tariff, terms, holidays, on.date(), critical=critical)))


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--code", help="Code of the new tariff; otherwise made of the file's name.")
@click.option("--currency", default="USD", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; otherwise CODE.toml.")
def import_command(file: Path, code: str | None, currency: str, output: Path | None) -> None:
    """Write the tariff in FILE, OpenEI URDB JSON, as a tariff file, and say what could not be expressed."""
    made = code or "".join(each if each.isascii() and each.isalnum() else "-" for each in file.stem.lower()).strip("-")
    if not is_code(made):
        raise click.ClickException(f"{made!r} is no code: give one of a-z, 0-9, '_' and '-' with --code")
    try:
        imported = read_urdb(json.loads(file.read_text("utf-8")), made, currency=currency)
    except (NotUrdbError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    target = output or Path(f"{made}.toml")
    if target.exists():
        raise click.ClickException(f"{target} is there already: give another place with --output")
    notes = ["Imported from OpenEI URDB. Not expressed:", *(f"  {text}" for text in imported.left_out)]
    target.write_text(tariff_text(imported.tariff, notes), "utf-8")
    click.echo(f"wrote {target}")
    for text in imported.left_out:
        click.secho(f"not expressed: {text}", fg="yellow")


def _find(code: str, folder: Path | None, settings: Path | None, *, shipped: bool) -> tuple[Tariff, Holidays | None]:
    """The tariff of a code and its holidays: of a folder, of the library, else as it is applied."""
    if folder is not None:
        documents = checked(folder)
        known, calendars = documents.tariffs, documents.holidays
    elif shipped:
        documents = read_library(LIBRARY)
        known, calendars = documents.tariffs, documents.holidays
    else:

        async def applied() -> tuple[list[Tariff], dict[str, Holidays]]:
            async with one_connection(settings, "tariff") as connection:
                found = [each.tariff for each in await tariffs(connection)]
                return found, dict(await holiday_calendars(connection))

        found, calendars = asyncio.run(applied())
        known = {tariff.code: tariff for tariff in found}
    if code not in known:
        listed = ", ".join(sorted(known)) or "none"
        where = "" if shipped else "; --shipped looks at those that come with the platform"
        raise click.ClickException(f"there is no tariff {code!r}: there are {listed}{where}")
    tariff = known[code]
    return tariff, calendars.get(tariff.holidays or "")
