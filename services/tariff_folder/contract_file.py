"""contracts.toml: who supplies the site with what, under which tariff, since when, on which terms.

    [[contract]]        code, name, carrier, currency, default
    [[contract.term]]   from, tariff, class, transformer_kva, motor_kva, demand_mode, contract_kw, ...

A term holds from its local day until the next one begins. Before the first one nothing is billed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from analytics.registry.carriers import CARRIERS
from analytics.tariffs.model import Contract, DemandMode, Tariff, Terms
from services.site_folder.mistakes import mend
from services.site_folder.record import Record
from services.tariff_folder import fields
from services.tariff_folder.tariff_file import currency

CONTRACT_FIELDS = ("code", "name", "name_zh", "carrier", "currency", "default", "term")
TERM_FIELDS = (
    *("from", "tariff", "class", "transformer_kva", "motor_kva", "demand_mode", "contract_kw", "demand_window"),
    "power_factor_standard",
)
DEMAND_MODES = ("none", "capacity", "contract", "actual")
STANDARDS = (Decimal("0.90"), Decimal("0.85"), Decimal("0.80"))
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ContractEntry:
    """A contract and the records that its terms were read from."""

    contract: Contract
    record: Record
    terms: Sequence[Record]


def read_contracts(record: Record) -> list[ContractEntry]:
    """Read every contract; their tariffs are looked for afterwards."""
    record.only(("contract",))
    found: list[ContractEntry] = []
    codes: set[str] = set()
    defaults: dict[str, str] = {}
    for each in record.under("contract"):
        entry = _contract(each)
        contract = entry.contract
        if contract.code in codes:
            each.wrong("code", f"contract {contract.code!r} is there already: leave one of the two")
        codes.add(contract.code)
        if contract.is_default and contract.carrier:
            if contract.carrier in defaults:
                each.wrong(
                    "default",
                    f"contract {defaults[contract.carrier]!r} is the default for {contract.carrier} already: "
                    "write default = false, and name this contract at its meters",
                )
            defaults.setdefault(contract.carrier, contract.code)
        found.append(entry)
    return found


def check_terms(entry: ContractEntry, tariffs: Mapping[str, Tariff], lost: bool) -> None:
    """Note terms whose tariff is unknown or does not fit. `lost`: some tariff file could not be read."""
    for terms, record in zip(entry.contract.terms, entry.terms, strict=True):
        tariff = tariffs.get(terms.tariff)
        if tariff is None:
            if terms.tariff and not lost:
                record.wrong(
                    "tariff", f"tariff {terms.tariff!r} is neither in tariffs/ nor shipped{_near(terms, tariffs)}"
                )
            continue
        if tariff.carrier != entry.contract.carrier:
            record.wrong(
                "tariff", f"tariff {tariff.code!r} is for {tariff.carrier}, the contract for {entry.contract.carrier}"
            )
        if tariff.currency != entry.contract.currency:
            what = f"tariff {tariff.code!r} is in {tariff.currency}, the contract in {entry.contract.currency}"
            record.wrong("tariff", f"{what}: use one currency")
        if tariff.valid_from > terms.valid_from:
            record.wrong("from", f"tariff {tariff.code!r} begins on {tariff.valid_from} only: begin this term then")
        if tariff.ratios and terms.customer_class not in tariff.ratios:
            known = mend(terms.customer_class, tariff.ratios)
            record.wrong("class", f"class {terms.customer_class!r} is not in tariff {tariff.code!r}{known}")


def _near(terms: Terms, tariffs: Mapping[str, Tariff]) -> str:
    return mend(terms.tariff, tariffs)


def _contract(record: Record) -> ContractEntry:
    record.only(CONTRACT_FIELDS)
    records = record.under("term")
    if not records:
        record.wrong("term", "there is no term: add [[contract.term]] with its tariff")
    terms: list[Terms] = []
    for each in records:
        read = _terms(each)
        if terms and read.valid_from <= terms[-1].valid_from and read.valid_from != date.min:
            each.wrong("from", f"a term must begin after the one before it, which begins on {terms[-1].valid_from}")
        terms.append(read)
    default = record.values.get("default", True)
    if not isinstance(default, bool):
        record.wrong("default", f"'default' must be true or false, not {default!r}")
    contract = Contract(
        code=record.code("code"),
        name=record.text("name"),
        name_zh=record.optional_text("name_zh"),
        carrier=record.choice("carrier", CARRIERS),
        currency=currency(record),
        terms=tuple(terms),
        is_default=default is True,
    )
    return ContractEntry(contract, record, records)


def _terms(record: Record) -> Terms:
    record.only(TERM_FIELDS)
    mode = record.choice("demand_mode", DEMAND_MODES) if "demand_mode" in record.values else "none"
    contract_kw = fields.decimal(record, "contract_kw", least=_ZERO)
    transformer_kva = fields.decimal(record, "transformer_kva", least=_ZERO) or _ZERO
    if mode == "contract" and contract_kw is None:
        record.wrong("demand_mode", "'contract_kw' is missing: which demand was contracted?")
    if mode == "capacity" and transformer_kva == 0:
        record.wrong("demand_mode", "'transformer_kva' is missing: which capacity is charged?")
    window = record.choice("demand_window", ("fixed", "sliding")) if "demand_window" in record.values else "sliding"
    standard = fields.decimal(record, "power_factor_standard")
    if standard is not None and standard not in STANDARDS:
        record.wrong("power_factor_standard", f"'power_factor_standard' must be 0.90, 0.85 or 0.80, not {standard}")
    return Terms(
        valid_from=fields.needed_day(record, "from"),
        tariff=record.code("tariff"),
        customer_class=record.code("class") if "class" in record.values else "standard",
        transformer_kva=transformer_kva,
        motor_kva=fields.decimal(record, "motor_kva", least=_ZERO) or _ZERO,
        demand_mode=cast("DemandMode", mode or "none"),
        contract_kw=contract_kw,
        demand_window="fixed" if window == "fixed" else "sliding",
        power_factor_standard=standard,
    )
