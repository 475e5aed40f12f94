"""The months of a contract: drafts, closing, restating.

    draft ------- made again ------> draft          replaced: a draft promises nothing
      | close
      v
    closed ------ restate ---------> restatement -- restate --> restatement ...
                                     the signed difference from what was said before, and why

Closing locks a contract's month: all its drafts are worked out once more and become closed together, from one set of
inputs, so that units and the unallocated rest add up to the whole. A bill for one more subject of a closed month comes
from those same inputs. A closed bill never changes (the database refuses it too); closed + its restatements is what
holds now. Closing refuses a month that is not over, or whose main meters have missing or quarantined energy, or whose
parts are divided by meters with such energy, unless a reason is given why it is to be closed all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from analytics.billing.bill import Bill
from analytics.billing.bill import bill as whole_bill
from analytics.billing.inputs import BillInputs
from analytics.billing.notes import defaults, estimates
from analytics.billing.restatement import difference
from analytics.billing.sharing import Subject, bill_of, by_node
from services import events
from services.bills.contracts import SQL, CannotBillError, ContractRow, MeterRow, meter_of_contract, place_of
from services.bills.gather import gather, span_of, with_own_energy
from services.bills.readiness import being_judged, held_in_parts
from services.bills.stored import BillHeadRow, BillRow, bills_of_month, put, reference_of
from services.database import Connection, rows, run
from services.registry.pages import Listing, Page, listing


class ClosingRefusedError(Exception):
    """A month cannot be closed as it is; the message says what is missing."""


class NotClosedError(Exception):
    """Only a closed month is restated."""


@dataclass(frozen=True, slots=True)
class Division:
    """A month's whole bill divided among a tree: who bears how much, and what nobody does."""

    currency: str
    total: Decimal
    parts: tuple[tuple[str, Decimal], ...]
    unallocated: Decimal


async def draft(
    connection: Connection, contract: ContractRow, month: date, subject: Subject, *, actor: str = "local"
) -> str:
    """Make the draft of a bill, or make it again; gives its reference. In a closed month it is closed at once.

    Raises CannotBillError, also where the bill itself is closed: that is restated.
    """
    present = await gather(connection, contract, month)
    async with connection.transaction():
        await run(connection, SQL["hold_contract"], contract.contract_id)
        known = await bills_of_month(connection, contract, month)
        reference = reference_of(contract, month, subject, 1)
        if any(bill.reference == reference and bill.status == "closed" for bill in known):
            raise CannotBillError(f"bill {reference} is closed: restate the month, which says what has changed and why")
        place = await place_of(connection, contract, subject.kind, subject.name)
        closed = _last_inputs_of_closing(known)
        if closed is None:
            inputs = await with_own_energy(connection, contract, present, subject)
        else:
            inputs = await _as_closed(connection, contract, closed, subject)
        status = "draft" if closed is None else "closed"
        return await put(
            connection, contract, subject, place, inputs, bill_of(inputs, subject), status=status, actor=actor
        )


async def _as_closed(connection: Connection, contract: ContractRow, closed: BillInputs, subject: Subject) -> BillInputs:
    if subject.kind == "meter" and closed.main_meters != (subject.name,):
        await meter_of_contract(connection, contract, subject.name)
        raise CannotBillError(
            f"the month is closed, and the energy of meter {subject.name} was not kept with it: "
            "make drafts of such meters before the month is closed"
        )
    return closed


def _last_inputs_of_closing(known: Sequence[BillRow]) -> BillInputs | None:
    """The inputs with which a month was closed; None: it is not."""
    closed = [bill for bill in known if bill.status == "closed"]
    return closed[0].worked_out_from if closed else None


