"""Faults of the demonstration factory, what each should lead to, and how a seed draws some of them.

Drawn are machines that are at work when the fault begins: what stands still shows nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.factory.compressor import Mode
from simulators.factory.run import Run
from tests.alarms.living_factory import Told

#: Where a leak shows first depends on how much the compressors have in hand.
_LEAK_RULES = frozenset({"air-use-high", "air-use-high-b2", "header-pressure-low"})
_STUCK = {
    "air-header/pressure_bar": "header-pressure-stuck",
    "comp-5/vibration_mm_s": "vibration-sensor-stuck",
    "me-b1-f2/voltage_ab_v": "meter-values-stuck",
    "ahu-3/room_pressure_pa": "room-pressure-stuck",
}
KINDS = (
    "meter-reset", "rollover", "replacement", "stuck-sensor", "sensor-offset", "drop-out", "duplicates", "reordering",
    "clock-skew", "vibration-high", "oil-temperature-high", "air-leak", "fouled-condenser",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """A fault and the alarm that it should lead to."""

    fault: str
    rules: frozenset[str]
    subjects: frozenset[str]
    cause: str

    def is_met_by(self, told: Told) -> bool:
        """Whether an alarm is the right one with the true cause first."""
        return told.rule in self.rules and told.subject in self.subjects and told.cause == self.cause


def expected(kind: str, place: str, options: str = "") -> Expected:
    """What `KIND@PLACE:options` should lead to."""
    device = place.partition("/")[0]
    fault = f"{kind}@{place}{f':{options}' if options else ''}"
    rule, cause = {
        "meter-reset": ("register-reset", "register-cleared"),
        "replacement": ("register-reset", "replaced-not-entered"),
        "rollover": ("register-rolled-over", "end-of-range"),
        "stuck-sensor": (_STUCK.get(place, ""), "sensor-stuck"),
        "sensor-offset": ("element-outlet-high", "temperature-sensor-fault"),
        "drop-out": ("device-silent", "device-or-line-down"),
        "duplicates": ("messages-duplicated", "two-publishers"),
        "reordering": ("messages-disordered", "parallel-lines"),
        "clock-skew": ("device-clock-wrong", "clock-not-synchronised"),
        "vibration-high": ("pump-vibration-high" if "pump" in place else "compressor-vibration-high", "bearing-worn"),
        "oil-temperature-high": ("element-outlet-high", "oil-cooler-fouled"),
        "fouled-condenser": ("condenser-approach-high", "condenser-fouled"),
        "air-leak": ("", "air-leak"),
    }[kind]
    if kind == "air-leak":
        return Expected(fault, _LEAK_RULES, frozenset({device, "air-header"}), cause)
    if device.startswith("gw-"):
        rule = {"device-silent": "gateway-silent", "messages-disordered": "gateway-messages-disordered"}.get(rule, rule)
        cause = cause.replace("device-or-line", "gateway-or-network")
    return Expected(fault, frozenset({rule}), frozenset({device}), cause)


def drawn(seed: int, run: Run, kinds: Sequence[str] = (), count: int = 2) -> list[Expected]:
    """Draw faults of different kinds, on different devices that are at work, with sizes about the usual ones.

    `kinds`: exactly these, instead of `count` drawn ones; where, when and how much is drawn in any case.
    """
    dice = random.Random(seed)
    compressors = [
        f"comp-{place}"
        for place, each in enumerate(run.factory.air.memory.compressors, start=1)
        if each.mode == Mode.LOADED and each.speed > 0.5
    ]
    chillers = [
        f"chiller-{place}"
        for place, share in enumerate(run.factory.chilled.last.part_load.tolist(), start=1)
        if share > 0.5
    ]
    meters = ["me-b1-f1", "me-b1-f2", "me-b2-f1", "me-b2-f2", "me-office", "me-dorm", "me-tr-2", "me-utility"]
    places = {
        "sensor-offset": [f"{code}/element_outlet_degc" for code in compressors],
        "stuck-sensor": list(_STUCK),
        "vibration-high": compressors,
        "oil-temperature-high": compressors,
        "air-leak": ["air-b1", "air-b2"],
        "fouled-condenser": chillers,
        "rollover": [f"{code}/import_energy_kwh" for code in meters],
    }
    sizes = {
        "sensor-offset": (42, 60), "vibration-high": (5, 9), "oil-temperature-high": (1.8, 3), "air-leak": (16, 26),
        "fouled-condenser": (5, 8), "clock-skew": (60, 200),
    }  # fmt: skip
    found: list[Expected] = []
    taken: set[str] = set()
    for kind in kinds or dice.sample(KINDS, len(KINDS)):
        free = [place for place in places.get(kind, meters) if place.partition("/")[0] not in taken]
        if (len(found) == count and not kinds) or not free:
            continue
        place = dice.choice(free)
        options = f"start=+{dice.randint(240, 420)}s"
        if kind in sizes:
            options += f",size={dice.uniform(*sizes[kind]):.1f}"
        if kind not in {"meter-reset", "rollover", "replacement"}:
            options += ",duration=1h"
        taken.add(place.partition("/")[0])
        found.append(expected(kind, place, options))
    return found
