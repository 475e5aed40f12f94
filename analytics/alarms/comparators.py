"""Comparators: from figures to levels, with deadband and delays in event time, for all instances at once.

            passes the limit            held for on_delay
      off ------------------> pending -------------------> on       off again: past limit and deadband the other way,
       ^  <------------------ (stops, or is unknown)        |       and held for off_delay
       +----------------------------------------------------+

A figure holds from its reading to the next one, as long as its inputs are valid; a pending change happens at
`since + delay` to the microsecond, whichever reading or tick finds it. An unknown figure leaves on what is on and stops
what is pending. H and HH are passed above the limit, L and LL below it, ON above 0.5. The last slot of each instance is
its `when`: on while the rule applies, with settle_s for a delay.

Figures that grow by themselves (silence, stuck) pass a limit at `base + limit`, also between two readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.alarms.rounds import ALWAYS, NEVER, Evaluations, microseconds
from analytics.alarms.rule import LEVELS, Rule
from analytics.batches import Mask, Positions
from analytics.readings import Float64, Int64

#: Slots of transitions that say: the first figure of an instance is known; its condition holds again, or no longer.
FIRST, HOLDS = -1, -2
_GROWING = ("silence", "stuck")
#: Of slots that do not grow: from wherever counted, beyond all times.
_NOT_GROWING = 2**62


@dataclass(frozen=True, slots=True)
class Figures:
    """What was worked out for each evaluation: the figure, until when it is valid, and for one that grows, since when.

    `truths` are those of `when`.
    """

    values: Float64
    until_us: Int64
    base_us: Int64
    truths: Float64
    truths_until_us: Int64


@dataclass(frozen=True, slots=True)
class Transition:
    """A slot of an instance went on or off."""

    at_us: int
    instance: int
    slot: int
    is_on: bool
    value: float


class Comparators:
    """Limits and where each instance stands; a row for each instance, a slot for each of its levels, the worst first.

    `on`: which slots hold; `since_us`: since when the opposite is pending, NEVER if it is not. `holds`: False while by
    the last known figure every level that is on only waits for its off-delay.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        size, slots = len(rules), max((len(rule.levels) for rule in rules), default=0) + 1
        self.when_slot = slots - 1
        self.levels = [tuple(sorted((level.at for level in rule.levels), key=LEVELS.index)) for rule in rules]
        self._sign = np.ones((size, slots))
        self._limit, self._clear = np.full((size, slots), np.inf), np.full((size, slots), -np.inf)
        self._delay_us = np.zeros((2, size, slots), dtype=np.int64)
        self._grows_us = np.full((size, slots), _NOT_GROWING, dtype=np.int64)
        for row, rule in enumerate(rules):
            self._set(row, rule)
        self.on = np.zeros((size, slots), dtype=np.bool_)
        self.on[:, -1] = [not rule.when for rule in rules]
        self.since_us = np.full((size, slots), NEVER, dtype=np.int64)
        self.until_us = np.full((size, slots), NEVER, dtype=np.int64)
        self.figure = np.full(size, np.nan)
        self.base_us = np.full(size, NEVER, dtype=np.int64)
        self.clock_us = np.full(size, NEVER, dtype=np.int64)
        self.is_known = np.zeros(size, dtype=np.bool_)
        self.holds = np.ones(size, dtype=np.bool_)
        self._found: list[tuple[Int64, Positions, Positions, Mask, Float64]] = []

    def _set(self, row: int, rule: Rule) -> None:
        limits = {level.at: level.limit for level in rule.levels}
        grows = rule.signal.kind in _GROWING
        for slot, at in enumerate(self.levels[row]):
            sign = -1.0 if at in {"L", "LL"} else 1.0
            limit = 0.5 if at == "ON" else limits[at]
            self._sign[row, slot], self._limit[row, slot] = sign, sign * limit
            self._clear[row, slot] = sign * limit - rule.deadband
            if grows and sign > 0:
                self._grows_us[row, slot] = microseconds(limit)
        self._delay_us[0, row, :-1] = microseconds(rule.on_delay_s)
        self._delay_us[1, row, :-1] = microseconds(rule.off_delay_s)
        if rule.when:
            self._limit[row, -1] = self._clear[row, -1] = 0.5
            self._delay_us[0, row, -1] = microseconds(rule.settle_s)

    def step(self, of: Evaluations, figures: Figures) -> None:
        """Go through the evaluations of a take; only instances to which something may happen go round by round."""
        starts = of.starts
        if len(starts) == 0:
            return
        lasts = np.append(starts[1:], [len(of)]) - 1
        lively = np.repeat(
            np.logical_or.reduceat(self._may_happen(of, figures, starts), starts), np.diff(np.append(starts, [len(of)]))
        )
        for which in of.rounds(np.flatnonzero(lively)):
            rows = of.instances[which]
            self._advance(rows, of.at_us[which] - 1, is_tick=False)
            self._meet(rows, of.at_us[which], _at(figures, which))
        self._settle_on(of, figures, starts, lasts)

    def _may_happen(self, of: Evaluations, figures: Figures, starts: Positions) -> Mask:
        rows = of.instances
        on, x = self.on[rows], self._signed(rows, figures)
        differs = np.where(on, x <= self._clear[rows], x > self._limit[rows])
        before = np.append([NEVER], figures.base_us[:-1])
        before[starts] = self.base_us[rows[starts]]
        grown = ~on & (np.minimum(before, figures.base_us)[:, None] + self._grows_us[rows] <= of.at_us[:, None])
        happens = (differs | grown | (self.since_us[rows] != NEVER)).any(axis=1) | ~self.holds[rows]
        return np.asarray(happens | (~self.is_known[rows] & ~np.isnan(figures.values)))

    def _signed(self, rows: Positions, figures: Figures) -> Float64:
        x = np.repeat(figures.values[:, None], self.when_slot + 1, axis=1)
        x[:, -1] = figures.truths
        return x * self._sign[rows]

    def pass_time(self, now_us: int) -> None:
        """Let happen what is due without any reading: delays that run out, figures that grow past a limit."""
        growing = (~self.on & (self._grows_us < _NOT_GROWING)).any(axis=1) & (self.base_us > NEVER)
        rows = np.flatnonzero((self.since_us != NEVER).any(axis=1) | growing)
        if len(rows):
            self._advance(rows, np.full(len(rows), now_us), is_tick=True)

    def count_from(self, rows: Positions, since_us: int) -> None:
        """Let figures that grow begin again at an instant; what was pending is so no more."""
        known = rows[self.base_us[rows] > NEVER]
        self.base_us[known] = np.maximum(self.base_us[known], since_us)
        self.since_us[known, :-1] = NEVER

    def _advance(self, rows: Positions, to_us: Int64, *, is_tick: bool) -> None:
        """Let the time pass up to an instant, with the figures as they stand."""
        on, since, until = self.on[rows], self.since_us[rows], self.until_us[rows]
        reach = np.minimum(to_us[:, None], until)
        crosses = self.base_us[rows][:, None] + self._grows_us[rows]
        due = since + np.where(on, self._delay_us[1][rows], self._delay_us[0][rows])
        pending = since != NEVER
        again = on & pending & (crosses <= np.minimum(due, reach))
        since[again] = NEVER
        self._hold_again(rows, again, crosses)
        ends = on & (since != NEVER) & (due <= reach)
        self._flip(rows, ends, due, on)
        on, since = on & ~ends, np.where(ends, NEVER, since)
        passes = ~on & (since == NEVER) & (crosses > self.clock_us[rows][:, None]) & (crosses <= reach)
        since[passes] = crosses[passes]
        due = since + self._delay_us[0][rows]
        begins = ~on & (since != NEVER) & (due <= reach)
        self._flip(rows, begins, due, on)
        since[begins] = NEVER
        if not is_tick:  # the figure was unknown for a while: nothing held without a break
            since[until < to_us[:, None]] = NEVER
        on |= begins
        self.on[rows], self.since_us[rows] = on, since
        self.holds[rows] |= begins[:, :-1].any(axis=1) | ~on[:, :-1].any(axis=1)

    def _meet(self, rows: Positions, at_us: Int64, figures: Figures) -> None:
        """Compare new figures."""
        on, since = self.on[rows], self.since_us[rows]
        x = self._signed(rows, figures)
        grown = figures.base_us[:, None] + self._grows_us[rows] <= at_us[:, None]
        differs = np.where(on, (x <= self._clear[rows]) & ~grown, (x > self._limit[rows]) | grown)
        differs &= ~np.isnan(x)
        since = np.where(differs, np.where(since == NEVER, at_us[:, None], since), NEVER)
        self._take_over(rows, at_us, figures)
        due = since + np.where(on, self._delay_us[1][rows], self._delay_us[0][rows])
        changes = differs & (due <= at_us[:, None])
        first = ~self.is_known[rows] & ~np.isnan(figures.values)
        self.is_known[rows[first]] = True
        zeros = np.zeros(int(first.sum()), dtype=np.int64)
        self._found.append((at_us[first], rows[first], zeros + FIRST, zeros == 0, figures.values[first]))
        self._flip(rows, changes, due, on)
        on, since = on ^ changes, np.where(changes, NEVER, since)
        self.on[rows], self.since_us[rows] = on, since
        self._see_what_holds(rows, at_us, on[:, :-1], since[:, :-1], ~np.isnan(figures.values))

    def _take_over(self, rows: Positions, at_us: Int64, figures: Figures) -> None:
        known = ~np.isnan(figures.values)
        self.figure[rows[known]] = figures.values[known]
        self.base_us[rows[known]] = figures.base_us[known]
        self.until_us[rows, :-1] = np.where(known, figures.until_us, NEVER)[:, None]
        self.until_us[rows, -1] = np.where(np.isnan(figures.truths), NEVER, figures.truths_until_us)
        self.clock_us[rows] = at_us

    def _hold_again(self, rows: Positions, again: Mask, crosses_us: Int64) -> None:
        """Figures have grown past a limit again within its off-delay."""
        which = again.any(axis=1) & ~self.holds[rows]
        self.holds[rows[which]] = True
        self._say_what_holds(rows[which], np.where(again, crosses_us, ALWAYS).min(axis=1)[which])

    def _see_what_holds(self, rows: Positions, at_us: Int64, on: Mask, since_us: Int64, is_known: Mask) -> None:
        """By new figures; where they are unknown it is as before."""
        some = on.any(axis=1)
        holds = np.where(is_known, (on & (since_us == NEVER)).any(axis=1), self.holds[rows]) | ~some
        which = some & (holds != self.holds[rows])
        self.holds[rows] = holds
        self._say_what_holds(rows[which], at_us[which])

    def _say_what_holds(self, rows: Positions, at_us: Int64) -> None:
        self._found.append((at_us, rows, np.full(len(rows), HOLDS), self.holds[rows], self.figure[rows]))

    def _settle_on(self, of: Evaluations, figures: Figures, starts: Positions, lasts: Positions) -> None:
        """Keep the newest figures of all; the last known one may lie before the last one."""
        known = np.where(~np.isnan(figures.values), np.arange(len(of)), -1)
        newest = np.maximum.reduceat(known, starts)
        have = newest >= 0
        rows = of.instances[starts][have]
        self.figure[rows], self.base_us[rows] = figures.values[newest[have]], figures.base_us[newest[have]]
        self._take_over(of.instances[lasts], of.at_us[lasts], _at(figures, lasts))

    def _flip(self, rows: Positions, which: Mask, at_us: Int64, on: Mask) -> None:
        """Note that slots change over from what they are."""
        at, slots = np.nonzero(which)
        if len(at) == 0:
            return
        found, times, up = rows[at], at_us[which], ~on[which]
        base = self.base_us[found]
        grows = (self._grows_us[found] < _NOT_GROWING).any(axis=1) & (base > NEVER)
        values = np.where(grows, (times - base) / 1e6, self.figure[found])
        self._found.append((times, found, slots, up, values))

    def found(self) -> list[Transition]:
        """What has happened since it was last asked for, in the order of event time."""
        found, self._found = self._found, []
        if not found:
            return []
        columns = [np.concatenate(parts) for parts in zip(*found, strict=True)]
        order = np.lexsort((columns[1], columns[0]))
        return [Transition(*row) for row in zip(*(column[order].tolist() for column in columns), strict=True)]


def _at(figures: Figures, which: Positions) -> Figures:
    return Figures(
        figures.values[which],
        figures.until_us[which],
        figures.base_us[which],
        figures.truths[which],
        figures.truths_until_us[which],
    )
