"""Spans of time, half-open: cut off at a period, joined where they touch, one set less another.

clipped   [--)  [----|--) of a period that ends at |  is  [--)  [----|
without   [------------) less     [--)                is  [---)    [---)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """[start, stop)."""

    start: datetime
    stop: datetime


def clipped(spans: Iterable[Span], inside: Span) -> list[Span]:
    """Spans cut off at a period, joined where they touch, in order."""
    joined: list[Span] = []
    for start, stop in sorted((max(each.start, inside.start), min(each.stop, inside.stop)) for each in spans):
        if start >= stop:
            continue
        if joined and start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(joined[-1].stop, stop))
        else:
            joined.append(Span(start, stop))
    return joined


def without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What of joined spans lies in none of the other joined spans."""
    left: list[Span] = []
    for start, stop in spans:
        at = start
        for other in others:
            if other.stop <= at or other.start >= stop:
                continue
            if other.start > at:
                left.append(Span(at, other.start))
            at = max(at, other.stop)
        if at < stop:
            left.append(Span(at, stop))
    return left


def hours(spans: Iterable[Span]) -> float:
    """How long they are together."""
    return sum((each.stop - each.start) / timedelta(hours=1) for each in spans)
