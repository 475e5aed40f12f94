"""The supplier's invoices: entered line by line, held line by line against our bills."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.billing.invoice_difference import InvoiceLine as Line
from analytics.tariffs.bands import BANDS
from api.context import Database
from api.instants import Instant, zoned
from api.money import Exact, ExactGiven
from api.names import CODE, CONTRACT, INVOICE_NUMBER, MONTH
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import SiteFilter, require_site
from api.problems import Problem
from api.routes.bills import ContractFilter, MonthFilter, MonthInPath, require_contract
from api.site_period import month_of
from services.bills import invoices
from services.registry.pages import Page

router = APIRouter(prefix="/invoices", tags=["bills"], dependencies=[Depends(zoned)])

BandCode = Literal["unbilled", "critical_peak", "peak", "intermediate", "off_peak", "deep_off_peak"]
_LIMIT = Decimal(10) ** 15


class InvoiceLine(BaseModel):
    """A line of an invoice, named as on our bills, so that it is compared."""

    model_config = ConfigDict(extra="forbid")

    component: Annotated[str, Field(pattern=CODE, examples=["purchase"])]
    band: BandCode | None = None
    quantity: ExactGiven | None = None
    unit: Annotated[str | None, Field(max_length=20, examples=["kWh"])] = None
    price: ExactGiven | None = None
    amount: ExactGiven


class NewInvoice(BaseModel):
    """An invoice as it is on paper."""

    model_config = ConfigDict(extra="forbid")

    contract: Annotated[str, Field(pattern=CONTRACT, examples=["kunshan/grid"])]
    month: Annotated[str, Field(pattern=MONTH, examples=["2026-04"])]
    number: Annotated[str, Field(pattern=INVOICE_NUMBER, examples=["2026-04-0017"])]
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$", description="None: the contract's.")] = None
    total: ExactGiven
    lines: Annotated[list[InvoiceLine], Field(min_length=1, max_length=1000)]


class Invoice(BaseModel):
    """An invoice in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[str, Field(examples=["kunshan/grid/2026-04/2026-04-0017"])]
    site: str
    contract: str
    month: date
    number: str
    currency: str
    total: Exact
    actor: str
    at: Instant


class Difference(BaseModel):
    """A component and band: the supplier's figures and ours. Differences are the supplier's minus ours."""

    component: str
    band: str | None
    sides: Annotated[Literal["both", "only_supplier", "only_ours"], Field(description="Who has such a line.")]
    unit: str | None
    supplier_quantity: Exact | None
    our_quantity: Exact | None
    quantity_difference: Exact | None
    supplier_amount: Exact
    our_amount: Exact
    amount_difference: Exact


class InvoiceDetail(Invoice):
    """An invoice beside our bills of the same month, their restatements included."""

    differences: list[Difference]
    bills: Annotated[list[str], Field(description="Our bills that it is held against; none: none was made yet.")]
    our_total: Exact
    total_difference: Exact
    unexplained: Annotated[Exact, Field(description="The invoice's total beyond the sum of its lines.")]


@router.get("", operation_id="list_invoices", summary="Supplier's invoices", responses=problems("site-not-found"))
async def list_invoices(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    contract: ContractFilter = None,
    month: MonthFilter = None,
) -> PageOf[Invoice]:
    """Invoices by name."""
    found = await invoices.invoices(
        connection,
        Page(wanted.limit, wanted.after),
        site=site,
        contract=contract,
        month=None if month is None else month_of(month),
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(Invoice.model_validate, found.rows), found.next)


@router.post(
    "",
    operation_id="enter_invoice",
    summary="Enter a supplier's invoice",
    responses=problems("contract-not-found", *WITH_A_BODY),
)
async def enter_invoice(connection: Database, given: NewInvoice) -> InvoiceDetail:
    """Keep the invoice and show where it differs from our bills. One of the same number is replaced."""
    if any(abs(line.amount) > _LIMIT for line in given.lines):
        raise Problem("invalid-request", "An amount is larger than any bill: check the decimal point.")
    site, _, code = given.contract.partition("/")
    contract, month = await require_contract(connection, site, code), month_of(given.month)
    lines = [
        Line(
            line.component,
            None if line.band is None else BANDS[line.band],
            line.amount,
            line.quantity,
            line.unit,
            line.price,
        )
        for line in given.lines
    ]
    try:
        await invoices.enter(connection, contract, month, given.number, lines, given.total, currency=given.currency)
    except invoices.WrongCurrencyError as error:
        raise Problem("invalid-request", f"{error}.") from error
    return await get_invoice(connection, site, code, given.month, given.number)


@router.get(
    "/{site}/{contract}/{month}/{number}",
    operation_id="get_invoice",
    summary="One invoice beside our bills",
    responses=problems("contract-not-found", "invoice-not-found"),
)
async def get_invoice(
    connection: Database,
    site: Annotated[str, Path(pattern=CODE, examples=["kunshan"])],
    contract: Annotated[str, Path(pattern=CODE, examples=["grid"])],
    month: MonthInPath,
    number: Annotated[str, Path(pattern=INVOICE_NUMBER, examples=["2026-04-0017"])],
) -> InvoiceDetail:
    """Each component and band, the supplier's figure beside ours; lines that only one side has are named as such."""
    of = await require_contract(connection, site, contract)
    found = await invoices.invoice_named(connection, of, month_of(month), number)
    if found is None:
        raise Problem("invoice-not-found", f"Contract {site}/{contract} has no invoice {number!r} for {month}.")
    compared = await invoices.compare(connection, of, found)
    return InvoiceDetail(
        **Invoice.model_validate(found).model_dump(),
        differences=[
            Difference(
                component=line.component,
                band=None if line.band is None else line.band.code,
                sides=line.sides,
                unit=line.unit,
                supplier_quantity=line.supplier_quantity,
                our_quantity=line.our_quantity,
                quantity_difference=line.quantity_difference,
                supplier_amount=line.supplier_amount,
                our_amount=line.our_amount,
                amount_difference=line.amount_difference,
            )
            for line in compared.differences
        ],
        bills=list(compared.bills),
        our_total=compared.our_total,
        total_difference=found.total - compared.our_total,
        unexplained=compared.unexplained,
    )
