"""Demand: the highest mean power over 15 minutes, by month, and what the present quarter hour is heading for.

    fixed     the 96 quarter hours of a day: energy of each x 4           settlement systems
    sliding   15 minutes that move on by one minute: energy x 4          meters (DL/T 645); kept by day while judging

Of equal maxima the earliest counts. *Forecast*: at the end of the present quarter hour its mean power will be

    (energy so far + present power x the time without energy yet) / 15 minutes

The present power is the latest that the meter's own device sent, if that is fresh; else the mean power so far in this
quarter hour; else that of the last one. The answer says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from services.band_plan import plan
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("demand")
QUARTER = timedelta(minutes=15)
_QUARTER_US = 900_000_000
_MICRO = Decimal(1_000_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TO_KW = {"W": Decimal("0.001"), "kW": Decimal(1), "MW": Decimal(1000)}
#: A power older than so many of its expected intervals, or than five minutes, says nothing of now.
_FRESH_INTERVALS = 3
_FRESH_AT_LEAST = timedelta(minutes=1)
_FRESH_AT_MOST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register whose demand is asked for."""

    id: int
    code: str
    carrier: str
    unit: str
    calendar_id: int
    time_zone: str
    contract: str | None


@dataclass(frozen=True, slots=True)
class FixedRow:
    """A quarter hour."""

    stop: datetime
    measured: int
    energy: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class SlidingRow:
    """Fifteen minutes that end somewhere."""

    stop: datetime
    energy: int


@dataclass(frozen=True, slots=True)
class CoveredRow:
    """For how long there is energy."""

    covered_us: int


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """Energy of a quarter hour so far."""

    energy: int
    covered_us: int


@dataclass(frozen=True, slots=True)
class PowerRow:
    """A power that a device sent."""

    point: str
    unit: str
    time: datetime
    value: float
    expected_interval_s: float


@dataclass(frozen=True, slots=True)
class Peak:
    """A highest mean power over [stop - 15 min, stop), in units an hour; `measured`: the fraction that was."""

    power: Decimal
    stop: datetime
    measured: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Maximum:
    """The maxima of a period by both windows (None: there is no energy), and how much time has none."""

    fixed: Peak | None
    sliding: Peak | None
    missing_s: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the present quarter hour is heading for; powers in units an hour."""

    power: Decimal
    window_stop: datetime
    energy_so_far: Decimal
    covered_s: float
    present_power: Decimal
    source: Literal["point", "present_quarter", "last_quarter"]
    point: str | None


@dataclass(frozen=True, slots=True)
class ContractDemand:
    """What the contract allows, and by which window it is measured."""

    contract: str
    contract_kw: Decimal
    window: str


async def registers(
    connection: Connection, site: str, codes: Sequence[str], flow: str, carrier: str | None = None
) -> list[RegisterRow]:
    """The registers of named meters, or of a site's meters at the top where none is named."""
    return await rows(connection, SQL["registers"], RegisterRow, site, list(codes), flow, carrier)


async def maximum(
    connection: Connection, register_id: int, month: date, *, until: date | None = None, now: datetime | None = None
) -> Maximum:
    """The maxima of a local month (or of the local days from `month` to before `until`).

    Time counts as missing up to `now`. Raises LookupError for a register that is not there.
    """
    register = await one(connection, SQL["register"], RegisterRow, register_id)
    if register is None:
        raise LookupError(f"there is no register {register_id}")
    stop = until or (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    zone = ZoneInfo(register.time_zone)
    start_at, stop_at = (datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in (month, stop))
    fixed = await one(connection, SQL["highest_fixed"], FixedRow, register_id, start_at, stop_at)
    sliding = await one(connection, SQL["highest_sliding"], SlidingRow, register_id, month, stop)
    covered = await one(connection, SQL["covered"], CoveredRow, register_id, month, stop)
    end = stop_at if now is None else min(stop_at, max(now, start_at))
    missing_s = (end - start_at).total_seconds() - (covered.covered_us if covered else 0) / 1_000_000
    return Maximum(
        None
        if fixed is None
        else Peak(_power(fixed.energy), fixed.stop, Decimal(fixed.measured) / fixed.energy if fixed.energy else None),
        None if sliding is None else Peak(_power(sliding.energy), sliding.stop),
        max(0.0, missing_s),
    )


async def forecast(connection: Connection, register: RegisterRow, now: datetime) -> Forecast | None:
    """What the present quarter hour is heading for; None: nothing recent is known of the register."""
    start = now - (now - _EPOCH) % QUARTER
    so_far = await one(connection, SQL["energy_of_quarter"], QuarterRow, register.id, start)
    before = await one(connection, SQL["energy_of_quarter"], QuarterRow, register.id, start - QUARTER)
    power = await one(connection, SQL["present_power"], PowerRow, register.id)
    assert so_far is not None
    assert before is not None
    source: Literal["point", "present_quarter", "last_quarter"]
    if power is not None and register.unit == "kWh" and power.value >= 0 and now - power.time <= _fresh_for(power):
        present, source = Decimal(repr(power.value)) * _TO_KW[power.unit], "point"
    elif so_far.covered_us:
        present, source = _rate(so_far), "present_quarter"
    elif before.covered_us:
        present, source = _rate(before), "last_quarter"
    else:
        return None
    energy = Decimal(so_far.energy) / _MICRO
    rest_h = Decimal(_QUARTER_US - so_far.covered_us) / _QUARTER_US / 4
    return Forecast(
        (energy + present * rest_h) * 4,
        start + QUARTER,
        energy,
        so_far.covered_us / 1_000_000,
        present,
        source,
        power.point if power is not None and source == "point" else None,
    )


async def contract_demand(connection: Connection, register: RegisterRow, day: date) -> ContractDemand | None:
    """The contract's demand on a local day; None: it has none."""
    if register.contract is None:
        return None
    terms = (await plan(connection, register.calendar_id)).terms_on(day)
    if terms is None or terms.contract_kw is None:
        return None
    return ContractDemand(register.contract, terms.contract_kw, terms.demand_window)


def _power(energy_micro: int) -> Decimal:
    return Decimal(energy_micro) * 4 / _MICRO


def _rate(quarter: QuarterRow) -> Decimal:
    return Decimal(quarter.energy) / _MICRO * 4 * _QUARTER_US / quarter.covered_us


def _fresh_for(power: PowerRow) -> timedelta:
    expected = timedelta(seconds=power.expected_interval_s * _FRESH_INTERVALS)
    return min(max(expected, _FRESH_AT_LEAST), _FRESH_AT_MOST)
