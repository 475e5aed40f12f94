"""What people decide and enter about a meter: rulings, readings read off by eye, replacements."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from analytics.metering.model import MICRO
from api.context import Database
from api.instants import Instant, InstantGiven, InstantQuery, zoned
from api.names import POINT
from api.openapi_parts import WITH_A_BODY, problems
from api.pages import PageOf, PageWanted
from api.problems import refused_as
from api.reasons import Reason
from api.registers import CodeOfMeter, RegisterAsked, SiteOfMeter, require_register
from services.ledger import manual_readings, replacements, rulings
from services.ledger.registers import Flow, RegisterRow, segments
from services.ledger.rulings import RulingRow, Verdict

router = APIRouter(prefix="/meters/{site}/{code}", tags=["ledger"], dependencies=[Depends(zoned)])

_MOST = Decimal(10) ** 12  # of a unit: what 63 bits of millionths hold


ReasonBody = Annotated[Reason, Field(examples=["display read on site, photo in order 118"])]
FlowBody = Annotated[Flow | None, Field(description="Which of the meter's registers; null: the first one it has.")]
Shown = Annotated[Decimal, Field(ge=0, le=_MOST)]


class Ruling(BaseModel):
    """A decision as it was made; the newest for a span holds."""

    flow: str
    unit: str
    start: Instant
    stop: Instant
    verdict: str
    energy: Annotated[float | None, Field(description="Of `correct` and `estimate`, in `unit`.")]
    actor: str
    reason: str
    at: Instant


class NewRuling(BaseModel):
    """A decision about a span of the ledger, named by its exact ends."""

    model_config = ConfigDict(extra="forbid")

    flow: FlowBody = None
    start: InstantGiven
    stop: InstantGiven
    verdict: Annotated[Verdict, Field(description="`undo` takes the ruling back.")]
    energy: Annotated[
        Decimal | None,
        Field(ge=0, le=_MOST, decimal_places=6, description="Of `correct` and `estimate`, in the register's unit."),
    ] = None
    reason: ReasonBody


class NewManualReading(BaseModel):
    """What a person read off the register."""

    model_config = ConfigDict(extra="forbid")

    flow: FlowBody = None
    time: InstantGiven
    value: Annotated[
        FiniteFloat, Field(description="As the register shows it, in its point's unit.", examples=[1042.5])
    ]
    reason: ReasonBody


class NewReplacement(BaseModel):
    """What changed at an instant; what is not given stays as it was."""

    model_config = ConfigDict(extra="forbid")

    flow: FlowBody = None
    at: InstantGiven
    closing_value: Annotated[Shown | None, Field(description="Last value of the register that went.")] = None
    opening_value: Annotated[Shown | None, Field(description="First value of the one that came.")] = None
    multiplier: Annotated[Decimal | None, Field(gt=0, le=_MOST, description="CT x PT from then on.")] = None
    modulus: Annotated[Shown | None, Field(description="It shows values below this one; 0: not known.")] = None
    resolution: Annotated[Shown | None, Field(description="What a step of its last digit is worth.")] = None
    point: Annotated[str | None, Field(pattern=POINT, description="The point that is the register from then on.")] = (
        None
    )
    replace: Annotated[bool, Field(description="Put this in the place of what is entered for that instant.")] = False
    reason: ReasonBody


class Segment(BaseModel):
    """What holds for a register from an instant until the next segment begins."""

    model_config = ConfigDict(from_attributes=True)

    valid_from: Annotated[Instant | None, Field(description="Null: since ever.")]
    point: str | None
    point_unit: str | None
    multiplier: float
    modulus: float | None
    resolution: float
    closing_value: Annotated[float | None, Field(description="Last value of the register that went; null: none went.")]
    opening_value: Annotated[float | None, Field(description="First value of the one that came.")]
    actor: str
    reason: str


class Segments(BaseModel):
    """A register's segments, the first one first."""

    meter: str
    flow: str
    unit: str
    items: list[Segment]


class Decided(BaseModel):
    """What became of it; energies follow as soon as the engine has judged the register again."""

    changed: Annotated[bool, Field(description="False: it was so already, and nothing was done.")]
    meter: str
    flow: str


def _decided(register: RegisterRow, changed: bool) -> Decided:
    return Decided(changed=changed, meter=register.meter, flow=register.flow)


@router.get(
    "/rulings", operation_id="list_rulings", summary="Rulings about a meter", responses=problems("meter-not-found")
)
async def list_rulings(
    site: SiteOfMeter, code: CodeOfMeter, connection: Database, response: Response, wanted: PageWanted
) -> PageOf[Ruling]:
    """Who decided what, the newest first; those that hold no more too."""
    register = await require_register(connection, site, code, None)
    found, below = await rulings.rulings(connection, register.meter_id, wanted.limit, wanted.number())
    return wanted.page(response, map(_shown, found), None if below is None else str(below))


