"""The steel works' year as a bad line delivers it: 3 % of the messages lost, 5 % late by up to two days, 5 % twice.

The registers are added up here from the file's rows, by csv and Decimal; first and last read are kept, and the reads at
three months' edges are lost for certain. What a month
must come to is worked out from the reads that arrive, by a straight line between the two beside each month's edge.
"""

from __future__ import annotations

import csv
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.acceptance.steel_by_hand import ENERGY, FILE, LAGGING, LEADING

ZONE = ZoneInfo("Asia/Shanghai")
KEYS = {
    "import_energy_kwh": ENERGY,
    "lagging_reactive_energy_kvarh": LAGGING,
    "leading_reactive_energy_kvarh": LEADING,
}
LOST, LATE, TWICE = 0.03, 0.05, 0.05
LATE_BY_UP_TO = 192  # quarter hours
LOST_EDGES = frozenset(datetime(2018, month, 1, tzinfo=ZONE).astimezone(UTC) for month in (3, 7, 10))


@dataclass(frozen=True, slots=True)
class Read:
    """All three registers at an instant."""

    at: datetime
    values: tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Edge:
    """A month's edge: what a register shows there by a straight line, and the increment in which it lies."""

    value: Decimal
    increment: Decimal  # 0 where there is a read at the very edge


def reads() -> list[Read]:
    """The registers at the end of each row, and 0 at the beginning."""
    at = datetime(2018, 1, 1, tzinfo=ZONE).astimezone(UTC)
    sums = [Decimal(0)] * len(KEYS)
    result = [Read(at, (sums[0], sums[1], sums[2]))]
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            at += timedelta(minutes=15)
            sums = [total + Decimal(row[column]) for total, column in zip(sums, KEYS.values(), strict=True)]
            result.append(Read(at, (sums[0], sums[1], sums[2])))
    return result


def delivered(everything: Sequence[Read], seed: int) -> list[Read]:
    """The reads in the order in which they arrive; some more than once, some never."""
    dice = random.Random(seed)
    arrivals: list[tuple[float, Read]] = []
    for place, read in enumerate(everything):
        at_an_end = place in {0, len(everything) - 1}
        lost = dice.random() < LOST or read.at in LOST_EDGES
        if lost and not at_an_end:
            continue
        delay = dice.uniform(0, LATE_BY_UP_TO) if dice.random() < LATE else 0.0
        arrivals.append((place + delay, read))
        if dice.random() < TWICE:
            arrivals.append((place + delay + dice.uniform(0, 4), read))
    return [read for _, read in sorted(arrivals, key=lambda arrival: arrival[0])]


def edges(arrived: Sequence[Read], register: int) -> list[Edge]:
    """The thirteen edges of the twelve local months."""
    known = sorted({read.at: read.values[register] for read in arrived}.items())
    times = [at for at, _ in known]
    result = []
    for number in range(13):
        edge = datetime(2018 + number // 12, number % 12 + 1, 1, tzinfo=ZONE).astimezone(UTC)
        right = bisect_left(times, edge)
        stop, after = known[right]
        if stop == edge:
            result.append(Edge(after, Decimal(0)))
            continue
        start, before = known[right - 1]
        share = Decimal((edge - start) // timedelta(minutes=1)) / Decimal((stop - start) // timedelta(minutes=1))
        result.append(Edge(before + (after - before) * share, after - before))
    return result


def months(arrived: Sequence[Read], register: int) -> list[tuple[Decimal, Decimal]]:
    """For each month: its energy, and the energy of the increments that lie over its two edges."""
    return [
        (right.value - left.value, left.increment + right.increment)
        for left, right in pairwise(edges(arrived, register))
    ]
