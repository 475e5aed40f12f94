"""The meter ledger: every increment that was not plain, those that somebody has to rule about first."""

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AfterValidator, BaseModel, Field

from analytics.metering.model import MICRO, LedgerKind
from api.context import Database
from api.instants import Instant, InstantQuery, parse, zoned
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted, Wanted, not_ours
from api.parameters import SiteFilter, require_site
from api.registers import CodeOfMeter, FlowWanted, SiteOfMeter, require_register
from services.ledger import entries
from services.ledger.entries import EntryRow, Place

router = APIRouter(tags=["ledger"], dependencies=[Depends(zoned)])


def _known(kind: str) -> str:
    if kind not in get_args(LedgerKind):
        raise ValueError(f"there is no kind {kind[:40]!r}, there are {', '.join(get_args(LedgerKind))}")
    return kind


Kinds = Annotated[
    list[Annotated[str, AfterValidator(_known)]] | None,
    Query(alias="kind", description=f"Only these kinds: {', '.join(get_args(LedgerKind))}.", max_length=12),
]
Start = Annotated[InstantQuery | None, Query(alias="from", description="Only what reaches past this instant.")]
Stop = Annotated[InstantQuery | None, Query(alias="to", description="Only what begins before this instant.")]
OnlyOpen = Annotated[bool, Query(alias="open", description="Only what is held out and nobody has ruled about.")]


class RulingOfEntry(BaseModel):
    """What holds for an entry's span."""

    verdict: str
    energy: Annotated[float | None, Field(description="Of `correct` and `estimate`, in `unit`.")]
    actor: str
    reason: str
    at: Instant


class LedgerEntry(BaseModel):
    """An increment that was not plain. `energy`, `quarantined` and `adjustment` are in `unit`."""

    meter: Annotated[str, Field(examples=["kunshan/m-101"])]
    meter_name: str
    meter_name_zh: str | None
    flow: str
    unit: Annotated[str, Field(examples=["kWh"])]
    kind: Annotated[str, Field(examples=["implausible"])]
    origin: Annotated[str, Field(description="`judged` from the reads, or `entered` by a person.")]
    start: Annotated[Instant, Field(description="The last good read before.")]
    stop: Annotated[Instant, Field(description="The read that ends it.")]
    first_value: Annotated[float | None, Field(description="What the register showed at `start`.")]
    last_value: Annotated[float | None, Field(description="What it showed at `stop`.")]
    energy: Annotated[float, Field(description="In the intervals.")]
    quarantined: Annotated[float, Field(description="Held out of the intervals until somebody decides.")]
    adjustment: Annotated[float, Field(description="Signed: what the register shows beside the energy.")]
    open: Annotated[bool, Field(description="Somebody has to rule about it.")]
    recomputing: Annotated[bool, Field(description="The register is still to be judged again from here or before.")]
    detail: str
    decided_at: Annotated[Instant, Field(description="Time of the read on which it was decided.")]
    actor: Annotated[str | None, Field(description="Who entered it.")]
    ruling: RulingOfEntry | None


@router.get(
    "/ledger", operation_id="list_ledger", summary="The ledger of all meters", responses=problems("site-not-found")
)
async def list_ledger(
    connection: Database,
    response: Response,
    wanted: PageWanted,
    site: SiteFilter = None,
    flow: FlowWanted = None,
    kind: Kinds = None,
    start: Start = None,
    stop: Stop = None,
    only_open: OnlyOpen = False,
) -> PageOf[LedgerEntry]:
    """Entries that somebody has to rule about first, then the newest."""
    if site is not None:
        await require_site(connection, site)
    found, rest = await entries.entries(
        connection,
        wanted.limit,
        _place(wanted),
        site=site,
        flow=flow,
        kinds=kind,
        start=start,
        stop=stop,
        only_open=only_open,
    )
    return wanted.page(response, map(_shown, found), None if rest is None else str(rest))


@router.get(
    "/meters/{site}/{code}/ledger",
    operation_id="list_ledger_of_meter",
    summary="The ledger of a meter",
    responses=problems("meter-not-found"),
)
async def list_ledger_of_meter(
    site: SiteOfMeter,
    code: CodeOfMeter,
    connection: Database,
    response: Response,
    wanted: PageWanted,
    flow: FlowWanted = None,
    kind: Kinds = None,
    start: Start = None,
    stop: Stop = None,
    only_open: OnlyOpen = False,
) -> PageOf[LedgerEntry]:
    """Entries that somebody has to rule about first, then the newest; without `flow` of all its registers."""
    register = await require_register(connection, site, code, flow)
    found, rest = await entries.entries(
        connection,
        wanted.limit,
        _place(wanted),
        meter_id=register.meter_id,
        flow=flow,
        kinds=kind,
        start=start,
        stop=stop,
        only_open=only_open,
    )
    return wanted.page(response, map(_shown, found), None if rest is None else str(rest))


def _place(wanted: Wanted) -> Place | None:
    if wanted.after is None:
        return None
    try:
        place = Place.parse(wanted.after)
        parse(place.start.isoformat())
    except ValueError:
        raise not_ours() from None
    return place


def _shown(row: EntryRow) -> LedgerEntry:
    ruling = None
    if row.verdict not in {None, "undo"}:
        assert row.verdict is not None
        assert row.ruled_by is not None
        assert row.ruled_reason is not None
        assert row.ruled_at is not None
        ruling = RulingOfEntry(
            verdict=row.verdict,
            energy=None if row.ruled_energy is None else row.ruled_energy / MICRO,
            actor=row.ruled_by,
            reason=row.ruled_reason,
            at=row.ruled_at,
        )
    return LedgerEntry(
        meter=row.meter,
        meter_name=row.meter_name,
        meter_name_zh=row.meter_name_zh,
        flow=row.flow,
        unit=row.unit,
        kind=row.kind,
        origin=row.origin,
        start=row.start,
        stop=row.stop,
        first_value=row.first_value,
        last_value=row.last_value,
        energy=row.energy / MICRO,
        quarantined=row.quarantined / MICRO,
        adjustment=row.adjustment / MICRO,
        open=row.open,
        recomputing=row.recomputing,
        detail=row.detail,
        decided_at=row.decided,
        actor=row.actor,
        ruling=ruling,
    )
