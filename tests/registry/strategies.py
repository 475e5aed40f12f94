"""Sites of any shape: registries that a site folder can say, small enough for their names to meet again.

All draws share a handful of codes, so that two registries drawn one after another have much in common, and all that the
difference between them must do (add, change, retire, restore, rename) happens. A site is thrown from a seed, within a
size: a failing example names both, and shrinks in size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from analytics.registry.meters import Allocation, Meter, Register, RegisterSegment
from analytics.registry.model import (
    ORG_UNIT_KINDS,
    SPACE_KINDS,
    Alias,
    Device,
    Equipment,
    OrgUnit,
    Point,
    Registry,
    Site,
    Space,
    Template,
    TemplatePoint,
)
from analytics.registry.quantities import QUANTITIES
from services.units import conversion

CODES = ("a", "b", "c-1", "d_2")
KEYS = ("p", "q", "r-1")
FORMER = ("old", "older")
NAMES = ("Meter", "电表 一", 'a "quoted", name', "it's = [x]", "# no comment", "back\\slash", "Ä; ö", "'''", "=1+1")
STATES = ("on", "off", "loaded at 50 %", "停")
DESCRIPTIONS = (
    ("active_power", "kW", "gauge"),
    ("active_power", "W", "gauge"),
    ("energy", "Wh", "counter"),
    ("energy", "kWh", "gauge"),
    ("temperature", "degF", "gauge"),
    ("temperature", "degC", "gauge"),
    ("ratio", "1", "gauge"),
    ("state", "1", "state"),
)
FACTORS = ("1", "0.5", "50 %", "-1")
INSTANTS = (datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 6, 1, 0, 0, 30, tzinfo=UTC))
VALIDITIES = ((None, None), (None, date(2026, 7, 1)), (date(2026, 5, 1), date(2026, 6, 1)), (date(2026, 7, 1), None))
#: Worked out once, before any example: the unit library takes a second to load.
CONVERSIONS = {(unit, quantity): conversion(unit, quantity) for quantity, unit, _ in DESCRIPTIONS}

Something = TypeVar("Something")


@dataclass(frozen=True, slots=True)
class Dice:
    """A thrower of names, numbers and choices; `size` bounds how many of a kind there are."""

    random: Random
    size: int

    def some(self, of: Sequence[Something]) -> list[Something]:
        """Some of a few, in their order."""
        few = of[: self.size]
        return [each for each in few if self.random.random() < 0.7]

    def one(self, of: Sequence[Something]) -> Something:
        """One of a few."""
        return self.random.choice(of)

    def maybe(self, of: Sequence[Something]) -> Something | None:
        """One of a few, or none."""
        return self.random.choice(of) if of and self.random.random() < 0.6 else None

    def number(self) -> float:
        """A number of at most two decimals."""
        return round(self.random.uniform(-999, 999), self.random.randint(0, 2))

    def paths(self) -> list[str]:
        """The paths of a tree, parents before children."""
        found = []
        for code in self.some(CODES):
            found.append(code)
            for below in self.some(CODES[:2]):
                found.append(f"{code}/{below}")
                found += [f"{code}/{below}/{deep}" for deep in self.some(CODES[:1])]
        return found


def site_of(seed: int, size: int) -> Registry:
    """The site of a seed, always of the same code."""
    dice = Dice(Random(seed), size)
    name, one, maybe = _namer(dice), dice.one, dice.maybe
    zone = one(["UTC", "Asia/Shanghai"])
    spaces = {
        path: Space(path, name(), maybe(NAMES), one(SPACE_KINDS), maybe([1.0, 20.5, 9999.0])) for path in dice.paths()
    }
    units = {path: OrgUnit(path, name(), maybe(NAMES), one(ORG_UNIT_KINDS)) for path in dice.paths()}
    templates = {code: Template(code, name(), maybe(NAMES), one(CODES)) for code in dice.some(CODES[:2])}
    described = {f"{code}/{key}": describe(dice, code, key) for code in templates for key in dice.some(KEYS)}
    equipment = {
        code: Equipment(code, name(), maybe(NAMES), one(CODES), maybe([*spaces]), maybe([*units]), None)
        for code in dice.some(CODES)
    }
    for earlier, code in pairwise(equipment):
        equipment[code] = replace(equipment[code], parent=maybe([earlier]))
    devices: dict[str, Device] = {}
    for code in dice.some(CODES):
        placed = maybe([*templates]), maybe([*spaces]), maybe([*units]), maybe([*equipment]), maybe([*devices])
        devices[code] = Device(code, name(), maybe(NAMES), *placed, one([300.0, 0.0, 60.5]))
    points = {
        f"{device.code}/{key}": point_of(device.code, found)
        for device in devices.values()
        for key in KEYS
        for found in [_point(dice, described.get(f"{device.template}/{key}"), key)]
        if found is not None
    }
    site = Site("s", name(), maybe(NAMES), zone, maybe([31.3]), maybe([-0.5]))
    registry = Registry(site, spaces, units, templates, described, equipment, devices, points)
    registry = _metered(dice, registry)
    return replace(registry, aliases={alias.name: alias for alias in _aliases(dice, registry)})


def _namer(dice: Dice) -> Callable[[], str]:
    return lambda: dice.one(NAMES)


def describe(dice: Dice, template: str, key: str) -> TemplatePoint:
    """A description of a point."""
    quantity, unit, kind = dice.one(DESCRIPTIONS)
    low, high = sorted((dice.number(), dice.number()))
    states = {text: float(dice.random.randint(0, 9)) for text in dice.some(STATES)} if kind == "state" else {}
    return TemplatePoint(
        template=template,
        key=key,
        name=dice.one(NAMES),
        name_zh=dice.maybe(NAMES),
        quantity=quantity,
        unit=unit,
        kind=kind,
        minimum=dice.maybe([low]),
        maximum=dice.maybe([high]),
        expected_interval_s=dice.one([0.1, 5.0, 900.0]),
        states=states or None,
    )


def _point(dice: Dice, usual: TemplatePoint | None, key: str) -> TemplatePoint | None:
    """As the template says, or an exception from it, or a point of the device's own, or none."""
    if usual is None:
        return dice.maybe([describe(dice, "", key)])
    return dice.one([usual, describe(dice, "", key)])


