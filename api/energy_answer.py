"""The answer of the energy analysis: exact sums become figures with units, money to the cent, shares to a millionth."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from analytics.tariffs.bands import Band
from api.instants import Instant
from services.energy.analysis import Analysis, Group
from services.energy.figures import Figures
from services.energy.question import Question
from services.energy.selection import Key
from services.production import ProducedRow

_FIGURE = Decimal("0.000001")
_MONEY = Decimal("0.01")


class Quality(BaseModel):
    """How energy is known: fractions that sum to 1."""

    measured: float
    interpolated: float
    estimated: float


class EnergyFigures(BaseModel):
    """Energy and cost; `energy` null: nothing is known."""

    energy: Annotated[float | None, Field(description="In `unit`.")]
    by_band: Annotated[dict[str, float], Field(examples=[{"peak": 120.5, "off_peak": 40.0}])]
    quality: Quality | None
    missing_s: Annotated[float, Field(description="Seconds without energy up to now, of all counted meters together.")]
    cost: Annotated[float | None, Field(description="Energy components only, in `currency`; null: no tariff says.")]
    average_price: Annotated[float | None, Field(description="Of a unit that a tariff charges for.")]
    unbilled: Annotated[float, Field(description="Units that no tariff charges for.")]
    peak_share: Annotated[float | None, Field(description="Peak and critical peak of what has a band.")]


class EnergyPoint(EnergyFigures):
    """A bucket [start, stop), cut off at the period."""

    start: Instant
    stop: Instant


class Demand(BaseModel):
    """The highest fixed quarter hour of the group, its meters together."""

    maximum: Annotated[float, Field(description="Mean power, in `unit` an hour.")]
    start: Instant
    load_factor: Annotated[float | None, Field(description="Mean power of the period over the maximum.")]


class PerProduct(BaseModel):
    """Energy of the period for each unit of a product, of the organisational unit and all below it."""

    product: str
    quantity: Annotated[float, Field(description="Produced in the period; counts at its edges by time.")]
    counted_s: Annotated[
        float, Field(description="For how many seconds of the period there are counts; less than it lasts: too few.")
    ]
    unit: str
    energy_per_unit: float | None


class EnergyGroup(BaseModel):
    """A group; what was not asked for is null. A space null among spaces: nobody's, unallocated."""

    rank: int
    carrier: str
    unit: str
    meter: Annotated[str | None, Field(examples=["kunshan/me-tr-1"])]
    space: str | None
    org_unit: str | None
    band: str | None
    meters: Annotated[int, Field(description="How many meters were added up.")]
    currency: str | None
    share: Annotated[float | None, Field(description="Of the total of its carrier.")]
    total: EnergyFigures
    points: Annotated[list[EnergyPoint], Field(description="Empty for resolution `total`.")]
    demand: Demand | None
    night_baseload: Annotated[float | None, Field(description="Mean power from 0:00 to 5:00, `unit` an hour.")]
    weekend_baseload: Annotated[float | None, Field(description="Mean power on Saturdays and Sundays.")]
    energy_per_m2: float | None
    per_product: list[PerProduct]
    previous_energy: Annotated[float | None, Field(description="In the period that `previous` names.")]
    change: Annotated[float | None, Field(description="Against it, as a fraction of it.")]


class Span(BaseModel):
    """[start, stop)."""

    start: Instant
    stop: Instant


class EnergyAnswer(BaseModel):
    """Groups by carrier, the most energy first, and the totals of all that was selected."""

    site: str
    time_zone: str
    start: Instant
    stop: Instant
    flow: str
    resolution: str
    open: Annotated[bool, Field(description="The period includes now: its figures still grow.")]
    previous: Span | None
    totals: list[EnergyGroup]
    groups: list[EnergyGroup]


def answer(found: Analysis, counts: Sequence[ProducedRow], top: int | None) -> EnergyAnswer:
    """The analysis as it is answered; `top` groups of each carrier."""
    question = found.question
    totals = {(group.key.carrier, group.key.unit): group.whole.energy for group in found.totals}
    single: list[EnergyGroup] = []
    ranks: dict[str, int] = {}
    for group in found.groups:
        ranks[group.key.carrier] = rank = ranks.get(group.key.carrier, 0) + 1
        if top is None or rank <= top:
            whole = totals.get((group.key.carrier, group.key.unit))
            shown = _group(found, group, rank, whole, counts)
            single += list(_split(group, shown)) if "band" in question.group_by else [shown]
    previous = found.previous
    return EnergyAnswer(
        site=question.site,
        time_zone=found.zone,
        start=question.start,
        stop=question.stop,
        flow=question.flow,
        resolution=question.resolution,
        open=found.open,
        previous=None if previous is None else Span(start=previous.question.start, stop=previous.question.stop),
        totals=[_group(found, group, 1, group.whole.energy, counts) for group in found.totals],
        groups=single,
    )


