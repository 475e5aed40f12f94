"""How long a machine was in each state in a span, and how often it started.

What stands at a span's beginning counts from there; its starts are the changes to on inside it whose last known state
was off. Spans that follow each other therefore sum up to the span they make together, microsecond by microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from analytics.machine_states.state import CODES, NO_DATA, STATES, States, are_known, are_on
from analytics.readings import Int64


@dataclass(frozen=True, slots=True)
class Totals:
    """Microseconds by state, in the order of STATES, and starts."""

    by_state_us: tuple[int, ...] = (0,) * len(STATES)
    starts: int = 0

    def __add__(self, other: Totals) -> Totals:
        by_state_us = tuple(map(add, self.by_state_us, other.by_state_us))
        return Totals(by_state_us, self.starts + other.starts)

    def seconds(self, state: str) -> float:
        """How long it was in a state."""
        return self.by_state_us[CODES[state]] / 1e6

    @property
    def run_h(self) -> float:
        """Hours in a state that is on."""
        return sum(self.by_state_us[: CODES["idle"] + 1]) / 3_600e6


def in_all(parts: Iterable[Totals]) -> Totals:
    """The sum of parts."""
    return reduce(add, parts, Totals())


@dataclass(frozen=True, slots=True)
class Course:
    """What a machine did from some instant on: what stood then, and the changes after it, in order of time."""

    times_us: Int64
    states: States
    before: int = NO_DATA
    """The state that stood when the changes begin."""
    known_before: int = NO_DATA
    """The last one that was known by then; NO_DATA: never any."""

    def __post_init__(self) -> None:
        if len(self.times_us) != len(self.states):
            raise ValueError("each change has an instant and a state")


def starts_us(course: Course) -> Int64:
    """The instants of starts."""
    known = are_known(course.states)
    times, states = course.times_us[known], course.states[known]
    previous = np.concatenate([np.array([course.known_before], dtype=np.int8), states])[:-1]
    return times[are_on(states) & ~are_on(previous) & are_known(previous)]


def totals(course: Course, edges_us: Int64) -> list[Totals]:
    """Totals of the spans between neighbouring edges (rising), from the course that begins at the first edge or before.

    A change at an edge belongs to the span that begins there.
    """
    points = np.unique(np.concatenate([edges_us, course.times_us]))
    points = points[(points >= edges_us[0]) & (points <= edges_us[-1])]
    place = np.searchsorted(course.times_us, points[:-1], side="right") - 1
    states = np.concatenate([course.states, np.array([course.before], dtype=np.int8)])[place]
    spans = np.searchsorted(edges_us, points[:-1], side="right") - 1
    sums = np.zeros((len(edges_us) - 1, len(STATES)), dtype=np.int64)
    np.add.at(sums, (spans, states), np.diff(points))
    begun = np.diff(np.searchsorted(starts_us(course), edges_us, side="left"))
    return [Totals(tuple(row), starts) for row, starts in zip(sums.tolist(), begun.tolist(), strict=True)]
