"""Bills: what a month cost, by meter, space or unit; drafts, closing, restating; as JSON, XLSX or PDF.

A bill is named `site/contract/2026-04/space/b1/f2/1`: its contract, month and subject, and 1, or 2 and more for what
was restated after the month was closed. Amounts are exact: they come as decimal text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from analytics.billing.inputs import SubjectKind
from analytics.billing.sharing import Subject
from api.bill_models import BillDetail, BillHead, BillLine, Bills, Closing, Division, NewBills, Part, Restating, Status
from api.context import Database
from api.forms import accepted
from api.instants import zoned
from api.names import BILL, CODE, MONTH, PATH
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.parameters import SiteFilter, require_site
from api.problems import refused_as
from api.site_period import month_of
from services.bills import months, paper, stored, workbook
from services.bills.contracts import CannotBillError, ContractRow, NoSuchContractError, contract_named
from services.bills.gather import gather
from services.bills.itemised import file_name, itemised
from services.database import Connection
from services.registry.pages import Page

router = APIRouter(prefix="/bills", tags=["bills"], dependencies=[Depends(zoned)])

Site = Annotated[str, Path(pattern=CODE, examples=["kunshan"])]
Contract = Annotated[str, Path(pattern=CODE, examples=["grid"])]
MonthInPath = Annotated[str, Path(pattern=MONTH, examples=["2026-04"])]
MonthFilter = Annotated[str | None, Query(pattern=MONTH, description="Only of this local month.", examples=["2026-04"])]
ContractFilter = Annotated[str | None, Query(pattern=CODE, description="Only of this contract; needs `site`.")]
_FILES = {paper.MEDIA_TYPE: "pdf", workbook.MEDIA_TYPE: "xlsx"}
_WITH_CONTRACT = ("contract-not-found", "billing-refused")


async def require_contract(connection: Connection, site: str, contract: str) -> ContractRow:
    """A contract. Raises Problem where there is none."""
    with refused_as("contract-not-found", NoSuchContractError):
        return await contract_named(connection, site, contract)


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what cannot be billed, closed or restated with what to do."""
    with (
        refused_as("billing-refused", CannotBillError),
        refused_as("closing-refused", months.ClosingRefusedError, months.NotClosedError),
    ):
        yield


@router.get("", operation_id="list_bills", summary="Bills", responses=problems("site-not-found"))
async def list_bills(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    contract: ContractFilter = None,
    month: MonthFilter = None,
    subject: Annotated[SubjectKind | None, Query(description="Only bills of such subjects.")] = None,
    name: Annotated[str | None, Query(pattern=PATH, description="Only this meter's, space's or unit's.")] = None,
    status: Annotated[Status | None, Query(description="Only bills of this status.")] = None,
) -> PageOf[BillHead]:
    """Bills by name: a month's restatements follow what they restate."""
    found = await months.bills(
        connection,
        Page(wanted.limit, wanted.after),
        site=site,
        contract=contract,
        month=None if month is None else month_of(month),
        subject=subject,
        name=name,
        status=status,
    )
    if not found.rows and site is not None:
        await require_site(connection, site)
    return wanted.page(response, map(BillHead.model_validate, found.rows), found.next)


@router.post(
    "", operation_id="make_bills", summary="Make drafts of bills", responses=problems(*_WITH_CONTRACT, *WITH_A_BODY)
)
async def make_bills(connection: Database, wanted: NewBills) -> Bills:
    """Work bills out from the energy, terms and tariffs of now, and keep them with all that they follow from.

    Safe to repeat: a draft is replaced. In a month that is closed a bill of one more subject comes closed, from the
    inputs that the month was closed with.
    """
    site, _, code = wanted.contract.partition("/")
    contract, month = await require_contract(connection, site, code), month_of(wanted.month)
    subjects = [Subject(each.kind, each.name) for each in wanted.subjects]
    with _refusing():
        made = [
            await months.draft(connection, contract, month, subject)
            for subject in subjects or await months.main_subjects(connection, contract, month)
        ]
    return Bills(bills=made)


