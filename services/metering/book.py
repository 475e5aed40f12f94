"""What is in memory of a register: its state, and the open tail of reads that may still be overtaken.

    ----- reads in the state ------|--- tail: 2 minutes behind the newest read ---|
                              state.time                                       newest

Devices and workers disorder reads by seconds. What comes later than that, but inside the tail, finds its place there;
what comes later still is judged again from a checkpoint. Each time, the tail is judged on from the state for what is
stored now, and the state itself moves on once enough of the tail has become old.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.metering.model import QUARTER_US, Edges
from analytics.metering.state import State
from services.metering.folding import Fold, Judged, reach_us
from services.metering.reads import Reads, joined
from services.metering.rules import EVER_US, Register

TAIL_US = 120_000_000
#: The state moves on in steps of at least this much, so that a judgement of the tail is all that most flushes need.
ADVANCE_US = 60_000_000


@dataclass(slots=True)
class Book:
    """A register in memory; `state` None: its past is not judged yet, and what comes is left to the recomputation.

    `judged_us`: up to where that recomputation has come. `quarter`: the one in which the newest read lay last.
    """

    register: Register
    state: State | None = None
    newest_us: int = EVER_US
    judged_us: int = EVER_US
    quarter: int = 0
    tail: list[Reads] = field(default_factory=list)

    def take(self, reads: Reads) -> tuple[int, int] | None:
        """Take in reads from the log; gives the span of those that came too late to be taken in, if any did."""
        stand_us = self.judged_us if self.state is None else self.state.time_us
        late = reads.between(EVER_US - 1, stand_us)
        if len(late) < len(reads) and self.state is not None:
            self.tail.append(reads.between(stand_us, int(reads.times_us[-1])))
            self.newest_us = max(self.newest_us, int(reads.times_us[-1]))
        return (int(late.times_us[0]), int(late.times_us[-1])) if len(late) else None

    def correct(self, reads: Reads) -> tuple[int, int]:
        """Note corrections: they are judged from the database; gives their span."""
        self.newest_us = max(self.newest_us, int(reads.times_us[-1]))
        return int(reads.times_us[0]), int(reads.times_us[-1])

    def closed_quarter(self) -> bool:
        """Whether a quarter hour has closed since this was last asked: a read at its stop closes it."""
        before, self.quarter = self.quarter, self.newest_us // QUARTER_US
        return self.quarter > before

    def span_us(self) -> tuple[int, int]:
        """From when to when the calendar must be known to judge the tail."""
        assert self.state is not None
        first_us = min(int(part.times_us[0]) for part in self.tail)
        return reach_us(self.register, self.state, first_us), self.newest_us

    def judge(self, edges: Edges) -> tuple[Judged, list[State]]:
        """What stands with the tail as it is now, and checkpoints where the state has moved on."""
        assert self.state is not None
        fold = Fold(self.register, self.state)
        tail = joined(self.tail)
        old = tail.between(EVER_US, self.newest_us - TAIL_US)
        checkpoints: list[State] = []
        if len(old) and int(old.times_us[-1]) - self.state.time_us >= ADVANCE_US:
            checkpoints += fold.take(old, edges)
            tail = tail.between(int(old.times_us[-1]), self.newest_us)
        judged, more = self.settle(fold, tail, edges)
        return judged, checkpoints + more

    def settle(self, fold: Fold, tail: Reads, edges: Edges) -> tuple[Judged, list[State]]:
        """Make the fold's state the book's, and the reads after it the tail; gives what stands with it.

        A tail that sends the judgement back behind the state cannot be judged for the time being: rows that a later
        judgement would not reach would stay as they are. It is taken into the state.
        """
        self.state = fold.state
        fold.went_back = False
        crossed = list(fold.take(tail, edges))
        if fold.went_back:
            self.state = fold.state
            self.tail = []
            return fold.whole(), crossed
        self.tail = [tail] if len(tail) else []
        return fold.whole(), []
