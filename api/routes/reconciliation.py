"""Does it add up: a register against its intervals, a meter against its children."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from analytics.metering.model import MICRO
from analytics.metering.standing import Standing
from analytics.metering.state import Read
from api.context import Database
from api.instants import Instant, zoned
from api.openapi_parts import problems
from api.periods import From, To, ordered
from api.problems import Problem, refused_as
from api.registers import RegisterAsked
from services.ledger import losses as balances
from services.ledger import reconciliation
from services.ledger.losses import HIGHEST, LOWEST, Balance, FamilyRow, Resolution
from services.ledger.reads import at
from services.ledger.reconciliation import Part

router = APIRouter(prefix="/meters/{site}/{code}", tags=["ledger"], dependencies=[Depends(zoned)])


class RegisterRead(BaseModel):
    """What the register showed, in its point's unit."""

    time: Instant
    value: float


class Boundary(BaseModel):
    """Where the register stood at an instant."""

    time: Instant
    before: Annotated[RegisterRead | None, Field(description="The good read at or before it; null: there was none.")]
    after: Annotated[
        RegisterRead | None,
        Field(description="The good read after it; null: none has followed, nothing is interpolated."),
    ]
    interpolated: Annotated[float, Field(description="What of the increment between the two came before the instant.")]
    undecided: Annotated[RegisterRead | None, Field(description="The newest read, where it is not yet a good one.")]
    energy: Annotated[float, Field(description="The register as energy: reads times multiplier, interpolated.")]


class Law(BaseModel):
    """`intervals + quarantined + unresolved = difference + adjustments + residual`, all in `unit`."""

    start: Instant
    stop: Instant
    multiplier: Annotated[float | None, Field(description="Null: the register or its multiplier changes inside.")]
    first: Boundary
    last: Boundary
    difference: Annotated[float, Field(description="What the register shows: `last.energy` less `first.energy`.")]
    measured: float
    interpolated: float
    estimated: float
    intervals: Annotated[float, Field(description="The sum of the three.")]
    quarantined: Annotated[float, Field(description="Shown by the register and held out until somebody decides.")]
    unresolved: Annotated[float, Field(description="Shown by reads after the last good one, not yet decided.")]
    adjustments: Annotated[
        float, Field(description="Signed, of the ledger: energy that the register does not show so.")
    ]
    residual: Annotated[float, Field(description="What is not accounted for: 0.")]
    residual_micro: Annotated[int, Field(description="The same in whole millionths, exact.")]
    missing_s: Annotated[float, Field(description="For how long there is no energy at all.")]


class Reconciliation(BaseModel):
    """A register held to the law, over the period that was used and by segment of constant multiplier."""

    meter: str
    flow: str
    unit: str
    wanted_from: Instant
    wanted_to: Instant
    newest_read_at: Annotated[Instant, Field(description="The last read that has been judged.")]
    recomputing: Annotated[bool, Field(description="It is still to be judged again, and may not add up until then.")]
    whole: Law
    segments: Annotated[list[Law], Field(description="The quarter hour in which a register changes is one by itself.")]


class Member(BaseModel):
    """A meter's energy in the period and how well it is known."""

    meter: str
    name: str
    name_zh: str | None
    energy: float
    measured: float
    interpolated: float
    estimated: float
    missing_s: Annotated[float, Field(description="For how long there is no energy.")]


class Losses(BaseModel):
    """A parent against its children in a period."""

    start: Instant
    stop: Instant
    parent: Member
    children: list[Member]
    unmetered: Annotated[float, Field(description="The parent less its children; negative: they counted more.")]
    unmetered_share: Annotated[float | None, Field(description="Of the parent's energy; null: it had none.")]
    flagged: Annotated[bool, Field(description="The share is outside the limits.")]
    complete: Annotated[bool, Field(description="All of them have energy for all of the period.")]


class LossesOf(BaseModel):
    """A meter's losses by period."""

    meter: str
    flow: str
    unit: str
    lowest_share: float
    highest_share: float
    items: list[Losses]


