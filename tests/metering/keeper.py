"""What stores accounts, in memory: readings in any order in, the rows that stand in the end out.

It does what the engine does with tables: judges from the newest stored state before the first changed reading, deletes
what an account replaces, and stops early where its state equals a stored one.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from analytics.metering.account import Account, account, begin
from analytics.metering.model import Edges, LedgerEntry, Rules
from analytics.metering.state import State

Row = tuple[int, int, int, int]


class Keeper:
    """One register's readings, checkpoints and rows."""

    def __init__(self, rules: Rules, edges: Edges, every: int = 5) -> None:
        self.rules = rules
        self.edges = edges
        self.every = every
        self.reads: dict[int, float] = {}
        self.checkpoints: dict[int, bytes] = {}
        self.pieces: dict[int, Row] = {}
        self.days: dict[int, tuple[int, int]] = {}
        self.ledger: list[LedgerEntry] = []
        self.stopped_early = 0

    @property
    def state(self) -> State:
        """Where the judgement stands."""
        if not self.checkpoints:
            return begin(self.rules)
        return State.from_bytes(self.checkpoints[max(self.checkpoints)])

    def deliver(self, reads: list[tuple[int, float]]) -> None:
        """Take in readings; known ones change nothing."""
        new = [(time, value) for time, value in reads if self.reads.get(time) != value]
        if not new:
            return
        self.reads.update(new)
        self.rejudge(min(time for time, _ in new), max(time for time, _ in new))

    def rejudge(self, since: int, until: int) -> None:
        """Judge again from `since` on, past `until`, until nothing can be different any more."""
        start = max((time for time in self.checkpoints if time < since), default=None)
        state = begin(self.rules) if start is None else State.from_bytes(self.checkpoints[start])
        stale = {time: self.checkpoints.pop(time) for time in sorted(self.checkpoints) if time >= since}
        later = [one for one in self.ledger if one.decided_us > state.time_us]
        self.ledger = [one for one in self.ledger if one.decided_us <= state.time_us]
        times = sorted(time for time in self.reads if time > state.time_us)
        before = self.pieces, self.days
        at = 0
        while at < len(times):
            following = [time for time in stale if time >= times[at]]
            end = min([at + self.every, *(bisect_right(times, time) for time in following[:1])])
            chunk = times[at:end]
            values = np.array([self.reads[time] for time in chunk])
            made = account(self.rules, state, np.array(chunk, dtype=np.int64), values, self.edges)
            self.write(made)
            if made.void_since_us is not None:
                for known in (self.checkpoints, stale):
                    for time in [time for time in known if time > made.void_since_us]:
                        del known[time]
            state, at = made.state, end
            self.checkpoints[chunk[-1]] = state.to_bytes()
            known_again = chunk[-1] >= until and stale.get(chunk[-1]) == self.checkpoints[chunk[-1]]
            if at < len(times) and known_again and state.sums is not None:
                self.stopped_early += 1
                piece, day = state.sums.piece_us, state.sums.day_us
                self.pieces = {start: row for start, row in self.pieces.items() if start < piece}
                self.pieces.update({start: row for start, row in before[0].items() if start >= piece})
                self.days.update({start: held for start, held in before[1].items() if day is None or start >= day})
                self.ledger += [one for one in later if one.decided_us > state.time_us]
                self.checkpoints.update({time: known for time, known in stale.items() if time > chunk[-1]})
                return

    def write(self, made: Account) -> None:
        """Replace what an account replaces."""
        self.pieces = {start: row for start, row in self.pieces.items() if start < made.since_us}
        pieces = made.pieces
        columns = (pieces.starts_us, pieces.measured, pieces.interpolated, pieces.estimated, pieces.covered_us)
        for start, *row in zip(*(column.tolist() for column in columns), strict=True):
            self.pieces[start] = (row[0], row[1], row[2], row[3])
        day = max((day for day in self.edges.days_us.tolist() if day <= made.since_us), default=0)
        self.days = {start: held for start, held in self.days.items() if start < day}
        self.days.update({one.day_start_us: (one.energy_micro, one.stop_us) for one in made.days})
        if made.void_since_us is not None:
            self.ledger = [one for one in self.ledger if one.start_us < made.void_since_us]
        self.ledger += made.ledger
