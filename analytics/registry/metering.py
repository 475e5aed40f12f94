"""What a registry's meters come to as a whole: the terms of virtual meters, and what cannot be.

A folder's mistakes are named where they stand (services/site_folder); here the same laws hold for any registry that
shall be written, wherever it came from: a parent or a formula never leads back to its own meter, and a point serves one
register at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from analytics.registry.circles import circles, shown
from analytics.registry.formula import FormulaError, Term, terms
from analytics.registry.meters import Meter, RegisterSegment
from analytics.registry.model import Registry

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


def rests_on(meters: Iterable[Meter]) -> Mapping[str, Sequence[str]]:
    """The meters that each virtual meter is made of; a formula that cannot be read is made of none."""
    found: dict[str, Sequence[str]] = {}
    for meter in meters:
        if meter.formula is not None:
            try:
                found[meter.code] = sorted({term.meter for term in terms(meter.formula)})
            except FormulaError:
                found[meter.code] = ()
    return found


def terms_of(registry: Registry) -> Iterator[tuple[str, Term]]:
    """Every term of every virtual meter; formulas are readable once `refusals` is empty."""
    for code, meter in registry.meters.items():
        if meter.formula is not None:
            yield from ((code, term) for term in terms(meter.formula))


def refusals(registry: Registry) -> Sequence[str]:
    """Why the meters of a registry cannot be written as they are."""
    return [*_parents(registry), *_formulas(registry), *_points(registry)]


def _parents(registry: Registry) -> Iterator[str]:
    above = {code: [meter.parent] for code, meter in registry.meters.items() if meter.parent is not None}
    for circle in circles(above):
        yield f"the parents of meters go round in a circle, {shown(circle)}: leave one of them empty"


def _formulas(registry: Registry) -> Iterator[str]:
    for code, meter in registry.meters.items():
        if meter.formula is not None:
            try:
                found = terms(meter.formula)
            except FormulaError as error:
                yield f"the formula of meter {code!r} cannot be read, {error}"
                continue
            for term in found:
                if f"{term.meter}/{term.flow}" not in registry.registers:
                    yield f"the formula of meter {code!r} names {term.meter}.{term.flow}, and there is no such register"
    for circle in circles(rests_on(registry.meters.values())):
        yield f"virtual meters go round in a circle, {shown(circle)}: take one of them out of a formula"


def _points(registry: Registry) -> Iterator[str]:
    for point, one, other in double_service(registry.segments.values()):
        yield f"point {point} would be register {one.register} and {other.register} at a time: end one of them first"


def double_service(segments: Iterable[RegisterSegment]) -> Iterator[tuple[str, RegisterSegment, RegisterSegment]]:
    """Points that two registers read at a time, with the segments that meet."""
    of_register: dict[str, list[RegisterSegment]] = defaultdict(list)
    for segment in segments:
        of_register[segment.register].append(segment)
    of_point: dict[str, list[tuple[datetime, datetime, RegisterSegment]]] = defaultdict(list)
    for listed in of_register.values():
        listed.sort(key=_begins)
        stops = [*map(_begins, listed[1:]), _END]
        for segment, stop in zip(listed, stops, strict=True):
            of_point[segment.point].append((_begins(segment), stop, segment))
    for point, spans in of_point.items():
        spans.sort(key=lambda span: span[:2])
        for (_, stop, one), (start, _, other) in pairwise(spans):
            if start < stop and one.register != other.register:
                yield point, one, other


def _begins(segment: RegisterSegment) -> datetime:
    return segment.valid_from or _BEGINNING
