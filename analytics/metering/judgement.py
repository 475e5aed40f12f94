"""Reads judged one by one against the last good one.

    fits                     counted: plain, rollover, jitter, over a replacement or a new multiplier
    does not fit             pending, until one of these ends it:
      a later read fits        the pending ones were spikes: left out, no energy
      3 reads fit each other   a jump: one increment is quarantined (`implausible`, `decrease`), we go on from its end
      1 small and 3 more, all  a reset: what the register shows since is counted; the read before is remembered, and if
        below the last good      the register comes back to it the whole episode was a drop-out and is taken back
      another stream, three    two registers under one identity: from before the first rival on energy is quarantined,
        times within a day       a day at a time, until one of the two has been silent for a day

What people ruled about a quarantined span is looked up when the span comes up. A read before the first segment is not
this register's and is passed over. Nothing that is left out goes without a ledger entry.
"""

from __future__ import annotations

import numpy as np

from analytics.metering import plain_runs
from analytics.metering.books import Books
from analytics.metering.increments import Scales, Transition
from analytics.metering.model import LedgerKind, Rules
from analytics.metering.spreading import ESTIMATED
from analytics.metering.state import DAY_US, NEVER_US, Conflict, Mark, Pending, Read, Rival, State
from analytics.readings import Int64

#: So many reads that fit one another make a jump a fact; a reset needs as many after its first.
CONFIRMING_READS = 3

#: A rival stream must move on this often within a day of its first read, and a conflict ends when one has been silent
#: for a day.
RIVAL_READS = 3

_KEPT_RESETS = 3
_UNBOUNDED = 2**62


