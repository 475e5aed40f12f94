"""Whether the meters of a folder fit together, and with everything else in it.

    meters       parent there, of the same carrier; formula: registers there, of one carrier and unit; no circles
    registers    a meter that is not virtual, a flow of its carrier, a point that counts it, for one register at a time
    allocations  a meter, a space or unit; on no day more than the whole

What stands in a file that cannot be read is not judged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from analytics.registry.carriers import CARRIERS, INTEGRAL, REACTIVE, counted, energy_unit
from analytics.registry.circles import circles, shown
from analytics.registry.formula import FormulaError, Term, terms
from analytics.registry.metering import double_service, rests_on
from analytics.registry.meters import Allocation, Meter, RegisterSegment
from analytics.registry.model import Point
from services.site_folder.entries import Entry
from services.site_folder.meters import METER_FILE, Metering
from services.site_folder.mistakes import mend
from services.site_folder.references import Known, check_circles, check_former, check_reference


@dataclass(frozen=True, slots=True)
class Around:
    """What meters may refer to; None: not known, so not judged."""

    spaces: Known
    org_units: Known
    equipment: Known
    contracts: Known
    points: Mapping[str, Point] | None


def check_metering(metering: Metering, around: Around) -> None:
    """Note every mistake between meters, registers and shares."""
    meters = metering.meters
    if meters is not None:
        _check_meters(meters, around)
    if metering.segments is not None:
        _check_segments(metering.segments, meters, around.points)
    if meters is not None and metering.segments is not None and around.points is not None:
        _check_counted(meters, metering.segments)
        _check_formulas(meters, metering.segments, around.points)
    if metering.allocations is not None:
        _check_allocations(metering.allocations, meters, around)


def _check_meters(meters: Mapping[str, Entry[Meter]], around: Around) -> None:
    codes = Known("meter", METER_FILE, frozenset(meters))
    for entry in meters.values():
        record, meter = entry.record, entry.value
        check_reference(record, "parent", meter.parent, codes)
        check_reference(record, "space", meter.space, around.spaces)
        check_reference(record, "org_unit", meter.org_unit, around.org_units)
        check_reference(record, "equipment", meter.equipment, around.equipment)
        check_reference(record, "contract", meter.contract, around.contracts)
        above = meters.get(meter.parent or "")
        if above is not None and above.value.carrier != meter.carrier and above is not entry:
            carrier = above.value.carrier
            record.wrong(
                "parent", f"parent {meter.parent!r} measures {carrier}, this one {meter.carrier}: only the same adds up"
            )
    check_circles("parent", meters, {code: entry.value.parent for code, entry in meters.items()})
    check_former("meter", meters)


def _check_segments(
    segments: Mapping[str, Entry[RegisterSegment]],
    meters: Mapping[str, Entry[Meter]] | None,
    points: Mapping[str, Point] | None,
) -> None:
    known = Known("meter", METER_FILE, None if meters is None else frozenset(meters))
    first: dict[str, RegisterSegment] = {}
    units: dict[str, tuple[str, int]] = {}
    for entry in sorted(segments.values(), key=lambda entry: (entry.value.register, _begins(entry.value))):
        record, segment = entry.record, entry.value
        check_reference(record, "meter", segment.meter or None, known)
        meter = (meters or {}).get(segment.meter)
        if segment.register not in first and segment.closing_value is not None:
            record.wrong(
                "closing_value", f"nothing is replaced here: no earlier row of this file is {segment.register}"
            )
        first.setdefault(segment.register, segment)
        if meter is not None and points is not None:
            unit = _check_point(entry, meter.value, points)
            was, line = units.setdefault(segment.register, (unit, record.line)) if unit else (unit, 0)
            if unit != was:
                record.wrong(
                    "point",
                    f"point {segment.point!r} counts {unit}, line {line} {was}: give the register a meter of its own",
                )
    lines = {entry.name: entry.record for entry in segments.values()}
    for point, one, other in double_service(entry.value for entry in segments.values()):
        earlier, later = sorted((lines[one.name], lines[other.name]), key=lambda record: record.line)
        register = (one if lines[one.name] is earlier else other).register
        later.wrong(
            "point",
            f"point {point!r} is register {register} at the same time (line {earlier.line}): a point serves one",
        )


def _begins(segment: RegisterSegment) -> float:
    return segment.valid_from.timestamp() if segment.valid_from else float("-inf")


def _check_point(entry: Entry[RegisterSegment], meter: Meter, points: Mapping[str, Point]) -> str:
    """The unit that the point counts in; "" where the row has a mistake."""
    record, segment = entry.record, entry.value
    wanted = counted(meter.carrier, segment.flow)
    if meter.kind == "virtual":
        record.wrong("meter", f"meter {segment.meter!r} is virtual: its formula says what it is, leave this row out")
        return ""
    if not wanted and segment.flow in REACTIVE and meter.carrier in CARRIERS:
        record.wrong("flow", f"{meter.carrier} has no {segment.flow}: use import or export")
    point = points.get(segment.point)
    if point is None:
        if segment.point:
            record.wrong("point", f"point {segment.point!r} is not in this folder{mend(segment.point, points)}")
        return ""
    if not wanted:
        return ""
    kind, what = ("gauge", "power") if meter.kind == "power" else ("counter", "register")
    quantity = INTEGRAL.get(point.quantity, "") if meter.kind == "power" else point.quantity
    if point.kind != kind:
        record.wrong("point", f"point {segment.point!r} is a {point.kind}, and a meter of kind {what!r} needs a {kind}")
        return ""
    if quantity not in wanted:
        fitting = [name for name, total in INTEGRAL.items() if total in wanted] if meter.kind == "power" else wanted
        record.wrong(
            "point",
            f"point {segment.point!r} measures {point.quantity}, and {meter.carrier} {segment.flow} is "
            f"counted in {' or '.join(fitting)}",
        )
        return ""
    return energy_unit(point.quantity, meter.kind)


def _check_counted(meters: Mapping[str, Entry[Meter]], segments: Mapping[str, Entry[RegisterSegment]]) -> None:
    counts = {entry.value.meter for entry in segments.values()}
    for code, entry in meters.items():
        if entry.value.kind in {"register", "power"} and code not in counts:
            entry.record.wrong("code", f"meter {code!r} has no row in registers.csv: say which point is its register")


def _check_formulas(
    meters: Mapping[str, Entry[Meter]], segments: Mapping[str, Entry[RegisterSegment]], points: Mapping[str, Point]
) -> None:
    units: dict[tuple[str, str], str] = {}
    for segment in (entry.value for entry in segments.values()):
        if segment.meter in meters and segment.point in points:
            kind = meters[segment.meter].value.kind
            units[segment.meter, segment.flow] = energy_unit(points[segment.point].quantity, kind)
    for code, entry in meters.items():
        if entry.value.formula is None:
            continue
        try:
            found = terms(entry.value.formula)
        except FormulaError:
            continue  # said where it was read
        known = [term for term in found if _check_term(entry, term, meters, units)]
        measured = {units[term.meter, term.flow] for term in known if (term.meter, term.flow) in units}
        if len(measured) > 1:
            entry.record.wrong(
                "formula", f"the formula of {code!r} adds {' and '.join(sorted(measured))}: they do not add up"
            )
    for circle in circles(rests_on(entry.value for entry in meters.values())):
        where = meters[circle[0]].record
        where.wrong(
            "formula", f"virtual meters go round in a circle, {shown(circle)}: take one of them out of a formula"
        )


def _check_term(
    entry: Entry[Meter], term: Term, meters: Mapping[str, Entry[Meter]], units: Mapping[tuple[str, str], str]
) -> bool:
    other = meters.get(term.meter)
    if other is None:
        entry.record.wrong(
            "formula", f"meter {term.meter!r} of the formula is not in {METER_FILE}{mend(term.meter, meters)}"
        )
        return False
    if other.value.carrier != entry.value.carrier:
        entry.record.wrong(
            "formula", f"meter {term.meter!r} of the formula measures {other.value.carrier}, not {entry.value.carrier}"
        )
        return False
    virtual = other.value.kind == "virtual"
    if (virtual and term.flow != "import") or (not virtual and (term.meter, term.flow) not in units):
        has = "import" if virtual else ", ".join(flow for meter, flow in units if meter == term.meter) or "none"
        entry.record.wrong(
            "formula", f"meter {term.meter!r} of the formula has no register {term.flow!r}; it has {has}"
        )
        return False
    return True


def _check_allocations(
    allocations: Sequence[Entry[Allocation]], meters: Mapping[str, Entry[Meter]] | None, around: Around
) -> None:
    known = Known("meter", METER_FILE, None if meters is None else frozenset(meters))
    of_meter: dict[tuple[str, str], list[Entry[Allocation]]] = defaultdict(list)
    of_target: dict[tuple[str, str], list[Entry[Allocation]]] = defaultdict(list)
    for entry in allocations:
        record, share = entry.record, entry.value
        check_reference(record, "meter", share.meter or None, known)
        check_reference(record, "space", share.space, around.spaces)
        check_reference(record, "org_unit", share.org_unit, around.org_units)
        of_meter[share.meter, "spaces" if share.space is not None else "units"].append(entry)
        of_target[share.meter, share.target].append(entry)
    for (meter, target), listed in of_target.items():
        for one, other in pairwise(sorted(listed, key=lambda entry: (_first(entry.value), entry.record.line))):
            if _first(other.value) < _last(one.value):
                line = one.record.line
                other.record.wrong(
                    "from",
                    f"{meter} has a share for {target.partition(':')[2]} already (line {line}): end that one first",
                )
    for (meter, kind), listed in of_meter.items():
        _check_sum(meter, kind, listed)


def _check_sum(meter: str, kind: str, listed: Sequence[Entry[Allocation]]) -> None:
    """On no day more than the whole; days on which a share begins are the only ones where a sum can grow."""
    for on in sorted({_first(entry.value) for entry in listed}):
        there = [entry for entry in listed if _first(entry.value) <= on < _last(entry.value)]
        total = sum(entry.value.share for entry in there)
        if total > 1:
            last = max(there, key=lambda entry: entry.record.line)
            since = "from the beginning" if on == date.min else f"on {on}"
            last.record.wrong("share", f"the shares of {meter} for {kind} come to {total} {since}: at most 1 in all")
            return


def _first(allocation: Allocation) -> date:
    return allocation.valid_from or date.min


def _last(allocation: Allocation) -> date:
    return allocation.valid_until or date.max
