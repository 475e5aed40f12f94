"""The electricity tree of the site as a table: who hangs on whom, what it could draw, and which meter sits there.

    incomer 10 kV -+- tr-1 1600 kVA - me-tr-1 -+- floors and lines of building 1, its air handlers, its PV
                   +- tr-2 1600 kVA - me-tr-2 -+- floors and lines of building 2, its air handlers, its PV
                   +- tr-3 1600 kVA - me-tr-3 -+- compressors, dryers, storage, utility station
                   +- tr-4 2000 kVA - me-tr-4 -+- chillers, pumps, towers, office, dormitory, chargers

A node with children is a place where power passes and some is lost behind the meter: in the transformer, or in the
cable to the children. A node without children draws power: a *load* by its profile, or a *machine* whose power another
module computes. Codes that start with `me-` carry a power meter; machines meter themselves or not at all.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from simulators.factory.occupancy import Profile


class Meter(enum.Enum):
    """The template of the power meter at a node: what it measures decides which, not who made it."""

    NONE = ""
    INCOMER = "incomer_meter"
    TRANSFORMER = "transformer_meter"
    FEEDER = "feeder_meter"
    GENERATION = "generation_meter"
    LINE = "line_meter"


@dataclass(frozen=True, slots=True)
class Load:
    """A consumer that follows people: share of its rating when idle, power factor, current distortion, asymmetry."""

    profile: Profile
    rated_kw: float
    idle_share: float
    power_factor: float
    distortion: float
    asymmetry: float


@dataclass(frozen=True, slots=True)
class Transformer:
    """Rating and losses of a cast-resin transformer, 10/0.4 kV."""

    rated_kva: float
    iron_kw: float
    copper_kw: float
    impedance_percent: float


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the tree."""

    code: str
    parent: str
    meter: Meter
    rated_kw: float = 0.0
    """Sizes the cable behind it; 0 where it has none."""
    load: Load | None = None
    transformer: Transformer | None = None


# Typical catalogue values of cast-resin transformers of the size.
_TR_1600 = Transformer(1600, 1.76, 11.7, 6.0)
_TR_2000 = Transformer(2000, 2.19, 14.4, 6.0)


def _machines(profile: Profile, rated_kw: float, idle: float = 0.12, factor: float = 0.84, thd: float = 0.16) -> Load:
    return Load(profile, rated_kw, idle, factor, thd, 0.015)


def _lights(profile: Profile, rated_kw: float, idle: float = 0.15) -> Load:
    return Load(profile, rated_kw, idle, 0.95, 0.14, 0.07)


def _panel(code: str, parent: str, loads: dict[str, Load]) -> Iterator[Node]:
    """A feeder of the main board with the lines it serves."""
    yield Node(code, parent, Meter.FEEDER, rated_kw=sum(load.rated_kw for load in loads.values()))
    for name, load in loads.items():
        yield Node(f"{code}-{name}", code, Meter.LINE, load=load)


def _group(
    code: str, parent: str, rated_kw: float, machines: tuple[str, ...], meter: Meter = Meter.FEEDER
) -> Iterator[Node]:
    """A feeder that serves machines which meter themselves."""
    yield Node(code, parent, meter, rated_kw=rated_kw)
    for machine in machines:
        yield Node(machine, code, Meter.NONE)