def point_of(device: str, described: TemplatePoint) -> Point:
    """What a described point is at a device."""
    found = CONVERSIONS[described.unit, described.quantity]
    return Point(
        device=device,
        key=described.key,
        name=described.name,
        name_zh=described.name_zh,
        quantity=described.quantity,
        unit=described.unit,
        canonical_unit=QUANTITIES[described.quantity].unit,
        scale=found.scale,
        bias=found.bias,
        kind=described.kind,
        minimum=None if described.minimum is None else found.stored(described.minimum),
        maximum=None if described.maximum is None else found.stored(described.maximum),
        expected_interval_s=described.expected_interval_s,
        states=described.states,
    )


def _metered(dice: Dice, registry: Registry) -> Registry:
    """Meters on the energy counters there are, each point for one register; and virtual ones of the others."""
    counters = [
        name
        for name, point in registry.points.items()
        if (point.quantity, point.kind) == ("energy", "counter") and dice.random.random() < 0.8
    ]
    meters: dict[str, Meter] = {}
    segments: list[RegisterSegment] = []
    for code, point in zip(dice.some((*CODES, "e")), counters, strict=False):
        meters[code] = _meter(dice, registry, code, dice.maybe([*meters]), None)
        segments.append(_segment(dice, code, None, point))
        if dice.random.random() < 0.4:
            segments.append(_segment(dice, code, dice.one(INSTANTS), point))
    registers = {f"{code}/import": Register(code, "import", "kWh") for code in meters}
    if meters and dice.random.random() < 0.5:
        formula = " + ".join(f"{dice.one(FACTORS)} * '{code}'" for code in meters)
        meters["sum"] = _meter(dice, registry, "sum", dice.maybe([*meters]), formula)
        registers["sum/import"] = Register("sum", "import", "kWh")
    shares = [
        Allocation(code, space, unit, Decimal(share), *dice.one(VALIDITIES))
        for code in meters
        for space, unit in ((dice.maybe([*registry.spaces]), None), (None, dice.maybe([*registry.org_units])))
        if space is not None or unit is not None
        for share in [dice.one(("0.25", "1", "0.125"))]
    ]
    return replace(
        registry,
        meters=meters,
        registers=registers,
        segments={segment.name: segment for segment in segments},
        allocations={share.name: share for share in shares},
    )


def _meter(dice: Dice, registry: Registry, code: str, parent: str | None, formula: str | None) -> Meter:
    kind = "register" if formula is None else "virtual"
    placed = dice.maybe([*registry.spaces]), dice.maybe([*registry.org_units]), dice.maybe([*registry.equipment])
    rated_per_hour = 12.5 if formula is None else None
    return Meter(
        code, dice.one(NAMES), dice.maybe(NAMES), "electricity", kind, parent, *placed, rated_per_hour, None, formula
    )


def _segment(dice: Dice, meter: str, valid_from: datetime | None, point: str) -> RegisterSegment:
    replaced = (Decimal("99.5"), Decimal(3)) if valid_from and dice.random.random() < 0.5 else (None, None)
    dial = Decimal(dice.one(("1", "0.1", "12000"))), dice.maybe([Decimal(10**6)]), Decimal(dice.one(("0", "0.01")))
    return RegisterSegment(meter, "import", valid_from, point, *dial, *replaced)


def _aliases(dice: Dice, registry: Registry) -> list[Alias]:
    """Other names: some of what is sent, some invented, some of things that only another such site has."""
    kinds: list[tuple[str, str, Sequence[str], Sequence[str]]] = [
        ("space", "", CODES, [*registry.spaces]),
        ("org_unit", "", CODES, [*registry.org_units]),
        ("equipment", "", CODES, [*registry.equipment]),
        ("device", "", CODES, [*registry.devices]),
        ("meter", "", CODES, [*registry.meters]),
    ]
    for device in registry.devices:
        below = f"{device}/"
        kinds.append(("point", below, KEYS, [name for name in registry.points if name.startswith(below)]))
    foreign = [
        Alias("point", f"{device}/{key}", dice.one([*registry.points]))
        for device in ("PLC 7", "柜", "c-1")
        for key in ("Total kW", "x")
        if registry.points and f"{device}/{key}" not in registry.points and dice.random.random() < 0.2
    ]
    return foreign + [
        Alias(kind, f"{above}{old}", dice.one(living))
        for kind, above, codes, living in kinds
        if living
        for old in (*dice.some(codes), *dice.some(FORMER))
        if f"{above}{old}" not in living and dice.random.random() < 0.4
    ]


#: A site, always of the same code.
registries = st.builds(site_of, st.integers(0, 2**32 - 1), st.integers(0, 4))
