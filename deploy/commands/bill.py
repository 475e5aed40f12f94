"""`ioe bill`: make, show, close, restate or export bills.

make      drafts of a contract's month: its main meters, or the subjects that are named, or all of them
show      a bill, line by line; without a name the list
close     lock a month of a contract                                       exit 1 where it cannot be closed
restate   what has changed in a closed month since, as signed lines
export    a bill as PDF or XLSX
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import click

from analytics.billing.inputs import SubjectKind
from analytics.billing.sharing import Subject
from deploy.one_connection import one_connection
from deploy.settings import settings_option
from services.bills import months, stored
from services.bills.contracts import CannotBillError, ContractRow, NoSuchContractError, contract_named
from services.bills.gather import gather
from services.bills.itemised import COLUMNS, Itemised, grouped, itemised, texts
from services.bills.months import ClosingRefusedError, NotClosedError
from services.bills.paper import paper
from services.bills.stored import Kept, NoSuchBillError
from services.bills.workbook import workbook
from services.database import Connection
from services.registry.pages import Page

Result = TypeVar("Result")
_REFUSALS = (CannotBillError, NoSuchContractError, ClosingRefusedError, NotClosedError, NoSuchBillError)
_AT_ONCE = 200


class Month(click.ParamType[date]):
    """A local month, as in 2026-04."""

    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it. Ends the command with 2 where it is none."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is no month: write it as in 2026-04", param, ctx)


_contract = click.argument("contract", metavar="SITE/CONTRACT")
_month = click.argument("month", type=Month())


@click.group()
def command() -> None:
    """Make, show, close, restate or export bills."""


@command.command()
@_contract
@_month
@click.option("--meter", "meters", multiple=True, metavar="CODE", help="The bill of this meter.")
@click.option("--space", "spaces", multiple=True, metavar="PATH", help="That of this space and all below it.")
@click.option("--unit", "org_units", multiple=True, metavar="PATH", help="That of this unit and all below it.")
@click.option("--all", "everything", is_flag=True, help="Main meters, topmost spaces and topmost units.")
@settings_option
def make(
    contract: str,
    month: date,
    meters: Sequence[str],
    spaces: Sequence[str],
    org_units: Sequence[str],
    everything: bool,
    settings: Path | None,
) -> None:
    """Work out drafts for MONTH (as in 2026-04), again if need be; without a subject those of the main meters."""
    named: list[tuple[SubjectKind, Sequence[str]]] = [("meter", meters), ("space", spaces), ("org_unit", org_units)]

    async def work(connection: Connection) -> list[Kept]:
        found = await _found(connection, contract)
        subjects = [Subject(kind, name) for kind, names in named for name in names]
        if everything or not subjects:
            subjects += await months.main_subjects(connection, found, month)
        if everything:
            inputs = await gather(connection, found, month)
            for tree in ("space", "org_unit"):
                subjects += [Subject(tree, name) for name, _ in months.division(inputs, tree).parts]
        made = [await months.draft(connection, found, month, subject) for subject in dict.fromkeys(subjects)]
        return [await stored.bill_named(connection, reference) for reference in made]

    made = _run(settings, work)
    if not made:
        raise click.ClickException(f"{contract} has no meter where its supply enters: nothing to bill")
    _list(made)


@command.command()
@click.argument("bill", required=False)
@click.option("--site", help="Only bills of this site.")
@click.option("--month", type=Month(), help="Only those of this month.")
@settings_option
def show(bill: str | None, site: str | None, month: date | None, settings: Path | None) -> None:
    """Show BILL (site/contract/2026-04/meter/main/1) line by line; without a name the list of bills."""
    if bill is None:
        _show_list(site, month, settings)
        return

    async def work(connection: Connection) -> Itemised:
        return await _itemised(connection, bill)

    shown = _run(settings, work)
    for label, value in shown.facts:
        click.echo(f"{label}: {value}")
    rows = [list(COLUMNS), *texts(shown.items, shown.amount_decimals)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for number, row in enumerate(rows):
        cells = [_padded(cell, widths[column], right=column in {3, 5, 6}) for column, cell in enumerate(row)]
        click.secho("  ".join(cells).rstrip(), bold=number == 0)
    click.secho(f"Total: {grouped(shown.total, shown.amount_decimals)} {shown.currency}", bold=True)
    for note in shown.notes:
        click.secho(note, fg="yellow")


@command.command()
@_contract
@_month
@click.option("--reason", default="", help="Close it although energy is missing or quarantined, for this reason.")
@settings_option
def close(contract: str, month: date, reason: str, settings: Path | None) -> None:
    """Lock MONTH of a contract: its drafts are worked out once more and do not change any more."""

    async def work(connection: Connection) -> list[Kept]:
        found = await _found(connection, contract)
        closed = await months.close(connection, found, month, datetime.now(UTC), reason=reason)
        return [await stored.bill_named(connection, reference) for reference in closed]

    _list(_run(settings, work))


@command.command()
@_contract
@_month
@click.option("--reason", required=True, help="What has changed.")
@settings_option
def restate(contract: str, month: date, reason: str, settings: Path | None) -> None:
    """Make the signed differences of a closed MONTH's bills from what they said: later data, rulings, prices."""

    async def work(connection: Connection) -> list[Kept]:
        found = await _found(connection, contract)
        restated = await months.restate(connection, found, month, reason)
        return [await stored.bill_named(connection, reference) for reference in restated]

    restated = _run(settings, work)
    if restated:
        _list(restated)
    else:
        click.echo("nothing has changed: no bill was made")