def _numbered(stem: str, first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{stem}-{number}" for number in range(first, last + 1))


def _building_1() -> Iterator[Node]:
    three, two = Profile.THREE_SHIFT, Profile.TWO_SHIFT
    yield from _panel("me-b1-f1", "me-tr-1", {
        "l1": _machines(three, 78), "l2": _machines(three, 72), "l3": _machines(three, 66), "l4": _machines(two, 58),
        "l5": _machines(two, 54), "light": _lights(three, 18),
    })  # fmt: skip
    yield from _panel("me-b1-f2", "me-tr-1", {
        "l1": _machines(two, 44), "l2": _machines(two, 42), "l3": _machines(two, 38), "l4": _machines(two, 36),
        "l5": _machines(two, 30), "light": _lights(two, 20),
    })  # fmt: skip
    yield Node("me-b1-f3", "me-tr-1", Meter.FEEDER, rated_kw=330)
    yield Node("me-b1-f3-l1", "me-b1-f3", Meter.LINE, rated_kw=72)
    yield Node("me-b1-f3-l1-oven", "me-b1-f3-l1", Meter.LINE, load=_machines(three, 46, 0.3, 0.97, 0.06))
    yield Node("me-b1-f3-l1-placer", "me-b1-f3-l1", Meter.LINE, load=_machines(three, 26, 0.2, 0.86, 0.22))
    for number, rated_kw in ((2, 66), (3, 62), (4, 58), (5, 52)):
        load = _machines(three, rated_kw, 0.2, 0.92, 0.13)
        yield Node(f"me-b1-f3-l{number}", "me-b1-f3", Meter.LINE, load=load)
    yield Node("me-b1-f3-light", "me-b1-f3", Meter.LINE, load=_lights(three, 24, 0.3))
    yield from _group("me-b1-ahu", "me-tr-1", 190, _numbered("ahu", 1, 6))
    yield from _group("me-b1-pv", "me-tr-1", 600, _numbered("pv", 1, 4), Meter.GENERATION)
    yield Node("cap-1", "me-tr-1", Meter.NONE)


def _building_2() -> Iterator[Node]:
    three, two = Profile.THREE_SHIFT, Profile.TWO_SHIFT
    presses = {f"l{number}": _machines(three, 82 - 3 * number, 0.15, 0.8, 0.2) for number in range(1, 9)}
    yield from _panel("me-b2-f1", "me-tr-2", presses | {"light": _lights(three, 22)})
    yield from _panel("me-b2-f2", "me-tr-2", {
        "l1": _machines(two, 62), "l2": _machines(two, 56), "l3": _machines(two, 48), "l4": _machines(three, 44),
        "furnace-1": _machines(three, 110, 0.38, 0.98, 0.05), "furnace-2": _machines(two, 95, 0.32, 0.98, 0.05),
        "light": _lights(two, 18),
    })  # fmt: skip
    yield from _group("me-b2-ahu", "me-tr-2", 190, _numbered("ahu", 7, 12))
    yield from _group("me-b2-pv", "me-tr-2", 600, _numbered("pv", 5, 8), Meter.GENERATION)
    yield Node("cap-2", "me-tr-2", Meter.NONE)


def _utility_station() -> Iterator[Node]:
    for number in range(1, 7):
        yield Node(f"me-comp-{number}", "me-tr-3", Meter.FEEDER)
    yield from _group("me-dryers", "me-tr-3", 20, _numbered("dryer", 1, 3))
    yield Node("me-ess", "me-tr-3", Meter.GENERATION)
    yield from _panel("me-utility", "me-tr-3", {
        "light": _lights(Profile.CONTINUOUS, 9), "booster": _machines(Profile.CONTINUOUS, 22, 0.3),
        "waste-water": _machines(Profile.THREE_SHIFT, 38, 0.4),
    })  # fmt: skip
    yield from (Node(code, "me-utility", Meter.NONE) for code in _numbered("heat-recovery", 1, 2))
    yield Node("cap-3", "me-tr-3", Meter.NONE)


def _campus() -> Iterator[Node]:
    for number in range(1, 5):
        yield Node(f"me-chiller-{number}", "me-tr-4", Meter.FEEDER)
    yield from _group("me-chw-pumps", "me-tr-4", 148, _numbered("chw-pump", 1, 4))
    yield from _group("me-cw-pumps", "me-tr-4", 148, _numbered("cw-pump", 1, 4))
    yield from _group("me-towers", "me-tr-4", 60, _numbered("tower", 1, 4))
    office, dormitory = Profile.OFFICE, Profile.DORMITORY
    yield from _panel("me-office", "me-tr-4", {
        "f1": _lights(office, 42), "f2": _lights(office, 38), "f3": _lights(office, 34),
        "lift": _lights(office, 12, 0.05), "server": _machines(Profile.CONTINUOUS, 28, 0.8, 0.96, 0.1),
    })  # fmt: skip
    yield from _panel("me-dorm", "me-tr-4", {
        "a": _lights(dormitory, 85, 0.1), "b": _lights(dormitory, 78, 0.1),
        "canteen": _machines(Profile.CANTEEN, 90, 0.08, 0.93, 0.08), "road": _lights(Profile.NIGHT_LIGHT, 8, 0.02),
    })  # fmt: skip
    yield Node("me-office-ac", "me-office", Meter.LINE)
    yield Node("me-dorm-ac", "me-dorm", Meter.LINE)
    yield from _panel("me-ev", "me-tr-4", {
        "east": _machines(office, 60, 0.01, 0.98, 0.05), "west": _machines(dormitory, 45, 0.01, 0.98, 0.05),
    })  # fmt: skip
    yield Node("cap-4", "me-tr-4", Meter.NONE)


def _site() -> Iterator[Node]:
    yield Node("me-incomer", "", Meter.INCOMER)
    for number, kind in enumerate((_TR_1600, _TR_1600, _TR_1600, _TR_2000), start=1):
        yield Node(f"tr-{number}", "me-incomer", Meter.NONE, transformer=kind)
        yield Node(f"me-tr-{number}", f"tr-{number}", Meter.TRANSFORMER)
    yield from _building_1()
    yield from _building_2()
    yield from _utility_station()
    yield from _campus()


NODES: tuple[Node, ...] = tuple(_site())
