"""A judgement in steps: accounts one after another, brought together as rows that replace what is stored.

    state --account--> state --account--> state         a stop at each six hours of event time: a checkpoint
      |  rows since a  |  rows since b  |
      +----- rows since min(a, b), of equal pieces the later account's ------> Judged

What an account gives is absolute from its `since_us` on, so the later one wins from there. `whole` is all of it, the
open piece included; `closed` leaves out what later reads still add to, for whoever goes on from the state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.metering.account import account
from analytics.metering.model import DemandDay, Edges, LedgerEntry, Pieces
from analytics.metering.state import State
from analytics.readings import Int64
from services.metering.reads import Reads
from services.metering.rules import EVER_US, NEVER_AGAIN_US, Register

#: Checkpoints stand at the last read of each six hours of UTC.
CELL_US = 21_600_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What stands of a register from now on.

    `rows` (start, measured, interpolated, estimated, covered) in [since_us, until_us), the demand of days whose highest
    ended in (since_us, days_until_us], ledger entries decided in (after_us, decided_until_us]. Whatever else is stored
    in these spans goes, and so do entries decided before that begin at `void_since_us` or later.
    """

    register_id: int
    since_us: int
    until_us: int
    days_until_us: int
    after_us: int
    decided_until_us: int
    void_since_us: int
    rows: Int64
    days: Sequence[DemandDay]
    ledger: Sequence[LedgerEntry]


def open_us(state: State) -> int:
    """The piece that later reads go on from: what stands before it is complete, unless the judgement goes back."""
    return EVER_US if state.sums is None else state.sums.piece_us


def reach_us(register: Register, state: State, first_read_us: int) -> int:
    """From when on the calendar must be known to judge reads after a state."""
    if state.sums is not None:
        return min(first_read_us, state.reach_us)
    estimated = (ruling.start_us for ruling in register.rules.rulings if ruling.verdict == "estimate")
    return min(first_read_us, *estimated, first_read_us)


class Fold:
    """Accounts from a state on. `went_back`: an account was not content with the piece that stood open before it."""

    def __init__(self, register: Register, state: State) -> None:
        self.register = register
        self.state = state
        self.since_us = open_us(state)
        self.went_back = False
        self._after_us = state.time_us
        self._void_since_us = NEVER_AGAIN_US
        self._rows: list[Int64] = []
        self._days: dict[int, DemandDay] = {}
        self._ledger: list[LedgerEntry] = []

    def take(self, reads: Reads, edges: Edges, stops_us: Sequence[int] = ()) -> Iterator[State]:
        """Judge reads; gives the state at each checkpoint on the way, and at each of `stops_us`."""
        times = reads.times_us
        if len(times) == 0:
            return
        if not stops_us and int(times[-1]) // CELL_US == (self.state.time_us or int(times[0])) // CELL_US:
            self._account(reads, edges)
            return
        cells = np.append(self.state.time_us, times) // CELL_US
        cuts = set(np.flatnonzero(cells[1:] != cells[:-1]).tolist())
        cuts.update(np.searchsorted(times, np.array(stops_us, dtype=np.int64), side="right").tolist())
        begin = 0
        for cut in sorted(cuts):
            self._account(Reads(times[begin:cut], reads.values[begin:cut]), edges)
            begin = cut
            if self.state.time_us > EVER_US:
                yield self.state
        self._account(Reads(times[begin:], reads.values[begin:]), edges)

    def whole(self) -> Judged:
        """All that was judged."""
        return self._judged(NEVER_AGAIN_US, NEVER_AGAIN_US, NEVER_AGAIN_US)

    def closed(self) -> Judged:
        """What was judged before the piece and the local day that stand open."""
        sums = self.state.sums
        days_until_us = self.since_us if sums is None or sums.day_us is None else sums.day_us
        return self._judged(open_us(self.state), days_until_us, self.state.time_us)

    def _account(self, reads: Reads, edges: Edges) -> None:
        if len(reads) == 0:
            return
        made = account(self.register.rules, self.state, reads.times_us, reads.values, edges)
        self._cut_off(made.since_us, made.days[0].day_start_us if made.days else NEVER_AGAIN_US)
        self._rows.append(_rows(made.pieces))
        self._days.update((day.day_start_us, day) for day in made.days)
        if made.void_since_us is not None:
            void_since_us = made.void_since_us
            self._void_since_us = min(self._void_since_us, void_since_us)
            self._ledger = [entry for entry in self._ledger if entry.start_us < void_since_us]
        self._ledger += made.ledger
        self.went_back |= made.since_us < open_us(self.state)
        self.since_us = min(self.since_us, made.since_us)
        self.state = made.state

    def _cut_off(self, since_us: int, since_day_us: int) -> None:
        """Take away what the next account has anew. Rows and days ascend: what goes stands at the end."""
        while self._rows:
            rows = self._rows.pop()
            kept = int(np.searchsorted(rows[0], since_us))
            if kept:
                self._rows.append(rows[:, :kept])
                break
        while self._days and next(reversed(self._days)) >= since_day_us:
            self._days.popitem()

    def _judged(self, until_us: int, days_until_us: int, decided_until_us: int) -> Judged:
        rows = np.concatenate(self._rows, axis=1) if self._rows else np.empty((5, 0), dtype=np.int64)
        return Judged(
            self.register.register_id,
            self.since_us,
            max(self.since_us, until_us),
            days_until_us,
            self._after_us,
            decided_until_us,
            self._void_since_us,
            rows[:, rows[0] < until_us],
            [day for day in self._days.values() if day.stop_us <= days_until_us],
            self._ledger,
        )


def _rows(pieces: Pieces) -> Int64:
    return np.array((pieces.starts_us, pieces.measured, pieces.interpolated, pieces.estimated, pieces.covered_us))
