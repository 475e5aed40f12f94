"""Where what has been decided is written down: energy into the tally, what was not plain into the ledger.

Both the judgement of registers and the integration of power write here, so that a gap, a ruling or an estimate is the
same thing for both. Going back to a mark strikes out everything since it, and says from when on entries are void that
an earlier account has written.
"""

from __future__ import annotations

from analytics.metering import spreading
from analytics.metering.increments import Transition
from analytics.metering.model import Edges, LedgerEntry, LedgerKind, Rules, Ruling
from analytics.metering.state import Mark, Read, Sums
from analytics.metering.tally import Tally


class Books:
    """The tally and the ledger entries of one account."""

    __slots__ = ("_rules", "entries", "now_us", "tally", "void_since_us")

    def __init__(self, rules: Rules, sums: Sums | None, edges: Edges) -> None:
        self._rules = rules
        self.tally = Tally(sums, edges)
        self.entries: list[LedgerEntry] = []
        self.void_since_us: int | None = None
        self.now_us = 0

    def enter(
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
        span = (start.time_us, stop.time_us, self.now_us, start.micro, stop.micro)
        self.entries.append(LedgerEntry(kind, *span, energy, quarantined, adjustment, detail))

    def go_back(self, mark: Mark) -> None:
        """Strike out everything since a mark."""
        since_us = mark.good.time_us
        self.tally.back_to(mark.sums)
        self.void_since_us = since_us if self.void_since_us is None else min(self.void_since_us, since_us)
        self.entries = [entry for entry in self.entries if entry.start_us < since_us]

    def count(self, good: Read, transition: Transition) -> None:
        """Put the energy of a transition that fits into the intervals, and enter what is special about it."""
        first = transition.legs[0]
        if len(transition.legs) == 1 and not first.wraps:
            self.lay([(first.start_us, first.stop_us, first.energy)], good, Read(first.stop_us, first.last_micro))
            return
        self._enter_changes(good, transition)
        for leg in transition.legs:
            if leg.wraps:
                adjustment = leg.energy - leg.scale.energy(leg.last_micro) + leg.scale.energy(leg.first_micro)
                self.enter("rollover", good, transition.read, energy=leg.energy, adjustment=adjustment)
        self.lay_legs(good, transition)

    def lay_legs(self, good: Read, transition: Transition) -> None:
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
                self.lay(spans, start, Read(leg.stop_us, leg.last_micro))
                spans = []
                if following is not None:
                    start = Read(following.start_us, following.first_micro)

    def lay(self, spans: list[tuple[int, int, int]], start: Read, stop: Read, quality: int | None = None) -> None:
        """Add the energy between two known values, in one or more parts; a long one is a gap."""
        if quality is None:
            quality = spreading.quality_of(start.time_us, stop.time_us, self._rules.linear_us)
        for start_us, stop_us, energy in spans:
            self.tally.add(start_us, stop_us, energy, quality)
        if stop.time_us - start.time_us > self._rules.linear_us:
            self.enter("gap", start, stop, energy=sum(energy for _, _, energy in spans))

    def ruling(self, start_us: int, stop_us: int) -> Ruling | None:
        """What a person decided about exactly this quarantined span."""
        spans = (ruling for ruling in self._rules.rulings if ruling.verdict != "estimate")
        return next((found for found in spans if (found.start_us, found.stop_us) == (start_us, stop_us)), None)

    def estimate(self, start_us: int, stop_us: int) -> None:
        """Add people's estimates that lie wholly inside a span without energy; of overlapping ones the earlier."""
        estimates = [ruling for ruling in self._rules.rulings if ruling.verdict == "estimate"]
        position_us = start_us
        for ruling in sorted(estimates, key=lambda ruling: (ruling.start_us, ruling.stop_us)):
            if ruling.start_us < position_us or ruling.stop_us > stop_us:
                continue
            position_us = ruling.stop_us
            energy = ruling.energy_micro or 0
            self.tally.start(ruling.start_us)
            self.tally.add(ruling.start_us, ruling.stop_us, energy, spreading.ESTIMATED)
            span = (ruling.start_us, ruling.stop_us, self.now_us, None, None)
            self.entries.append(LedgerEntry("estimate", *span, energy, adjustment_micro=energy))

    def _enter_changes(self, good: Read, transition: Transition) -> None:
        for before, after in zip(transition.legs, transition.legs[1:], strict=False):
            same_register = before.stretch == after.stretch
            if same_register and before.scale.ratio == after.scale.ratio:
                continue
            self.enter(
                "multiplier" if same_register else "replacement",
                Read(good.time_us, before.last_micro),
                Read(transition.read.time_us, after.first_micro),
                energy=transition.energy,
                adjustment=before.scale.energy(before.last_micro) - after.scale.energy(after.first_micro),
            )
