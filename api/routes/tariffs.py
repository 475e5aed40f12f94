"""Tariffs as applied: when each band holds, what each component costs, how well every figure is attested."""

from datetime import date
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from analytics.tariffs.bands import Band
from analytics.tariffs.checks import clock
from analytics.tariffs.model import Component, Period, Tariff
from api.context import Database
from api.instants import Instant, zoned
from api.money import Exact
from api.names import CODE
from api.openapi_parts import problems
from api.pages import PageOf, PageWanted
from api.problems import Problem
from services import tariffs
from services.tariffs import AppliedTariff

router = APIRouter(prefix="/tariffs", tags=["tariffs"], dependencies=[Depends(zoned)])

BandName = Literal["unbilled", "critical_peak", "peak", "intermediate", "off_peak", "deep_off_peak"]
Attested = Annotated[
    str,
    Field(
        description="How well it is attested: V primary source, V2 secondary, C worked out, M+ M M- from memory.",
        examples=["V2: citing the supplier"],
    ),
]


class Hours(BaseModel):
    """Times of the local day [start, stop) in a band."""

    start: Annotated[str, Field(examples=["19:30"])]
    stop: Annotated[str, Field(examples=["21:30"])]
    band: BandName

    @classmethod
    def of(cls, period: Period) -> Self:
        """As people write it."""
        return cls.model_validate(
            {"start": clock(period.start_minute), "stop": clock(period.stop_minute), "band": period.band.code}
        )


class Season(BaseModel):
    """The bands of some months on some kinds of day."""

    months: list[int]
    days: Annotated[list[str], Field(examples=[["weekday", "weekend", "holiday"]])]
    hours: list[Hours]
    attested: Attested


class Overlay(Season):
    """Hours that replace the band of the season, for some customers."""

    classes: Annotated[list[str], Field(description="Empty: every class.")]
    minimum_kva: Exact
    holidays: Annotated[list[str], Field(description="Only on these holidays; empty: all of them.")]


class PriceComponent(BaseModel):
    """One price per unit of energy."""

    code: str
    name: str
    name_zh: str | None
    price: Exact
    floats: Annotated[bool, Field(description="Whether it is multiplied by the ratio of the band.")]
    band_prices: Annotated[dict[str, Exact], Field(description="Prices published by band, in place of the product.")]
    in_power_factor_base: bool
    months: Annotated[list[int], Field(description="Months of each year; empty: all.")]
    from_month: date | None
    until_month: date | None
    classes: list[str]
    attested: Attested

    @classmethod
    def of(cls, component: Component) -> Self:
        """A component as an answer."""
        return cls(
            code=component.code,
            name=component.name,
            name_zh=component.name_zh,
            price=component.price,
            floats=component.floats,
            band_prices={band.code: component.band_prices[band] for band in sorted(component.band_prices)},
            in_power_factor_base=component.in_power_factor_base,
            months=sorted(component.months),
            from_month=component.from_month,
            until_month=component.until_month,
            classes=sorted(component.classes),
            attested=component.attested,
        )


class Ratios(BaseModel):
    """What a class of customer pays in each band, as a ratio to the price of floating components."""

    customer_class: str
    ratios: dict[str, Exact]
    attested: Attested


class TierStep(BaseModel):
    """Units up to a number of them; null: all further ones."""

    up_to: Exact | None
    price: Exact


class TariffSummary(BaseModel):
    """A tariff, and which version of it holds."""

    code: str
    name: str
    name_zh: str | None
    carrier: str
    currency: str
    unit: Annotated[str, Field(description="Prices are per this.", examples=["kWh"])]
    valid_from: date
    source: str
    attested: Attested
    version: Annotated[str, Field(description="Digest of the document.")]
    applied_at: Instant
    applied_by: str


class TariffDetail(TariffSummary):
    """A tariff with all that it says."""

    holidays: Annotated[str | None, Field(description="Its calendar of holidays.", examples=["china"])]
    seasons: list[Season]
    overlays: list[Overlay]
    ratios: list[Ratios]
    components: list[PriceComponent]
    tiers: list[TierStep]
    tier_period: Literal["month", "year"]
    demand_price_per_kw: Exact | None
    capacity_price_per_kva: Exact | None
    demand_attested: Attested
    fixed_per_month: Exact
    export_price: Exact | None
    price_decimals: Annotated[int | None, Field(description="Of a price after its ratio, half up; null: not rounded.")]
    amount_decimals: int


@router.get("", operation_id="list_tariffs", summary="Tariffs")
async def list_tariffs(connection: Database, response: Response, wanted: PageWanted) -> PageOf[TariffSummary]:
    """The version of each tariff that holds, by code."""
    shown, following = wanted.part(await tariffs.tariffs(connection), lambda each: each.tariff.code)
    return wanted.page(response, (TariffSummary.model_validate(_summary(each)) for each in shown), following)


@router.get("/{code}", operation_id="get_tariff", summary="One tariff", responses=problems("tariff-not-found"))
async def get_tariff(code: Annotated[str, Path(pattern=CODE)], connection: Database) -> TariffDetail:
    """The version of a tariff that holds."""
    found = await tariffs.tariffs(connection, code)
    if not found:
        raise Problem("tariff-not-found", f"There is no tariff {code!r}: see /api/v1/tariffs.")
    return TariffDetail.model_validate({**_summary(found[0]), **_detail(found[0].tariff)})


def _summary(applied: AppliedTariff) -> dict[str, object]:
    tariff = applied.tariff
    names = ("code", "name", "name_zh", "carrier", "currency", "unit", "valid_from", "source", "attested")
    return {
        **{name: getattr(tariff, name) for name in names},
        "version": applied.digest,
        "applied_at": applied.applied_at,
        "applied_by": applied.actor,
    }


def _detail(tariff: Tariff) -> dict[str, object]:
    names = ("holidays", "tier_period", "fixed_per_month", "export_price", "price_decimals", "amount_decimals")
    return {
        **{name: getattr(tariff, name) for name in names},
        "seasons": [
            Season(
                months=sorted(each.months),
                days=sorted(each.days),
                hours=[Hours.of(period) for period in each.periods],
                attested=each.attested,
            )
            for each in tariff.seasons
        ],
        "overlays": [
            Overlay(
                months=sorted(each.months),
                days=sorted(each.days),
                hours=[Hours.of(period) for period in each.periods],
                attested=each.attested,
                classes=sorted(each.classes),
                minimum_kva=each.minimum_kva,
                holidays=sorted(each.holidays),
            )
            for each in tariff.overlays
        ],
        "ratios": [
            Ratios(
                customer_class=name,
                ratios={Band(band).code: ratios[band] for band in sorted(ratios)},
                attested=tariff.ratios_attested.get(name, ""),
            )
            for name, ratios in tariff.ratios.items()
        ],
        "components": [PriceComponent.of(each) for each in tariff.components],
        "tiers": [TierStep(up_to=each.up_to, price=each.price) for each in tariff.tiers],
        "demand_price_per_kw": tariff.demand.demand_price_per_kw,
        "capacity_price_per_kva": tariff.demand.capacity_price_per_kva,
        "demand_attested": tariff.demand.attested,
    }
