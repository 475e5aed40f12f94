"""The inputs of a contract's month, gathered from the database; what a bill says follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from analytics.billing.inputs import BandEnergy, BillInputs, Claim, Peak, Reactive, Stretch, next_month
from analytics.billing.sharing import Subject
from analytics.tariffs.clock import midnight_us
from analytics.tariffs.prices import NoPriceError
from services.bills import energies
from services.bills.contracts import (
    SQL,
    Agreed,
    CannotBillError,
    ContractRow,
    MeterRow,
    Version,
    agreed,
    meter_of_contract,
    stretch_of,
    tariffs_of,
    terms_of,
)
from services.bills.qualities import of_meter, of_subjects
from services.bills.readiness import require_bands, require_prices, require_unit, unattested, unknown_holidays
from services.bills.whose import claims
from services.database import Connection, rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def gather(connection: Connection, contract: ContractRow, month: date) -> BillInputs:
    """All that the bills of a month are worked out from, as it is at one instant. Raises CannotBillError.

    Runs a transaction of its own: energy that arrives meanwhile is in all of it or in none.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await _gather(connection, contract, month)


async def with_own_energy(
    connection: Connection, contract: ContractRow, inputs: BillInputs, subject: Subject
) -> BillInputs:
    """The inputs with the energy of a meter that is not the only main one; of other subjects as they are.

    Where supply enters at several meters each of these has its part, and together they have the whole.
    Raises CannotBillError.
    """
    if subject.kind != "meter" or inputs.main_meters == (subject.name,):
        return inputs
    codes = inputs.main_meters if subject.name in inputs.main_meters else (subject.name,)
    stretches, qualities = inputs.stretches, inputs.qualities or ()
    for code in codes:
        meter = await meter_of_contract(connection, contract, code)
        drawn = await energies.drawn(connection, [meter.meter_id], stretches)
        stretches = tuple(
            replace(stretch, claims=(*stretch.claims, *(_claim(meter, energy) for energy in own)))
            for stretch, own in zip(stretches, drawn.energies, strict=True)
        )
        own_quality = await of_meter(connection, contract, meter.meter_id, code, stretches)
        qualities = (*qualities, own_quality)
    return replace(inputs, stretches=stretches, qualities=qualities)


def _claim(meter: MeterRow, energy: BandEnergy) -> Claim:
    return Claim("meter", meter.code, energy.band, Decimal(energy.total_micro))


async def _gather(connection: Connection, contract: ContractRow, month: date) -> BillInputs:
    start, stop = span_of(contract, month)
    mains = await rows(connection, SQL["main_meters"], MeterRow, contract.contract_id, start)
    if not mains:
        raise CannotBillError(
            f"contract {contract.site}/{contract.code} has no meter of {contract.carrier} where its supply enters: "
            "give the site a meter without a parent"
        )
    await require_bands(connection, contract, month)
    main_ids = [meter.meter_id for meter in mains]
    parts = list(agreed(await terms_of(connection, contract.contract_id), month, next_month(month)))
    known = await tariffs_of(connection, sorted({part.terms.tariff for part in parts if part.terms is not None}))
    stretches = _stretches(parts, known, month)
    drawn = await energies.drawn(connection, main_ids, stretches)
    if len(drawn.units) != 1:
        codes = ", ".join(meter.code for meter in mains)
        raise CannotBillError(
            f"the main meters ({codes}) count what is drawn in {' and '.join(drawn.units) or 'no register'}: "
            "give each a register of import in the same unit"
        )
    require_unit(tuple(known.values()), drawn.units[0])
    claimed = await claims(connection, contract.contract_id, stretches)
    filled = tuple(
        replace(stretch, energies=energy, exported_micro=exported, claims=owned)
        for stretch, energy, exported, owned in zip(
            stretches, drawn.energies, drawn.exported_micro, claimed, strict=True
        )
    )
    require_prices(filled)
    held = await energies.quarantined(connection, main_ids, start, stop)
    in_year = any(stretch.tiers and stretch.tier_period == "year" for stretch in stretches)
    last = parts[-1].terms
    standard = last.power_factor_standard if last else None
    month_us = (stop - start) // timedelta(microseconds=1)
    reactive_us = month_us * len(mains) * sum(flow.startswith("reactive") for flow in drawn.flows)
    peak, peaks = await _peaks(connection, parts, mains, month)
    return BillInputs(
        month,
        contract.carrier,
        drawn.units[0],
        contract.currency,
        tuple(replace(stretch, peak=own) for stretch, own in zip(filled, peaks, strict=True)),
        amount_decimals=known[last.tariff].tariff.amount_decimals if last else 2,
        peak=peak,
        reactive=Reactive(drawn.reactive_import_micro, drawn.reactive_export_micro)
        if any(flow.startswith("reactive") for flow in drawn.flows)
        else None,
        power_factor_standard=standard,
        used_before_micro=await energies.used_before(connection, contract.contract_id, month) if in_year else 0,
        missing_us=max(0, len(mains) * month_us - drawn.covered_us),
        quarantined_micro=held.micro,
        quarantined_entries=held.entries,
        main_meters=tuple(meter.code for meter in mains),
        unknown_holidays=await unknown_holidays(connection, tuple(known.values()), month),
        reactive_missing_us=max(0, reactive_us - drawn.reactive_covered_us) if standard is not None else 0,
        qualities=await of_subjects(connection, contract, filled),
        unattested=unattested(tuple(known.values())),
    )


def span_of(contract: ContractRow, month: date) -> tuple[datetime, datetime]:
    """The instants at which a local month begins and ends."""
    zone = ZoneInfo(contract.time_zone)
    start, stop = (_EPOCH + timedelta(microseconds=midnight_us(zone, day)) for day in (month, next_month(month)))
    return start, stop


def _stretches(parts: Sequence[Agreed], known: Mapping[str, Version], month: date) -> list[Stretch]:
    try:
        return [stretch_of(part, known[part.terms.tariff] if part.terms else None, month) for part in parts]
    except NoPriceError as error:
        raise CannotBillError(str(error)) from error


async def _peaks(
    connection: Connection, parts: Sequence[Agreed], mains: Sequence[MeterRow], month: date
) -> tuple[Peak | None, list[Peak | None]]:
    """The highest demand of the month and, where terms change within it, of each part; None where it is not charged.

    The month's window is that of the last terms that charge it.
    """
    charged = [p.terms for p in parts if p.terms is not None and p.terms.demand_mode in {"contract", "actual"}]
    if not charged:
        return None, [None] * len(parts)
    if len(mains) > 1:
        codes = ", ".join(meter.code for meter in mains)
        raise CannotBillError(
            f"demand is charged, but supply enters at several meters ({codes}): "
            "make a virtual meter that is their sum the parent of them all"
        )
    meter_id = mains[0].meter_id
    whole = await energies.peak(connection, meter_id, charged[-1].demand_window, (month, next_month(month)))
    if len(parts) == 1:
        return whole, [None]
    return whole, [
        await energies.peak(connection, meter_id, part.terms.demand_window, (part.from_day, part.until_day))
        if part.terms in charged and part.terms is not None
        else None
        for part in parts
    ]
