"""All that the lines of a bill are worked out from. Kept with the bill, so that anybody can work them out again.

    BillInputs                     a contract's month: what was drawn, what is missing, at which terms
      Stretch                      local days [from_day, until_day) of it with the same prices and terms
        UnitPrice                  one component of the price in one band, or in all of them
        BandEnergy                 what was drawn in a band, by how it is known
        Claim                      whose energy part of that was: a space, a unit, a meter
        MonthlyCharges             what is charged for the month whatever was drawn
      Quality                      how well the energy of such a subject is known

Energies are whole millionths of the carrier's unit; claims are not, because a share of a meter is none. Prices stand
here as they were applied, after the band's ratio and the tariff's rounding, so that working a bill out again needs
neither the tariff nor its rules; where they come from stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from analytics.tariffs.bands import Band
from analytics.tariffs.model import DemandMode

SubjectKind = Literal["meter", "space", "org_unit"]


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """What a unit of energy costs by one component; `band` None: the same in every band."""

    component: str
    name: str
    band: Band | None
    price: Decimal
    in_power_factor_base: bool = True
    name_zh: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BandEnergy:
    """What was drawn in a band, in millionths, by how it is known; band 0 is covered by no tariff."""

    band: Band
    measured_micro: int
    interpolated_micro: int = 0
    estimated_micro: int = 0

    @property
    def total_micro(self) -> int:
        """All of it."""
        return self.measured_micro + self.interpolated_micro + self.estimated_micro


@dataclass(frozen=True, slots=True)
class Claim:
    """Energy of a stretch and band that belongs to a subject itself, not to one below it; in millionths."""

    kind: SubjectKind
    subject: str
    band: Band
    micro: Decimal


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the energy is known that a subject's own bill rests on: that of its meters, by their part in it."""

    kind: SubjectKind
    subject: str
    interpolated_micro: Decimal = Decimal(0)
    estimated_micro: Decimal = Decimal(0)
    missing_us: int = 0
    quarantined_micro: int = 0
    quarantined_entries: int = 0


@dataclass(frozen=True, slots=True)
class MonthlyCharges:
    """What a stretch charges for a month; a stretch of some days of it costs that share."""

    fixed: Decimal = Decimal(0)
    demand_mode: DemandMode = "none"
    capacity_price_per_kva: Decimal | None = None
    demand_price_per_kw: Decimal | None = None
    transformer_kva: Decimal = Decimal(0)
    motor_kva: Decimal = Decimal(0)
    contract_kw: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TierStep:
    """Units of a tier period up to `up_to` cost `price`; None: all further ones."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest mean power of 15 minutes of some days, and where these end."""

    power_kw: Decimal
    window: Literal["fixed", "sliding"]
    stop: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Local days [from_day, until_day) of the month under one version of a tariff and one set of terms.

    `peak`: the highest demand of these days, where they are not the whole month.
    """

    from_day: date
    until_day: date
    tariff: str
    tariff_digest: str
    prices: tuple[UnitPrice, ...]
    energies: tuple[BandEnergy, ...]
    exported_micro: int = 0
    export_price: Decimal | None = None
    charges: MonthlyCharges = field(default_factory=MonthlyCharges)
    tiers: tuple[TierStep, ...] = ()
    tier_period: Literal["month", "year"] = "month"
    claims: tuple[Claim, ...] = ()
    peak: Peak | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until_day - self.from_day).days


@dataclass(frozen=True, slots=True)
class Reactive:
    """What the reactive registers of the month say, in millionths of kvarh."""

    import_micro: int
    export_micro: int


@dataclass(frozen=True, slots=True)
class BillInputs:
    """A contract's month. `used_before_micro`: drawn since the beginning of the tier period and before the month.

    `missing_us`: time of the main meters without any energy, `reactive_missing_us` that of their reactive registers
    where they decide about money; `quarantined_micro`: energy held out until somebody rules;
    `unknown_holidays`: holiday calendars that do not know the month's year. `qualities`: of subjects whose meters left
    something to be said; None: not known, of bills that were made before it was kept. `unattested`: what is charged at
    a price that is only a default.
    """

    month: date
    carrier: str
    unit: str
    currency: str
    stretches: tuple[Stretch, ...]
    amount_decimals: int = 2
    peak: Peak | None = None
    reactive: Reactive | None = None
    power_factor_standard: Decimal | None = None
    used_before_micro: int = 0
    missing_us: int = 0
    quarantined_micro: int = 0
    quarantined_entries: int = 0
    main_meters: tuple[str, ...] = ()
    unknown_holidays: tuple[str, ...] = ()
    reactive_missing_us: int = 0
    qualities: tuple[Quality, ...] | None = None
    unattested: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """Days of the month."""
        return (next_month(self.month) - self.month).days

    @property
    def active_micro(self) -> int:
        """All that was drawn in the month."""
        return sum(energy.total_micro for stretch in self.stretches for energy in stretch.energies)

    @property
    def uncertain_micro(self) -> int:
        """What of it was estimated over a gap too long to interpolate."""
        return sum(energy.estimated_micro for stretch in self.stretches for energy in stretch.energies)


def next_month(month: date) -> date:
    """The first day of the month after the one that begins on this day."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
