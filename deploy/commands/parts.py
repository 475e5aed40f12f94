"""`ioe parts`: what is on the shelf, what is too few, received and counted.

    list                    the parts of all sites or one            exit 3 where there are fewer than a minimum
    show PART               one part and what changed its stock
    receive PART QUANTITY   some have come
    count PART QUANTITY     so many are on the shelf, whatever was entered
    export FILE             all of them as .csv or .xlsx

A PART is `site/code`. Orders take and bring back parts with `ioe work-orders`. Exit 1: it cannot be done.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

import click

from deploy.instants import shown
from deploy.one_connection import one_connection
from deploy.settings import settings_option
from services.database import Connection
from services.papers.texts import on_line
from services.parts import files, listing, stock
from services.parts.rows import MovementRow, PartNotFoundError, PartRef, PartRow, figure
from services.parts.stock import MovementRefusedError
from services.people import PersonNotFoundError, actor
from services.registry.pages import Page
from services.registry.places import sites

Answer = TypeVar("Answer")

LOW = 3
_MOVEMENTS = 50
_AT_ONCE = 1000


class Quantity(click.ParamType[Decimal]):
    """How many, exactly as written."""

    name = "quantity"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read it. Ends the command with 2 where it is none."""
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.fail(f"{value!r} is no number: write it as in 12 or 2.5", param, ctx)
        return number


_part = click.argument("part", metavar="PART")
_quantity = click.argument("quantity", type=Quantity())
_site = click.option("--site", help="Only of this site.")
_by = click.option("--by", help="Code of the person who does it; without it nobody signed.")
_reason = click.option("--reason", default="", help="What others should know.")


@click.group()
def command() -> None:
    """See what is on the shelf and what is too few; receive and count."""


@command.command(name="list")
@_site
@click.option("--low", is_flag=True, help="Only those of which there are fewer than their minimum.")
@click.option("--search", help="Part of the code, a name or the place.")
@click.option("--all", "every", is_flag=True, help="Also those that are kept no longer.")
@settings_option
def list_command(site: str | None, low: bool, search: str | None, every: bool, settings: Path | None) -> None:
    """List parts; what is too few is marked."""

    async def work(connection: Connection) -> list[PartRow]:
        return await _all(connection, site, low=low, search=search, retired=every)

    found = _run(settings, work)
    if not found:
        click.echo("no part is too few" if low else "no part is kept here")
    for line in _table(found):
        click.echo(line)
    if any(part.is_low and part.retired_at is None for part in found):
        sys.exit(LOW)


@command.command()
@_part
@settings_option
def show(part: str, settings: Path | None) -> None:
    """Show one part and what changed its stock, the newest first."""

    async def work(connection: Connection) -> tuple[PartRow, list[MovementRow]]:
        ref = PartRef.of(part)
        return await listing.part(connection, ref), await listing.movements(connection, ref, at_most=_MOVEMENTS)

    found, movements = _run(settings, work)
    click.echo(on_line(f"{found.id}  {found.name} {found.name_zh}"))
    click.echo(f"  stock     {figure(found.stock)} {found.unit}, at least {figure(found.minimum)}{_mark(found)}")
    for label, value in (("place", found.location), ("supplier", found.supplier), ("cost", _cost(found))):
        if value:
            click.echo(f"  {label:<9} {on_line(value)}")
    for line in _aligned([_moved(each) for each in movements]):
        click.echo(f"  {line}")


@command.command()
@_part
@_quantity
@click.option("--unit-cost", type=Quantity(), help="What one cost: the part costs that from now on.")
@_reason
@_by
@settings_option
def receive(
    part: str, quantity: Decimal, unit_cost: Decimal | None, reason: str, by: str | None, settings: Path | None
) -> None:
    """Put QUANTITY of PART on the shelf."""

    async def work(connection: Connection) -> MovementRow:
        async with connection.transaction():
            who = await actor(connection, by)
            now = datetime.now(UTC)
            return await stock.receive(
                connection, PartRef.of(part), quantity, who, now, unit_cost=unit_cost, reason=reason
            )

    _tell(_run(settings, work))


@command.command()
@_part
@_quantity
@_reason
@_by
@settings_option
def count(part: str, quantity: Decimal, reason: str, by: str | None, settings: Path | None) -> None:
    """Say that QUANTITY of PART are on the shelf, whatever was entered."""

    async def work(connection: Connection) -> MovementRow:
        async with connection.transaction():
            who = await actor(connection, by)
            return await stock.count(connection, PartRef.of(part), quantity, who, datetime.now(UTC), reason=reason)

    _tell(_run(settings, work))


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_site
@click.option("--low", is_flag=True, help="Only those of which there are fewer than their minimum.")
@settings_option
def export(file: Path, site: str | None, low: bool, settings: Path | None) -> None:
    """Write the parts to FILE, which ends in .csv or .xlsx."""
    forms: dict[str, files.Form] = {".csv": "csv", ".xlsx": "xlsx"}
    form = forms.get(file.suffix.lower())
    if form is None:
        raise click.ClickException(f"{file.name} ends neither in .csv nor in .xlsx")
    found = _run(settings, lambda connection: _all(connection, site, low=low))
    file.write_bytes(files.parts_file(form, found, datetime.now().astimezone()))
    click.echo(f"{len(found)} parts in {file}")


async def _all(
    connection: Connection, site: str | None, *, low: bool = False, search: str | None = None, retired: bool = False
) -> list[PartRow]:
    known = [each.code for each in await sites(connection)]
    if site is not None and site not in known:
        raise click.ClickException(f"there is no site {site!r}: there are {', '.join(known) or 'none yet'}")
    found: list[PartRow] = []
    after = None
    while True:
        page = Page(_AT_ONCE, after)
        listed = await listing.parts(connection, page, site=site, search=search, low=low, retired=retired)
        found += listed.rows
        if (after := listed.next) is None:
            return found


def _table(parts: Sequence[PartRow]) -> Iterator[str]:
    if parts:
        head = ("part", "stock", "minimum", "unit", "place", "name")
        yield from _aligned(
            [head]
            + [
                (part.id, figure(part.stock) + _mark(part), figure(part.minimum), part.unit, part.location, part.name)
                for part in parts
            ]
        )


def _mark(part: PartRow) -> str:
    if part.retired_at is not None:
        return " retired"
    return " LOW" if part.is_low else ""


def _cost(part: PartRow) -> str:
    return "" if part.unit_cost is None else f"{figure(part.unit_cost)} {part.currency}"


def _moved(each: MovementRow) -> tuple[str, ...]:
    change = ("+" if each.quantity >= 0 else "") + figure(each.quantity)
    return (shown(each.at), each.kind, change, figure(each.stock), each.order or "", f"by {each.actor}", each.reason)


def _tell(made: MovementRow) -> None:
    click.echo(f"{made.site}/{made.part}: {figure(made.stock)} {made.unit} on the shelf")


def _aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    table = [tuple(map(on_line, row)) for row in table]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))] if table else []
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _run(settings: Path | None, work: Callable[[Connection], Coroutine[object, object, Answer]]) -> Answer:
    async def connected() -> Answer:
        async with one_connection(settings, "parts") as connection:
            return await work(connection)

    try:
        return asyncio.run(connected())
    except (PartNotFoundError, MovementRefusedError, PersonNotFoundError) as error:
        raise click.ClickException(str(error)) from error