def _group(
    found: Analysis, group: Group, rank: int, total: Decimal | None, counts: Sequence[ProducedRow]
) -> EnergyGroup:
    question, energy = found.question, group.whole.energy
    hours = Decimal(int((question.stop - question.start).total_seconds())) / 3600
    before = _before(found, group.key)
    maximum = group.highest
    intensity = "intensity" in question.figures
    area = group.floor_area_m2 if intensity else None
    return EnergyGroup(
        rank=rank,
        carrier=group.key.carrier,
        unit=group.key.unit,
        meter=group.key.meter and f"{question.site}/{group.key.meter}",
        space=group.key.space,
        org_unit=group.key.org_unit,
        band=None,
        meters=group.meters,
        currency=group.currency,
        share=_figure(energy / total) if total else None,
        total=_figures(group.whole, group.currency),
        points=[
            _point(point.start, point.stop, _figures(point.figures, group.currency))
            for point in group.points
            if question.resolution != "total"
        ],
        demand=None
        if maximum is None
        else Demand(
            maximum=_figure(maximum.power),
            start=maximum.start,
            load_factor=_figure(energy / hours / maximum.power) if maximum.power > 0 and not found.open else None,
        ),
        night_baseload=None if group.night is None else _figure(group.night),
        weekend_baseload=None if group.weekend is None else _figure(group.weekend),
        energy_per_m2=_figure(energy / Decimal(str(area))) if area else None,
        per_product=[
            PerProduct(
                product=row.product,
                quantity=float(row.quantity),
                counted_s=row.counted_s,
                unit=row.unit,
                energy_per_unit=_figure(energy / row.quantity) if row.quantity else None,
            )
            for row in counts
            if intensity and _produced_by(question, group.key, row)
        ],
        previous_energy=None if before is None else _figure(before),
        change=_figure(energy / before - 1) if before else None,
    )


def _produced_by(question: Question, key: Key, row: ProducedRow) -> bool:
    """Whether the group is set against this: a unit against its own counts, nobody's against none."""
    if key.whole or "org_unit" not in question.group_by:
        return row.org_unit == question.org_unit
    return key.org_unit is not None and row.org_unit == key.org_unit


def _before(found: Analysis, key: Key) -> Decimal | None:
    if found.previous is None:
        return None
    groups = (*found.previous.groups, *found.previous.totals)
    same = next((group for group in groups if group.key == key), None)
    return None if same is None or not same.whole.known else same.whole.energy


def _split(group: Group, shown: EnergyGroup) -> Iterator[EnergyGroup]:
    """A group for each of its bands. Missing time is that of the whole group: it has no band."""
    whole = sum(group.whole.bands.values(), Decimal(0))
    for band, energy in sorted(group.whole.bands.items()):
        yield shown.model_copy(
            update={
                "band": Band(band).code,
                "share": (shown.share or 0) * float(energy / whole) if whole else None,
                "total": _figures(group.whole.of_band(band), group.currency),
                "points": [
                    _point(point.start, point.stop, _figures(known.figures.of_band(band), group.currency))
                    for point, known in zip(shown.points, group.points, strict=False)
                ],
                "demand": None, "night_baseload": None, "weekend_baseload": None, "energy_per_m2": None,
                "per_product": [], "previous_energy": None, "change": None,
            }
        )  # fmt: skip


def _figures(figures: Figures, currency: str | None) -> EnergyFigures:
    shares, priced = figures.shares, bool(figures.priced) and currency is not None
    price = figures.average_price if priced else None
    return EnergyFigures(
        energy=_figure(figures.energy) if figures.known else None,
        by_band={Band(band).code: _figure(energy / 1_000_000) for band, energy in sorted(figures.bands.items())},
        quality=None
        if shares is None
        else Quality(measured=_figure(shares[0]), interpolated=_figure(shares[1]), estimated=_figure(shares[2])),
        missing_s=figures.missing_s,
        cost=float(figures.cost.quantize(_MONEY, ROUND_HALF_UP)) if priced else None,
        average_price=None if price is None else _figure(price),
        unbilled=_figure(figures.unbilled),
        peak_share=None if figures.peak_share is None else _figure(figures.peak_share),
    )


def _point(start: datetime, stop: datetime, figures: EnergyFigures) -> EnergyPoint:
    return EnergyPoint(start=start, stop=stop, **figures.__dict__)


def _figure(value: Decimal) -> float:
    return float(value.quantize(_FIGURE))
