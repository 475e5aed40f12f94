"""The way of a register from one read to a later one, worked out with fractions: what it counted, and whether it may.

Part of the accounting done the slow way (oracle.py), written from the rules and not from the code under test.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analytics.metering.model import Rules, Segment

HOUR = 3_600_000_000

Point = tuple[int, int]  # time, millionths


@dataclass
class Way:
    """From one point to a later one."""

    fits: bool
    kind: str
    legs: list[tuple[int, int, int, int, int, int, bool]]  # stretch, segment, start, stop, first, last, wraps
    end: Point


class Ways:
    """One register and its rules."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

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