@router.get(
    "/reconciliation",
    operation_id="reconcile_meter",
    summary="Does the register add up",
    responses=problems("meter-not-found", "not-reconcilable"),
)
async def reconcile_meter(register: RegisterAsked, connection: Database, start: From, stop: To) -> Reconciliation:
    """The law over any period. Boundaries off the quarter hour are moved outwards; `start` and `stop` say to where."""
    ordered(start, stop)
    with refused_as("not-reconcilable", reconciliation.NotReconcilableError):
        found = await reconciliation.reconcile(connection, register, start, stop)
    return Reconciliation(
        meter=register.meter,
        flow=register.flow,
        unit=register.unit,
        wanted_from=start,
        wanted_to=stop,
        newest_read_at=found.newest,
        recomputing=found.recomputing,
        whole=_law(found.whole),
        segments=[_law(part) for part in found.parts],
    )


@router.get(
    "/losses",
    operation_id="list_losses",
    summary="A meter against its children",
    responses=problems("meter-not-found", "not-reconcilable"),
)
async def list_losses(
    register: RegisterAsked,
    connection: Database,
    start: From,
    stop: To,
    resolution: Resolution = "total",
    lowest_share: Annotated[Decimal, Query(ge=-1, le=1, description="Flag a share below this one.")] = LOWEST,
    highest_share: Annotated[Decimal, Query(ge=-1, le=1, description="Flag a share above this one.")] = HIGHEST,
) -> LossesOf:
    """What the meter counted that none of its children did, by local period."""
    begin, end = ordered(start, stop)
    if resolution == "hour" and (end - begin).days > 92:
        raise Problem("invalid-request", "Hours are given for at most 92 days: ask for days, or for a shorter period.")
    found = await balances.losses(
        connection, register, begin, end, resolution, lowest=lowest_share, highest=highest_share
    )
    if not found:
        raise Problem(
            "not-reconcilable", f"{register.meter} has no children that count {register.flow}, or no calendar."
        )
    return LossesOf(
        meter=register.meter,
        flow=register.flow,
        unit=register.unit,
        lowest_share=float(lowest_share),
        highest_share=float(highest_share),
        items=[_losses(register.site, balance) for balance in found],
    )


def _law(part: Part) -> Law:
    law = part.law
    return Law(
        start=part.start,
        stop=part.stop,
        multiplier=None if part.multiplier is None else float(part.multiplier),
        first=_boundary(law.first),
        last=_boundary(law.last),
        difference=law.difference / MICRO,
        measured=law.measured / MICRO,
        interpolated=law.interpolated / MICRO,
        estimated=law.estimated / MICRO,
        intervals=law.intervals / MICRO,
        quarantined=law.quarantined / MICRO,
        unresolved=law.unresolved / MICRO,
        adjustments=law.adjustments / MICRO,
        residual=law.residual / MICRO,
        residual_micro=law.residual,
        missing_s=(part.stop - part.start).total_seconds() - part.covered_us / MICRO,
    )


def _boundary(standing: Standing) -> Boundary:
    return Boundary(
        time=at(standing.at_us),
        before=_read(standing.before),
        after=_read(standing.after),
        interpolated=standing.laid / MICRO,
        undecided=_read(standing.last),
        energy=standing.energy / MICRO,
    )


def _read(read: Read | None) -> RegisterRead | None:
    return None if read is None else RegisterRead(time=at(read.time_us), value=read.micro / MICRO)


def _losses(site: str, balance: Balance) -> Losses:
    return Losses(
        start=balance.start,
        stop=balance.stop,
        parent=_member(site, balance.parent),
        children=[_member(site, child) for child in balance.children],
        unmetered=balance.unmetered / MICRO,
        unmetered_share=None if balance.share is None else float(balance.share),
        flagged=balance.flagged,
        complete=balance.complete,
    )


def _member(site: str, row: FamilyRow) -> Member:
    return Member(
        meter=f"{site}/{row.code}",
        name=row.name,
        name_zh=row.name_zh,
        energy=row.energy / MICRO,
        measured=row.measured / MICRO,
        interpolated=row.interpolated / MICRO,
        estimated=row.estimated / MICRO,
        missing_s=max(0, row.missing_us) / MICRO,
    )