async def close(
    connection: Connection,
    contract: ContractRow,
    month: date,
    now: datetime,
    *,
    reason: str = "",
    actor: str = "local",
) -> list[str]:
    """Close a contract's month; gives the references of its bills. With a `reason` it is closed all the same.

    Raises ClosingRefusedError, CannotBillError.
    """
    present = await gather(connection, contract, month)
    async with connection.transaction():
        await run(connection, SQL["hold_contract"], contract.contract_id)
        known = await bills_of_month(connection, contract, month)
        if _last_inputs_of_closing(known) is not None:
            raise ClosingRefusedError(
                f"{contract.site}/{contract.code} is closed for {month:%Y-%m} already: restate it"
            )
        if not known:
            raise ClosingRefusedError(
                f"{contract.site}/{contract.code} has no draft for {month:%Y-%m}: make the bill of its main meter first"
            )
        again = await being_judged(connection, contract, *span_of(contract, month))
        held = []
        if any(bill.whose.kind != "meter" or bill.name not in present.main_meters for bill in known):
            held = await held_in_parts(connection, contract, present.main_meters, *span_of(contract, month))
        doubts = [*_not_over(contract, month, now), *_doubts(present), *held, *again]
        if doubts and not reason:
            raise ClosingRefusedError(
                f"{month:%Y-%m} cannot be closed: {'; '.join(doubts)}. Mend that, or give a reason to close it so"
            )
        said = f"{reason} ({'; '.join(doubts)})" if doubts else reason
        closed = []
        for bill in known:
            worked_out_from = await with_own_energy(connection, contract, present, bill.whose)
            place = await place_of(connection, contract, bill.whose.kind, bill.name)
            result = bill_of(worked_out_from, bill.whose)
            reference = await put(
                connection, contract, bill.whose, place, worked_out_from, result, status="draft", actor=actor
            )
            await run(connection, SQL["close_bill"], reference, actor, said)
            closed.append(reference)
        subject = f"{contract.site}/{contract.code}/{month:%Y-%m}"
        await events.record(connection, "bill.closed", subject, {"bills": len(closed), "reason": said})
    return closed


def _not_over(contract: ContractRow, month: date, now: datetime) -> list[str]:
    stop = span_of(contract, month)[1]
    return [] if now >= stop else [f"the month is not over before {stop.isoformat()}"]


def _doubts(inputs: BillInputs) -> list[str]:
    """What speaks against closing: what is noted on the bill but estimates, as good as they will get, and defaults."""
    known = [*estimates(inputs), *defaults(inputs)]
    return [note.rstrip(".") for note in whole_bill(inputs).notes if note not in known]


async def restate(
    connection: Connection, contract: ContractRow, month: date, reason: str, *, actor: str = "local"
) -> list[str]:
    """Say what has changed since a month was closed or last restated; gives references, none where nothing has.

    Raises NotClosedError, CannotBillError.
    """
    present = await gather(connection, contract, month)
    async with connection.transaction():
        await run(connection, SQL["hold_contract"], contract.contract_id)
        known = await bills_of_month(connection, contract, month)
        newest = {bill.whose: bill for bill in known if bill.status != "draft"}
        if not newest:
            raise NotClosedError(
                f"{contract.site}/{contract.code} is not closed for {month:%Y-%m}: make its drafts again instead"
            )
        restated = []
        for subject, before in newest.items():
            inputs = await with_own_energy(connection, contract, present, subject)
            signed = _since(before, inputs)
            if not signed.lines:
                continue
            place = await place_of(connection, contract, subject.kind, subject.name)
            reference = await put(
                connection,
                contract,
                subject,
                place,
                inputs,
                signed,
                status="restatement",
                number=before.number + 1,
                restates=before.reference,
                actor=actor,
                reason=reason,
            )
            restated.append(reference)
            payload = {"reason": reason, "total": str(signed.total), "currency": signed.currency}
            await events.record(connection, "bill.restated", reference, payload)
    return restated


def _since(before: BillRow, inputs: BillInputs) -> Bill:
    return difference(bill_of(before.worked_out_from, before.whose), bill_of(inputs, before.whose))


def division(inputs: BillInputs, tree: Literal["space", "org_unit"]) -> Division:
    """Who bears how much of a month, by the topmost spaces or units; parts and the unallocated rest are the whole."""
    whole = whole_bill(inputs)
    parts: dict[str, Decimal] = {}
    for node, amount in sorted(by_node(whole, inputs, tree).items()):
        top = node.split("/")[0]
        parts[top] = parts.get(top, Decimal(0)) + amount
    return Division(whole.currency, whole.total, tuple(parts.items()), whole.total - sum(parts.values(), Decimal(0)))


async def bills(
    connection: Connection,
    page: Page,
    *,
    site: str | None = None,
    contract: str | None = None,
    month: date | None = None,
    subject: str | None = None,
    name: str | None = None,
    status: str | None = None,
) -> Listing[BillHeadRow]:
    """Bills by reference, filtered."""
    found = await rows(
        connection,
        SQL["bills_page"],
        BillHeadRow,
        site,
        contract,
        month,
        subject,
        name,
        status,
        page.after,
        page.count + 1,
    )
    return listing(found, page)


async def main_subjects(connection: Connection, contract: ContractRow, month: date) -> list[Subject]:
    """The meters at which a contract's supply enters: whose bills together are the whole."""
    start, _ = span_of(contract, month)
    mains = await rows(connection, SQL["main_meters"], MeterRow, contract.contract_id, start)
    return [Subject("meter", meter.code) for meter in mains]