@router.post(
    "/{site}/{contract}/{month}/close",
    operation_id="close_month",
    summary="Close a month of a contract",
    responses=problems(*_WITH_CONTRACT, "closing-refused", *WITH_A_BODY),
)
async def close_month(connection: Database, site: Site, contract: Contract, month: MonthInPath, how: Closing) -> Bills:
    """Work out all drafts of the month once more and lock them: later changes are restated.

    Refused where the month is not over or energy of it is missing or quarantined, unless a reason is given.
    """
    found = await require_contract(connection, site, contract)
    with _refusing():
        closed = await months.close(connection, found, month_of(month), datetime.now(UTC), reason=how.reason)
    return Bills(bills=closed)


@router.post(
    "/{site}/{contract}/{month}/restate",
    operation_id="restate_month",
    summary="Restate a closed month",
    responses=problems(*_WITH_CONTRACT, "closing-refused", *WITH_A_BODY),
)
async def restate_month(
    connection: Database, site: Site, contract: Contract, month: MonthInPath, why: Restating
) -> Bills:
    """Make a bill of the signed differences for each bill of the month whose figures are others now; none else."""
    found = await require_contract(connection, site, contract)
    with _refusing():
        restated = await months.restate(connection, found, month_of(month), why.reason)
    return Bills(bills=restated)


@router.get(
    "/{site}/{contract}/{month}/division",
    operation_id="divide_month",
    summary="Who bears how much of a month",
    responses=problems(*_WITH_CONTRACT),
)
async def divide_month(
    connection: Database,
    site: Site,
    contract: Contract,
    month: MonthInPath,
    by: Annotated[Literal["space", "org_unit"], Query(description="By buildings, or by topmost units.")] = "org_unit",
) -> Division:
    """A month as it stands now, divided among the topmost spaces or units, and the rest that belongs to none."""
    found = await require_contract(connection, site, contract)
    with _refusing():
        divided = months.division(await gather(connection, found, month_of(month)), by)
    parts = [Part(name=name, amount=amount) for name, amount in divided.parts]
    return Division(currency=divided.currency, total=divided.total, parts=parts, unallocated=divided.unallocated)


@router.get(
    "/{bill:path}",
    operation_id="get_bill",
    summary="One bill",
    response_model=BillDetail,
    responses={
        200: {"content": {paper.MEDIA_TYPE: {}, workbook.MEDIA_TYPE: {}}, "description": "The bill."},
        **problems("bill-not-found", "not-acceptable"),
    },
)
async def get_bill(
    connection: Database,
    bill: Annotated[str, Path(pattern=BILL, examples=["kunshan/grid/2026-04/meter/main/1"])],
    accept: Annotated[str, Header(description="JSON, PDF or XLSX.")] = "*/*",
) -> BillDetail | Response:
    """The bill as it was kept: JSON, or a file where `.pdf` or `.xlsx` is put behind its name or is accepted."""
    reference, _, suffix = bill.partition(".")
    form = suffix or accepted(accept, "A bill comes", _FILES)
    with refused_as("bill-not-found", stored.NoSuchBillError):
        kept = await stored.bill_named(connection, reference)
    if form == "json":
        return _detail(kept)
    shown = itemised(await require_contract(connection, kept.head.site, kept.head.contract), kept)
    file, media_type = (
        (paper.paper(shown), paper.MEDIA_TYPE) if form == "pdf" else (workbook.workbook(shown), workbook.MEDIA_TYPE)
    )
    headers = {"Content-Disposition": f'attachment; filename="{file_name(reference, form)}"'}
    return Response(file, media_type=media_type, headers=headers)


def _detail(kept: stored.Kept) -> BillDetail:
    head = BillHead.model_validate(kept.head)
    lines = [
        BillLine(
            kind=line.kind,
            component=line.component,
            name=line.name,
            name_zh=line.name_zh,
            band=None if line.band is None else line.band.code,
            quantity=line.quantity,
            unit=line.unit,
            price=line.price,
            amount=line.amount,
            from_day=line.from_day,
            until_day=line.until_day,
            detail=line.detail,
        )
        for line in kept.bill.lines
    ]
    return BillDetail(**head.model_dump(), lines=lines, notes=list(kept.bill.notes))
