"""Bills as they are kept: lines and total beside the inputs that they follow from.

`reproduce` works a kept bill out again from its inputs alone: it equals the kept lines to the cent, or something is
wrong with this version of the code. A bill is named `site/contract/2026-04/space/b1/f2/1`; restatements count on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import msgspec

from analytics.billing.bill import Bill, Line, LineKind
from analytics.billing.inputs import BillInputs, SubjectKind
from analytics.billing.restatement import difference
from analytics.billing.sharing import Subject, bill_of
from analytics.tariffs.bands import Band
from services.bills.contracts import SQL, ContractRow, PlaceRow
from services.database import Connection, one, rows, run


@dataclass(frozen=True, slots=True)
class BillHeadRow:
    """A bill in a list."""

    reference: str
    site: str
    contract: str
    subject: str
    name: str
    month: date
    number: int
    status: str
    restates: str | None
    currency: str
    total: Decimal
    actor: str
    reason: str
    at: datetime

    @property
    def id(self) -> str:
        """Its public name."""
        return self.reference


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill with what it was worked out from."""

    reference: str
    site: str
    contract: str
    subject: str
    name: str
    month: date
    number: int
    status: str
    restates: str | None
    inputs: Any
    currency: str
    total: Decimal
    actor: str
    reason: str
    at: datetime

    @property
    def id(self) -> str:
        """Its public name."""
        return self.reference

    @property
    def whose(self) -> Subject:
        """Whose bill it is."""
        return Subject(cast("SubjectKind", self.subject), self.name)

    @property
    def worked_out_from(self) -> BillInputs:
        """Its inputs."""
        return msgspec.convert(self.inputs, BillInputs, str_keys=True)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line as it is kept."""

    kind: str
    component: str
    name: str
    name_zh: str | None
    band: int | None
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    from_day: date
    until_day: date
    in_power_factor_base: bool
    detail: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """The number of a bill in the database."""

    id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A bill and its lines as they are kept."""

    head: BillRow
    bill: Bill


class NoSuchBillError(Exception):
    """There is no bill of that name."""


def reference_of(contract: ContractRow, month: date, subject: Subject, number: int) -> str:
    """The public name of a bill."""
    return f"{contract.site}/{contract.code}/{month:%Y-%m}/{subject.kind}/{subject.name}/{number}"


async def bill_named(connection: Connection, reference: str) -> Kept:
    """A kept bill. Raises NoSuchBillError."""
    head = await one(connection, SQL["bill_named"], BillRow, reference)
    if head is None:
        raise NoSuchBillError(f"there is no bill {reference!r}: see the list of bills")
    return Kept(head, await bill_kept(connection, head))


async def bill_kept(connection: Connection, head: BillRow) -> Bill:
    """The lines of a bill as they are kept; its notes follow from its inputs."""
    found = await rows(connection, SQL["bill_lines"], LineRow, head.reference)
    notes = bill_of(head.worked_out_from, head.whose).notes
    return Bill(head.currency, tuple(map(_line, found)), notes)


async def reproduce(connection: Connection, head: BillRow) -> Bill:
    """The bill worked out again from kept inputs alone: its own, and for a restatement those of what it restates."""
    present = bill_of(head.worked_out_from, head.whose)
    if head.restates is None:
        return present
    before = await one(connection, SQL["bill_named"], BillRow, head.restates)
    assert before is not None
    return difference(bill_of(before.worked_out_from, before.whose), present)


async def bills_of_month(connection: Connection, contract: ContractRow, month: date) -> list[BillRow]:
    """Every bill of a contract's month, restatements after what they restate."""
    return await rows(connection, SQL["bills_of_month"], BillRow, contract.contract_id, month)


async def put(
    connection: Connection,
    contract: ContractRow,
    subject: Subject,
    place: PlaceRow,
    inputs: BillInputs,
    bill: Bill,
    *,
    status: str,
    number: int = 1,
    restates: str | None = None,
    actor: str = "local",
    reason: str = "",
) -> str:
    """Keep a bill in the caller's transaction; gives its reference. A draft of the same name is replaced."""
    reference = reference_of(contract, inputs.month, subject, number)
    await run(connection, SQL["drop_draft_lines"], reference)
    await run(connection, SQL["drop_draft"], reference)
    written = await one(
        connection,
        SQL["put_bill"],
        NumberRow,
        reference,
        contract.contract_id,
        subject.kind,
        place.meter_id,
        place.space_id,
        place.org_unit_id,
        subject.name,
        inputs.month,
        number,
        status,
        restates,
        msgspec.to_builtins(inputs, str_keys=True),
        bill.currency,
        bill.total,
        actor,
        reason,
    )
    assert written is not None
    await run(connection, SQL["put_bill_lines"], written.id, *_columns(bill.lines))
    return reference


def _columns(lines: Sequence[Line]) -> list[list[Any]]:
    return [
        list(range(1, len(lines) + 1)),
        [line.kind for line in lines],
        [line.component for line in lines],
        [line.name for line in lines],
        [line.name_zh for line in lines],
        [None if line.band is None else int(line.band) for line in lines],
        [line.quantity for line in lines],
        [line.unit for line in lines],
        [line.price for line in lines],
        [line.amount for line in lines],
        [line.from_day for line in lines],
        [line.until_day for line in lines],
        [line.in_power_factor_base for line in lines],
        [line.detail for line in lines],
    ]


def _line(row: LineRow) -> Line:
    return Line(
        kind=cast("LineKind", row.kind),
        component=row.component,
        name=row.name,
        name_zh=row.name_zh,
        band=None if row.band is None else Band(row.band),
        quantity=row.quantity,
        unit=row.unit,
        price=row.price,
        amount=row.amount,
        from_day=row.from_day,
        until_day=row.until_day,
        in_power_factor_base=row.in_power_factor_base,
        detail=row.detail,
    )
