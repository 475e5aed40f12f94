"""The accounting of a register done the slow way: all reads at once, fractions, a dictionary of minutes, no state.

Written from the rules, not from the code under test. It walks the whole list with look-ahead; where the judgement has
to remember and go back, this one cuts its lists short. From read to read it goes by oracle_ways.py, and writes down in
oracle_books.py.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf, isfinite

from analytics.metering.model import Rules
from tests.metering.oracle_books import Books
from tests.metering.oracle_ways import HOUR, Point

DAY = 86_400_000_000


def micro_of(value: float) -> int:
    """A value in millionths; what is none becomes one that no register shows."""
    limit = 9 * 10**15
    return max(-limit, min(limit, round(value * 1e6))) if isfinite(value) else limit if value != -inf else -limit


class Oracle(Books):
    """One register, its rules and all of its reads."""

    def __init__(self, rules: Rules, reads: list[tuple[int, float]]) -> None:
        super().__init__(rules)
        self.reads = [(time, micro_of(value)) for time, value in reads]
        if rules.integrates:
            self.integrate()
        else:
            self.judge()

    def judge(self) -> None:
        reads = [read for read in self.reads if self.segment(read[0]) >= 0]
        at = 0
        while at < len(reads) and not self.readable(reads[at]):
            self.now = reads[at][0]
            self.enter("spike", reads[at], reads[at])
            at += 1
        if at == len(reads):
            return
        self.now = reads[at][0]
        self.estimates(0, reads[at][0])
        self.goods.append(reads[at])
        at += 1
        while at < len(reads):
            at = self.in_conflict(reads, at) if self.conflict else self.onwards(reads, at)

    def onwards(self, reads: list[Point], at: int) -> int:
        """From the good read to the next one, however many reads that takes; where to go on."""
        good = self.good
        assert good is not None
        out: list[Point] = []
        run: list[Point] = []
        for place in range(at, len(reads)):
            read = reads[place]
            self.now = read[0]
            if self.rival and read[0] > self.rival[0][0] + DAY:
                self.rival = None
            if self.readable(read) and self.fits(good, read):
                left_out = out + run
                if left_out:
                    self.enter("spike", good, (read[0], left_out[0][1]))
                if run and self.met(run[-1], None):
                    self.clash(read, run[-1])
                else:
                    self.count(self.way(good, read))
                return place + 1
            if not self.readable(read):
                out, run = [*out, *run, read], []
            elif run and self.fits(run[-1], read):
                run.append(self.way(run[-1], read).end)
                if len(run) >= (4 if self.small(good, run[0]) else 3):
                    if out:
                        self.enter("spike", good, (run[0][0], out[0][1]))
                    self.jump(good, run)
                    return place + 1
            else:
                out, run = [*out, *run], [read]
        return len(reads)

    def small(self, good: Point, read: Point) -> bool:
        at = self.segment(read[0])
        if at != self.segment(good[0]) or not 0 <= read[1] < good[1]:
            return False
        return self.allowed([(self.rules.segments[at], read[1])], read[0] - good[0], read[1])

    def jump(self, good: Point, run: list[Point]) -> None:
        way = self.way(good, run[0])
        back = None
        if way.kind == "above":
            for mark in self.resets:
                if self.way(mark[0], run[0]).kind == "plain" and 2 * good[1] <= mark[0][1] <= run[0][1]:
                    back = mark
        if back:
            self.cut_back(*back)
            whole = self.way(back[0], run[0])
            self.enter("drop_out", back[0], run[0], self.way_energy(whole))
            self.count(whole)
        elif len(run) == 4 and max(run, key=lambda one: one[1])[1] < good[1]:
            at = self.segment(good[0])
            energy = self.energy(at, run[0][1])
            self.resets = [*self.resets[:2], (good, len(self.spans))]
            self.enter("reset", good, run[0], energy, 0, self.energy(at, good[1]))
            self.lay([(good[0], run[0][0], energy)], good[0], run[0][0], good[1], run[0][1])
            self.goods.append(run[0])
        elif self.met(run[0], good):
            self.clash(run[-1], good)
            return
        else:
            self.quarantine("decrease" if self.way_energy(way) < 0 else "implausible", way)
        for read in run[1:]:
            assert self.good is not None
            self.count(self.way(self.good, read))

    def met(self, seen: Point, left: Point | None) -> bool:
        assert self.good is not None
        if self.rival:
            stood, spans, last, often = self.rival
            if last[0] < seen[0] and self.fits(last, seen):
                end = self.way(last, seen).end
                often += end[1] != last[1]
                self.rival = (stood, spans, left or end, often)
                return often >= 3
        self.rival = (self.good, len(self.spans), left or seen, 1)
        return False

    def clash(self, ours: Point, theirs: Point) -> None:
        assert self.rival is not None
        stood, spans, _, _ = self.rival
        self.cut_back(stood, spans)
        self.quarantine("identity_conflict", self.way(stood, ours))
        self.conflict = (ours, theirs)

    def in_conflict(self, reads: list[Point], at: int) -> int:
        assert self.conflict is not None
        assert self.good is not None
        ours, theirs = self.conflict
        read = reads[at]
        self.now = read[0]
        if read[0] - min(ours[0], theirs[0]) > DAY:
            self.conflict = None
            if ours[0] > self.good[0]:
                self.quarantine("identity_conflict", self.way(self.good, ours))
            return at
        if self.readable(read) and self.fits(ours, read):
            ours = self.way(ours, read).end
            self.conflict = (ours, theirs)
            if read[0] - self.good[0] >= DAY:
                self.quarantine("identity_conflict", self.way(self.good, ours))
        elif self.readable(read) and self.fits(theirs, read):
            self.conflict = (ours, self.way(theirs, read).end)
        else:
            self.enter("spike", ours, read)
        return at + 1

    def integrate(self) -> None:
        lost: list[Point] = []
        for read in self.reads:
            at = self.segment(read[0])
            if at < 0:
                continue
            self.now = read[0]
            power = Fraction(self.rules.segments[at].multiplier) * read[1]
            if abs(power) > Fraction(12, 10) * self.rules.rated_micro_per_hour:
                lost.append(read)
                continue
            good = self.good
            self.goods.append(read)
            if lost:
                self.enter("spike", good or lost[0], (read[0], lost[0][1]))
                lost = []
            if good is None:
                self.estimates(0, read[0])
                continue
            before = Fraction(self.rules.segments[self.segment(good[0])].multiplier) * good[1]
            if read[0] - good[0] <= 3 * self.rules.expected_interval_us:
                energy = round((before + power) / 2 * (read[0] - good[0]) / HOUR)
                self.spans.append((good[0], read[0], energy, 1))
            else:
                self.enter("gap", good, read)
                self.estimates(good[0], read[0])
