"""Which registers count for which groups of an answer, stretch by stretch of unchanging shares and terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from analytics.belonging import Belonging
from services.energy.belonging import Pair, chosen, pairs_of, weights
from services.energy.periods import midnight
from services.energy.question import Question
from services.energy.registry import MeterRow, NoSuchPlaceError, Registry
from services.energy.sums import Weight


@dataclass(frozen=True, slots=True)
class Key:
    """A group of an answer; what is not asked for is None. `whole`: all that was selected, beside single meters."""

    carrier: str
    unit: str
    meter: str | None = None
    space: str | None = None
    org_unit: str | None = None
    whole: bool = False


@dataclass(slots=True)
class Stretch:
    """[start, stop) in which shares and terms stay: registers by what they count for, and who counts for a key."""

    start: datetime
    stop: datetime
    classes: dict[tuple[Weight, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    registers: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def weights(self) -> list[tuple[int, Weight]]:
        """Every register with each of its weights."""
        return [
            (register, weight) for counts, members in self.classes.items() for register in members for weight in counts
        ]


class Keys:
    """Keys and their calendars by number, as the database groups by numbers."""

    def __init__(self) -> None:
        self.known: list[tuple[Key, int]] = []
        self._numbers: dict[tuple[Key, int], int] = {}

    def number(self, key: Key, calendar_id: int) -> int:
        """The number of a key under a calendar."""
        number = self._numbers.setdefault((key, calendar_id), len(self.known))
        if number == len(self.known):
            self.known.append((key, calendar_id))
        return number


def within(path: str | None, top: str | None) -> bool:
    """Whether a path is a node or below it; anything is below None."""
    return top is None or (path is not None and (path == top or path.startswith(f"{top}/")))


def require_places(question: Question, registry: Registry) -> None:
    """Refuse names that are not there. Raises NoSuchPlaceError."""
    codes = {meter.code for meter in registry.meters}
    for code in question.meters:
        if code not in codes:
            raise NoSuchPlaceError("meter", f"{question.site}/{code}")
    if question.space is not None and question.space not in {row.path for row in registry.spaces}:
        raise NoSuchPlaceError("space", question.space)
    if question.org_unit is not None and question.org_unit not in {row.path for row in registry.units}:
        raise NoSuchPlaceError("org-unit", question.org_unit)


def stretches(question: Question, registry: Registry, changes: set[date], keys: Keys) -> Iterator[Stretch]:
    """The stretches of the period with their weights. `changes`: local days on which terms change."""
    days = {row.since for row in registry.allocations if row.since} | {
        row.until for row in registry.allocations if row.until
    }
    cuts = {midnight(registry.zone, day) for day in days | changes}
    edges = [question.start, *sorted(cut for cut in cuts if question.start < cut < question.stop), question.stop]
    counting = _Counting(question, keys, _levels(question, registry))
    for start, stop in pairwise(edges):
        stretch = Stretch(start, stop)
        _weigh(question, registry, stretch, counting)
        yield stretch


class _Counting:
    """For which keys a meter counts. Most meters are of a place with others: each place is worked out once."""

    def __init__(self, question: Question, keys: Keys, levels: Mapping[str | None, str | None]) -> None:
        self._question = question
        self._keys = keys
        self._levels = levels
        self._known: dict[Hashable, list[tuple[Key, Weight]]] = {}

    def of(self, meter: MeterRow, pairs: dict[Pair, Decimal], *, single: bool) -> list[tuple[Key, Weight]]:
        """What a meter counts: by itself, or net of what is inside others."""
        place = (single and meter.code, meter.carrier, meter.unit, meter.calendar_id, tuple(pairs.items()))
        known = self._known.get(place)
        if known is None:
            known = self._known[place] = list(self._worked_out(meter, pairs, single=single))
        return known

    def _worked_out(self, meter: MeterRow, pairs: dict[Pair, Decimal], *, single: bool) -> Iterator[tuple[Key, Weight]]:
        assert meter.calendar_id is not None
        question = self._question
        found = defaultdict[Key, Decimal](Decimal)
        whole = "meter" in question.group_by and not single
        spaces = question.group_by & {"space", "building", "floor"} and not whole
        units = "org_unit" in question.group_by and not whole
        for (space, unit), share in pairs.items():
            if within(space, question.space) and within(unit, question.org_unit):
                key = Key(
                    meter.carrier,
                    meter.unit or "",
                    meter.code if single else None,
                    self._levels.get(space, space) if spaces else None,
                    unit if units else None,
                    whole,
                )
                found[key] += share
        for key, share in found.items():
            if share:
                yield key, Weight(self._keys.number(key, meter.calendar_id), share)


def _weigh(question: Question, registry: Registry, stretch: Stretch, counting: _Counting) -> None:
    by_id = {meter.id: meter for meter in registry.meters}
    belonging = Belonging(by_id, registry.allocations, stretch.start.astimezone(registry.zone).date())
    counted = chosen(registry.meters, belonging, question.meters, question.carrier)
    net = weights(belonging, counted, named=bool(question.meters))
    by_meter = "meter" in question.group_by
    for meter in counted.values():
        assert meter.register_id is not None
        counts = counting.of(meter, pairs_of(belonging, meter.id), single=True) if by_meter else []
        if meter.id in net:
            counts = counts + counting.of(meter, net[meter.id], single=False)
        if counts:
            stretch.classes[tuple(weight for _, weight in counts)].append(meter.register_id)
        for key, (_, share) in counts:
            if share > 0:
                stretch.registers[key].add(meter.register_id)


def _levels(question: Question, registry: Registry) -> dict[str | None, str | None]:
    """For grouping by building or floor: the space of that kind that each space lies in, else itself."""
    kind = next((kind for kind in ("building", "floor") if kind in question.group_by), None)
    if kind is None:
        return {}
    kinds = {row.path: row.kind for row in registry.spaces}
    return {path: next((up for up in _upwards(path) if kinds.get(up) == kind), path) for path in kinds}


def _upwards(path: str) -> Sequence[str]:
    codes = path.split("/")
    return ["/".join(codes[:n]) for n in range(len(codes), 0, -1)]
