"""The accounting of a register done the slow way: all reads at once, fractions, a dictionary of minutes, no state.

Written from the rules, not from the code under test. It walks the whole list with look-ahead; where the judgement has
to remember and go back, this one cuts its lists short.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, inf, isfinite

from analytics.metering.model import Edges, LedgerEntry, Rules, Segment

MINUTE, QUARTER, DAY = 60_000_000, 900_000_000, 86_400_000_000
HOUR = 3_600_000_000

Point = tuple[int, int]  # time, millionths


def micro_of(value: float) -> int:
    """A value in millionths; what is none becomes one that no register shows."""
    limit = 9 * 10**15
    return max(-limit, min(limit, round(value * 1e6))) if isfinite(value) else limit if value != -inf else -limit


@dataclass
class Way:
    """From one point to a later one."""

    fits: bool
    kind: str
    legs: list[tuple[int, int, int, int, int, int, bool]]  # stretch, segment, start, stop, first, last, wraps
    end: Point


@dataclass
class Books:
    """What everything comes to."""

    goods: list[Point] = field(default_factory=list)
    spans: list[tuple[int, int, int, int]] = field(default_factory=list)  # start, stop, energy, quality
    entries: list[LedgerEntry] = field(default_factory=list)
    resets: list[tuple[Point, int]] = field(default_factory=list)  # the read before, how many spans there were
    rival: tuple[Point, int, Point, int] | None = None  # where we stood, spans then, its last read, how often seen
    conflict: tuple[Point, Point] | None = None

    @property
    def good(self) -> Point | None:
        """The last read that counts."""
        return self.goods[-1] if self.goods else None


class Oracle:
    """One register, its rules and all of its reads."""

    def __init__(self, rules: Rules, reads: list[tuple[int, float]]) -> None:
        self.rules = rules
        self.reads = [(time, micro_of(value)) for time, value in reads]
        self.books = Books()
        self.now = 0
        if rules.integrates:
            self.integrate()
        else:
            self.judge()

    # --- arithmetic

    def segment(self, time: int) -> int:
        return max((at for at, one in enumerate(self.rules.segments) if one.from_us <= time), default=-1)

    def energy(self, segment: int, micro: int) -> int:
        return round(Fraction(self.rules.segments[segment].multiplier) * micro)

    def allowed(self, counts: list[tuple[Segment, int]], duration: int, *reads: int) -> bool:
        """Whether so much may be counted; an unknown step is as coarse as the decimals of the reads, one at most."""
        seen = max(10**digits for digits in range(7) if all(read % 10**digits == 0 for read in reads))
        total = sum(Fraction(one.multiplier) * (count - 2 * (one.resolution_micro or seen)) for one, count in counts)
        return total <= Fraction(12, 10) * self.rules.rated_micro_per_hour * duration / HOUR

    def way(self, a: Point, b: Point) -> Way:
        """Known points on the way, the legs between them, and whether all of it may be."""
        segments = self.rules.segments
        first, last = self.segment(a[0]), self.segment(b[0])
        stretches: list[tuple[list[int], Point, Point]] = []
        begin, inside = a, [first]
        for at in range(first + 1, last + 1):
            one = segments[at]
            if one.closing_micro is not None and one.opening_micro is not None:
                stretches.append((inside, begin, (one.from_us, one.closing_micro)))
                begin, inside = (one.from_us, one.opening_micro), []
            inside.append(at)
        stretches.append((inside, begin, b))
        legs = []
        for number, (inside, start, stop) in enumerate(stretches):
            count = stop[1] - start[1]
            if -segments[inside[0]].resolution_micro <= count < 0:
                count = 0
            moduli = {segments[at].modulus_micro for at in inside}
            modulus = moduli.pop() if len(moduli) == 1 else None
            wraps = (
                modulus is not None
                and count < 0 <= stop[1]
                and start[1] < modulus
                and self.allowed([(segments[inside[0]], count + modulus)], stop[0] - start[0], start[1], stop[1])
            )
            if wraps and modulus is not None:
                count += modulus

            def shown(time: int) -> int:
                return start[1] + (count * (time - start[0]) // (stop[0] - start[0]) if stop[0] > start[0] else count)  # noqa: B023

            time = start[0]
            over = False
            for at in inside:
                end = stop[0] if at == inside[-1] else segments[at + 1].from_us
                before = start[1] if time == start[0] and at == inside[0] else shown(time)
                after = start[1] + count if at == inside[-1] else shown(end)
                turns = wraps and not over and modulus is not None and after >= modulus
                shift = modulus if modulus is not None else 0
                legs.append((number, at, time, end, before - over * shift, after - (over or turns) * shift, turns))
                over, time = over or turns, end
        counts = [
            (segments[at], final - begun + ((segments[at].modulus_micro or 0) if turns else 0))
            for _, at, _, _, begun, final, turns in legs
        ]
        shown_last = (b[0], legs[-1][5])
        if any(count < 0 for _, count in counts):
            return Way(False, "below", legs, shown_last)
        if not self.allowed(counts, b[0] - a[0], a[1], b[1]):
            return Way(False, "above", legs, shown_last)
        return Way(True, "plain" if not any(leg[6] for leg in legs) else "rollover", legs, shown_last)

    def fits(self, a: Point, b: Point) -> bool:
        return self.way(a, b).fits

    def readable(self, point: Point) -> bool:
        multiplier = Fraction(self.rules.segments[max(0, self.segment(point[0]))].multiplier)
        return abs(point[1]) < min(9 * 10**15, 4 * 10**18 // multiplier)

    def leg_energy(self, leg: tuple[int, int, int, int, int, int, bool]) -> int:
        _, at, _, _, begun, final, turns = leg
        over = self.energy(at, self.rules.segments[at].modulus_micro or 0) if turns else 0
        return self.energy(at, final) - self.energy(at, begun) + over

    def way_energy(self, way: Way) -> int:
        return sum(self.leg_energy(leg) for leg in way.legs)

    def shown_energy(self, way: Way) -> int:
        head, tail = way.legs[0], way.legs[-1]
        return self.energy(tail[1], tail[5]) - self.energy(head[1], head[4])

    # --- writing down

    def enter(self, kind: str, a: Point, b: Point, energy: int = 0, held: int = 0, adjust: int = 0) -> None:
        self.books.entries.append(
            LedgerEntry(kind, a[0], b[0], self.now, a[1], b[1], energy, held, adjust)  # type: ignore[arg-type]
        )

    def lay(
        self,
        parts: list[tuple[int, int, int]],
        start: int,
        stop: int,
        first: int,
        last: int,
        quality: int | None = None,
    ) -> None:
        if stop - start > self.rules.linear_us:
            self.enter("gap", (start, first), (stop, last), sum(part[2] for part in parts))
        if quality is None:
            quality = 2 if stop - start > self.rules.linear_us else 1
            if start // QUARTER == (stop - 1) // QUARTER:
                quality = 0
        self.books.spans += [(begin, end, energy, quality) for begin, end, energy in parts]

    def lay_way(self, way: Way) -> None:
        legs = way.legs
        numbers = sorted({leg[0] for leg in legs})
        for number in numbers:
            mine = [leg for leg in legs if leg[0] == number]
            if mine[0][2] == mine[-1][3]:
                continue  # no time between closing and the read: added to the stretch before
            parts = [[leg[2], leg[3], self.leg_energy(leg)] for leg in mine if leg[3] > leg[2]]
            parts[-1][2] += sum(self.leg_energy(leg) for leg in mine if leg[3] == leg[2])
            final = mine[-1][5]
            following = [leg for leg in legs if leg[0] == number + 1]
            if following and following[0][2] == following[-1][3]:
                parts[-1][2] += sum(self.leg_energy(leg) for leg in following)
                final = following[-1][5]
            self.lay([(a, b, e) for a, b, e in parts], mine[0][2], mine[-1][3], mine[0][4], final)

    def count(self, way: Way) -> None:
        good = self.books.good
        assert good is not None
        for one, two in zip(way.legs, way.legs[1:], strict=False):
            replaced = one[0] != two[0]
            same = self.rules.segments[one[1]].multiplier == self.rules.segments[two[1]].multiplier
            if replaced or not same:
                step = self.energy(one[1], one[5]) - self.energy(two[1], two[4])
                kind = "replacement" if replaced else "multiplier"
                self.enter(kind, (good[0], one[5]), (way.end[0], two[4]), self.way_energy(way), 0, step)
        for leg in way.legs:
            if leg[6]:
                over = self.energy(leg[1], self.rules.segments[leg[1]].modulus_micro or 0)
                self.enter("rollover", good, way.end, self.leg_energy(leg), 0, over)
        self.lay_way(way)
        self.moved(way)

    def moved(self, way: Way) -> None:
        books = self.books
        books.goods.append(way.end)
        if way.legs[-1][0] > 0:
            books.resets, books.rival = [], None
        books.resets = [one for one in books.resets if one[0][1] > way.end[1]]

    def estimates(self, start: int, stop: int) -> None:
        at = start
        for one in sorted(self.rules.rulings, key=lambda one: (one.start_us, one.stop_us)):
            if one.verdict == "estimate" and at <= one.start_us and one.stop_us <= stop:
                at = one.stop_us
                energy = one.energy_micro or 0
                self.books.spans.append((one.start_us, one.stop_us, energy, 2))
                self.books.entries.append(
                    LedgerEntry("estimate", one.start_us, one.stop_us, self.now, None, None, energy, 0, energy)
                )

    def quarantine(self, kind: str, way: Way) -> None:
        good = self.books.good
        assert good is not None
        held, shown = self.way_energy(way), self.shown_energy(way)
        rulings = [
            one
            for one in self.rules.rulings
            if one.verdict != "estimate" and (one.start_us, one.stop_us) == (good[0], way.end[0])
        ]
        verdict = rulings[0].verdict if rulings else "none"
        if verdict == "none":
            self.enter(kind, good, way.end, 0, held, held - shown)
        if verdict == "reject":
            self.enter(kind, good, way.end, 0, 0, -shown)
        if verdict == "accept":
            self.enter(kind, good, way.end, held, 0, held - shown)
            self.lay_way(way)
        if verdict == "correct":
            energy = rulings[0].energy_micro or 0
            self.enter(kind, good, way.end, energy, 0, energy - shown)
            self.lay([(good[0], way.end[0], energy)], good[0], way.end[0], good[1], way.end[1], quality=2)
        if verdict in ("none", "reject"):
            self.estimates(good[0], way.end[0])
        self.moved(way)

    def cut_back(self, good: Point, spans: int) -> None:
        books = self.books
        books.goods = [one for one in books.goods if one[0] <= good[0]]
        del books.spans[spans:]
        books.entries = [one for one in books.entries if one.start_us < good[0]]
        books.resets = [one for one in books.resets if one[0][0] < good[0]]
        books.rival = None

    # --- the walk

    def judge(self) -> None:
        books = self.books
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
        books.goods.append(reads[at])
        at += 1
        while at < len(reads):
            at = self.in_conflict(reads, at) if books.conflict else self.onwards(reads, at)

    def onwards(self, reads: list[Point], at: int) -> int:
        """From the good read to the next one, however many reads that takes; where to go on."""
        books = self.books
        good = books.good
        assert good is not None
        out: list[Point] = []
        run: list[Point] = []
        for place in range(at, len(reads)):
            read = reads[place]
            self.now = read[0]
            if books.rival and read[0] > books.rival[0][0] + DAY:
                books.rival = None
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
        books = self.books
        way = self.way(good, run[0])
        back = None
        if way.kind == "above":
            for mark in books.resets:
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
            books.resets = [*books.resets[:2], (good, len(books.spans))]
            self.enter("reset", good, run[0], energy, 0, self.energy(at, good[1]))
            self.lay([(good[0], run[0][0], energy)], good[0], run[0][0], good[1], run[0][1])
            books.goods.append(run[0])
        elif self.met(run[0], good):
            self.clash(run[-1], good)
            return
        else:
            self.quarantine("decrease" if self.way_energy(way) < 0 else "implausible", way)
        for read in run[1:]:
            assert books.good is not None
            self.count(self.way(books.good, read))

    def met(self, seen: Point, left: Point | None) -> bool:
        books = self.books
        assert books.good is not None
        if books.rival:
            stood, spans, last, often = books.rival
            if last[0] < seen[0] and self.fits(last, seen):
                end = self.way(last, seen).end
                often += end[1] != last[1]
                books.rival = (stood, spans, left or end, often)
                return often >= 3
        books.rival = (books.good, len(books.spans), left or seen, 1)
        return False

    def clash(self, ours: Point, theirs: Point) -> None:
        assert self.books.rival is not None
        stood, spans, _, _ = self.books.rival
        self.cut_back(stood, spans)
        self.quarantine("identity_conflict", self.way(stood, ours))
        self.books.conflict = (ours, theirs)

    def in_conflict(self, reads: list[Point], at: int) -> int:
        books = self.books
        assert books.conflict is not None
        assert books.good is not None
        ours, theirs = books.conflict
        read = reads[at]
        self.now = read[0]
        if read[0] - min(ours[0], theirs[0]) > DAY:
            books.conflict = None
            if ours[0] > books.good[0]:
                self.quarantine("identity_conflict", self.way(books.good, ours))
            return at
        if self.readable(read) and self.fits(ours, read):
            ours = self.way(ours, read).end
            books.conflict = (ours, theirs)
            if read[0] - books.good[0] >= DAY:
                self.quarantine("identity_conflict", self.way(books.good, ours))
        elif self.readable(read) and self.fits(theirs, read):
            books.conflict = (ours, self.way(theirs, read).end)
        else:
            self.enter("spike", ours, read)
        return at + 1

    def integrate(self) -> None:
        books = self.books
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
            good = books.good
            books.goods.append(read)
            if lost:
                self.enter("spike", good or lost[0], (read[0], lost[0][1]))
                lost = []
            if good is None:
                self.estimates(0, read[0])
                continue
            before = Fraction(self.rules.segments[self.segment(good[0])].multiplier) * good[1]
            if read[0] - good[0] <= 3 * self.rules.expected_interval_us:
                energy = round((before + power) / 2 * (read[0] - good[0]) / HOUR)
                books.spans.append((good[0], read[0], energy, 1))
            else:
                self.enter("gap", good, read)
                self.estimates(good[0], read[0])

    # --- what it comes to

    def minutes(self) -> dict[int, list[int]]:
        """Measured, interpolated, estimated and covered time of each minute."""
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for start, stop, energy, quality in self.books.spans:
            minute = start // MINUTE * MINUTE
            shares: dict[int, Fraction] = {}
            while minute < stop:
                weight = min(stop, minute + MINUTE) - max(start, minute)
                shares[minute] = Fraction(energy * weight, stop - start)
                found[minute][3] += weight
                minute += MINUTE
            left = energy - sum(floor(share) for share in shares.values())
            by_rest = sorted(shares, key=lambda minute: (floor(shares[minute]) - shares[minute], minute))
            lucky = set(by_rest[:left])
            for minute, share in shares.items():
                found[minute][quality] += floor(share) + (minute in lucky)
        return found

    def pieces(self, edges: Edges) -> dict[int, tuple[int, int, int, int]]:
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for minute, held in self.minutes().items():
            starts = [minute // QUARTER * QUARTER, *(int(cut) for cut in edges.cuts_us if cut <= minute)]
            found[max(starts)] = [one + two for one, two in zip(found[max(starts)], held, strict=True)]
        return {start: (a, b, c, d) for start, (a, b, c, d) in sorted(found.items())}

    def days(self, edges: Edges) -> dict[int, tuple[int, int]]:
        """The highest window of each day, and where it ends."""
        if self.books.good is None:
            return {}
        held = {minute: sum(parts[:3]) for minute, parts in self.minutes().items()}
        best: dict[int, tuple[int, int]] = {}
        for minute in sorted(held):
            days = [int(day) for day in edges.days_us if day <= minute]
            if not days or minute + MINUTE > self.books.good[0]:
                continue
            window = sum(held.get(minute - back * MINUTE, 0) for back in range(15))
            if days[-1] not in best or window > best[days[-1]][0]:
                best[days[-1]] = (window, minute + MINUTE)
        return best