def _shown(row: RulingRow) -> Ruling:
    return Ruling(
        flow=row.flow,
        unit=row.unit,
        start=row.start,
        stop=row.stop,
        verdict=row.verdict,
        energy=None if row.energy is None else row.energy / MICRO,
        actor=row.actor,
        reason=row.reason,
        at=row.at,
    )


@router.post(
    "/rulings",
    operation_id="rule",
    summary="Rule about a span of the ledger",
    responses=problems("meter-not-found", "ruling-refused", *WITH_A_BODY),
)
async def rule(site: SiteOfMeter, code: CodeOfMeter, connection: Database, wanted: NewRuling) -> Decided:
    """Accept, reject or correct quarantined energy, estimate where there is none, or undo what was ruled.

    Safe to repeat: a ruling that holds already is not made again.
    """
    register = await require_register(connection, site, code, wanted.flow)
    energy = None if wanted.energy is None else int(wanted.energy * MICRO)
    with refused_as("ruling-refused", rulings.RulingRefusedError):
        ruling = rulings.Wanted(wanted.start, wanted.stop, wanted.verdict, wanted.reason, energy)
        changed = await rulings.rule(connection, register, ruling, datetime.now(UTC))
    return _decided(register, changed)


@router.post(
    "/manual-readings",
    operation_id="enter_manual_reading",
    summary="Enter what a person read off a register",
    responses=problems("meter-not-found", "manual-reading-refused", *WITH_A_BODY),
)
async def enter_manual_reading(
    site: SiteOfMeter, code: CodeOfMeter, connection: Database, wanted: NewManualReading
) -> Decided:
    """It becomes the effective reading of that instant, and a row of the ledger.

    Safe to repeat: a reading that is there already is not entered again.
    """
    register = await require_register(connection, site, code, wanted.flow)
    read = manual_readings.ManualReading(wanted.time, wanted.value, wanted.reason)
    with refused_as("manual-reading-refused", manual_readings.ReadingRefusedError):
        changed = await manual_readings.enter(connection, register, read, datetime.now(UTC))
    return _decided(register, changed)


@router.delete(
    "/manual-readings",
    operation_id="undo_manual_reading",
    summary="Take a manual reading back",
    responses=problems("meter-not-found", "manual-reading-refused"),
)
async def undo_manual_reading(
    register: RegisterAsked,
    connection: Database,
    time: Annotated[InstantQuery, Query(description="The instant for which it is entered.")],
    reason: Annotated[Reason, Query()],
) -> Decided:
    """What was effective before anybody entered a reading there is again, or nothing where nothing was sent.

    The ledger keeps both, and the register is judged again; `changed` is false where there is none.
    """
    with refused_as("manual-reading-refused", manual_readings.ReadingRefusedError):
        changed = await manual_readings.undo(connection, register, time, reason)
    return _decided(register, changed)


@router.get(
    "/replacements",
    operation_id="list_replacements",
    summary="Segments of a register",
    responses=problems("meter-not-found"),
)
async def list_replacements(register: RegisterAsked, connection: Database) -> Segments:
    """Which point was the register since when, with which multiplier, and what was replaced."""
    known = await segments(connection, register.register_id)
    items = [Segment.model_validate(segment) for segment in known]
    return Segments(meter=register.meter, flow=register.flow, unit=register.unit, items=items)


@router.post(
    "/replacements",
    operation_id="enter_replacement",
    summary="Enter that a register was replaced, or its multiplier changed",
    responses=problems("meter-not-found", "replacement-refused", *WITH_A_BODY),
)
async def enter_replacement(
    site: SiteOfMeter, code: CodeOfMeter, connection: Database, wanted: NewReplacement
) -> Decided:
    """The register is judged again from the last read before. Replacements are entered in the order of time.

    Safe to repeat: a replacement that is there already is not entered again.
    """
    register = await require_register(connection, site, code, wanted.flow)
    with refused_as("replacement-refused", replacements.ReplacementRefusedError):
        replacement = replacements.Replacement(
            wanted.at,
            wanted.reason,
            wanted.closing_value,
            wanted.opening_value,
            wanted.multiplier,
            wanted.modulus,
            wanted.resolution,
            wanted.point,
        )
        changed = await replacements.enter(connection, register, replacement, datetime.now(UTC), replace=wanted.replace)
    return _decided(register, changed)


@router.delete(
    "/replacements",
    operation_id="undo_replacement",
    summary="Take a replacement away again",
    responses=problems("meter-not-found", "replacement-refused"),
)
async def undo_replacement(
    register: RegisterAsked,
    connection: Database,
    at: Annotated[InstantQuery, Query(description="The instant for which it is entered.")],
    reason: Annotated[Reason, Query()],
) -> Decided:
    """What was in force before goes on as if it had not been entered; `changed` is false where there is none."""
    with refused_as("replacement-refused", replacements.ReplacementRefusedError):
        changed = await replacements.undo(connection, register, at, reason)
    return _decided(register, changed)
