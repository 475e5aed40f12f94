"""A contract for a month: its terms and tariffs, and the stretches of local days in which both stay the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from analytics.billing.inputs import MonthlyCharges, Stretch, SubjectKind, TierStep, UnitPrice
from analytics.tariffs.bands import Band
from analytics.tariffs.model import Tariff, Terms
from analytics.tariffs.prices import ComponentPrice, component_prices
from services.database import Connection, one, rows
from services.statements import statements

SQL = statements("bills")


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract and its site."""

    contract_id: int
    site_id: int
    site: str
    site_name: str
    site_name_zh: str | None
    time_zone: str
    code: str
    name: str
    name_zh: str | None
    carrier: str
    currency: str


@dataclass(frozen=True, slots=True)
class TermRow:
    """Terms as they are kept."""

    valid_from: date
    terms: Any


@dataclass(frozen=True, slots=True)
class TariffRow:
    """The newest version of a tariff."""

    code: str
    digest: str
    document: Any


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter of a contract."""

    meter_id: int
    code: str


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """The numbers of a bill's subject."""

    meter_id: int | None
    space_id: int | None
    org_unit_id: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """A tariff with the digest of its document."""

    tariff: Tariff
    digest: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """Local days [from_day, until_day) under the same terms; None: before the first ones."""

    from_day: date
    until_day: date
    terms: Terms | None


class NoSuchContractError(Exception):
    """There is no contract of that name."""


class CannotBillError(Exception):
    """A month cannot be billed as it is; the message says what to do."""


async def contract_named(connection: Connection, site: str, contract: str) -> ContractRow:
    """A contract by its site's code and its own. Raises NoSuchContractError."""
    found = await one(connection, SQL["contract_named"], ContractRow, site, contract)
    if found is None:
        raise NoSuchContractError(
            f"there is no contract {contract!r} at site {site!r}: apply the site's contracts first"
        )
    return found


async def terms_of(connection: Connection, contract_id: int) -> list[Terms]:
    """The terms of a contract, in order."""
    found = await rows(connection, SQL["contract_terms"], TermRow, contract_id)
    return [msgspec.convert(row.terms, Terms) for row in found]


async def tariffs_of(connection: Connection, codes: Sequence[str]) -> Mapping[str, Version]:
    """The newest version of each tariff. Raises CannotBillError where one was never applied."""
    found = await rows(connection, SQL["tariff_versions"], TariffRow, list(codes))
    known = {row.code: Version(msgspec.convert(row.document, Tariff, str_keys=True), row.digest) for row in found}
    for code in codes:
        if code not in known:
            raise CannotBillError(
                f"the contract names tariff {code!r}, which was never applied: run `ioe tariff apply`"
            )
    return known


async def meter_of_contract(connection: Connection, contract: ContractRow, code: str) -> MeterRow:
    """A meter that a contract supplies. Raises CannotBillError."""
    found = await one(connection, SQL["meter_of_contract"], MeterRow, contract.contract_id, code)
    if found is None:
        raise CannotBillError(
            f"contract {contract.site}/{contract.code} has no meter {code!r}: bill a meter that it supplies"
        )
    return found


async def place_of(connection: Connection, contract: ContractRow, kind: SubjectKind, name: str) -> PlaceRow:
    """The numbers of a subject. Raises CannotBillError where the site has none of that name."""
    found = await one(connection, SQL["subject_place"], PlaceRow, contract.site_id, kind, name)
    if found is None or (found.meter_id, found.space_id, found.org_unit_id) == (None, None, None):
        raise CannotBillError(
            f"site {contract.site} has no {kind} {name!r}: give a meter's code or a path such as b1/f2"
        )
    return found


def agreed(terms: Sequence[Terms], first_day: date, until_day: date) -> Iterator[Agreed]:
    """The parts of [first_day, until_day) with one set of terms each, in order."""
    begins = [each for each in terms if first_day < each.valid_from < until_day]
    held: Terms | None = max(
        (each for each in terms if each.valid_from <= first_day), key=lambda each: each.valid_from, default=None
    )
    from_day = first_day
    for each in sorted(begins, key=lambda each: each.valid_from):
        yield Agreed(from_day, each.valid_from, held)
        from_day, held = each.valid_from, each
    yield Agreed(from_day, until_day, held)


def stretch_of(part: Agreed, version: Version | None, month: date) -> Stretch:
    """A stretch with its prices and charges, without energy yet."""
    if part.terms is None or version is None:
        return Stretch(part.from_day, part.until_day, "", "", (), ())
    tariff, terms = version.tariff, part.terms
    return Stretch(
        part.from_day,
        part.until_day,
        tariff.code,
        version.digest,
        tuple(_unit_price(tariff, priced, terms) for priced in component_prices(tariff, terms.customer_class, month)),
        (),
        export_price=tariff.export_price,
        charges=_charges(tariff, terms),
        tiers=tuple(TierStep(tier.up_to, tier.price) for tier in tariff.tiers),
        tier_period=tariff.tier_period,
    )


def _unit_price(tariff: Tariff, priced: ComponentPrice, terms: Terms) -> UnitPrice:
    component, band = priced.component, priced.band
    detail = ""
    if component.floats and band is not None and band not in component.band_prices:
        detail = f"{component.price:f} x {tariff.ratios[terms.customer_class][band]:f}"
    return UnitPrice(
        component.code,
        component.name,
        None if band is None else Band(band),
        priced.price,
        component.in_power_factor_base,
        component.name_zh,
        detail,
    )


def _charges(tariff: Tariff, terms: Terms) -> MonthlyCharges:
    charges, where = tariff.demand, f"tariff {tariff.code}"
    if terms.demand_mode == "capacity" and charges.capacity_price_per_kva is None:
        raise CannotBillError(f"{where} has no price per kVA: add demand.capacity_price_per_kva")
    if terms.demand_mode in {"contract", "actual"} and charges.demand_price_per_kw is None:
        raise CannotBillError(f"{where} has no price per kW: add demand.demand_price_per_kw")
    if terms.demand_mode == "contract" and terms.contract_kw is None:
        raise CannotBillError("the contract is billed by contracted demand, but its terms have no contract_kw: add it")
    return MonthlyCharges(
        tariff.fixed_per_month,
        terms.demand_mode,
        charges.capacity_price_per_kva,
        charges.demand_price_per_kw,
        terms.transformer_kva,
        terms.motor_kva,
        terms.contract_kw,
    )