@command.command()
@click.argument("bill")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@settings_option
def export(bill: str, file: Path, force: bool, settings: Path | None) -> None:
    """Write BILL as FILE: a PDF or an XLSX by the end of its name."""
    write = {".pdf": paper, ".xlsx": workbook}.get(file.suffix.lower())
    if write is None:
        raise click.ClickException(f"{file.name} says no format: end it with .pdf or .xlsx")
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already: say --force to replace it")

    async def work(connection: Connection) -> Itemised:
        return await _itemised(connection, bill)

    file.write_bytes(write(_run(settings, work)))
    click.echo(f"wrote {file}")


def _run(settings: Path | None, work: Callable[[Connection], Awaitable[Result]]) -> Result:
    async def connected() -> Result:
        async with one_connection(settings, "bill") as connection:
            return await work(connection)

    try:
        return asyncio.run(connected())
    except _REFUSALS as error:
        raise click.ClickException(str(error)) from error


async def _found(connection: Connection, contract: str) -> ContractRow:
    site, slash, code = contract.partition("/")
    if not slash:
        raise NoSuchContractError(f"{contract!r} is no contract: write SITE/CONTRACT, as in kunshan/grid")
    return await contract_named(connection, site, code)


async def _itemised(connection: Connection, reference: str) -> Itemised:
    kept = await stored.bill_named(connection, reference)
    return itemised(await contract_named(connection, kept.head.site, kept.head.contract), kept)


def _show_list(site: str | None, month: date | None, settings: Path | None) -> None:
    async def work(connection: Connection) -> list[stored.BillHeadRow]:
        page = await months.bills(connection, Page(_AT_ONCE), site=site, month=month)
        found = [*page.rows]
        while page.next is not None:
            page = await months.bills(connection, Page(_AT_ONCE, page.next), site=site, month=month)
            found += page.rows
        return found

    listed = _run(settings, work)
    for head in listed:
        click.echo(f"{head.reference}  {head.status}  {head.total:,f} {head.currency}")
    if not listed:
        click.echo("there is no bill yet: `ioe bill make SITE/CONTRACT MONTH`")


def _list(bills: Sequence[Kept]) -> None:
    for kept in bills:
        head = kept.head
        click.echo(f"{head.reference}  {head.status}  {head.total:,f} {head.currency}")
        for note in kept.bill.notes:
            click.secho(f"  {note}", fg="yellow")


def _width(text: str) -> int:
    """Columns of a terminal: Chinese takes two."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
