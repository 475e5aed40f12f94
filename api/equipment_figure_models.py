"""What the API says of how reliable a machine was, what it used and what keeping it took; as JSON and as a sheet."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from api.instants import Instant
from services.equipment.energy import Used
from services.equipment.figures import Figures
from services.papers.sheet import Column, Value


class Remark(BaseModel):
    """What a reader has to know of the figures."""

    code: Annotated[
        str,
        Field(
            description="no_states, no_failure, no_data, fault_not_noted, no_downtime, not_restored.",
            examples=["no_failure"],
        ),
    ]
    text: Annotated[str, Field(examples=["no failure in 712 h of operation"])]
    figure: float


class Failure(BaseModel):
    """A failure that began in the period."""

    at: Instant
    restored_at: Annotated[Instant | None, Field(description="Null: it is not over, or has no downtime.")]
    has_downtime: bool
    order: Annotated[str | None, Field(examples=["kunshan/41"])]


class MachineEnergy(BaseModel):
    """What it used of a carrier, through its own meters."""

    carrier: str
    unit: str
    meters: Annotated[list[str], Field(description="Codes of the meters that it is the sum of.")]
    energy: Annotated[float | None, Field(description="Null: nothing is known of the period.")]
    measured_share: Annotated[float | None, Field(description="How much of it was measured, 0 to 1.")]
    missing_s: Annotated[float, Field(description="Time without energy, of all its meters together.")]
    cost: Annotated[float | None, Field(description="Null: no contract covers it.")]
    currency: str | None
    unbilled: Annotated[float, Field(description="Of the energy, what no tariff charges for.")]

    @classmethod
    def of(cls, used: Used) -> "MachineEnergy":
        """As it is shown."""
        figures = used.figures
        shares = figures.shares
        return cls(
            carrier=used.carrier,
            unit=used.unit,
            meters=used.meters,
            energy=float(figures.energy) if figures.known else None,
            measured_share=None if shares is None else float(shares[0]),
            missing_s=figures.missing_s,
            cost=None if used.cost is None else float(used.cost),
            currency=used.currency,
            unbilled=float(figures.unbilled),
        )


class PartsCost(BaseModel):
    """What parts cost, in one currency."""

    currency: str
    cost: float


class MachineFigures(BaseModel):
    """The figures of a machine; null: it cannot be said, and a remark says why. Terms after EN 13306 and EN 15341."""

    equipment: Annotated[str, Field(examples=["kunshan/compressor-1"])]
    name: str
    name_zh: str | None
    equipment_class: str
    operating_h: Annotated[float | None, Field(description="Running, loaded and idle.")]
    starts: int | None
    hours: Annotated[dict[str, float], Field(description="By state; `no_data`: nobody knows.")]
    failures: int
    failure_list: list[Failure]
    mtbf_h: Annotated[float | None, Field(description="Operating time / failures.")]
    mttr_h: Annotated[float | None, Field(description="Mean time to restoration of those that have a downtime.")]
    availability_percent: Annotated[
        float | None, Field(description="Required time less down time, of required time, up to now.")
    ]
    required_h: float
    down_h: float
    down_by_reason_h: dict[str, float]
    remarks: list[Remark]
    energy: list[MachineEnergy]
    orders_opened: int
    repairs_done: int
    maintenance_done: int
    labour_h: float
    parts_cost: list[PartsCost]
    parts_without_cost: Annotated[int, Field(description="Movements of parts whose cost nobody entered.")]

    @classmethod
    def of(cls, found: Figures) -> "MachineFigures":
        """As they are shown."""
        of, totals = found.reliability, found.totals
        return cls(
            equipment=found.machine.address,
            name=found.machine.name,
            name_zh=found.machine.name_zh,
            equipment_class=found.machine.equipment_class,
            operating_h=of.operating_h,
            starts=None if totals is None else totals.starts,
            hours={} if totals is None else {state: length / 3600 for state, length in totals.seconds.items()},
            failures=len(of.failures),
            failure_list=[
                Failure(at=each.at, restored_at=each.restored_at, has_downtime=each.has_downtime, order=each.order)
                for each in of.failures
            ],
            mtbf_h=of.mtbf_h,
            mttr_h=of.mttr_h,
            availability_percent=of.availability_percent,
            required_h=of.required_h,
            down_h=of.down_h,
            down_by_reason_h=dict(of.down_by_reason_h),
            remarks=[Remark(code=each.code, text=each.text, figure=each.figure) for each in of.remarks],
            energy=[MachineEnergy.of(each) for each in found.used],
            orders_opened=found.work.opened,
            repairs_done=found.work.repairs_done,
            maintenance_done=found.work.others_done,
            labour_h=found.work.labour_h,
            parts_cost=[
                PartsCost(currency=each.currency, cost=float(each.cost))
                for each in found.parts
                if each.cost is not None
            ],
            parts_without_cost=sum(each.without_cost for each in found.parts),
        )


class SiteFigures(BaseModel):
    """The figures of a site's machines over [start, stop)."""

    site: str
    start: Instant
    stop: Instant
    items: list[MachineFigures]


COLUMNS = (
    Column("equipment", 26), Column("name", 30), Column("name_zh", 20), Column("class", 18),
    Column("operating_h", 12, "#,##0.0"), Column("starts", 8), Column("no_data_h", 12, "#,##0.0"),
    Column("failures", 9),
    Column("mtbf_h", 12, "#,##0.0"), Column("mttr_h", 12, "#,##0.00"), Column("availability_percent", 12, "0.00"),
    Column("down_h", 12, "#,##0.00"), Column("electricity_kwh", 14, "#,##0.0"),
    Column("electricity_cost", 14, "#,##0.00"),
    Column("currency", 9), Column("repairs_done", 9), Column("maintenance_done", 9), Column("labour_h", 10, "0.0"),
    Column("parts_cost", 14), Column("remarks", 60),
)  # fmt: skip


def sheet_rows(figures: SiteFigures) -> Iterator[tuple[Value, ...]]:
    """A row for each machine."""
    for each in figures.items:
        power = next((used for used in each.energy if used.carrier == "electricity"), None)
        yield (
            each.equipment, each.name, each.name_zh, each.equipment_class, each.operating_h, each.starts,
            each.hours.get("no_data"), each.failures, each.mtbf_h, each.mttr_h, each.availability_percent, each.down_h,
            None if power is None else power.energy, None if power is None else power.cost,
            None if power is None else power.currency, each.repairs_done, each.maintenance_done, each.labour_h,
            ", ".join(f"{cost.cost:.2f} {cost.currency}" for cost in each.parts_cost),
            "; ".join(remark.text for remark in each.remarks),
        )  # fmt: skip
