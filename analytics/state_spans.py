"""A machine's states as spans of time: of several devices one course, and as few spans as a chart can draw.

A machine that had one controller and now has another tells its state by whichever says anything: of what its devices
say at an instant the first that is known holds. Thinned, a period is cut into parts of equal length; each has the
seconds of every state in it, so that nothing is lost that a chart sums up, and is called by the state it had longest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import pairwise
from typing import Final

UNKNOWN: Final = "no_data"
OFF: Final = ("stopped", "fault")


@dataclass(frozen=True, slots=True)
class StateSpan:
    """[start, stop) in a state; `seconds` by state where it is a part of a thinned period."""

    start: datetime
    stop: datetime
    state: str
    seconds: Mapping[str, float] | None = None

    @property
    def length_s(self) -> float:
        """How long it is."""
        return (self.stop - self.start).total_seconds()


def combined(courses: Sequence[Iterable[tuple[datetime, str]]], stop: datetime) -> list[StateSpan]:
    """Changes of a machine's devices up to `stop`, each course in order, as the spans of the machine."""
    numbered = ([(at, number, state) for at, state in course] for number, course in enumerate(courses))
    said = [UNKNOWN] * len(courses)
    found: list[tuple[datetime, str]] = []
    for at, number, state in merge(*numbered):
        said[number] = state
        holds = next((each for each in said if each != UNKNOWN), UNKNOWN)
        if found and found[-1][0] == at:
            found.pop()
        if not found or found[-1][1] != holds:
            found.append((at, holds))
    ends = [at for at, _ in found[1:]] + [stop]
    return [StateSpan(at, end, state) for (at, state), end in zip(found, ends, strict=True) if at < end]


def seconds_by_state(spans: Iterable[StateSpan]) -> dict[str, float]:
    """How long each state lasted."""
    seconds: dict[str, float] = defaultdict(float)
    for span in spans:
        seconds[span.state] += span.length_s
    return dict(seconds)


def thinned(spans: Sequence[StateSpan], parts: int) -> list[StateSpan]:
    """Spans that follow on each other, as at most so many parts; parts of one and the same state are joined."""
    if len(spans) <= parts:
        return list(spans)
    start, stop = spans[0].start, spans[-1].stop
    width = (stop - start) / parts
    found: list[StateSpan] = []
    for part in cut(spans, [start + width * number for number in range(parts)] + [stop]):
        _add(found, part)
    return found


def cut(spans: Sequence[StateSpan], edges: Sequence[datetime]) -> Iterator[StateSpan]:
    """Spans that follow on each other, as the parts between neighbouring edges."""
    place = 0
    for left, right in pairwise(edges):
        inside: list[StateSpan] = []
        while place < len(spans) and spans[place].start < right:
            span = spans[place]
            inside.append(StateSpan(max(span.start, left), min(span.stop, right), span.state))
            if span.stop > right:
                break
            place += 1
        yield part_of(left, right, seconds_by_state(inside))


def starts(spans: Iterable[StateSpan], told: Collection[datetime], known: str = UNKNOWN) -> tuple[int, str]:
    """How often a machine of several devices started, and its last known state; `known`: the last one before.

    A start is a step from off to on, also where nobody knew in between. Where nothing is known of before, the devices'
    own starts, `told`, say whether it was off.
    """
    count = 0
    for span in spans:
        if span.state != UNKNOWN:
            was_off = span.start in told if known == UNKNOWN else known in OFF
            count += span.state not in OFF and was_off
            known = span.state
    return count, known


def part_of(start: datetime, stop: datetime, seconds: Mapping[str, float]) -> StateSpan:
    """A part of a thinned period, called by the state that it had longest."""
    known = {state: length for state, length in seconds.items() if length > 0}
    return StateSpan(start, stop, max(known, key=lambda state: known[state]) if known else UNKNOWN, known)


def _add(found: list[StateSpan], part: StateSpan) -> None:
    last = found[-1] if found else None
    assert part.seconds is not None
    if last is not None and last.seconds is not None and [*last.seconds] == [*part.seconds] == [part.state]:
        together = {part.state: last.seconds[part.state] + part.seconds[part.state]}
        found[-1] = StateSpan(last.start, part.stop, part.state, together)
    else:
        found.append(part)
