"""The values of metering: what is known of a register, what its reads come to.

    Rules   segments (multiplier, modulus, replacement), rating, what people ruled     fixed for one judgement
    State   where the judgement stands after a read: small, and all that later reads need of earlier ones
    Account energy by piece from where the state stood on, ledger entries, the next state

Register values are whole millionths of the point's unit, energies whole millionths of the register's unit: sums of
them are exact. Times are microseconds since 1970. A piece is a quarter hour of UTC, or a part of one where a band edge
falls inside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np

from analytics.readings import Int64

QUARTER_US = 900_000_000
MINUTE_US = 60_000_000
MICRO = 1_000_000

Verdict = Literal["accept", "reject", "correct", "estimate"]
LedgerKind = Literal[
    "rollover",
    "reset",
    "drop_out",
    "replacement",
    "multiplier",
    "implausible",
    "spike",
    "decrease",
    "gap",
    "estimate",
    "identity_conflict",
    "manual_reading",
]


@dataclass(frozen=True, slots=True)
class Segment:
    """A register from `from_us` on. Opening and closing values are those of a replacement at that instant."""

    from_us: int
    multiplier: Decimal = Decimal(1)
    modulus_micro: int | None = None
    resolution_micro: int = 0
    closing_micro: int | None = None
    opening_micro: int | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided about [start, stop): a quarantined span, or for `estimate` one without energy."""

    start_us: int
    stop_us: int
    verdict: Verdict
    energy_micro: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """All that judging a register needs beside its reads.

    `rated_micro_per_hour`: energy per hour that the connection can carry, in millionths. `linear_us`: how long a gap
    may be to count as interpolated; a longer one is estimated. `integrates`: the reads are power, not a register.
    """

    segments: tuple[Segment, ...]
    rated_micro_per_hour: int
    rulings: tuple[Ruling, ...] = ()
    linear_us: int = 2 * QUARTER_US
    integrates: bool = False
    expected_interval_us: int = QUARTER_US


@dataclass(frozen=True, slots=True)
class Edges:
    """The local calendar that a judgement needs, sorted: band edges off the quarter hour, and local midnights."""

    cuts_us: Int64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    days_us: Int64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Energy of pieces as columns of equal length, sorted by start; the three qualities sum to the total."""

    starts_us: Int64
    measured: Int64
    interpolated: Int64
    estimated: Int64
    covered_us: Int64

    def __len__(self) -> int:
        return len(self.starts_us)

    @property
    def total(self) -> Int64:
        """Energy of each piece."""
        total: Int64 = self.measured + self.interpolated + self.estimated
        return total


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An increment that was not plain: from the last good read before to the read that ends it.

    `energy_micro` went into the intervals, `quarantined_micro` was held out, `adjustment_micro` makes the law hold.
    `decided_us`: time of the read on which it was decided.
    """

    kind: LedgerKind
    start_us: int
    stop_us: int
    decided_us: int
    first_micro: int | None
    last_micro: int | None
    energy_micro: int = 0
    quarantined_micro: int = 0
    adjustment_micro: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DemandDay:
    """The highest energy of 15 minutes that slide by one minute, in a local day."""

    day_start_us: int
    energy_micro: int
    stop_us: int
