"""What the supplier asks for, entered line by line, beside what we worked out for the same contract and month.

An invoice entered again under its number replaces what was entered before: it was mistyped, and the event says so. It
is held against the main meters' bills of the month and all their restatements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from analytics.billing.invoice_difference import InvoiceLine, LineDifference, differences
from analytics.tariffs.bands import Band
from services import events
from services.bills.contracts import ContractRow
from services.bills.stored import NumberRow, bill_kept, bills_of_month
from services.database import Connection, one, rows, run
from services.registry.pages import Listing, Page, listing
from services.statements import statements

SQL = statements("invoices")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice."""

    reference: str
    site: str
    contract: str
    month: date
    number: str
    currency: str
    total: Decimal
    actor: str
    at: datetime

    @property
    def id(self) -> str:
        """Its public name."""
        return self.reference


@dataclass(frozen=True, slots=True)
class InvoiceLineRow:
    """A line of one."""

    component: str
    band: int | None
    quantity: Decimal | None
    unit: str | None
    price: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """An invoice held against our bills; `unexplained`: its total beyond its lines, which no line says."""

    lines: tuple[InvoiceLine, ...]
    differences: tuple[LineDifference, ...]
    bills: tuple[str, ...]
    our_total: Decimal
    unexplained: Decimal


class WrongCurrencyError(Exception):
    """An invoice is in another currency than its contract."""


async def enter(
    connection: Connection,
    contract: ContractRow,
    month: date,
    number: str,
    lines: Sequence[InvoiceLine],
    total: Decimal,
    *,
    currency: str | None = None,
    actor: str = "local",
) -> str:
    """Keep an invoice; gives its name. Raises WrongCurrencyError."""
    if currency is not None and currency != contract.currency:
        raise WrongCurrencyError(
            f"the invoice is in {currency}, contract {contract.site}/{contract.code} in {contract.currency}: "
            "enter it under its own contract or mend the contract"
        )
    reference = f"{contract.site}/{contract.code}/{month:%Y-%m}/{number}"
    async with connection.transaction():
        await run(connection, SQL["drop_invoice_lines"], contract.contract_id, month, number)
        written = await one(
            connection,
            SQL["put_invoice"],
            NumberRow,
            contract.contract_id,
            month,
            number,
            contract.currency,
            total,
            actor,
        )
        assert written is not None
        await run(
            connection,
            SQL["put_invoice_lines"],
            written.id,
            list(range(1, len(lines) + 1)),
            [line.component for line in lines],
            [None if line.band is None else int(line.band) for line in lines],
            [line.quantity for line in lines],
            [line.unit for line in lines],
            [line.price for line in lines],
            [line.amount for line in lines],
        )
        await events.record(connection, "invoice.entered", reference, {"total": str(total), "lines": len(lines)})
    return reference


async def compare(connection: Connection, contract: ContractRow, invoice: InvoiceRow) -> Comparison:
    """An invoice line by line beside the main meters' bills of its month."""
    found = await rows(
        connection, SQL["invoice_lines"], InvoiceLineRow, contract.contract_id, invoice.month, invoice.number
    )
    lines = tuple(
        InvoiceLine(
            row.component, None if row.band is None else Band(row.band), row.amount, row.quantity, row.unit, row.price
        )
        for row in found
    )
    heads = [
        bill
        for bill in await bills_of_month(connection, contract, invoice.month)
        if bill.subject == "meter" and bill.name in bill.worked_out_from.main_meters
    ]
    ours = [await bill_kept(connection, head) for head in heads]
    return Comparison(
        lines,
        tuple(differences(lines, ours)),
        tuple(head.reference for head in heads),
        sum((bill.total for bill in ours), Decimal(0)),
        invoice.total - sum((line.amount for line in lines), Decimal(0)),
    )


async def invoices(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    contract: str | None = None,
    month: date | None = None,
) -> Listing[InvoiceRow]:
    """Invoices by name, filtered."""
    found = await rows(connection, SQL["invoices_page"], InvoiceRow, site, contract, month, page.after, page.count + 1)
    return listing(found, page)


async def invoice_named(connection: Connection, contract: ContractRow, month: date, number: str) -> InvoiceRow | None:
    """An invoice of a contract's month by its number."""
    known = await invoices(connection, Page(10_000), site=contract.site, contract=contract.code, month=month)
    return next((row for row in known.rows if row.number == number), None)