class Judgement:
    """The state while reads are taken in: the last good read, what is pending, and what has been decided so far."""

    __slots__ = (
        "_books",
        "_conflict",
        "_good",
        "_last",
        "_pending",
        "_resets",
        "_rival",
        "_rules",
        "_scales",
        "_time_us",
    )

    def __init__(self, rules: Rules, scales: Scales, state: State, books: Books) -> None:
        self._scales = scales
        self._rules = rules
        self._books = books
        self._good = state.good
        self._time_us = state.time_us
        self._last = state.last
        self._pending = state.pending
        self._resets = state.resets
        self._rival = state.rival
        self._conflict = state.conflict

    def state(self) -> State:
        """Where the judgement stands."""
        return State(
            self._time_us,
            self._last,
            self._good,
            None if self._good is None else self._books.tally.settled(self._good.time_us),
            self._pending,
            self._resets,
            self._rival,
            self._conflict,
        )

    def take_run(self, times_us: Int64, micros: Int64) -> int:
        """Take in the reads at the front that are surely plain; how many they were."""
        if self._good is None or self._pending is not None or self._conflict is not None:
            return 0
        if self._rival is not None:
            times_us = times_us[: int(np.searchsorted(times_us, self._rival.until_us, side="right"))]
        below = min((mark.good.micro for mark in self._resets), default=_UNBOUNDED)
        count = plain_runs.take(self._rules, self._scales, self._books, self._good, below, times_us, micros)
        if count:
            self._good = self._last = Read(int(times_us[count - 1]), int(micros[count - 1]))
            self._time_us = self._last.time_us
        return count

    def take(self, read: Read) -> None:
        """Judge one read."""
        self._books.now_us = self._time_us = read.time_us
        self._last = read
        if self._scales.index(read.time_us) < 0:
            return
        if self._rival is not None and read.time_us > self._rival.until_us:
            self._rival = None
        if self._good is None:
            self._take_first(read)
        elif self._conflict is not None:
            self._take_in_conflict(self._conflict, read)
        else:
            self._take_next(self._good, read)

    def _take_first(self, read: Read) -> None:
        if not self._scales.readable(read):
            self._books.enter("spike", read, read, detail="not a register value")
            return
        self._books.estimate(NEVER_US, read.time_us)
        self._books.tally.start(read.time_us)
        self._good = read

    def _take_next(self, good: Read, read: Read) -> None:
        readable = self._scales.readable(read)
        transition = self._scales.transition(good, read) if readable else None
        if transition is None or not transition.fits:
            self._suspect(good, read, readable)
            return
        pending, self._pending = self._pending, None
        if pending is not None:
            self._enter_spikes(pending, good, read)
            if self._meet(good, pending.run[-1] if pending.run else None):
                self._begin_conflict(read, pending.run[-1])
                return
        self._count(good, transition)

    def _suspect(self, good: Read, read: Read, readable: bool) -> None:
        """Keep a read that does not fit, and decide if it was the one that confirms."""
        pending = self._pending or Pending(())
        run = pending.run
        if readable and run:
            next_read = self._scales.transition(run[-1], read)
            if next_read.fits:
                run = (*run, next_read.read)
                needed = CONFIRMING_READS + self._looks_reset(good, run[0])
                if len(run) < needed:
                    self._pending = Pending(run, pending.given_up, pending.first, pending.last)
                else:
                    self._pending = None
                    if pending.given_up:
                        self._enter_spikes(Pending((), pending.given_up, pending.first, pending.last), good, run[0])
                    self._confirm(good, run)
                return
        lost = (*run, read) if not readable else run
        self._pending = Pending(
            (read,) if readable else (),
            pending.given_up + len(lost),
            pending.first or (lost[0] if lost else None),
            lost[-1] if lost else pending.last,
        )

    def _looks_reset(self, good: Read, read: Read) -> bool:
        """Whether a register that began again at 0 since the good read may show this value."""
        index = self._scales.index(good.time_us)
        if not 0 <= read.micro < good.micro or index != self._scales.index(read.time_us):
            return False
        duration_us = read.time_us - good.time_us
        return self._scales.may_count(read.micro, duration_us, self._scales.at(index), 0, read.micro)

    def _confirm(self, good: Read, run: tuple[Read, ...]) -> None:
        """Decide about a jump that later reads confirm, and go on with the reads that confirmed it."""
        first = run[0]
        jump = self._scales.transition(good, first)
        mark = next((mark for mark in reversed(self._resets) if self._returns(mark, good, first)), None)
        if mark is not None and jump.kind == "above":
            self._take_back(mark, first)
        elif len(run) > CONFIRMING_READS and all(read.micro < good.micro for read in run):
            self._reset(good, jump)
        elif self._meet(good, first, good):
            self._begin_conflict(run[-1], good)
            return
        else:
            self._quarantine("decrease" if jump.energy < 0 else "implausible", good, jump)
        for read in run[1:]:
            if self._good is not None:
                self._count(self._good, self._scales.transition(self._good, read))

    def _returns(self, mark: Mark, good: Read, read: Read) -> bool:
        """Whether a read continues the register as it was before a reset.

        A register that has since counted more than half of what it showed before was reset in earnest.
        """
        if not 2 * good.micro <= mark.good.micro <= read.micro:
            return False
        return self._scales.transition(mark.good, read).kind == "plain"

    def _take_back(self, mark: Mark, read: Read) -> None:
        """A drop-out: all since the read before the reset is replaced by the increment to the read that returned."""
        self._go_back(mark)
        transition = self._scales.transition(mark.good, read)
        self._books.enter("drop_out", mark.good, read, energy=transition.energy)
        self._count(mark.good, transition)

    def _go_back(self, mark: Mark) -> None:
        self._books.go_back(mark)
        self._resets = tuple(kept for kept in self._resets if kept.good.time_us < mark.good.time_us)
        self._rival = None
        self._good = mark.good

    def _reset(self, good: Read, jump: Transition) -> None:
        """The register began again at 0: what it shows since counts."""
        self._resets = (*self._resets[: _KEPT_RESETS - 1], Mark(good, self._books.tally.settled(good.time_us)))
        leg = jump.legs[0]
        energy = leg.scale.energy(leg.last_micro)
        self._books.enter("reset", good, jump.read, energy=energy, adjustment=energy - jump.shown)
        self._books.lay([(leg.start_us, leg.stop_us, energy)], good, jump.read)
        self._good = jump.read

    def _count(self, good: Read, transition: Transition) -> None:
        """Put the energy of a transition that fits into the intervals."""
        self._books.count(good, transition)
        self._good = transition.read
        if transition.replaced:
            self._resets, self._rival = (), None
        elif self._resets:
            self._resets = tuple(mark for mark in self._resets if mark.good.micro > transition.read.micro)

    def _quarantine(self, kind: LedgerKind, good: Read, jump: Transition) -> None:
        """Hold the energy of a jump out of the intervals, or do with it what people ruled; go on from its end."""
        read, held = jump.read, jump.energy
        ruling = self._books.ruling(good.time_us, read.time_us)
        if ruling is None:
            self._books.enter(kind, good, read, quarantined=held, adjustment=held - jump.shown)
        elif ruling.verdict == "reject":
            self._books.enter(kind, good, read, adjustment=-jump.shown, detail="rejected")
        else:
            energy = held if ruling.verdict == "accept" or ruling.energy_micro is None else ruling.energy_micro
            detail = "accepted" if ruling.verdict == "accept" else "corrected"
            self._books.enter(kind, good, read, energy=energy, adjustment=energy - jump.shown, detail=detail)
            if ruling.verdict == "accept":
                self._books.lay_legs(good, jump)
            else:
                # A person's figure, which no register has shown.
                self._books.lay([(good.time_us, read.time_us, energy)], good, read, ESTIMATED)
        if ruling is None or ruling.verdict == "reject":
            self._books.estimate(good.time_us, read.time_us)
        self._good = read
        if jump.replaced:
            self._resets, self._rival = (), None
        self._resets = tuple(mark for mark in self._resets if mark.good.micro > read.micro)

    def _meet(self, good: Read, seen: Read | None, left: Read | None = None) -> bool:
        """Another stream showed itself in `seen`; whether it has now done so often enough to be a register of its own.

        `left` is the read we leave for that stream: from then on the one we left is the rival. A stream that stands
        still (0, 65535) is a fault code and does not count.
        """
        if seen is None:
            return False
        rival = self._rival
        if rival is not None:
            step = self._scales.transition(rival.last, seen) if rival.last.time_us < seen.time_us else None
            if step is not None and step.fits:
                moved = step.legs[-1].last_micro != rival.last.micro
                self._rival = Rival(rival.mark, left or step.read, rival.seen + moved)
                return self._rival.seen >= RIVAL_READS
        self._rival = Rival(Mark(good, self._books.tally.settled(good.time_us)), left or seen)
        return False

    def _begin_conflict(self, ours: Read, theirs: Read) -> None:
        """Two streams under one identity: hold back all energy since the rival first showed."""
        if self._rival is None:
            return
        mark = self._rival.mark
        self._go_back(mark)
        self._quarantine("identity_conflict", mark.good, self._scales.transition(mark.good, ours))
        self._conflict = Conflict(ours, theirs)

    def _take_in_conflict(self, conflict: Conflict, read: Read) -> None:
        good = self._good or conflict.ours
        ours = self._scales.transition(conflict.ours, read)
        theirs = self._scales.transition(conflict.theirs, read)
        if read.time_us - min(conflict.ours.time_us, conflict.theirs.time_us) > DAY_US:
            self._conflict = None
            self._hold_back(good, conflict.ours)
            self._take_next(self._good or good, read)
        elif self._scales.readable(read) and ours.fits:
            self._conflict = Conflict(ours.read, conflict.theirs)
            if read.time_us - good.time_us >= DAY_US:
                self._hold_back(good, ours.read)
        elif self._scales.readable(read) and theirs.fits:
            self._conflict = Conflict(conflict.ours, theirs.read)
        else:
            self._books.enter("spike", conflict.ours, read)

    def _hold_back(self, good: Read, ours: Read) -> None:
        if ours.time_us > good.time_us:
            self._quarantine("identity_conflict", good, self._scales.transition(good, ours))

    def _enter_spikes(self, pending: Pending, good: Read, stop: Read) -> None:
        """One entry for all reads left out between two good ones."""
        count = pending.given_up + len(pending.run)
        seen = pending.first or pending.run[0]
        value = Read(stop.time_us, seen.micro)
        self._books.enter("spike", good, value, detail=f"{count} read{'s' * (count > 1)} left out")
