"""Registers as they come: rules and reads with every fault, for the laws. Small numbers meet edges often."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from analytics.metering.model import Edges, Rules, Segment

START = 1_699_999_200_000_000  # a quarter hour, 22:00 of a UTC day
SECOND, MINUTE, QUARTER, HOUR, DAY = 10**6, 60 * 10**6, 900 * 10**6, 3600 * 10**6, 86_400 * 10**6
MODULUS = 10_000

MIDNIGHTS = np.arange(START // DAY - 3, START // DAY + 90, dtype=np.int64) * DAY - 8 * HOUR
CUTS = np.array([START + 5 * MINUTE, START + 55 * MINUTE, START + DAY + 10 * MINUTE], dtype=np.int64)
EDGES = Edges(CUTS, MIDNIGHTS)

PACES = (1, 7 * SECOND, 10 * SECOND, 59 * SECOND + 1, MINUTE, 5 * MINUTE, QUARTER)
EVENTS = ("run", "run", "run", "gap", "spike", "drop", "jump", "reset", "fall", "jitter", "rival", "garbage")


@dataclass(frozen=True)
class Plant:
    """Rules and reads in time order."""

    rules: Rules
    reads: list[tuple[int, float]]


@st.composite
def segments(draw: st.DrawFn) -> tuple[Segment, ...]:
    """One to three segments, some of them replacements."""
    multipliers = st.sampled_from(["1", "120", "0.001", "1.5", "0.3333", "2.0"]).map(Decimal)
    modulus = draw(st.sampled_from([None, MODULUS * 10**6]))
    resolution = draw(st.sampled_from([0, 10_000, 1_000_000]))
    made = [Segment(-(2**62), draw(multipliers), modulus, resolution)]
    if draw(st.integers(0, 3)) == 0:
        made[0] = Segment(START + 65 * SECOND, draw(multipliers), modulus, resolution)
    at = START
    for _ in range(draw(st.integers(0, 2))):
        at += draw(st.sampled_from([70 * SECOND, 10 * MINUTE, 47 * MINUTE + 3, 6 * HOUR]))
        replaced = draw(st.booleans())
        made.append(
            Segment(
                at,
                draw(multipliers),
                draw(st.sampled_from([modulus, None])),
                resolution,
                draw(st.integers(0, 9_000)) * 10**6 if replaced else None,
                draw(st.integers(0, 9_000)) * 10**6 if replaced else None,
            )
        )
    return tuple(made)


class Telling:
    """A register that counts up to `unit` a minute, and tells of it badly."""

    def __init__(self, draw: st.DrawFn, unit: float) -> None:
        self.draw = draw
        self.unit = unit
        self.time = START
        self.value = float(draw(st.sampled_from([0, 3, 500, 9_990, 9_999.5])))
        self.pace = draw(st.sampled_from(PACES))
        self.found: list[tuple[int, float]] = []

    def read(self, shown: float) -> None:
        self.time += self.pace
        self.found.append((self.time, shown))

    def step(self, share: float) -> float:
        return share * self.unit * max(self.pace, SECOND) / MINUTE

    def count(self, reads: int) -> None:
        for _ in range(reads):
            self.value = round(self.value + self.step(self.draw(st.sampled_from([0, 0.1, 0.37, 1]))), 6)
            self.value -= MODULUS if self.value >= MODULUS else 0
            self.read(self.value)

    def run(self) -> None:
        self.pace = self.draw(st.sampled_from(PACES))
        self.count(self.draw(st.integers(1, 7)))

    def gap(self) -> None:
        self.time += self.draw(st.sampled_from([20 * MINUTE, 31 * MINUTE, 7 * HOUR, DAY + 1]))
        self.value = round(self.value + self.draw(st.sampled_from([0, 1, 25.5])) * self.unit, 6)
        self.read(self.value)

    def spike(self) -> None:
        self.read(self.draw(st.sampled_from([0.0, 65_535.0, 9_000.0, -5.0])))

    def drop(self) -> None:
        for _ in range(self.draw(st.integers(1, 7))):
            self.read(0.0)
        self.time += self.draw(st.sampled_from([0, HOUR, 4 * DAY]))
        self.count(3)

    def jump(self) -> None:
        self.value += self.draw(st.sampled_from([50.0, 1_000.0]))

    def reset(self) -> None:
        self.value = self.draw(st.sampled_from([0.0, 0.01, self.value / 2]))

    def fall(self) -> None:
        self.value = max(0.0, self.value - self.draw(st.sampled_from([1.0, 40.0, 2_000.0])))

    def jitter(self) -> None:
        self.read(round(self.value - self.draw(st.sampled_from([0.01, 0.005, 1.0])), 6))

    def rival(self) -> None:
        other, at_once = self.value + 3_000.0, self.draw(st.sampled_from([1, 4]))
        for _ in range(self.draw(st.integers(1, 7))):
            for _ in range(at_once):
                other = round(other + self.step(0.01), 6)
                self.read(other)
            self.count(at_once)

    def garbage(self) -> None:
        self.read(self.draw(st.sampled_from([1e18, -1e300, 9.1e9, float("nan"), float("inf")])))


@st.composite
def reads_of(draw: st.DrawFn, unit: float) -> list[tuple[int, float]]:
    """Reads of a register with faults, in time order."""
    telling = Telling(draw, unit)
    for event in draw(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=8)):
        getattr(telling, event)()
    return telling.found


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """A register and its reads."""
    made = draw(segments())
    unit = draw(st.sampled_from([1.0, 30.0]))
    rated = int(Decimal(unit) * 60 * 10**6 * made[0].multiplier)
    integrates = draw(st.integers(0, 7)) == 0
    return Plant(
        Rules(made, rated, integrates=integrates, expected_interval_us=draw(st.sampled_from([MINUTE, QUARTER]))),
        draw(reads_of(unit)),
    )
