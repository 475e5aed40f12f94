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

from analytics.metering import spreading
from analytics.metering.increments import Scales, Transition
from analytics.metering.model import LedgerEntry, LedgerKind, Rules, Ruling
from analytics.metering.state import Conflict, Mark, Pending, Read, Rival, State
from analytics.metering.tally import Tally

#: So many reads that fit one another make a jump a fact; a reset needs as many after its first.
CONFIRMING_READS = 3

#: A rival stream must move on this often within a day of its first read, and a conflict ends when one has been silent
#: for a day.
RIVAL_READS = 3
DAY_US = 86_400_000_000

_KEPT_RESETS = 3
_UNBOUNDED = 2**62


class Judgement:
    """The state while reads are taken in: the last good read, what is pending, and what has been decided so far."""

    __slots__ = (
        "_conflict",
        "_last",
        "_now_us",
        "_pending",
        "_resets",
        "_rival",
        "_rules",
        "_time_us",
        "entries",
        "good",
        "scales",
        "tally",
        "void_since_us",
    )

    def __init__(self, rules: Rules, scales: Scales, state: State, tally: Tally) -> None:
        self._rules = rules
        self.scales = scales
        self.tally = tally
        self.good = state.good
        self.entries: list[LedgerEntry] = []
        self.void_since_us: int | None = None
        self._time_us = state.time_us
        self._last = state.last
        self._pending = state.pending
        self._resets = state.resets
        self._rival = state.rival
        self._conflict = state.conflict
        self._now_us = state.time_us

    def state(self) -> State:
        """Where the judgement stands."""
        return State(
            self._time_us,
            self._last,
            self.good,
            None if self.good is None else self.tally.settled(self.good.time_us),
            self._pending,
            self._resets,
            self._rival,
            self._conflict,
        )

    def open_to_runs(self) -> tuple[Read, int, int | None] | None:
        """The good read from which plain reads may be taken at once, below which value and until when; or None."""
        if self.good is None or self._pending is not None or self._conflict is not None:
            return None
        below = min((mark.good.micro for mark in self._resets), default=_UNBOUNDED)
        return self.good, below, self._rival.mark.good.time_us + DAY_US if self._rival else None

    def took_run(self, last: Read) -> None:
        """Plain reads up to this one are in the tally."""
        self.good = self._last = last
        self._time_us = last.time_us

    def take(self, read: Read) -> None:
        """Judge one read."""
        self._now_us = self._time_us = read.time_us
        self._last = read
        if self.scales.index(read.time_us) < 0:
            return
        if self._rival is not None and read.time_us > self._rival.mark.good.time_us + DAY_US:
            self._rival = None
        if self.good is None:
            self._take_first(read)
        elif self._conflict is not None:
            self._take_in_conflict(self._conflict, read)
        else:
            self._take_next(self.good, read)

    def _take_first(self, read: Read) -> None:
        if not self.scales.readable(read):
            self._enter("spike", read, read, detail="not a register value")
            return
        for ruling in self._estimates(0, read.time_us):
            self._apply_estimate(ruling)
        self.tally.start(read.time_us)
        self.good = read

    def _take_next(self, good: Read, read: Read) -> None:
        readable = self.scales.readable(read)
        transition = self.scales.transition(good, read) if readable else None
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
            next_read = self.scales.transition(run[-1], read)
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
        index = self.scales.index(good.time_us)
        if not 0 <= read.micro < good.micro or index != self.scales.index(read.time_us):
            return False
        return self.scales.may_count(read.micro, read.time_us - good.time_us, self.scales.at(index))

    def _confirm(self, good: Read, run: tuple[Read, ...]) -> None:
        """Decide about a jump that later reads confirm, and go on with the reads that confirmed it."""
        first = run[0]
        jump = self.scales.transition(good, first)
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
            if self.good is not None:
                self._count(self.good, self.scales.transition(self.good, read))

    def _returns(self, mark: Mark, good: Read, read: Read) -> bool:
        """Whether a read continues the register as it was before a reset.

        A register that has since counted more than half of what it showed before was reset in earnest.
        """
        return 2 * good.micro <= mark.good.micro and self.scales.transition(mark.good, read).kind == "plain"

    def _take_back(self, mark: Mark, read: Read) -> None:
        """A drop-out: all since the read before the reset is replaced by the increment to the read that returned."""
        self._go_back(mark)
        transition = self.scales.transition(mark.good, read)
        self._enter("drop_out", mark.good, read, energy=transition.energy)
        self._count(mark.good, transition)

    def _go_back(self, mark: Mark) -> None:
        since_us = mark.good.time_us
        self.tally.back_to(mark.sums)
        self.void_since_us = since_us if self.void_since_us is None else min(self.void_since_us, since_us)
        self.entries = [entry for entry in self.entries if entry.start_us < since_us]
        self._resets = tuple(kept for kept in self._resets if kept.good.time_us < since_us)
        self._rival = None
        self.good = mark.good

    def _reset(self, good: Read, jump: Transition) -> None:
        """The register began again at 0: what it shows since counts."""
        self._resets = (*self._resets[: _KEPT_RESETS - 1], Mark(good, self.tally.settled(good.time_us)))
        leg = jump.legs[0]
        energy = leg.scale.energy(leg.last_micro)
        self._enter("reset", good, jump.read, energy=energy, adjustment=energy - jump.shown)
        self._lay([(leg.start_us, leg.stop_us, energy)], good, jump.read)
        self.good = jump.read

    def _count(self, good: Read, transition: Transition) -> None:
        """Put the energy of a transition that fits into the intervals."""
        legs = transition.legs
        if len(legs) > 1:
            self._enter_changes(good, transition)
        for leg in legs:
            if leg.wraps:
                adjustment = leg.energy - leg.scale.energy(leg.last_micro) + leg.scale.energy(leg.first_micro)
                self._enter("rollover", good, transition.read, energy=leg.energy, adjustment=adjustment)
        self._lay_legs(good, transition)
        self.good = transition.read
        if transition.replaced:
            self._resets, self._rival = (), None
        elif self._resets:
            self._resets = tuple(mark for mark in self._resets if mark.good.micro > transition.read.micro)

    def _lay_legs(self, good: Read, transition: Transition) -> None:
        """Lay legs out stretch by stretch; one without duration adds to the one before it."""
        legs = transition.legs
        spans: list[tuple[int, int, int]] = []
        start = good
        for leg, following in zip(legs, (*legs[1:], None), strict=True):
            if leg.stop_us > leg.start_us:
                spans.append((leg.start_us, leg.stop_us, leg.energy))
            elif spans:
                spans[-1] = (*spans[-1][:2], spans[-1][2] + leg.energy)
            if following is None or (following.stretch != leg.stretch and following.stop_us > following.start_us):
                stop = Read(leg.stop_us, leg.last_micro)
                self._lay(spans, start, stop)
                spans = []
                if following is not None:
                    start = Read(following.start_us, following.first_micro)

    def _lay(self, spans: list[tuple[int, int, int]], start: Read, stop: Read) -> None:
        """Add the energy between two known values, in one or more parts; a long one is a gap."""
        quality = spreading.quality_of(start.time_us, stop.time_us, self._rules.linear_us)
        for start_us, stop_us, energy in spans:
            self.tally.add(start_us, stop_us, energy, quality)
        if stop.time_us - start.time_us > self._rules.linear_us:
            self._enter("gap", start, stop, energy=sum(energy for _, _, energy in spans))

    def _enter_changes(self, good: Read, transition: Transition) -> None:
        for before, after in zip(transition.legs, transition.legs[1:], strict=False):
            same = (before.scale.numerator, before.scale.denominator) == (
                after.scale.numerator,
                after.scale.denominator,
            )
            if before.stretch == after.stretch and same:
                continue
            self._enter(
                "multiplier" if before.stretch == after.stretch else "replacement",
                Read(good.time_us, before.last_micro),
                Read(transition.read.time_us, after.first_micro),
                energy=transition.energy,
                adjustment=before.scale.energy(before.last_micro) - after.scale.energy(after.first_micro),
            )

    def _quarantine(self, kind: LedgerKind, good: Read, jump: Transition) -> None:
        """Hold the energy of a jump out of the intervals, or do with it what people ruled; go on from its end."""
        read, held = jump.read, jump.energy
        ruling = self._ruling(good.time_us, read.time_us)
        if ruling is None:
            self._enter(kind, good, read, quarantined=held, adjustment=held - jump.shown)
        elif ruling.verdict == "reject":
            self._enter(kind, good, read, adjustment=-jump.shown, detail="rejected")
        else:
            energy = held if ruling.verdict == "accept" or ruling.energy_micro is None else ruling.energy_micro
            detail = "accepted" if ruling.verdict == "accept" else "corrected"
            self._enter(kind, good, read, energy=energy, adjustment=energy - jump.shown, detail=detail)
            if ruling.verdict == "accept":
                self._lay_legs(good, jump)
            else:
                self._lay([(good.time_us, read.time_us, energy)], good, read)
        if ruling is None or ruling.verdict == "reject":
            for estimate in self._estimates(good.time_us, read.time_us):
                self._apply_estimate(estimate)
        self.good = read
        if jump.replaced:
            self._resets, self._rival = (), None
        self._resets = tuple(mark for mark in self._resets if mark.good.micro > read.micro)

    def _ruling(self, start_us: int, stop_us: int) -> Ruling | None:
        spans = (ruling for ruling in self._rules.rulings if ruling.verdict != "estimate")
        return next((found for found in spans if (found.start_us, found.stop_us) == (start_us, stop_us)), None)

    def _estimates(self, start_us: int, stop_us: int) -> list[Ruling]:
        """Estimates for spans that lie wholly inside one without energy; of two that overlap the earlier counts."""
        inside = [
            ruling
            for ruling in self._rules.rulings
            if ruling.verdict == "estimate" and start_us <= ruling.start_us and ruling.stop_us <= stop_us
        ]
        kept: list[Ruling] = []
        for ruling in sorted(inside, key=lambda ruling: (ruling.start_us, ruling.stop_us)):
            if not kept or kept[-1].stop_us <= ruling.start_us:
                kept.append(ruling)
        return kept

    def _apply_estimate(self, ruling: Ruling) -> None:
        energy = ruling.energy_micro or 0
        self.tally.start(ruling.start_us)
        self.tally.add(ruling.start_us, ruling.stop_us, energy, spreading.ESTIMATED)
        self.entries.append(
            LedgerEntry(
                "estimate", ruling.start_us, ruling.stop_us, self._now_us, None, None, energy, adjustment_micro=energy
            )
        )

    def _meet(self, good: Read, seen: Read | None, left: Read | None = None) -> bool:
        """Another stream showed itself in `seen`; whether it has now done so often enough to be a register of its own.

        `left` is the read we leave for that stream: from then on the one we left is the rival. A stream that stands
        still (0, 65535) is a fault code and does not count.
        """
        if seen is None:
            return False
        rival = self._rival
        if rival is not None:
            step = self.scales.transition(rival.last, seen) if rival.last.time_us < seen.time_us else None
            if step is not None and step.fits:
                moved = step.legs[-1].last_micro != rival.last.micro
                self._rival = Rival(rival.mark, left or step.read, rival.seen + moved)
                return self._rival.seen >= RIVAL_READS
        self._rival = Rival(Mark(good, self.tally.settled(good.time_us)), left or seen)
        return False

    def _begin_conflict(self, ours: Read, theirs: Read) -> None:
        """Two streams under one identity: hold back all energy since the rival first showed."""
        if self._rival is None:
            return
        mark = self._rival.mark
        self._go_back(mark)
        self._quarantine("identity_conflict", mark.good, self.scales.transition(mark.good, ours))
        self._conflict = Conflict(ours, theirs)

    def _take_in_conflict(self, conflict: Conflict, read: Read) -> None:
        good = self.good or conflict.ours
        ours = self.scales.transition(conflict.ours, read)
        theirs = self.scales.transition(conflict.theirs, read)
        if read.time_us - min(conflict.ours.time_us, conflict.theirs.time_us) > DAY_US:
            self._conflict = None
            self._hold_back(good, conflict.ours)
            self._take_next(self.good or good, read)
        elif self.scales.readable(read) and ours.fits:
            self._conflict = Conflict(ours.read, conflict.theirs)
            if read.time_us - good.time_us >= DAY_US:
                self._hold_back(good, ours.read)
        elif self.scales.readable(read) and theirs.fits:
            self._conflict = Conflict(conflict.ours, theirs.read)
        else:
            self._enter("spike", conflict.ours, read)

    def _hold_back(self, good: Read, ours: Read) -> None:
        if ours.time_us > good.time_us:
            self._quarantine("identity_conflict", good, self.scales.transition(good, ours))

    def _enter_spikes(self, pending: Pending, good: Read, stop: Read) -> None:
        """One entry for all reads left out between two good ones."""
        count = pending.given_up + len(pending.run)
        seen = pending.first or pending.run[0]
        value = Read(stop.time_us, seen.micro)
        self._enter("spike", good, value, detail=f"{count} read{'s' * (count > 1)} left out")

    def _enter(
        self,
        kind: LedgerKind,
        start: Read,
        stop: Read,
        energy: int = 0,
        quarantined: int = 0,
        adjustment: int = 0,
        detail: str = "",
    ) -> None:
        """A ledger entry, decided by the read that is being taken."""
        self.entries.append(
            LedgerEntry(
                kind,
                start.time_us,
                stop.time_us,
                self._now_us,
                start.micro,
                stop.micro,
                energy,
                quarantined,
                adjustment,
                detail,
            )
        )
