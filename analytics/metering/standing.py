"""Where a register stands at an instant, in exact energy: what the law is held to.

    standing(x) = what the good read at or before x shows + what the increment under way has laid out by x
                + what undecided reads after the last good one show (`unresolved`)

    intervals in [a, b) + quarantined + unresolved = standing(b) - standing(a) + adjustments

Ledger entries count where they stop: an adjustment says by how much the energy of an increment differs from what its
two reads show, a quarantined energy was shown and kept out. Any period may be cut into two, and the two sum to the
whole, since both sides are differences of one standing at each instant.

This shares with the judgement how an increment is laid on minutes, not what it decided: the reads come from the
readings, the intervals and the ledger from what is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.metering import spreading
from analytics.metering.increments import Scales
from analytics.metering.model import LedgerEntry
from analytics.metering.spreading import Increments
from analytics.metering.state import Read


@dataclass(frozen=True, slots=True)
class Standing:
    """A register at `at_us`: the good reads around it and what of the increment between them came before it.

    `before` None: nothing was read yet; `after` None: nothing good has followed. `last` is the newest read at or before
    the instant, where it is not a good one.
    """

    at_us: int
    before: Read | None
    after: Read | None
    last: Read | None
    shown: int
    laid: int
    unresolved: int = 0

    @property
    def energy(self) -> int:
        """What the register comes to at the instant, reads that are undecided included."""
        return self.shown + self.laid + self.unresolved


@dataclass(frozen=True, slots=True)
class Conserved:
    """The law over [start, stop), both in millionths of the unit; it holds where `residual` is 0."""

    first: Standing
    last: Standing
    measured: int
    interpolated: int
    estimated: int
    quarantined: int
    adjustments: int

    @property
    def intervals(self) -> int:
        """What is in the intervals."""
        return self.measured + self.interpolated + self.estimated

    @property
    def unresolved(self) -> int:
        """What reads after the last good one show."""
        return self.last.unresolved - self.first.unresolved

    @property
    def difference(self) -> int:
        """What the register shows: last read less first read."""
        return self.last.energy - self.first.energy

    @property
    def residual(self) -> int:
        """What is not accounted for."""
        return self.intervals + self.quarantined + self.unresolved - self.difference - self.adjustments


def standing(
    scales: Scales,
    at_us: int,
    around: tuple[Read | None, Read | None],
    entries: Sequence[LedgerEntry],
    last: Read | None = None,
) -> Standing:
    """The standing at an instant, from the good reads around it and the judged entries that touch the span between."""
    before, after = around
    known = before or after
    if known is None:
        return Standing(at_us, None, None, None, 0, _estimated(entries, at_us))
    shown = _shown(scales, known)
    estimated = _estimated(entries, at_us)
    if before is None:
        return Standing(at_us, None, after, None, shown, estimated)
    if after is not None:
        laid = _laid(scales, before, after, entries, at_us)
        return Standing(at_us, before, after, None, shown, laid + estimated)
    unresolved = 0 if last is None else _shown(scales, last) - shown
    return Standing(at_us, before, None, last, shown, estimated, unresolved)


def conserved(
    first: Standing, last: Standing, entries: Sequence[LedgerEntry], energies: tuple[int, int, int]
) -> Conserved:
    """The law between two standings, from the judged entries between them and the energies of the intervals."""
    inside = [entry for entry in entries if first.at_us < entry.stop_us <= last.at_us]
    return Conserved(
        first,
        last,
        *energies,
        sum(entry.quarantined_micro for entry in inside),
        sum(entry.adjustment_micro for entry in inside),
    )


def _shown(scales: Scales, read: Read) -> int:
    return scales.at(max(0, scales.index(read.time_us))).energy(read.micro)


def _laid(scales: Scales, before: Read, after: Read, entries: Sequence[LedgerEntry], at_us: int) -> int:
    """What of the increment between two good reads is laid out before an instant; people's estimates apart."""
    if at_us <= before.time_us:
        return 0
    inside = [entry for entry in entries if before.time_us < entry.stop_us <= after.time_us]
    transition = scales.transition(before, after)
    # Jitter: the later read counts as the earlier one.
    total = _shown(scales, transition.read) - _shown(scales, before)
    total += sum(entry.adjustment_micro - entry.quarantined_micro for entry in inside if entry.kind != "estimate")
    spans: list[tuple[int, int, int]] = []
    for leg in transition.legs:
        if leg.stop_us > leg.start_us:
            spans.append((leg.start_us, leg.stop_us, leg.energy))
        elif spans:
            spans[-1] = (*spans[-1][:2], spans[-1][2] + leg.energy)
    if sum(energy for _, _, energy in spans) != total:
        # Something else than what the reads show was laid out: a reset, a correction, nothing.
        spans = [(before.time_us, after.time_us, total)]
    return sum(_before(span, at_us) for span in spans)


def _estimated(entries: Sequence[LedgerEntry], at_us: int) -> int:
    """What of estimates under way is laid out before an instant; finished ones are adjustments."""
    return sum(
        _before((entry.start_us, entry.stop_us, entry.energy_micro), at_us)
        for entry in entries
        if entry.kind == "estimate" and entry.start_us < at_us < entry.stop_us
    )


def _before(span: tuple[int, int, int], at_us: int) -> int:
    """How much of an energy, spread over its span, comes before an instant on a whole minute."""
    start_us, stop_us, energy = span
    if at_us <= start_us:
        return 0
    if at_us >= stop_us:
        return energy
    columns = (np.array([each], dtype=np.int64) for each in (start_us, stop_us, energy, 0))
    parts = spreading.spread(Increments(*columns))
    return int(parts.energies[parts.minutes_us < at_us].sum())
