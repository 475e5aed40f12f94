"""The rows of meters.csv, registers.csv and allocations.csv as what they stand for.

    meters.csv       code,name,carrier,kind,parent,...     what measures, how, where, whose
    registers.csv    meter,flow,valid_from,point,...        which counter it is, since when
    allocations.csv  meter,space|org_unit,share,from,to     whose energy it is, where that is not one's alone

Whether they fit together is looked at in meter_checks.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.registry.carriers import CARRIERS, FLOWS, METER_KINDS, energy_unit
from analytics.registry.formula import FormulaError, terms
from analytics.registry.meters import Allocation, Meter, Register, RegisterSegment
from analytics.registry.model import Alias, Point
from services.site_folder.entries import Entry
from services.site_folder.exact import day, decimal, instant
from services.site_folder.record import Record
from services.site_folder.references import check_unique

METER_FILE, REGISTER_FILE, ALLOCATION_FILE = "meters.csv", "registers.csv", "allocations.csv"
METER_COLUMNS = (
    *("code", "name", "name_zh", "carrier", "kind", "parent", "space", "org_unit", "equipment"),
    *("rated_per_hour", "contract", "formula", "formerly"),
)
METER_NEEDED = ("code", "name", "carrier", "kind")
REGISTER_COLUMNS = (
    *("meter", "flow", "valid_from", "point", "multiplier", "modulus", "resolution"),
    *("closing_value", "opening_value"),
)
REGISTER_NEEDED = ("meter", "flow", "point")
ALLOCATION_COLUMNS = ("meter", "space", "org_unit", "share", "from", "to")
ALLOCATION_NEEDED = ("meter", "share")


@dataclass(frozen=True, slots=True)
class Metering:
    """All that a folder says of meters, each with its record; None: that file cannot be read."""

    meters: Mapping[str, Entry[Meter]] | None
    segments: Mapping[str, Entry[RegisterSegment]] | None
    allocations: Sequence[Entry[Allocation]] | None

    @property
    def aliases(self) -> Sequence[Alias]:
        """Former codes of meters."""
        meters = self.meters or {}
        return [Alias("meter", old, code) for code, entry in meters.items() for old in entry.formerly]

    def registers(self, points: Mapping[str, Point]) -> Mapping[str, Register]:
        """The registers that the rows of registers.csv and the formulas come to; the folder has no mistakes."""
        meters = {code: entry.value for code, entry in (self.meters or {}).items()}
        units = {
            (segment.meter, segment.flow): energy_unit(points[segment.point].quantity, meters[segment.meter].kind)
            for segment in (entry.value for entry in (self.segments or {}).values())
        }
        virtual = {code: terms(meter.formula)[0] for code, meter in meters.items() if meter.formula is not None}
        while virtual:
            # A virtual meter may be made of others; each round settles those whose first term is settled.
            settled = {code: term for code, term in virtual.items() if (term.meter, term.flow) in units}
            units |= {(code, "import"): units[term.meter, term.flow] for code, term in settled.items()}
            virtual = {code: term for code, term in virtual.items() if code not in settled}
        found = (Register(meter, flow, unit) for (meter, flow), unit in sorted(units.items()))
        return {register.name: register for register in found}


def read_metering(
    meters: Sequence[Record] | None, registers: Sequence[Record] | None, allocations: Sequence[Record] | None
) -> Metering:
    """The rows of the three files."""
    return Metering(
        meters=None if meters is None else check_unique("meter", map(_meter, meters)),
        segments=None if registers is None else check_unique("register", _segments(registers), field="valid_from"),
        allocations=None if allocations is None else [_allocation(row) for row in allocations],
    )


def _meter(record: Record) -> Entry[Meter]:
    code = record.code("code")
    kind = record.choice("kind", METER_KINDS)
    rated_per_hour = record.number("rated_per_hour", above=0)
    if kind == "register" and "rated_per_hour" not in record.values:
        record.wrong(
            "rated_per_hour",
            "'rated_per_hour' is missing: what can its connection carry in an hour (kW, m3/h)? A jump is judged by it",
        )
    meter = Meter(
        code=code,
        name=record.text("name"),
        name_zh=record.optional_text("name_zh"),
        carrier=record.choice("carrier", CARRIERS),
        kind=kind,
        parent=record.reference("parent"),
        space=record.reference("space"),
        org_unit=record.reference("org_unit"),
        equipment=record.reference("equipment"),
        rated_per_hour=rated_per_hour,
        contract=record.reference("contract"),
        formula=_formula(record, kind),
    )
    return Entry(code, meter, record, record.codes("formerly"))


def _formula(record: Record, kind: str) -> str | None:
    formula = record.optional_text("formula")
    if kind == "virtual" and formula is None:
        record.wrong("formula", "'formula' is missing: which meters is this virtual one the sum of?")
    elif formula is not None and kind != "virtual":
        record.wrong("formula", f"a meter of kind {kind!r} has no formula: leave it out, or make the kind virtual")
    elif formula is not None:
        try:
            terms(formula)
        except FormulaError as error:
            record.wrong("formula", f"formula {formula!r} cannot be read, {error}")
    return formula


def _segments(records: Sequence[Record]) -> Iterator[Entry[RegisterSegment]]:
    """The rows, without those whose instant is wrong: it is not known what they follow."""
    for entry in map(_segment, records):
        if entry.value.valid_from is not None or "valid_from" not in entry.record.values:
            yield entry


def _segment(record: Record) -> Entry[RegisterSegment]:
    segment = RegisterSegment(
        meter=record.text("meter"),
        flow=record.choice("flow", FLOWS),
        valid_from=instant(record, "valid_from"),
        point=record.text("point"),
        multiplier=decimal(record, "multiplier", above=0) or Decimal(1),
        modulus=decimal(record, "modulus", above=0),
        resolution=decimal(record, "resolution", least=0) or Decimal(0),
        closing_value=decimal(record, "closing_value"),
        opening_value=decimal(record, "opening_value"),
    )
    if segment.modulus is not None and segment.modulus <= segment.resolution:
        record.wrong("modulus", f"'modulus' {segment.modulus} must be above the resolution {segment.resolution}")
    _check_replacement(record, segment)
    return Entry(segment.name, segment, record)


def _check_replacement(record: Record, segment: RegisterSegment) -> None:
    given = [name for name in ("closing_value", "opening_value") if name in record.values]
    if len(given) == 1:
        other = "opening_value" if given == ["closing_value"] else "closing_value"
        record.wrong(
            given[0], f"{given[0]!r} needs {other!r} beside it: the last value of the one, the first of the other"
        )
    elif given and "valid_from" not in record.values:
        record.wrong("closing_value", "closing and opening values belong to a replacement: say when, with 'valid_from'")
    for name, value in (("opening_value", segment.opening_value),):
        if value is not None and segment.modulus is not None and not 0 <= value < segment.modulus:
            record.wrong(name, f"{name!r} must be from 0 to below the modulus {segment.modulus}, not {value}")


def _allocation(record: Record) -> Entry[Allocation]:
    share = decimal(record, "share", above=0)
    allocation = Allocation(
        meter=record.text("meter"),
        space=record.reference("space"),
        org_unit=record.reference("org_unit"),
        share=share if share is not None and share <= 1 else Decimal(0),
        valid_from=day(record, "from"),
        valid_until=day(record, "to"),
    )
    if "share" not in record.values:
        record.wrong("share", "'share' is missing: 0.25 for a quarter")
    elif share is not None and share > 1:
        record.wrong("share", f"'share' must be at most 1, not {share}: 0.25 for a quarter")
    if (allocation.space is None) == (allocation.org_unit is None):
        record.wrong("space", "a share is either for a space or for an org_unit: fill in one of them")
    if allocation.valid_from and allocation.valid_until and allocation.valid_from >= allocation.valid_until:
        record.wrong(
            "to",
            f"'to' {allocation.valid_until} must be after 'from' {allocation.valid_from}",
        )
    return Entry(allocation.name, allocation, record)
