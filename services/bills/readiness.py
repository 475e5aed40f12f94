"""What must be so before a month is billed, and what speaks against closing it that no line shows.

bands in hand     a changed tariff, term or holiday has been carried to the energy (services/tariff_changes.py)
every band priced energy of a band for which the tariff has no price would be on no line
one unit          the tariff's prices are for the unit in which the meters count
holidays known    of the years whose holidays nobody has entered, days are plain weekdays and weekends: a note
prices attested   a shipped default is said to be one: a note that does not hinder closing
parts known       who bears how much goes by meters of parts: what is missing or held in one of them is not in them
judged            late or corrected readings of the month have been judged again: closing waits
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics.billing.inputs import Stretch, next_month
from analytics.tariffs.bands import Band
from services import tariffs
from services.bills.contracts import SQL, CannotBillError, ContractRow, Version
from services.bills.qualities import of_members
from services.bills.whose import Part
from services.database import Connection, one, rows


@dataclass(frozen=True, slots=True)
class StaleRow:
    """From which local day on bands are to be worked out anew; None: they are in hand."""

    since: date | None


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A meter with held energy."""

    code: str


@dataclass(frozen=True, slots=True)
class JudgingRow:
    """How many registers are to be judged again."""

    registers: int


async def require_bands(connection: Connection, contract: ContractRow, month: date) -> None:
    """Refuse a month whose bands are to be worked out anew. Raises CannotBillError."""
    found = await one(connection, SQL["stale_since"], StaleRow, contract.contract_id)
    if found is not None and found.since is not None and found.since < next_month(month):
        raise CannotBillError(
            f"tariffs of {contract.site}/{contract.code} have changed and energy from {found.since} on has its old "
            "bands: run `ioe tariff apply`, which carries the change to the end"
        )


def require_unit(known: Sequence[Version], unit: str) -> None:
    """Refuse prices for another unit than the meters count in. Raises CannotBillError."""
    for version in known:
        if version.tariff.unit != unit:
            raise CannotBillError(
                f"tariff {version.tariff.code} has prices per {version.tariff.unit}, the meters count {unit}: "
                f"give its prices per {unit}"
            )


def require_prices(stretches: Sequence[Stretch]) -> None:
    """Refuse energy of a band that has no price: it would be on no line. Raises CannotBillError."""
    for stretch in stretches:
        priced = {price.band for price in stretch.prices if price.band is not None}
        for energy in stretch.energies:
            if energy.band is Band.UNBILLED or not energy.total_micro:
                continue
            if not stretch.tariff or (priced and energy.band not in priced):
                by = f"tariff {stretch.tariff}" if stretch.tariff else "no tariff, which is what the terms say,"
                raise CannotBillError(
                    f"there is {energy.band.code} energy from {stretch.from_day} on, and {by} has no price for it: "
                    "run `ioe tariff apply`, which gives energy the bands of its tariff"
                )


def unattested(known: Sequence[Version]) -> tuple[str, ...]:
    """What of the month's tariffs is charged at a price that is only a default of the files we ship (mark M)."""
    found: dict[str, None] = {}
    for version in known:
        tariff = version.tariff
        found |= {each.name: None for each in tariff.components if each.price and each.attested.startswith("M")}
        charges = tariff.demand.capacity_price_per_kva or tariff.demand.demand_price_per_kw
        if charges and tariff.demand.attested.startswith("M"):
            found["demand"] = None
    return tuple(found)


async def unknown_holidays(connection: Connection, known: Sequence[Version], month: date) -> tuple[str, ...]:
    """Holiday calendars that the month's tariffs name and that do not know its year."""
    named = {version.tariff.holidays for version in known}
    wanted = sorted(code for code in named if code is not None)
    if not wanted:
        return ()
    held = await tariffs.holiday_calendars(connection)
    return tuple(code for code in wanted if code not in held or month.year not in held[code].years)


async def being_judged(connection: Connection, contract: ContractRow, start: datetime, stop: datetime) -> list[str]:
    """What closing waits for: registers of the contract whose readings in [start, stop) are to be judged again."""
    found = await one(connection, SQL["being_judged"], JudgingRow, contract.contract_id, start, stop)
    if found is None or not found.registers:
        return []
    return [f"readings of {found.registers} registers are being judged again, which takes the engine a moment"]


async def held_in_parts(
    connection: Connection, contract: ContractRow, mains: Sequence[str], start: datetime, stop: datetime
) -> list[str]:
    """What speaks against closing bills of parts: energy that is missing or held of meters that divide the month."""
    codes = [
        row.code
        for row in await rows(connection, SQL["held_in_parts"], HeldRow, contract.contract_id, list(mains), start, stop)
    ]
    month = start.astimezone(ZoneInfo(contract.time_zone)).date()
    found = await of_members(connection, contract, [Part(0, month, next_month(month))])
    gaps = [row.code for row in found if row.missing_us and not row.is_virtual and row.code not in mains]
    return [
        f"energy of {_named(which)} is {how}, by which parts of the month are divided: {mend}"
        for which, how, mend in (
            (gaps, "missing", "enter readings"),
            (codes, "quarantined", "rule upon it"),
        )
        if which
    ]


def _named(codes: Sequence[str]) -> str:
    return ", ".join(codes[:5]) + (f" and {len(codes) - 5} more" if len(codes) > 5 else "")
